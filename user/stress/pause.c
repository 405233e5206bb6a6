// SPDX-License-Identifier: MIT
#include "stress/stress.h"

#include "lib/syscall.h"

#define LONGEST_SPIN  400    /* turns of a loop */
#define LONGEST_SLEEP 100000 /* nanoseconds */

static void move(void)
{
    uint64_t all = (1ul << ledger->harts) - 1;
    uint64_t harts = one_in(2) ? 1ul << below(ledger->harts) : 1 + below((unsigned)all);

    must(thread_set_affinity(harts), "thread_set_affinity");
    if (!(harts >> must(thread_get_hart(), "thread_get_hart") & 1)) {
        fail("runs on a hart outside of its affinity %#lx", harts);
    }
    count(COUNT_MOVES);
}

static void change_priority(void)
{
    must(thread_set_priority(DEFAULT_PRIORITY + below(PRIORITIES - DEFAULT_PRIORITY)),
         "thread_set_priority");
    count(COUNT_PRIORITIES);
}

void pause_somehow(void)
{
    switch (below(12)) {
    case 0:
        thread_yield();
        break;
    case 1:
        thread_sleep(below(LONGEST_SLEEP));
        break;
    case 2:
    case 3:
        move();
        break;
    case 4:
        change_priority();
        break;
    default:
        for (volatile unsigned turns = below(LONGEST_SPIN); turns > 0; turns--) {
        }
    }
}
