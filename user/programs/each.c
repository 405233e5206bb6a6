// SPDX-License-Identifier: MIT
/*
 * Runs commands one after the other, in one boot:
 *
 *   each COMMAND [ARGUMENT...] [+ COMMAND [ARGUMENT...]]...
 *
 * The status is 0 if all of theirs are, else that of the last one that failed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/process.h"

static int run(char **words)
{
    int process = words[0] ? process_start((const char *const *)words, NULL) : -1;

    if (process < 0) {
        printf("each: cannot start \"%s\": %s\n", words[0] ? words[0] : "", strerror(errno));
        return 127;
    }
    return process_finish(process);
}

int main(int argc, char **argv)
{
    int first = 1, status = 0;

    for (int i = 1; i <= argc; i++) {
        if (i == argc || strcmp(argv[i], "+") == 0) {
            int one;

            argv[i] = NULL;
            one = run(argv + first);
            status = one ? one : status;
            first = i + 1;
        }
    }
    return status;
}
