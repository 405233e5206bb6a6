// SPDX-License-Identifier: MIT
/*
 *   stress [-s SEED] [-t OPERATIONS] [-p PROCESSES]
 *
 * Processes on all harts create, send, block, migrate and die at random; every message is
 * counted out and in. Status 0 and one line of counts, or a line that says what is wrong. With
 * -icount a seed gives the same output every time. See stress/stress.h.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stress/bracket.h"
#include "stress/coordinator.h"
#include "stress/options.h"
#include "stress/worker.h"

#define MOST_OPERATIONS 100000000

int main(int argc, char **argv)
{
    unsigned long seed = 1, operations = 20000, processes = 6;
    const struct option options[] = {
        {"-s",  &seed,       0, ULONG_MAX      },
        { "-t", &operations, 1, MOST_OPERATIONS},
        { "-p", &processes,  2, MAX_SEATS      },
        { NULL, NULL,        0, 0              }
    };
    bool coordinator = argc > 1 && strcmp(argv[1], "coordinate") == 0;

    if (argc == 3 && strcmp(argv[1], "work") == 0) {
        return work((unsigned)atoi(argv[2]));
    }
    if (argc > 8 || !options_read(options, argv + 1 + coordinator)) {
        printf("usage: stress [-s SEED] [-t OPERATIONS] [-p PROCESSES]\n"
               "processes: 2 to %d\n",
               MAX_SEATS);
        return 2;
    }
    return coordinator ? coordinate(seed, (unsigned)operations, (unsigned)processes)
                       : bracket_run(argv);
}
