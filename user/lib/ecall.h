/* SPDX-License-Identifier: MIT */
/*
 * The ecall instruction for the library itself: number in a7, arguments from a0 on, the result or
 * -errno in a0. All other registers keep their values.
 */
#ifndef LIB_ECALL_H
#define LIB_ECALL_H

#include <errno.h>
#include <stdint.h>

static inline long ecall_4(long number, uint64_t first, uint64_t second, uint64_t third,
                           uint64_t fourth)
{
    register uint64_t a0 __asm__("a0") = first;
    register uint64_t a1 __asm__("a1") = second;
    register uint64_t a2 __asm__("a2") = third;
    register uint64_t a3 __asm__("a3") = fourth;
    register long a7 __asm__("a7") = number;

    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a7) : "memory");
    return (long)a0;
}

static inline long ecall_3(long number, uint64_t first, uint64_t second, uint64_t third)
{
    register uint64_t a0 __asm__("a0") = first;
    register uint64_t a1 __asm__("a1") = second;
    register uint64_t a2 __asm__("a2") = third;
    register long a7 __asm__("a7") = number;

    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
    return (long)a0;
}

static inline long ecall_2(long number, uint64_t first, uint64_t second)
{
    register uint64_t a0 __asm__("a0") = first;
    register uint64_t a1 __asm__("a1") = second;
    register long a7 __asm__("a7") = number;

    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a7) : "memory");
    return (long)a0;
}

static inline long ecall_1(long number, uint64_t first)
{
    register uint64_t a0 __asm__("a0") = first;
    register long a7 __asm__("a7") = number;

    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "memory");
    return (long)a0;
}

static inline long ecall_0(long number)
{
    register uint64_t a0 __asm__("a0");
    register long a7 __asm__("a7") = number;

    __asm__ volatile("ecall" : "=r"(a0) : "r"(a7) : "memory");
    return (long)a0;
}

/* A result as libc has it: -1 and errno for an error. */
static inline long ecall_result(long result)
{
    if (result < 0) {
        errno = (int)-result;
        return -1;
    }
    return result;
}

#endif
