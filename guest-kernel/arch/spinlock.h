/* SPDX-License-Identifier: MIT */
/*
 * A ticket lock: harts get it in the order they asked. The kernel runs with interrupts off, so a
 * holder is never interrupted.
 */
#ifndef ARCH_SPINLOCK_H
#define ARCH_SPINLOCK_H

#include <stdint.h>

#include "arch/csr.h"

struct spinlock {
    uint32_t next;    /* next ticket to hand out; any hart, atomically */
    uint32_t serving; /* ticket that holds the lock; written by the holder (release) */
};

/*
 * An emulator may run harts in turn, and this one until it halts. A wait for an interrupt that is
 * pending costs a real hart nothing and lets such an emulator go on to the hart that has the lock. The
 * software interrupt is then served once for nothing.
 */
static inline void spin_rest(void)
{
    csr_set(CSR_SIP, INT_SSI);
    wait_for_interrupt();
}

#define SPINS_BEFORE_REST 64

static inline void spin_lock(struct spinlock *lock)
{
    uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

    for (unsigned spins = 1; __atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket; spins++) {
        if (spins % SPINS_BEFORE_REST == 0) {
            spin_rest();
        }
    }
}

static inline void spin_unlock(struct spinlock *lock)
{
    __atomic_store_n(&lock->serving, lock->serving + 1, __ATOMIC_RELEASE);
}

#endif
