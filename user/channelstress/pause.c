// SPDX-License-Identifier: MIT
#include "channelstress/channelstress.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/syscall.h"
#include "uapi/signal.h"

#define LONGEST_SPIN  400    /* turns of a loop */
#define LONGEST_SLEEP 100000 /* nanoseconds */

void pause_somehow(void)
{
    uint64_t all = (1ul << ledger->harts) - 1;

    switch (below(10)) {
    case 0:
        thread_yield();
        break;
    case 1:
        thread_sleep(below(LONGEST_SLEEP));
        break;
    case 2:
    case 3:
        must(
            thread_set_affinity(one_in(2) ? 1ul << below(ledger->harts) : 1 + below((unsigned)all)),
            "thread_set_affinity");
        count(COUNT_MOVES, 1);
        break;
    case 4:
        must(thread_set_priority(DEFAULT_PRIORITY + below(PRIORITIES - DEFAULT_PRIORITY)),
             "thread_set_priority");
        break;
    default:
        for (volatile unsigned turns = below(LONGEST_SPIN); turns > 0; turns--) {
        }
    }
}

void maybe_die(unsigned one_of)
{
    if (!one_in(one_of) || GET(ledger->calm)) {
        return;
    }
    switch (below(3)) {
    case 0:
        count(COUNT_DIED_EXIT, 1);
        _exit(EXIT_STATUS);
    case 1:
        count(COUNT_DIED_FAULT, 1);
        *(volatile int *)NULL = 1;
        break;
    default:
        count(COUNT_DIED_KILL, 1);
        must(process_kill((int)must(process_self(), "process_self"), SIGNAL_KILL), "kill");
    }
    fail("still alive");
}
