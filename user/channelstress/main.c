// SPDX-License-Identifier: MIT
/*
 *   channelstress [-s SEED] [-r ROUNDS] [-c CLIENTS]
 *
 * Clients and servers on all harts talk by channels, move and die at random; every message is numbered, sealed,
 * counted out and in. Status 0 and one line of counts, or a line that says what is wrong. With -icount a
 * seed gives the same output every time. See channelstress.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channelstress/channelstress.h"
#include "stress/bracket.h"

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
               : bracket_run(argv);
}
