// SPDX-License-Identifier: MIT
/*
 *   stress [-s SEED] [-t OPERATIONS] [-p PROCESSES]
 *
 * Processes on all harts create, send, block, migrate and die at random; every message is
 * counted out and in. Status 0 and one line of counts, or a line that says what is wrong. With
 * -icount a seed gives the same output every time. See stress/stress.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/process.h"
#include "lib/syscall.h"
#include "stress/coordinator.h"
#include "stress/worker.h"

#define MOST_OPERATIONS 100000000

struct options {
    unsigned long seed, operations, processes;
};

/* One option and its value: false when it is none, or the number isn't in the range. */
static bool read_option(struct options *options, const char *name, const char *value)
{
    char *end;
    unsigned long number = strtoul(value, &end, 0);

    if (*value == 0 || *end != 0) {
        return false;
    }
    if (strcmp(name, "-s") == 0) {
        options->seed = number;
        return true;
    }
    if (strcmp(name, "-t") == 0) {
        options->operations = number;
        return number >= 1 && number <= MOST_OPERATIONS;
    }
    options->processes = number;
    return strcmp(name, "-p") == 0 && number >= 2 && number <= MAX_SEATS;
}

static bool read_options(struct options *options, int argc, char **argv)
{
    for (int i = 0; i < argc; i += 2) {
        if (i + 1 == argc || !read_option(options, argv[i], argv[i + 1])) {
            return false;
        }
    }
    return true;
}

static bool same(unsigned long before, unsigned long after, const char *what)
{
    if (before != after) {
        printf("stress: leaked: %lu %s before, %lu after\n", before, what, after);
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

/* All is done by a child, so that what it needs for itself is gone too at the end. */
static int run(char **argv)
{
    const char *arguments[10] = { argv[0], "coordinate" };
    struct system_info before, after;
    int process, status;

    for (unsigned i = 1; argv[i]; i++) {
        arguments[i + 1] = argv[i];
    }
    system_info(&before);
    process = process_start(arguments, NULL);
    if (process < 0) {
        printf("stress: cannot start: %s\n", strerror(errno));
        return 1;
    }
    status = process_finish(process);
    system_info(&after);
    if (status == 0 && !nothing_leaked(&before, &after)) {
        return 1;
    }
    return status;
}

int main(int argc, char **argv)
{
    struct options options = { 1, 20000, 6 };
    bool coordinator = argc > 1 && strcmp(argv[1], "coordinate") == 0;

    if (argc == 3 && strcmp(argv[1], "work") == 0) {
        return work((unsigned)atoi(argv[2]));
    }
    if (argc > 8 || !read_options(&options, argc - 1 - coordinator, argv + 1 + coordinator)) {
        printf("usage: stress [-s SEED] [-t OPERATIONS] [-p PROCESSES]\n"
               "processes: 2 to %d\n",
               MAX_SEATS);
        return 2;
    }
    return coordinator
               ? coordinate(options.seed, (unsigned)options.operations, (unsigned)options.processes)
               : run(argv);
}
