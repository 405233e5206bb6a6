/* SPDX-License-Identifier: MIT */
/*
 * Time, in ticks of the time CSR, and this hart's supervisor timer: one deadline, by Sstc where the
 * hart has it, otherwise by SBI.
 */
#ifndef ARCH_TIMER_H
#define ARCH_TIMER_H

#include <stdint.h>

uint64_t timer_now(void);
uint64_t timer_ticks(uint64_t microseconds);

/* The time in so many nanoseconds, rounded up; UINT64_MAX for WAIT_FOREVER and what is beyond it. */
uint64_t timer_deadline(uint64_t nanoseconds);

/* Interrupts this hart at a time and until another one is set; UINT64_MAX: never. */
void timer_set(uint64_t when);

#endif
