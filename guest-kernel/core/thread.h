/* SPDX-License-Identifier: MIT */
/* A thread of execution: what the scheduler switches. It stays on one hart for all its life. */
#ifndef CORE_THREAD_H
#define CORE_THREAD_H

#include <stdbool.h>
#include <stdint.h>

struct cpu;
struct process;
struct uintr_receiver;

enum thread_state {
    THREAD_RUNNING, /* on its hart */
    THREAD_READY,   /* in its hart's run queue */
    THREAD_BLOCKED,
    THREAD_DEAD, /* never to run again */
};

/* What a blocked thread waits for: a wake-up for anything else passes it by. */
enum thread_wait {
    WAIT_CHILD,
    WAIT_HANDLE,
    WAIT_UINTR,
};

/* What context_switch() saves; order known to arch/trap.S. */
struct context {
    uint64_t ra;
    uint64_t sp;
    uint64_t s[12];
};

/* The U-level registers of a thread that is not running; its own hart only. */
struct uintr_context {
    uint64_t uie, utvec, uscratch, uepc, ucause, utval;
    bool usip;   /* the hart's USIP latch was set */
    bool active; /* the receiver was Active, or is to become so */
};

struct thread {
    struct context context;     /* its own hart only */
    enum thread_state state;    /* under the hart's queue_lock */
    enum thread_wait waits_for; /* while blocked; under the hart's queue_lock */
    struct thread *next;        /* run queue; under the hart's queue_lock */
    struct cpu *cpu;            /* constant */
    struct process *process;    /* constant; NULL for an idle thread */
    uint64_t kernel_sp;         /* constant: top of its kernel stack */
    uint64_t *root;             /* page table, NULL for the kernel's; its own hart only */
    struct uintr_context uintr;
    struct uintr_receiver *receiver; /* NULL without a handler; its own hart only */
    uint64_t suist;                  /* register value while it runs; its own hart only */
};

#endif
