/* SPDX-License-Identifier: MIT */
/*
 * Time since the machine was reset, from the time CSR: no system call but one, the first time a
 * program asks for the frequency. lib/clock.c also defines usleep(), nanosleep(),
 * clock_gettime() (every clock is this one) and clock() (of the machine and not of the process)
 * for picolibc.
 */
#ifndef LIB_CLOCK_H
#define LIB_CLOCK_H

#include <stdint.h>

#define NANOSECONDS 1000000000ul /* in a second */

static inline uint64_t clock_ticks(void)
{
    uint64_t value;

    __asm__ volatile("csrr %0, time" : "=r"(value) : : "memory");
    return value;
}

/* Ticks in a second. */
uint64_t clock_frequency(void);

/* Ticks as nanoseconds, rounded down. */
uint64_t clock_to_nanoseconds(uint64_t ticks);

static inline uint64_t clock_nanoseconds(void)
{
    return clock_to_nanoseconds(clock_ticks());
}

/* Sleeps the whole time, whatever interrupts it: thread_sleep() wakes up for a signal. */
void clock_sleep(uint64_t nanoseconds);

#endif
