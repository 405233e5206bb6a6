/* SPDX-License-Identifier: MIT */
/* The scheduler: one first-in first-out run queue per hart, time slices, switching. */
#ifndef CORE_SCHED_H
#define CORE_SCHED_H

#include "arch/cpu.h"
#include "core/thread.h"

/* Prepares a hart's queue and idle thread; boot hart, before the hart starts. */
void sched_init_cpu(struct cpu *cpu);

/* Makes a new thread ready on its hart. */
void sched_start(struct thread *thread);

/*
 * Blocks the current thread and lets `lock` go. The caller holds the lock that guards the condition
 * it waits for; whoever makes the condition true takes the same lock and calls sched_wake(), so
 * the wake-up cannot come between the caller's look and its sleep.
 */
void sched_block(struct spinlock *lock, enum thread_wait waits_for);

/* Makes a thread ready that is blocked on this, to run soon; no effect on any other. */
void sched_wake(struct thread *thread, enum thread_wait waits_for);

/* Lets the next ready thread of this hart run; returns at once when there is none. */
void sched_yield(void);

/* As sched_yield(), but with none ready sleeps until an interrupt or a few microseconds. */
void sched_nap(void);

/* Ends the current thread. */
_Noreturn void sched_exit(void);

_Noreturn void sched_idle_loop(void);

#endif
