/* SPDX-License-Identifier: MIT */
/* What holds for all registers that the kernel saves for who uses them: those of floating point, and vectors. */
#ifndef TESTS_REGISTERS_H
#define TESTS_REGISTERS_H

#include <stdint.h>

struct register_set {
    void (*check_zero)(void); /* all are, in the calling thread */
    /* What belongs to a seed stays in them: over a system call; while time passes, NULL: not tried. */
    void (*hold)(uint32_t seed, long number, uint64_t argument);
    void (*spin)(uint32_t seed);
};

/* Two cases; they use shared->values[0]. */
void registers_start_zero(const struct register_set *set, uint64_t hart);
void registers_many_hold(const struct register_set *set);

#endif
