/* SPDX-License-Identifier: MIT */
/* This hart's supervisor timer: one deadline, by Sstc where the hart has it, otherwise by SBI. */
#ifndef ARCH_TIMER_H
#define ARCH_TIMER_H

#include <stdint.h>

/* Interrupts this hart in so many microseconds; replaces an earlier deadline. */
void timer_arm(uint64_t microseconds);
void timer_disarm(void);

#endif
