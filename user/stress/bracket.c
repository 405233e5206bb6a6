// SPDX-License-Identifier: MIT
#include "stress/bracket.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/process.h"
#include "lib/syscall.h"

static const char *program; /* its name */

static bool same(unsigned long before, unsigned long after, const char *what)
{
    if (before != after) {
        printf("%s: leaked: %lu %s before, %lu after\n", program, before, what, after);
    }
    return before == after;
}

static bool nothing_leaked(const struct system_info *before, const struct system_info *after)
{
    bool holds = same(before->processes, after->processes, "processes");

    holds &= same(before->threads, after->threads, "threads");
    holds &= same(before->objects, after->objects, "objects");
    holds &= same(before->handles, after->handles, "handles");
    holds &= same(before->receivers, after->receivers, "receivers");
    holds &= same(before->uintr.blocked_now, after->uintr.blocked_now, "receivers asleep");
    holds &= same(before->free_pages, after->free_pages, "free pages");
    return holds;
}

int bracket_run(char **argv)
{
    const char *arguments[10] = { argv[0], "coordinate" };
    struct system_info before, after;
    int process, status;

    for (unsigned i = 1; argv[i]; i++) {
        arguments[i + 1] = argv[i];
    }
    program = argv[0];
    system_info(&before);
    process = process_start(arguments, NULL);
    if (process < 0) {
        printf("%s: cannot start: %s\n", program, strerror(errno));
        return 1;
    }
    status = process_finish(process);
    system_info(&after);
    if (status == 0 && !nothing_leaked(&before, &after)) {
        return 1;
    }
    return status;
}
