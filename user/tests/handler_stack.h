/* SPDX-License-Identifier: MIT */
/* A stack for signal handlers, and who is on it. */
#ifndef TESTS_HANDLER_STACK_H
#define TESTS_HANDLER_STACK_H

#include <stdbool.h>
#include <stdint.h>

#define STACK_SIZE 16384

static inline uint64_t stack_pointer(void)
{
    uint64_t sp;

    __asm__ volatile("mv %0, sp" : "=r"(sp));
    return sp;
}

static inline bool is_on_stack(uint64_t sp, const char *stack)
{
    return sp > (uint64_t)stack && sp <= (uint64_t)stack + STACK_SIZE;
}

#endif
