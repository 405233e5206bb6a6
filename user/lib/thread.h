/* SPDX-License-Identifier: MIT */
/* Threads of a program. Each has a stack with an unmapped page below, and its own thread-local
 * variables. */
#ifndef LIB_THREAD_H
#define LIB_THREAD_H

#include <stddef.h>
#include <stdint.h>

#define THREAD_STACK_SIZE 32768 /* bytes */

/* The starter's, until thread_join(); all its fields are the library's. */
struct thread {
    uint32_t running; /* 1, then 0: written by thread_start() and, at the end, by the kernel */
    void *memory;     /* the stack and, above it, the thread-local variables */
    size_t size;
};

/*
 * function(argument) runs in a new thread, on any hart that the caller may use. 0, or -1 with
 * errno: EAGAIN, ENOMEM.
 */
int thread_start(struct thread *thread, void (*function)(void *), void *argument);

/* Waits for the thread's end and frees its stack. Exactly once for each thread that was started. */
void thread_join(struct thread *thread);

/* Ends the calling thread, as returning from its function does. Not for the first one: that
 * exits. */
_Noreturn void thread_exit(void);

#endif
