/* SPDX-License-Identifier: MIT */
/* What must hold in a program of random processes; for stress and channelstress. */
#ifndef STRESS_FAIL_H
#define STRESS_FAIL_H

#include <errno.h>
#include <string.h>

/* Ends the test: says what is wrong, in one line, and ends this process. Each program has its own: ledger.c. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A result that must not be negative. */
static inline long must(long result, const char *what)
{
    if (result < 0) {
        fail("%s: %s", what, strerror(errno));
    }
    return result;
}

#endif
