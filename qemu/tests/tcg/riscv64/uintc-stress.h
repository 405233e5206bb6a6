/*
 * The stress test of UINTC: what its kernel and its tasks share
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef UINTC_STRESS_H
#define UINTC_STRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "uintc-stress-asm.h"

#define TASKS           (3 * HARTS)

/* System calls, in a7 */
#define CALL_YIELD      1
#define CALL_BLOCK      2
#define CALL_FAIL       3

/*
 * A task's vectors: one from each task that is sent again only when it has
 * been seen, one from each task that may coalesce, one from each hart's
 * kernel, and the kernel's GO.  DEAD is only in entries with an old Tag.
 * The numbers are different in each receiver, so most strays are foreign.
 */
#define FROM_TASK       0
#define COALESCING      TASKS
#define FROM_HART       (2 * TASKS)
#define GO              (2 * TASKS + HARTS)
#define USED            (GO + 1)
#define DEAD            USED
#define VECTOR(r, n)    (((n) + 5 * (r)) & 63)
#define NUMBER(r, v)    (((v) - 5 * (r)) & 63)

/* The entries of a sender's table: four for each receiver */
#define ENTRY_FROM_TASK(r)      (4 * (r))
#define ENTRY_COALESCING(r)     (4 * (r) + 1)
#define ENTRY_DEAD(r)           (4 * (r) + 2)
#define ENTRY_INVALID(r)        (4 * (r) + 3)
#define ENTRIES                 512

/*
 * One vector of one receiver.  posted > seen means: a post is over, and the
 * handler has not met it yet.
 */
struct mail {
    uint64_t seq;               /* sender: counted before the post */
    uint64_t posted;            /* sender: seq, after the post */
    uint64_t seen;              /* handler: seq, when it met the vector */
};

enum task_state { READY, RUNNING, BLOCKED };

enum task_count {
    SENT_ACTIVE, SENT_INACTIVE, SENT_STALE, SENT_DEAD, HANDLED, SPURIOUS,
    CLEAR_FIRST, READ_FIRST, CLAIMED, PUT_BACK, DEACTIVATED, RAISED,
    PREEMPTED, YIELDED, BLOCKS, REFUSED, WOKEN, MIGRATED, RETAGGED,
    TASK_COUNTS
};

struct task {
    uint64_t reg[32];           /* x1 to x31; pc in the place of x0 */
    uint64_t kernel_stack;      /* of the hart that runs it */
    uint64_t hart;
    unsigned id;

    /* The task's own; the kernel reads them when it has stopped the task */
    uint64_t random;
    uint64_t quota;             /* sends that are left in this round */
    uint64_t in_handler;
    uint64_t masked;            /* UIE is 0, but not because of a trap */
    uint64_t may_be_spurious;
    uint64_t claims;            /* a handler that claims, with thresholds */
    unsigned threshold;
    uint64_t count[TASK_COUNTS];

    /* The kernel's, under its lock unless the task runs */
    enum task_state state;
    uint64_t next_quota;
    uint64_t tag;
    uint64_t low;
    uint64_t ustatus, utvec, uscratch, uepc, ucause, utval, uie;
    /* Odd while senders' entries and the receiver's Tag may differ */
    uint64_t tag_changes;
};

extern struct task tasks[TASKS];
extern struct mail mails[TASKS][64];

#define load(p)         __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define store(p, v)     __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define fence()         __atomic_thread_fence(__ATOMIC_SEQ_CST)

#define csr_read(csr) ({ \
    uint64_t v_; \
    asm volatile("csrr %0, %1" : "=r"(v_) : "i"(csr) : "memory"); \
    v_; \
})
#define csr_write(csr, v) \
    asm volatile("csrw %0, %1" : : "i"(csr), "r"((uint64_t)(v)) : "memory")
#define csr_set(csr, v) \
    asm volatile("csrs %0, %1" : : "i"(csr), "r"((uint64_t)(v)) : "memory")
#define csr_clear(csr, v) \
    asm volatile("csrc %0, %1" : : "i"(csr), "r"((uint64_t)(v)) : "memory")

#define USTATUS_UIE     1
#define USIP            1

/* xorshift64 */
static inline uint64_t next_random(uint64_t *state)
{
    uint64_t x = *state;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    *state = x;

    return x >> 16;
}


/* In uintc-stress-task.c, in U mode */
void task_main(struct task *me);
/* In uintc-stress-entry.S */
void task_vector(void);

#endif
