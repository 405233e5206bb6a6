// SPDX-License-Identifier: MIT
/* Copies its input to its output; there are no files to name. At the console ^D ends the input. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    int c;

    if (argc > 1) {
        fprintf(stderr, "%s: copies its input and takes no argument\n", argv[0]);
        return 2;
    }
    while (c = getchar(), c != EOF) {
        if (putchar(c) == EOF) {
            fprintf(stderr, "%s: cannot write: %s\n", argv[0], strerror(errno));
            return 1;
        }
    }
    if (ferror(stdin)) {
        fprintf(stderr, "%s: cannot read: %s\n", argv[0], strerror(errno));
        return 1;
    }
    return fflush(stdout) != 0;
}
