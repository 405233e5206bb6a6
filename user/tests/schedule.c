// SPDX-License-Identifier: MIT
/* Which thread runs, and where: priorities, time slices, affinity. */
#include "lib/clock.h"
#include "lib/ecall.h"
#include "tests/test.h"

#define LOWER (DEFAULT_PRIORITY + 1)

static uint32_t go, ran, stop;
static uint32_t order[16], ordered;

static void note(uint32_t number)
{
    order[__atomic_fetch_add(&ordered, 1, __ATOMIC_RELAXED)] = number;
}

/* ---- Priorities ---- */

static void try_better(uint64_t priority)
{
    FAILS(thread_set_priority((unsigned)priority - 1), EPERM);
    FAILS(thread_set_priority(0), EPERM);
    MUST(thread_set_priority((unsigned)priority));
    MUST(thread_set_priority(PRIORITIES - 1));
    MUST(thread_set_priority((unsigned)priority));
}

static void priority_errors(uint64_t argument)
{
    (void)argument;
    FAILS(thread_set_priority(PRIORITIES), EINVAL);
    FAILS(thread_set_priority(UINT32_MAX), EINVAL);
    FAILS(ecall_result(ecall_1(SYS_set_priority, 1ul << 32)), EINVAL);
    for (unsigned priority = DEFAULT_PRIORITY; priority < PRIORITIES; priority++) {
        PEER_DONE(peer_start(try_better, priority, &(struct peer_options){ .priority = priority }));
    }
}

static void wait_and_note(void *priority)
{
    MUST(thread_set_priority((unsigned)(uintptr_t)priority));
    test_set(&ran, 0);
    while (!test_get(&go)) {
        futex_wait(&go, 0, WAIT_FOREVER);
    }
    test_set(&ran, 1);
    note((uint32_t)(uintptr_t)priority);
}

/* A better one that wakes up runs before its waker's next instruction, on the same hart. */
static void preempts(uint64_t argument)
{
    struct thread thread;

    (void)argument;
    test_pin(0);
    test_set(&ran, 2);
    test_thread(&thread, wait_and_note, (void *)DEFAULT_PRIORITY, 0);
    MUST(thread_set_priority(LOWER));
    CHECK_EQUAL(ran, 0); /* it has run, up to its wait */
    test_set(&go, 1);
    MUST(futex_wake(&go, 1));
    CHECK_EQUAL(ran, 1);
    thread_join(&thread);
}

static void spin_while_not_stopped(void *turns)
{
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        __atomic_fetch_add((uint32_t *)turns, 1, __ATOMIC_RELAXED);
    }
}

/* A better one on another hart, too, where somebody less important computes all the time. */
static void preempts_there(uint64_t hart)
{
    struct thread spinning, better;
    uint32_t turns = 0;

    test_set(&ran, 2);
    test_thread(&better, wait_and_note, (void *)DEFAULT_PRIORITY, (unsigned)hart);
    WAIT_UNTIL(ran == 0);
    MUST(thread_set_priority(LOWER));
    test_thread(&spinning, spin_while_not_stopped, &turns, (unsigned)hart);
    MUST(thread_set_priority(DEFAULT_PRIORITY));
    WAIT_UNTIL(turns > 0);
    test_set(&go, 1);
    MUST(futex_wake(&go, 1));
    WAIT_UNTIL(ran == 1); /* for ever if the spinning one kept the hart */
    test_set(&stop, 1);
    thread_join(&spinning);
    thread_join(&better);
}

/* A less important one waits while anybody else computes on its hart. */
static void lower_waits(uint64_t argument)
{
    struct thread lower;
    uint32_t turns = 0;
    uint64_t start;

    (void)argument;
    test_pin(0);
    MUST(thread_set_priority(LOWER));
    test_thread(&lower, spin_while_not_stopped, &turns, 0);
    MUST(thread_set_priority(DEFAULT_PRIORITY));
    turns = 0;
    start = clock_nanoseconds();
    while (clock_nanoseconds() - start < 20 * MILLISECOND) {
        thread_yield(); /* not even then */
    }
    CHECK_EQUAL(turns, 0);
    WAIT_UNTIL(turns > 0);
    test_set(&stop, 1);
    thread_join(&lower);
}

/* Who lowers itself below a ready thread lets it run at once; so does who only yields to its equal. */
static void lowering(uint64_t argument)
{
    struct thread other;

    (void)argument;
    test_pin(0);
    test_set(&go, 1);
    test_set(&ran, 2);
    test_thread(&other, wait_and_note, (void *)LOWER, 0);
    MUST(thread_yield());
    CHECK_EQUAL(ran, 2); /* has not even begun... or has lowered itself */
    MUST(thread_set_priority(LOWER + 1));
    CHECK_EQUAL(ran, 1);
    thread_join(&other);
    MUST(thread_set_priority(DEFAULT_PRIORITY));
}

/* The better one runs first, whoever was woken first. */
static void woken_in_order(uint64_t argument)
{
    static const uintptr_t priorities[] = { 7, 5, 6, 5, 6, 7, 5 };
    struct thread threads[7];

    (void)argument;
    test_pin(0);
    for (unsigned i = 0; i < 7; i++) {
        test_set(&ran, 2);
        test_thread(&threads[i], wait_and_note, (void *)priorities[i], 0);
        WAIT_UNTIL(ran == 0);
        thread_sleep(MILLISECOND / 10);
    }
    test_set(&go, 1);
    MUST(futex_wake(&go, UINT32_MAX)); /* we go on: nobody is better */
    CHECK_EQUAL(ordered, 0);
    for (unsigned i = 0; i < 7; i++) {
        thread_join(&threads[i]);
    }
    for (unsigned i = 1; i < 7; i++) {
        CHECK(order[i - 1] <= order[i]);
    }
}

/* ---- Equal ones ---- */

static void yield_and_note(void *number)
{
    while (!test_get(&go)) {
        thread_yield();
    }
    for (unsigned i = 0; i < 4; i++) {
        note((uint32_t)(uintptr_t)number);
        thread_yield();
    }
}

static bool takes_turns(void)
{
    struct thread threads[3];
    bool in_turn = true;

    test_set(&go, 0);
    ordered = 0;
    for (uintptr_t i = 0; i < 3; i++) {
        test_thread(&threads[i], yield_and_note, (void *)i, 0);
    }
    test_set(&go, 1);
    for (unsigned i = 0; i < 3; i++) {
        thread_join(&threads[i]);
    }
    CHECK_EQUAL(ordered, 12);
    for (unsigned i = 3; i < 12; i++) {
        in_turn &= order[i] == order[i - 3];
    }
    return in_turn && order[0] != order[1] && order[1] != order[2] && order[2] != order[0];
}

/* A slice that ends in the middle spoils the order; that is rare. */
static void yield_rotates(uint64_t argument)
{
    unsigned tries = 0;

    (void)argument;
    test_pin(0);
    while (!takes_turns()) {
        CHECK(++tries < 20);
    }
}

#define SHARERS 3

static uint32_t sharer_turns[SHARERS], sharer_rounds[SHARERS];

/* Counts how often the next one has got on since the last look. */
static void share(void *number)
{
    uintptr_t self = (uintptr_t)number;
    uint32_t seen = 0;

    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        uint32_t now = __atomic_load_n(&sharer_turns[(self + 1) % SHARERS], __ATOMIC_RELAXED);

        sharer_rounds[self] += now != seen;
        seen = now;
        sharer_turns[self]++;
    }
}

/* Nobody gives way by itself, the timer has to take turns. */
static void equals_share(uint64_t hart)
{
    struct thread threads[SHARERS];

    for (uintptr_t i = 0; i < SHARERS; i++) {
        test_thread(&threads[i], share, (void *)i, (unsigned)hart);
    }
    for (unsigned i = 0; i < SHARERS; i++) {
        WAIT_UNTIL(__atomic_load_n(&sharer_rounds[i], __ATOMIC_RELAXED) >= 10);
    }
    test_set(&stop, 1);
    for (unsigned i = 0; i < SHARERS; i++) {
        thread_join(&threads[i]);
    }
}

/* More computing threads than harts, none bound: each gets on. */
static void all_progress(uint64_t argument)
{
    struct thread threads[16];
    uint32_t turns[16] = { 0 };

    (void)argument;
    for (unsigned i = 0; i < 16; i++) {
        MUST(thread_start(&threads[i], spin_while_not_stopped, &turns[i]));
    }
    for (unsigned i = 0; i < 16; i++) {
        uint32_t seen = __atomic_load_n(&turns[i], __ATOMIC_RELAXED);

        WAIT_UNTIL(__atomic_load_n(&turns[i], __ATOMIC_RELAXED) != seen);
    }
    test_set(&stop, 1);
    for (unsigned i = 0; i < 16; i++) {
        thread_join(&threads[i]);
    }
}

/* ---- Harts ---- */

static void affinity_errors(uint64_t argument)
{
    unsigned harts = test_harts();

    (void)argument;
    FAILS(thread_set_affinity(0), EINVAL);
    FAILS(thread_set_affinity(1ul << harts), EINVAL);
    FAILS(thread_set_affinity(1ul << 63), EINVAL);
    FAILS(thread_set_affinity(~0ul << harts), EINVAL);
    MUST(thread_set_affinity(~0ul)); /* those that exist count */
}

static void check_hart(void *hart)
{
    CHECK_EQUAL(thread_get_hart(), (uintptr_t)hart);
    thread_yield();
    thread_sleep(MILLISECOND / 10);
    CHECK_EQUAL(thread_get_hart(), (uintptr_t)hart);
}

/* From hart to hart, at once, with threads made there that stay there. */
static void affinity_moves(uint64_t argument)
{
    unsigned harts = test_harts();
    struct thread thread;

    (void)argument;
    for (unsigned i = 0; i < 20 * harts; i++) {
        unsigned hart = i * 3 % harts;

        MUST(thread_set_affinity(HART(hart)));
        CHECK_EQUAL(thread_get_hart(), hart);
        if (i < 8) {
            MUST(thread_start(&thread, check_hart, (void *)(uintptr_t)hart));
            thread_join(&thread);
            CHECK_EQUAL(thread_get_hart(), hart);
        }
    }
}

static uint32_t where[2];

static void find_company(void *number)
{
    uintptr_t self = (uintptr_t)number;

    do {
        test_set(&where[self], (uint32_t)thread_get_hart() + 1);
        thread_yield();
    } while (!__atomic_load_n(&stop, __ATOMIC_RELAXED));
}

/* Two that compute don't stay on one hart while another one idles. */
static void idle_hart_helps(uint64_t argument)
{
    struct thread threads[2];

    (void)argument;
    test_pin(0);
    for (uintptr_t i = 0; i < 2; i++) {
        MUST(thread_start(&threads[i], find_company, (void *)i)); /* may run on hart 0 only... */
    }
    test_set(&stop, 1);
    for (unsigned i = 0; i < 2; i++) {
        thread_join(&threads[i]);
        CHECK_EQUAL(where[i], 1);
    }
    MUST(thread_set_affinity(~0ul));
    test_set(&stop, 0);
    for (uintptr_t i = 0; i < 2; i++) {
        MUST(thread_start(&threads[i], find_company, (void *)i)); /* ...and on all of them */
    }
    WAIT_UNTIL(where[0] && where[1] && where[0] != where[1]);
    test_set(&stop, 1);
    for (unsigned i = 0; i < 2; i++) {
        thread_join(&threads[i]);
    }
}

static void yield_until_stopped(void *unused)
{
    (void)unused;
    while (!test_get(&stop)) {
        thread_yield();
    }
}

static void switches_are_counted(uint64_t argument)
{
    struct thread other;
    uint64_t before;

    (void)argument;
    test_pin(0);
    test_thread(&other, yield_until_stopped, NULL, 0);
    before = test_info().switches;
    for (unsigned i = 0; i < 10; i++) {
        thread_yield();
    }
    CHECK(test_info().switches - before >= 20);
    test_set(&stop, 1);
    thread_join(&other);
}

static void migrations_are_counted(uint64_t argument)
{
    uint64_t before;

    (void)argument;
    test_pin(0);
    before = test_info().migrations;
    for (unsigned i = 0; i < 10; i++) {
        test_pin(1);
        test_pin(0);
    }
    CHECK(test_info().migrations - before >= 20);
}

const struct test_case schedule_cases[] = {
    CASE("priority-errors", priority_errors),
    CASE("priority-preempts", preempts),
    SAME_AND_CROSS("priority-preempts-there", preempts_there),
    CASE("priority-lower-waits", lower_waits),
    CASE("priority-lowering", lowering),
    CASE("priority-woken-in-order", woken_in_order),
    CASE("yield-rotates", yield_rotates),
    SAME_AND_CROSS("slices-equals-share", equals_share),
    CASE("slices-all-progress", all_progress),
    CASE("affinity-errors", affinity_errors),
    CASE("affinity-moves", affinity_moves),
    CASE_WITH("affinity-idle-hart-helps", idle_hart_helps, 0, 2, 0),
    CASE("switches-counted", switches_are_counted),
    CASE_WITH("migrations-counted", migrations_are_counted, 0, 2, 0),
    END_OF_CASES,
};
