/* SPDX-License-Identifier: MIT */
/* Random numbers and contents that a seed repeats; for stress and channelstress. */
#ifndef STRESS_CHANCE_H
#define STRESS_CHANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each thread has a sequence of its own, given by a program's seed and by who it is. */
void chance_seed(uint64_t seed, uint64_t a, uint64_t b);
unsigned below(unsigned limit);
bool one_in(unsigned number);

uint64_t mix(uint64_t a, uint64_t b);
void fill(void *bytes, size_t size, uint64_t seed);
bool is_filled(const void *bytes, size_t size, uint64_t seed);

#endif
