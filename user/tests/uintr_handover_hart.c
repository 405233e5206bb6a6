// SPDX-License-Identifier: MIT
/* SYS_uintr_handover: who gets the hart, by priority and by where each may run. */
#include "tests/handover.h"

#define ROUNDS 2000

static uint32_t order[3], orders;

static void note_order(uint32_t who)
{
    order[orders++] = who;
}

static void compute_once(void *unused)
{
    (void)unused;
    MUST(thread_set_priority(DEFAULT_PRIORITY + 1));
    test_set(&handover.blocked, 1);
    while (futex_wait(&handover.word, 0, WAIT_FOREVER) < 0 && errno == EINTR) {
    }
    note_order(1);
}

static void serve_last(void *unused)
{
    (void)unused;
    handover_receive();
    MUST(thread_set_priority(DEFAULT_PRIORITY + 2));
    test_set(&handover.ready, 1);
    FAILS(uintr_wait(0), EINTR);
    note_order(2);
    handover_answer();
}

/* A thread of better priority than the receiver's is ready: it goes first. */
static void better_is_ready(uint64_t argument)
{
    struct thread last, better;

    (void)argument;
    handover_begin();
    orders = 0;
    test_thread(&last, serve_last, NULL, 0);
    test_until_blocked(&handover.ready, 0);
    test_thread(&better, compute_once, NULL, 0);
    test_until_blocked(&handover.blocked, 0);
    handover.word = 1;
    CHECK_EQUAL(futex_wake(&handover.word, 1), 1); /* ready, but this one is better */
    FAILS(uintr_handover((uint64_t)handover.to, 0), EINTR);
    thread_join(&last);
    thread_join(&better);
    CHECK(orders == 2 && order[0] == 1 && order[1] == 2);
    handover_end();
}

static void check_hart(void *unused)
{
    (void)unused;
    handover_receive();
    test_set(&handover.ready, 1);
    for (unsigned i = 0; i < 50; i++) {
        FAILS(uintr_wait(0), EINTR);
        CHECK_EQUAL(uipi_read(), BIT(TO));
        CHECK_EQUAL(thread_get_hart(), 1);
        CHECK(uintr_send((uint64_t)handover.back) != UIPI_REFUSED);
    }
    MUST(uintr_unregister_handler(0));
}

/* It stays on the hart that it is bound to. */
static void bound_elsewhere(uint64_t argument)
{
    struct thread thread;

    (void)argument;
    handover_begin();
    test_thread(&thread, check_hart, NULL, 1);
    WAIT_UNTIL(handover.ready);
    for (unsigned i = 0; i < 50; i++) {
        FAILS(uintr_handover((uint64_t)handover.to, 0), EINTR);
        CHECK_EQUAL(uipi_read(), BIT(BACK));
        CHECK_EQUAL(thread_get_hart(), 0);
    }
    thread_join(&thread);
    handover_end();
}

/* Bound to nothing they go from hart to hart, while others move about. */
static void move(void *unused)
{
    (void)unused;
    while (!test_get(&handover.may_end)) {
        thread_set_affinity(HART(test_get(&handover.may_end)));
        thread_set_affinity(~0ul);
        thread_yield();
    }
}

static void unbound(uint64_t argument)
{
    struct thread thread, movers[2];

    (void)argument;
    handover_begin();
    MUST(thread_set_affinity(~0ul));
    MUST(thread_start(&thread, handover_serve, NULL));
    MUST(thread_start(&movers[0], move, NULL));
    MUST(thread_start(&movers[1], move, NULL));
    WAIT_UNTIL(handover.ready);
    for (unsigned i = 0; i <= ROUNDS; i++) {
        test_set(&handover.may_end, i == ROUNDS);
        if (i % 7 == 0) {
            MUST(thread_set_affinity(HART(i % test_harts())));
        } else if (i % 7 == 1) {
            MUST(thread_set_affinity(~0ul));
        }
        FAILS(uintr_handover((uint64_t)handover.to, 0), EINTR);
        CHECK_EQUAL(uipi_read(), BIT(BACK));
    }
    thread_join(&thread);
    thread_join(&movers[0]);
    thread_join(&movers[1]);
    handover_end();
}

const struct test_case uintr_handover_hart_cases[] = {
    CASE("uintr-handover-better-is-ready", better_is_ready),
    CASE_WITH("uintr-handover-bound-elsewhere", bound_elsewhere, 0, 2, 0),
    CASE_WITH("uintr-handover-unbound", unbound, 0, 2, 0),
    END_OF_CASES,
};
