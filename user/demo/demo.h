/* SPDX-License-Identifier: MIT */
/* What the demonstration's two programs agree on, and how they wait and count. */
#ifndef DEMO_H
#define DEMO_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/syscall.h"

#define REQUEST_VECTOR  5
#define ANSWER_VECTOR   9
#define RUNNING_ROUNDS  1000
#define BLOCKED_ROUNDS  100

/* The sender's handles from its start: for requests, and to call the receiver at set-up. */
#define REQUEST_HANDLE  3
#define RECEIVER_HANDLE 4

/* Instructions retired; host ticks unless QEMU runs with -icount, so see count_init(). */
static inline uint64_t count_now(void)
{
    uint64_t value;

    __asm__ volatile("csrr %0, instret" : "=r"(value) : : "memory");
    return value;
}

/* Finds out with a loop of known length whether count_now() counts instructions. */
void count_init(void);
bool count_works(void);

/* Sorts the values and returns the middle one. */
uint64_t count_median(uint64_t *values, unsigned number);

/*
 * The instructions from the one behind an uipi.send to oneself until it goes on: into an empty
 * handler and out of it. Needs a process without a handler and leaves it so.
 */
uint64_t count_entry_and_exit(void);

/*
 * How long to look at memory for a change before yielding. With -icount one host thread runs all
 * harts in turn, and a hart that looks for long only uses up its turn.
 */
unsigned count_spins(void);

#define WAIT_UNTIL(condition)                                                                      \
    for (unsigned spins_ = 0; !(condition); spins_++) {                                            \
        if (spins_ >= count_spins()) {                                                             \
            thread_yield();                                                                        \
        }                                                                                          \
    }

#endif
