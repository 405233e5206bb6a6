// SPDX-License-Identifier: MIT
/* What attackers have in common. */
#include "hostile/hostile.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/process.h"
#include "lib/syscall.h"

#define WRONG_STATUS 99

void tell_peak(void)
{
    EXPECT(handle_write(PEAK_HANDLE, "", 1) == 1);
}

void hold_peak(void)
{
    char c;

    tell_peak();
    EXPECT(read(RELEASE_HANDLE, &c, 1) == 0);
}

void wrong(const char *format, ...)
{
    char text[200];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    fprintf(stderr, "hostile: attacker: %s\n", text);
    fflush(stderr);
    _exit(WRONG_STATUS);
}

int start_child(const char *name, unsigned argument, const int *handles, unsigned count)
{
    static const int standard[] = { -1, 1, 2 };
    struct process_options options = { handles ? handles : standard, handles ? count : 3,
                                       PROCESS_DEFAULT_PRIORITY, 0 };
    char digits[12];

    snprintf(digits, sizeof(digits), "%u", argument);
    return process_start((const char *[]){ "hostile", "attack", name, digits, NULL }, &options);
}

void run_child(const char *name, unsigned argument)
{
    int process = start_child(name, argument, NULL, 0);
    int status;

    EXPECT(process >= 0);
    status = process_finish(process);
    if (status != attack_find(name)->status) {
        wrong("%s ended with status %d, not %d", name, status, attack_find(name)->status);
    }
}

long raw_call(uint64_t number, const uint64_t arguments[6])
{
    register uint64_t a0 __asm__("a0") = arguments[0];
    register uint64_t a1 __asm__("a1") = arguments[1];
    register uint64_t a2 __asm__("a2") = arguments[2];
    register uint64_t a3 __asm__("a3") = arguments[3];
    register uint64_t a4 __asm__("a4") = arguments[4];
    register uint64_t a5 __asm__("a5") = arguments[5];
    register uint64_t a6 __asm__("a6") = arguments[5];
    register uint64_t a7 __asm__("a7") = number;

    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5)
                     : "r"(a6), "r"(a7)
                     : "memory");
    return (long)a0;
}

/* xorshift64* */
uint64_t chance(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1d;
}
