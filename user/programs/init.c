// SPDX-License-Identifier: MIT
/*
 * The first process. The kernel starts it with the words of its command line and powers off with
 * its status when it ends.
 *
 *   init [PROGRAM [ARGUMENT...]]   runs PROGRAM (demo) at the console; its status is PROGRAM's, 127
 *                                  when there is no such program
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/process.h"
#include "lib/syscall.h"

#define DEFAULT_PROGRAM "demo"

static int cannot_start(const char *name)
{
    if (errno == ENOENT) {
        fprintf(stderr, "init: there is no program \"%s\"\n", name);
        return 127;
    }
    fprintf(stderr, "init: cannot start \"%s\": %s\n", name, strerror(errno));
    return 126;
}

int main(int argc, char **argv)
{
    const char *const standard[] = { DEFAULT_PROGRAM, NULL };
    const char *const *arguments = argc > 1 ? (const char *const *)argv + 1 : standard;
    int process = process_start(arguments, NULL);

    if (process < 0) {
        return cannot_start(arguments[0]);
    }
    if (console_foreground(process) < 0) {
        fprintf(stderr, "init: no ^C for %s: %s\n", arguments[0], strerror(errno));
    }
    return process_finish(process);
}
