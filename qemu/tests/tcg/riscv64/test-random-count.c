/*
 * Random test of user interrupts: whether the steps reached what they are
 * for
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "test-random.h"

/* Fewer steps may well miss something. */
#define ENOUGH_STEPS    20000

static const struct {
    const char *name;
    unsigned needs;
} counters[COUNTERS] = {
    [CNT_M_INTERRUPT] = { "interrupt to M", 0 },
    [CNT_S_INTERRUPT] = { "interrupt to S", 0 },
    [CNT_S_USER_INTERRUPT] = { "undelegated U interrupt to S", 0 },
    [CNT_V_USER_INTERRUPT] = { "undelegated U interrupt with V=1", HAS_H },
    [CNT_USI] = { "USI to U", 0 },
    [CNT_UTI] = { "UTI to U", 0 },
    [CNT_UEI] = { "UEI to U", 0 },
    [CNT_LEVEL] = { "USI without the latch", HAS_UINTC },
    [CNT_AT_ONCE] = { "U interrupt after the instruction", 0 },
    [CNT_U_EXCEPTION] = { "exception to U", 0 },
    [CNT_S_EXCEPTION] = { "exception to S", 0 },
    [CNT_M_EXCEPTION] = { "exception to M", 0 },
    [CNT_VIRTUAL] = { "virtual instruction", HAS_H },
    [CNT_CSR] = { "CSR access", 0 },
    [CNT_URET] = { "uret", 0 },
    [CNT_UIPI] = { "uipi", HAS_UINTR },
    [CNT_SEND_0] = { "send returns 0", HAS_UINTC },
    [CNT_SEND_1] = { "send returns 1", HAS_UINTR },
    [CNT_SEND_2] = { "send returns 2", HAS_UINTC },
    [CNT_SEND_FAULT] = { "send faults", HAS_UINTR },
};

static uint64_t counts[COUNTERS];

void count(enum counter counter)
{
    counts[counter]++;
}

/* False: something that the machine has did not happen. */
bool print_counts(uint64_t steps)
{
    bool complete = true;

    for (unsigned i = 0; i < COUNTERS; i++) {
        if ((model.has & counters[i].needs) != counters[i].needs) {
            continue;
        }
        print("  ");
        print_dec(counts[i]);
        print(" ");
        print(counters[i].name);
        print("\n");
        complete = complete && (counts[i] || steps < ENOUGH_STEPS);
    }
    return complete;
}
