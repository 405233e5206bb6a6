/* SPDX-License-Identifier: MIT */
/*
 * Vector registers. The kernel is built without; when they are saved and loaded is what
 * core/registers.h says.
 */
#ifndef ARCH_VECTOR_H
#define ARCH_VECTOR_H

#include <stdint.h>

#define VTYPE_VILL (1ul << 63) /* no vector instruction but vsetvl is legal */

/* Field order is known to vector.S. */
struct vector {
    uint64_t vstart, vl, vtype, vcsr;
    void *v; /* v0..v31, vector_length() bytes each */
};

/* All need sstatus.VS to be other than Off. vector_save() leaves vstart 0. */
void vector_save(struct vector *vector);
void vector_load(const struct vector *vector);

/* vlenb: bytes of a register. */
uint64_t vector_length(void);

#endif
