/* SPDX-License-Identifier: MIT */
/*
 * The system calls, by number from uapi/syscall.h. A function for a call gets its arguments as the
 * registers hold them and returns a value, -errno or, when the thread waits, SYSCALL_WAITS.
 */
#ifndef CORE_SYSCALL_H
#define CORE_SYSCALL_H

/* Kept out of the dispatcher, whose own registers would grow with each call. */
#define SYSCALL __attribute__((noinline))

struct thread;

/* Carries out the current thread's call: number in a7, arguments in a0-a6, the result into a0. */
void syscall_dispatch(struct thread *thread);

#endif
