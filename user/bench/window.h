/* SPDX-License-Identifier: MIT */
/*
 * Marks for the attribution plugin (tools/attribution): what all harts execute between
 * window_begin(id) and window_end(id) is counted, and reported as one line with this number.
 *
 *     window_begin(3);
 *     ... the operation ...
 *     window_end(3);
 *
 * Each mark is one instruction, which is not counted itself: slti x0, x0, id and
 * sltiu x0, x0, id, HINTs that the unprivileged specification leaves to custom use. On a machine
 * without the plugin they do nothing, so a program is the same with it and without.
 *
 * The number is a constant from 0 to 2047. It names the window for all programs of the guest:
 * windows of different numbers may overlap, one that is begun again starts anew, and each may be
 * used any number of times, which the report counts. The end may be in another program than the
 * beginning. Optimisation can move accesses that aren't volatile only within one side of a mark.
 */
#ifndef BENCH_WINDOW_H
#define BENCH_WINDOW_H

static inline __attribute__((always_inline)) void window_begin(const int id)
{
    __asm__ volatile("slti x0, x0, %0" : : "i"(id) : "memory");
}

static inline __attribute__((always_inline)) void window_end(const int id)
{
    __asm__ volatile("sltiu x0, x0, %0" : : "i"(id) : "memory");
}

#endif
