/* SPDX-License-Identifier: MIT */
/*
 * Conformance: what has one interface for the kernel's way and the one on user interrupts (lib/pipe.h,
 * lib/queue.h) is tested by the same cases, once with each. A case's argument says which, and where the
 * other side runs.
 */
#ifndef TESTS_CONFORM_H
#define TESTS_CONFORM_H

#include "lib/link.h"
#include "tests/test.h"

#define ON_HART_1         (1ul << 32)
#define KIND(argument)    (IPC_UINTR & (unsigned)(argument))
#define HART_OF(argument) ((argument) >> 32 & 1 ? 1u : 0u)

#define ON_BOTH(name, run)                                                                         \
    CASE_WITH(name "-kernel", run, 0, 0, 0), CASE_WITH(name "-uintr", run, IPC_UINTR, 0, 0)

#define ON_BOTH_AND_CROSS(name, run)                                                               \
    CASE_WITH(name "-kernel-same", run, 0, 0, 0),                                                  \
        CASE_WITH(name "-kernel-cross", run, ON_HART_1, 2, 0),                                     \
        CASE_WITH(name "-uintr-same", run, IPC_UINTR, 0, 0),                                       \
        CASE_WITH(name "-uintr-cross", run, IPC_UINTR | ON_HART_1, 2, 0)

/* --- What ends a wait from outside: conform.c --- */

enum way { BY_SIGNAL, BY_UINTR, BY_EITHER };

/* How often the handlers have run that the calling thread has got by conform_interruptible(). */
extern volatile unsigned conform_handled;

/* The calling thread, which must be on hart 0, gets handlers for both. */
void conform_interruptible(void);

/*
 * Another thread of the process interrupts the first one, from `hart`: once when that waits (it sets
 * conform_waits before), or again and again; until conform_stop().
 */
extern uint32_t conform_waits;
void conform_interrupt_once(enum way way, unsigned hart);
void conform_interrupt_often(enum way way, unsigned hart);
void conform_stop(void);

#endif
