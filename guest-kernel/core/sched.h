/* SPDX-License-Identifier: MIT */
/*
 * The scheduler: a run queue per hart with PRIORITIES levels. A hart runs the first thread of its
 * best level; threads of equal priority take turns. Everything here needs the kernel lock.
 */
#ifndef CORE_SCHED_H
#define CORE_SCHED_H

#include <stdint.h>

#include "arch/cpu.h"
#include "core/lock.h"
#include "core/thread.h"

/* Prepares a hart's queue; boot hart, before the hart starts. */
void sched_init_cpu(struct cpu *cpu);

/*
 * Makes a thread ready that is new or has waited: on its hart if that is free for it, on another one
 * that is, otherwise on its own. The chosen hart looks at once if the thread is to run now.
 */
void sched_ready(struct thread *thread);

/* Takes a ready thread out of its run queue. */
void sched_remove(struct thread *thread);

/*
 * Others of the running thread's priority come first. If there are none its hart rests until an
 * interrupt, 50 microseconds at most.
 */
void sched_yield(void);

/* Puts a ready thread where its new priority or affinity demands, has a running one looked at. */
void sched_changed(struct thread *thread, unsigned old_priority);

/* Lets the current thread's hart go to `to`, which is not in a run queue, at once. */
void sched_switch_to(struct thread *to);

/*
 * The way out of the kernel: the thread to continue, with its address space and registers in
 * place. Waits while there is none. Gives the kernel lock back.
 */
struct thread *sched_leave(void);

/* The same, short when the hart simply goes on with the thread that it has. */
static inline struct thread *sched_leave_quickly(struct cpu *cpu)
{
    struct thread *thread = cpu->current;

    if (__builtin_expect(!thread || cpu->need_resched || thread->state != THREAD_RUNNING ||
                             thread->attention,
                         0)) {
        return sched_leave();
    }
    kernel_leave();
    return thread;
}

/* Interrupts of the hart's timer: deadlines that have passed, the end of a time slice. */
void sched_timer(struct cpu *cpu);

_Noreturn void sched_idle_loop(void);

/* Bit h: hart h runs threads. */
uint64_t sched_online_harts(void);

uint64_t sched_switches(void);
uint64_t sched_migrations(void);

#endif
