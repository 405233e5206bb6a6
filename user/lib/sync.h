/* SPDX-License-Identifier: MIT */
/*
 * Mutex, semaphore and condition variable on futexes: without contention they are a few
 * instructions and no system call. All bytes zero is the state they start in (a semaphore's
 * count may be something else). In memory that processes share they work between processes. They
 * wait through signals and user interrupts. Not for handlers of either: those can't wait for
 * what they interrupt.
 */
#ifndef LIB_SYNC_H
#define LIB_SYNC_H

#include <stdbool.h>
#include <stdint.h>

struct mutex {
    uint32_t state; /* 0 free, 1 taken, 2 taken and somebody may wait; any thread, atomically */
};

void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);

/* Whether it was free and is the caller's now. */
bool mutex_try_lock(struct mutex *mutex);

struct semaphore {
    uint32_t count;   /* any thread, atomically */
    uint32_t waiting; /* threads in semaphore_wait() that found count 0; any thread, atomically */
};

/* Waits until the count is not 0 and takes 1 off. */
void semaphore_wait(struct semaphore *semaphore);

/* Adds 1. May be called from a handler, of a signal or a user interrupt. */
void semaphore_post(struct semaphore *semaphore);

struct condition {
    uint32_t sequence; /* grows with each signal or broadcast; any thread, atomically */
};

/* Releases the mutex, waits for a signal or broadcast after that, takes the mutex. May return
 * without cause: look at what was waited for, again. */
void condition_wait(struct condition *condition, struct mutex *mutex);
void condition_signal(struct condition *condition);
void condition_broadcast(struct condition *condition);

#endif
