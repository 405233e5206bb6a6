/* SPDX-License-Identifier: MIT */
/* Samples of one pair, and the line that tells what they were. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "bench/pair.h"

/*
 * Takes pair->rounds samples and prints them as one line of JSON and one to be read:
 *
 *   mechanism, kind, receiver, harts, size, depth, one_way   what was measured
 *   unit        "instructions", or "ns" if QEMU doesn't count
 *   samples     so many, of so many rounds each: batch; a round is `depth` messages and their answers
 *   min, q1, median, q3, max                       of the samples, less what an empty round takes
 *   window      rounds in a window of the attribution plugin, which gets a line for it; 0: none
 *   wrong       answers that were not the requests'
 *
 * Instructions are counted for one round at a time. Time is that of 8 together, a tick being 100 ns; after
 * an eighth of a second there are enough samples.
 */
int measure_pair(const struct pair *pair);

#endif
