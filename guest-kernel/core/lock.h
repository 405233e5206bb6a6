/* SPDX-License-Identifier: MIT */
/*
 * The kernel lock. A hart takes it on its way into the kernel and gives it back on its way out and
 * while it idles, so one hart at a time is in the kernel. What user interrupts carry does not
 * come here, and what does is short. Fields of kernel structures that do not say otherwise are
 * guarded by it.
 */
#ifndef CORE_LOCK_H
#define CORE_LOCK_H

#include <stdint.h>

#include "arch/sbi.h"
#include "arch/spinlock.h"

extern struct spinlock kernel_lock;

/* Bit i: hart id i gets an inter-processor interrupt from whoever leaves the kernel next. */
extern uint64_t kernel_kicks;

static inline void kernel_enter(void)
{
    spin_lock(&kernel_lock);
}

/* Kicked harts come for the lock at once: so not before it is free. */
static inline void kernel_leave(void)
{
    uint64_t kicks = kernel_kicks;

    kernel_kicks = 0;
    spin_unlock(&kernel_lock);
    if (__builtin_expect(kicks != 0, 0)) {
        sbi_send_ipis(kicks);
    }
}

#endif
