/* SPDX-License-Identifier: MIT */
/* For programs that are built without vectors. vstart, vl, vtype and vcsr count as registers too. */
#ifndef TESTS_VECTOR_H
#define TESTS_VECTOR_H

#include <stddef.h>
#include <stdint.h>

#define VECTOR_LONGEST 128 /* bytes of a register: the kernel has memory for up to so many */
#define VILL           (1ul << 63)

struct vector_registers {
    uint64_t vstart, vl, vtype, vcsr;
    uint8_t v[32 * VECTOR_LONGEST]; /* as many as there are */
};

/* Load all of them; make a system call, or send a user interrupt; store all of them. */
void vector_hold(const struct vector_registers *in, struct vector_registers *out, long number,
                 uint64_t argument);
void vector_send(const struct vector_registers *in, struct vector_registers *out, uint64_t index);
void vector_store(const struct vector_registers *unused, struct vector_registers *out);

/* Bytes of a register here. */
size_t vector_length(void);

/* What belongs to a seed; it stays over a system call, and while time passes. */
void vector_fill(struct vector_registers *registers, uint32_t seed);
void vector_check_same(const struct vector_registers *in, const struct vector_registers *out);
void vector_check_zero(void);
void vector_check_hold(uint32_t seed, long number, uint64_t argument);
void vector_check_spin(uint32_t seed);

#endif
