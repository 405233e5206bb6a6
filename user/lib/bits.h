/* SPDX-License-Identifier: MIT */
/* The lowest set bit, for a machine without an instruction for it: a few steps and not libgcc's 24. */
#ifndef LIB_BITS_H
#define LIB_BITS_H

#include <stdint.h>

extern const uint8_t bits_lowest[256];

/* 0 to 63; not for 0. */
static inline unsigned lowest_bit(uint64_t bits)
{
    unsigned number = 0;

    while (!(bits & 0xff)) {
        bits >>= 8;
        number += 8;
    }
    return number + bits_lowest[bits & 0xff];
}

#endif
