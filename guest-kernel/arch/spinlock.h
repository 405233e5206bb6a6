/* SPDX-License-Identifier: MIT */
/*
 * A ticket lock: harts get it in the order they asked. The kernel runs with interrupts off, so a
 * holder is never interrupted; it must not switch threads either.
 */
#ifndef ARCH_SPINLOCK_H
#define ARCH_SPINLOCK_H

#include <stdint.h>

struct spinlock {
    uint32_t next;    /* next ticket to hand out; any hart, atomically */
    uint32_t serving; /* ticket that holds the lock; written by the holder (release) */
};

static inline void spin_lock(struct spinlock *lock)
{
    uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

    while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket) {
    }
}

static inline void spin_unlock(struct spinlock *lock)
{
    __atomic_store_n(&lock->serving, lock->serving + 1, __ATOMIC_RELEASE);
}

#endif
