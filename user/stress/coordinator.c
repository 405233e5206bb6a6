// SPDX-License-Identifier: MIT
#include "stress/coordinator.h"

#include <stdio.h>

#include "lib/clock.h"
#include "lib/syscall.h"

#define LOOK        200000             /* nanoseconds between two looks at the books */
#define IDLE        20000000           /* the same after so long without progress */
#define PATIENCE    (30 * NANOSECONDS) /* then the test has failed */
#define KILL_ONE_IN 20                 /* looks */
#define MOST_KILLS  2                  /* in a round */

static int make_ledger(uint64_t seed, unsigned seats)
{
    int handle = memory_create(sizeof(*ledger));
    struct system_info info;

    ledger_map(handle);
    must(system_info(&info), "system_info");
    ledger->seed = seed;
    ledger->seats = seats;
    ledger->harts = info.harts;
    return handle;
}

/* Waits until everybody has finished, and what was sent has come. */
static void finish_round(void)
{
    uint64_t before = progress(), since = clock_nanoseconds();
    unsigned kills = below(MOST_KILLS + 1);

    while (!keepers_all_alive() || !books_are_even(false)) {
        thread_sleep(clock_nanoseconds() - since < IDLE ? LOOK : IDLE);
        if (GET(ledger->failed)) {
            thread_sleep(NANOSECONDS); /* it is saying why */
            printf("stress: failed in round %u of seed %lu\n", ledger->round, ledger->seed);
            fail("see above");
        }
        if (kills > 0 && one_in(KILL_ONE_IN)) {
            keepers_kill();
            kills--;
        }
        if (progress() != before) {
            before = progress();
            since = clock_nanoseconds();
        } else if (clock_nanoseconds() - since > PATIENCE) {
            diagnose();
        }
    }
}

static void begin_round(uint32_t round)
{
    for (unsigned i = 0; i < ledger->seats; i++) {
        SET(ledger->seat[i].operations, 0);
    }
    SET(ledger->round, round);
    must(futex_wake(&ledger->round, UINT32_MAX), "futex_wake");
}

static void stop(void)
{
    SET(ledger->stop, 1);
    SET(ledger->round, ledger->round + 1);
    must(futex_wake(&ledger->round, UINT32_MAX), "futex_wake");
    keepers_stop();
    registrar_stop();
}

int coordinate(uint64_t seed, unsigned operations, unsigned seats)
{
    unsigned rounds = (operations + ROUND_OPERATIONS * seats - 1) / (ROUND_OPERATIONS * seats);
    int handle = make_ledger(seed, seats);
    struct system_info before, after;

    must(system_info(&before), "system_info");
    chance_seed(ledger->seed, MAX_SEATS, 0);
    registrar_start();
    begin_round(1);
    keepers_start(handle);
    for (uint32_t round = 1; finish_round(), round < rounds;) {
        begin_round(++round);
    }
    stop();
    must(system_info(&after), "system_info");
    check_totals(&before, &after, operations);
    print_summary(&before, &after);
    return GET(ledger->failed) != 0;
}
