// SPDX-License-Identifier: MIT
#include "stress/stress.h"

#include "lib/syscall.h"

#define LONGEST_SPIN  400    /* turns of a loop */
#define LONGEST_SLEEP 100000 /* nanoseconds */

static _Thread_local uint64_t state = 1;

void chance_seed(uint64_t a, uint64_t b)
{
    state = mix(mix(ledger->seed, a), b) | 1;
}

/* xorshift64* */
static uint64_t next(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545f4914f6cdd1d;
}

unsigned below(unsigned limit)
{
    return (unsigned)((next() >> 32) * limit >> 32);
}

bool one_in(unsigned number)
{
    return below(number) == 0;
}

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
