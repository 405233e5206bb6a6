// SPDX-License-Identifier: MIT
#include "arch/timer.h"

#include "core/devicetree.h"
#include "mock.h"
#include "unit.h"

static void set_up(uint64_t timebase, uint64_t now)
{
    machine.timebase = timebase;
    mock_machine.now = now;
}

static void ticks(void)
{
    set_up(10000000, 0);
    CHECK_IS(timer_ticks(0), 0);
    CHECK_IS(timer_ticks(1), 10);
    CHECK_IS(timer_ticks(1000000), 10000000);
    mock_machine.now = 1234;
    CHECK_IS(timer_now(), 1234);
}

static void deadline_is_rounded_up(void)
{
    set_up(10000000, 5000);
    CHECK_IS(timer_deadline(0), 5000);
    CHECK_IS(timer_deadline(1), 5001);
    CHECK_IS(timer_deadline(100), 5001);
    CHECK_IS(timer_deadline(101), 5002);
    CHECK_IS(timer_deadline(1000000000), 10005000);
    CHECK_IS(timer_deadline(1000000001), 10005001);
    set_up(3, 0);
    CHECK_IS(timer_deadline(333333333), 1);
    CHECK_IS(timer_deadline(333333334), 2);
    CHECK_IS(timer_deadline(2999999999), 9);
}

static void never(void)
{
    set_up(1000000000, UINT64_MAX - 10);
    CHECK_IS(timer_deadline(UINT64_MAX), UINT64_MAX);
    CHECK_IS(timer_deadline(9), UINT64_MAX - 1);
    CHECK_IS(timer_deadline(10), UINT64_MAX);
    CHECK_IS(timer_deadline(11), UINT64_MAX);
    set_up(1, 0);
    CHECK_IS(timer_deadline(UINT64_MAX), UINT64_MAX);
    set_up(UINT32_MAX, 0);
    CHECK_IS(timer_deadline(UINT64_MAX - 1), UINT64_MAX);
    set_up(1, 0);
    CHECK_IS(timer_deadline(UINT64_MAX - 1), (UINT64_MAX - 1) / 1000000000 + 1);
}

static void set(void)
{
    machine.has_sstc = true;
    timer_set(77);
    CHECK_IS(mock_machine.timer, 77);
    machine.has_sstc = false; /* by the firmware */
    timer_set(78);
    CHECK_IS(mock_machine.timer, 78);
}

/* Against 128-bit numbers. */
static void random_deadlines(void)
{
    for (int round = 0; round < 100000; round++) {
        uint64_t nanoseconds = unit_random(UINT64_MAX) >> unit_random(64);
        unsigned __int128 ticks, deadline;

        set_up(1 + (unit_random(10000000000) >> unit_random(30)),
               unit_random(UINT64_MAX) >> unit_random(64));
        ticks = ((unsigned __int128)nanoseconds * machine.timebase + 999999999) / 1000000000;
        deadline = ticks + mock_machine.now;
        CHECK_IS(timer_deadline(nanoseconds),
                 deadline > UINT64_MAX ? UINT64_MAX : (uint64_t)deadline);
    }
}

static const struct unit_case cases[] = {
    {"ticks",                   ticks                 },
    { "deadline-is-rounded-up", deadline_is_rounded_up},
    { "never",                  never                 },
    { "set",                    set                   },
    { "random-deadlines",       random_deadlines      },
};

UNIT("timer", cases)
