/* SPDX-License-Identifier: MIT */
/* For programs that are built without floating point. */
#ifndef TESTS_FLOAT_H
#define TESTS_FLOAT_H

#include <stdint.h>

struct float_registers {
    uint64_t f[32];
    uint64_t fcsr;
};

/* Loads all of them, makes a system call, stores all of them, which the hart still has then. */
void float_hold(const struct float_registers *in, struct float_registers *out, long number,
                uint64_t argument);
void float_store(struct float_registers *out);

#endif
