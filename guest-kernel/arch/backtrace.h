/* SPDX-License-Identifier: MIT */
/*
 * Who called whom in the kernel, with the names of its functions: from the file kernel.sym of the
 * initrd, what `nm -n` says of the kernel when it is built.
 */
#ifndef ARCH_BACKTRACE_H
#define ARCH_BACKTRACE_H

#include <stdint.h>

/* Prints a pc and, by the frame pointers from `frame` on, the callers. Safe when they are broken. */
void backtrace_print(uint64_t pc, uint64_t frame);

/* The same after an exception: pc may be anywhere in a function, or in none; ra as it was then. */
void backtrace_print_trap(uint64_t pc, uint64_t ra, uint64_t frame);

#endif
