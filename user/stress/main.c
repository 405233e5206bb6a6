// SPDX-License-Identifier: MIT
/*
 *   stress [-s SEED] [-t OPERATIONS] [-p PROCESSES]
 *
 * Processes on all harts create, send, block, migrate and die at random; every message is
 * counted out and in. Status 0 and one line of counts, or a line that says what is wrong. With
 * -icount a seed gives the same output every time. See stress/stress.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stress/coordinator.h"
#include "stress/worker.h"
#include "stress/bracket.h"

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
               : bracket_run(argv);
}
