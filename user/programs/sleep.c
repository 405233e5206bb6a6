// SPDX-License-Identifier: MIT
/* Sleeps a number of seconds, decimals allowed. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/clock.h"

/* "1", "0.25"; nothing else but digits. */
static bool parse_seconds(const char *text, uint64_t *nanoseconds)
{
    uint64_t unit = NANOSECONDS;
    bool fraction = false;

    *nanoseconds = 0;
    if (!*text) {
        return false;
    }
    for (; *text; text++) {
        if (*text == '.' && !fraction) {
            fraction = true;
        } else if (*text < '0' || *text > '9' || *nanoseconds > 1000000000 * NANOSECONDS) {
            return false;
        } else if (fraction) {
            unit /= 10;
            *nanoseconds += (uint64_t)(*text - '0') * unit;
        } else {
            *nanoseconds = *nanoseconds * 10 + (uint64_t)(*text - '0') * NANOSECONDS;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    uint64_t nanoseconds;

    if (argc != 2 || !parse_seconds(argv[1], &nanoseconds)) {
        fprintf(stderr, "usage: sleep SECONDS\n");
        return 2;
    }
    clock_sleep(nanoseconds);
    return 0;
}
