/* SPDX-License-Identifier: MIT */
/*
 * A thread: what the scheduler switches. It runs on a hart, or is ready in one's run queue, or waits
 * (core/wait.h). Guarded by the kernel lock; a running thread's frame is in its hart's registers.
 */
#ifndef CORE_THREAD_H
#define CORE_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/syscall.h"

#include "arch/fpu.h"
#include "arch/trap.h"
#include "arch/vector.h"
#include "core/list.h"
#include "core/wait.h"
#include "ipc/uintr_context.h"

struct cpu;
struct process;

enum thread_state {
    THREAD_NEW, /* never was ready yet */
    THREAD_READY,
    THREAD_RUNNING,
    THREAD_WAITING,
};

/* thread.attention: what is to be done before the thread continues in user mode. */
enum {
    ATTENTION_KILLED = 1,  /* it dies */
    ATTENTION_RESTART = 2, /* its system call begins anew */
    ATTENTION_SIGNAL = 4,  /* a signal may be deliverable */
};

struct thread {
    struct trap_frame frame;
    struct cpu *cpu; /* runs there, or is ready there, or ran there last */
    struct process *process;
    enum thread_state state;
    uint8_t attention;
    uint8_t priority;
    uint64_t affinity;   /* bit h: may run on hart h */
    uint32_t slice_left; /* ticks, when it was preempted; 0: a whole slice */

    struct list node;     /* in a run queue or in what it waits for */
    struct list siblings; /* in process->threads */
    struct wait wait;     /* while THREAD_WAITING */
    struct fpu fpu;       /* when it isn't running and sstatus.FS is not Off */
    struct vector vector; /* the same by sstatus.VS; v is NULL while that is Off */
    bool interrupted;     /* its system call ended by -EINTR instead of waiting on */
    uint64_t signal_mask; /* blocked signals */
    bool restore_mask;    /* SYS_sigsuspend: saved_mask comes back with the handler's end */
    uint64_t saved_mask;
    uint64_t alt_stack_base, alt_stack_size; /* for signal handlers; size 0: none */

    /* Calls (ipc/endpoint.h) */
    struct thread *caller; /* whose call this thread has received and not answered */
    struct thread *server; /* the thread whose caller this one is */
    uint32_t badge;        /* of the handle it called by */

    struct uintr_context uintr;
};

/* The current thread: the one whose system call or trap this hart is serving. */
struct thread *thread_current(void);

/*
 * A new thread of a process, not ready yet: NULL when there is no memory or there are too many.
 * Its registers are zero but for pc, sp, a0 and tp.
 */
struct thread *thread_create(struct process *process, uint64_t pc, uint64_t sp, uint64_t argument,
                             uint64_t tp);

/* Has a thread end as soon as possible, wherever it is. */
void thread_kill(struct thread *thread);

/* Ends the current thread or one that is in no queue: it lets go of all it has and is freed. */
void thread_finish(struct thread *thread);

/*
 * The fast paths' own wait_start(): a thread that has just executed an ecall waits from here on, for
 * somebody to end it.
 */
static inline void wait_begin(struct thread *thread)
{
    thread->frame.argument = FRAME_X(&thread->frame, 10);
    thread->frame.sepc += 4;
    thread->interrupted = false;
    thread->state = THREAD_WAITING;
    thread->wait.deadline = UINT64_MAX;
}

unsigned thread_count(void);

/* System calls */
SYSCALL long thread_sys_create(uint64_t pc, uint64_t sp, uint64_t argument, uint64_t tp);
SYSCALL long thread_sys_exit(uint64_t word);
SYSCALL long thread_sys_set_priority(uint64_t priority);
SYSCALL long thread_sys_set_affinity(uint64_t harts);

#endif
