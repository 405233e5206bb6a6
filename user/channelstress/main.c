// SPDX-License-Identifier: MIT
/*
 *   channelstress [-s SEED] [-r ROUNDS] [-c CLIENTS]
 *
 * Clients and servers on all harts talk by channels, move and die at random; every message is numbered, sealed,
 * counted out and in. Status 0 and one line of counts, or a line that says what is wrong. With -icount a
 * seed gives the same output every time. See channelstress.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channelstress/channelstress.h"
#include "lib/process.h"
#include "lib/syscall.h"

#define MOST_ROUNDS 1000000

struct options {
    unsigned long seed, rounds, clients;
};

static bool read_options(struct options *options, int argc, char **argv)
{
    for (int i = 0; i < argc; i += 2) {
        char *end = NULL;
        unsigned long *value = strcmp(argv[i], "-s") == 0   ? &options->seed
                               : strcmp(argv[i], "-r") == 0 ? &options->rounds
                               : strcmp(argv[i], "-c") == 0 ? &options->clients
                                                            : NULL;

        if (!value || i + 1 == argc) {
            return false;
        }
        *value = strtoul(argv[i + 1], &end, 0);
        if (end == argv[i + 1] || *end) {
            return false;
        }
    }
    return options->rounds - 1 < MOST_ROUNDS && options->clients - 2 <= MAX_CLIENTS - 2;
}

static bool same(unsigned long before, unsigned long after, const char *what)
{
    if (before != after) {
        printf("channelstress: leaked: %lu %s before, %lu after\n", before, what, after);
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
        printf("channelstress: cannot start: %s\n", strerror(errno));
        return 1;
    }
    status = process_finish(process);
    system_info(&after);
    return status == 0 && !nothing_leaked(&before, &after) ? 1 : status;
}

int main(int argc, char **argv)
{
    struct options options = { 1, 10, 8 };
    bool coordinator = argc > 1 && strcmp(argv[1], "coordinate") == 0;

    if (argc == 3 && (strcmp(argv[1], "client") == 0 || strcmp(argv[1], "server") == 0)) {
        ledger_map(LEDGER_HANDLE);
        return (argv[1][0] == 'c' ? be_client : be_server)((unsigned)atoi(argv[2]));
    }
    if (argc > 8 || !read_options(&options, argc - 1 - coordinator, argv + 1 + coordinator)) {
        printf("usage: channelstress [-s SEED] [-r ROUNDS] [-c CLIENTS]\n"
               "clients: 2 to %d\n",
               MAX_CLIENTS);
        return 2;
    }
    return coordinator
               ? coordinate(options.seed, (unsigned)options.rounds, (unsigned)options.clients)
               : run(argv);
}
