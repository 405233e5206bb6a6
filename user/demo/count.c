// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo/demo.h"
#include "lib/uintr.h"

static bool works;

/* Whether a loop of 2 * `turns` + 2 instructions, the first csrr included, counts as that many. */
static bool loop_matches(uint64_t turns)
{
    uint64_t before, after;

    __asm__ volatile("csrr %0, instret\n"
                     "mv t0, %2\n"
                     "1: addi t0, t0, -1\n"
                     "bnez t0, 1b\n"
                     "csrr %1, instret\n"
                     : "=&r"(before), "=&r"(after)
                     : "r"(turns)
                     : "t0", "memory");
    return after - before == 2 * turns + 2;
}

/* Another hart's instructions may fall into a loop, hence a few tries. */
void count_init(void)
{
    for (int i = 0; i < 5 && !works; i++) {
        works = loop_matches(1000) && loop_matches(1729);
    }
}

bool count_works(void)
{
    return works;
}

unsigned count_spins(void)
{
    return works ? 0 : 10000;
}

static int compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

uint64_t count_median(uint64_t *values, unsigned number)
{
    qsort(values, number, sizeof(values[0]), compare);
    return values[number / 2];
}

static void do_nothing(uint64_t vectors)
{
    (void)vectors;
}

/* The difference of two adjacent counts is the counting's own cost. */
uint64_t count_entry_and_exit(void)
{
    uint64_t start, between, end;
    int index = -1;

    if (uintr_set_handler(do_nothing, 0) == 0) {
        index = uintr_register_self(REQUEST_VECTOR, 0);
    }
    if (index < 0) {
        printf("cannot send to oneself: %s\n", strerror(errno));
        exit(98);
    }
    uintr_enable();
    start = count_now();
    between = count_now();
    uipi_send_instruction((uint64_t)index);
    end = count_now();
    uintr_disable();
    uintr_unregister_handler(0);
    uintr_unregister_sender(index, 0);
    return (end - between) - (between - start) - 1;
}
