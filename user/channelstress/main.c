// SPDX-License-Identifier: MIT
/*
 *   channelstress [-s SEED] [-r ROUNDS] [-c CLIENTS]
 *
 * Clients and servers on all harts talk by channels, move and die at random; every message is numbered, sealed,
 * counted out and in. Status 0 and one line of counts, or a line that says what is wrong. With -icount a
 * seed gives the same output every time. See channelstress.h.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channelstress/channelstress.h"
#include "stress/bracket.h"
#include "stress/options.h"

#define MOST_ROUNDS 1000000

int main(int argc, char **argv)
{
    unsigned long seed = 1, rounds = 10, clients = 8;
    const struct option options[] = {
        {"-s",  &seed,    0, ULONG_MAX  },
        { "-r", &rounds,  1, MOST_ROUNDS},
        { "-c", &clients, 2, MAX_CLIENTS},
        { NULL, NULL,     0, 0          }
    };
    bool coordinator = argc > 1 && strcmp(argv[1], "coordinate") == 0;

    if (argc == 3 && (strcmp(argv[1], "client") == 0 || strcmp(argv[1], "server") == 0)) {
        ledger_map(LEDGER_HANDLE);
        return (argv[1][0] == 'c' ? be_client : be_server)((unsigned)atoi(argv[2]));
    }
    if (argc > 8 || !options_read(options, argv + 1 + coordinator)) {
        printf("usage: channelstress [-s SEED] [-r ROUNDS] [-c CLIENTS]\n"
               "clients: 2 to %d\n",
               MAX_CLIENTS);
        return 2;
    }
    return coordinator ? coordinate(seed, (unsigned)rounds, (unsigned)clients) : bracket_run(argv);
}
