// SPDX-License-Identifier: MIT
#include "stress/pause.h"

#include "lib/syscall.h"
#include "stress/chance.h"
#include "stress/fail.h"

#define LONGEST_SPIN  400    /* turns of a loop */
#define LONGEST_SLEEP 100000 /* nanoseconds */

static enum pause move(unsigned harts)
{
    uint64_t all = (1ul << harts) - 1;
    uint64_t some = one_in(2) ? 1ul << below(harts) : 1 + below((unsigned)all);

    must(thread_set_affinity(some), "thread_set_affinity");
    if (!(some >> must(thread_get_hart(), "thread_get_hart") & 1)) {
        fail("runs on a hart outside of its affinity %#lx", some);
    }
    return PAUSE_MOVED;
}

static enum pause change_priority(void)
{
    must(thread_set_priority(DEFAULT_PRIORITY + below(PRIORITIES - DEFAULT_PRIORITY)),
         "thread_set_priority");
    return PAUSE_PRIORITY;
}

enum pause pause_among(unsigned harts)
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
        return move(harts);
    case 4:
        return change_priority();
    default:
        for (volatile unsigned turns = below(LONGEST_SPIN); turns > 0; turns--) {
        }
    }
    return PAUSE_STAYED;
}
