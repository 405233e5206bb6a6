/* SPDX-License-Identifier: MIT */
/*
 * Waiting. A system call that has to wait says so with wait_on() and returns what that returned. No
 * kernel stack is kept: whoever ends the wait gives the call its result, or has it begin anew.
 */
#ifndef CORE_WAIT_H
#define CORE_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/list.h"

struct cpu;
struct thread;

/* What a system call returns whose thread waits now: its registers stay as they are. */
#define SYSCALL_WAITS INT64_MIN

/* Waiting threads, the longest waiting first. */
struct wait_queue {
    struct list threads;
};

/* In struct thread. */
struct wait {
    /* Undoes what a particular kind of wait has set up; NULL: nothing. Called when it ends. */
    void (*cancel)(struct thread *thread);
    struct list timeout; /* in cpu->timeouts */
    uint64_t deadline;   /* time; UINT64_MAX: none */
    long timed_out;      /* the result when the deadline passes */
    uint64_t key;        /* ipc/futex.c: physical address of the word */
};

void wait_queue_init(struct wait_queue *queue);

/*
 * The current thread waits in a queue (NULL: in none, for its deadline or an interruption only).
 * SYSCALL_WAITS, or -EINTR without waiting: a signal or user interrupt is to be taken first.
 */
long wait_on(struct wait_queue *queue);

/* The same until a time, when the call ends with a result. */
long wait_on_until(struct wait_queue *queue, uint64_t deadline, long timed_out);

/*
 * The two halves of the above, for a wait that prepares otherwise in between: whether something is to
 * be taken first, then the call ends with -EINTR; and the wait itself.
 */
bool wait_is_interrupted(struct thread *thread);
long wait_start(struct wait_queue *queue, uint64_t deadline, long timed_out);

/* Ends a thread's wait, with a result for its system call or by beginning that anew. */
void wait_end(struct thread *thread, long result);
void wait_restart(struct thread *thread);

/* Has all that wait in a queue look again, or end with a result. */
void wait_queue_restart_all(struct wait_queue *queue);
void wait_queue_end_all(struct wait_queue *queue, long result);

/* The first waiting thread, NULL when there is none. */
struct thread *wait_queue_first(struct wait_queue *queue);

/* Ends a wait with -EINTR, if the thread waits at all. */
void wait_interrupt(struct thread *thread);

/* Ends the waits on this hart whose deadline has passed; returns the next deadline. */
uint64_t wait_expire(struct cpu *cpu, uint64_t now);

#endif
