/* SPDX-License-Identifier: MIT */
/*
 * A lock for whoever comes first. A ticket lock would be fair, but an emulator's harts lose their
 * processor at any time, and then all would wait for the one whose turn it is. So that nobody waits
 * for ever, who comes while others wait lets them try first. The kernel runs with interrupts off, so
 * a holder is never interrupted.
 */
#ifndef ARCH_SPINLOCK_H
#define ARCH_SPINLOCK_H

#include <stdint.h>

#include "arch/csr.h"

struct spinlock {
    uint32_t taken;   /* 1: a hart has it; by exchange (acquire), cleared by the holder (release) */
    uint32_t waiting; /* harts that spin; relaxed, only decides who tries first */
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

static inline void spin_wait(struct spinlock *lock)
{
    unsigned spins = 0;

    __atomic_fetch_add(&lock->waiting, 1, __ATOMIC_RELAXED);
    do {
        while (__atomic_load_n(&lock->taken, __ATOMIC_RELAXED)) {
            if (++spins % SPINS_BEFORE_REST == 0) {
                spin_rest();
            }
        }
    } while (__atomic_exchange_n(&lock->taken, 1, __ATOMIC_ACQUIRE));
    __atomic_fetch_sub(&lock->waiting, 1, __ATOMIC_RELAXED);
}

static inline void spin_lock(struct spinlock *lock)
{
    if (__builtin_expect(__atomic_load_n(&lock->waiting, __ATOMIC_RELAXED) != 0, 0)) {
        spin_rest();
    }
    if (__builtin_expect(__atomic_exchange_n(&lock->taken, 1, __ATOMIC_ACQUIRE) != 0, 0)) {
        spin_wait(lock);
    }
}

static inline void spin_unlock(struct spinlock *lock)
{
    __atomic_store_n(&lock->taken, 0, __ATOMIC_RELEASE);
}

#endif
