// SPDX-License-Identifier: MIT
#include "lib/bits.h"

/* Runs of 16 that differ in their first number only: the lowest bit of the upper half. */
#define RUN(first) first, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0

const uint8_t bits_lowest[256] = {
    RUN(0), RUN(4), RUN(5), RUN(4), RUN(6), RUN(4), RUN(5), RUN(4),
    RUN(7), RUN(4), RUN(5), RUN(4), RUN(6), RUN(4), RUN(5), RUN(4),
};
