// SPDX-License-Identifier: MIT
/*
 * More receivers than the device has slots: the kernel lends slots to those that run. For machines with few
 * of them (-M virt,uintc=on,uintc-receivers=4).
 */
#include <string.h>

#include "lib/ipc.h"
#include "lib/process.h"
#include "lib/uintr.h"
#include "tests/test.h"

#define BIT(n) (1ul << (n))
#define CHURN  8 /* receivers that come to take all slots */
#define FEW    4

static void do_nothing(uint64_t vectors)
{
    (void)vectors;
}

/* ---- Taking the slots away ---- */

static uint32_t churners, churners_may_end;

static void take_a_slot(void *unused)
{
    (void)unused;
    MUST(uintr_set_handler(do_nothing, 0));
    __atomic_fetch_add(&churners, 1, __ATOMIC_RELEASE);
    while (!test_get(&churners_may_end)) {
        futex_wait(&churners_may_end, 0, WAIT_FOREVER);
    }
    MUST(uintr_unregister_handler(0));
}

/* Afterwards no receiver that slept has a slot any more. */
static void take_all_slots(unsigned hart)
{
    struct thread threads[CHURN];

    churners = churners_may_end = 0;
    for (unsigned i = 0; i < CHURN; i++) {
        test_thread(&threads[i], take_a_slot, NULL, hart);
    }
    WAIT_UNTIL(test_get(&churners) == CHURN);
    test_set(&churners_may_end, 1);
    MUST(futex_wake(&churners_may_end, UINT32_MAX));
    for (unsigned i = 0; i < CHURN; i++) {
        thread_join(&threads[i]);
    }
}

/* ---- One receiver that loses its slot ---- */

enum how { ASLEEP, ASLEEP_DISABLED, ASLEEP_THRESHOLD, ASLEEP_DEACTIVATED };

static enum how how;
static uint32_t begun, may_go_on, index_of[3], finished;
static volatile uint64_t seen;
static volatile unsigned handlings;

static void note(uint64_t vectors)
{
    seen |= vectors;
    handlings++;
}

static void lose_slot(void *unused)
{
    (void)unused;
    MUST(uintr_set_handler(note, 0));
    for (unsigned i = 0; i < 3; i++) {
        index_of[i] = (uint32_t)MUST(uintr_register_self(10 * i + 5, 0)); /* 5, 15, 25 */
    }
    if (how == ASLEEP_THRESHOLD) {
        uipi_thresh(20);
    } else if (how == ASLEEP_DEACTIVATED) {
        uipi_deactivate();
    }
    if (how != ASLEEP_DISABLED) {
        uintr_enable();
    }
    test_set(&begun, 1);
    while (!test_get(&may_go_on)) {
        futex_wait(&may_go_on, 0, WAIT_FOREVER);
    }
    if (how == ASLEEP_THRESHOLD) {
        CHECK_EQUAL(uipi_thresh(0), 20);
    } else if (how == ASLEEP_DEACTIVATED) {
        CHECK_EQUAL(handlings, 0);
        uipi_activate();
    }
    uintr_enable();
    while (!test_get(&finished)) {
    }
    MUST(uintr_unregister_handler(0));
}

static struct thread loser;

static void start_loser(enum how way, unsigned hart)
{
    how = way;
    test_pin(0);
    test_thread(&loser, lose_slot, NULL, hart);
    test_until_blocked(&begun, hart);
}

static void end_loser(void)
{
    test_set(&may_go_on, 1);
    MUST(futex_wake(&may_go_on, 1));
    WAIT_UNTIL(handlings > 0);
    test_set(&finished, 1);
    thread_join(&loser);
}

static void check_evicted(void)
{
    uint64_t before = test_info().uintr.evicted;

    take_all_slots(0);
    CHECK(test_info().uintr.evicted > before);
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQUAL(uipi_send_instruction(index_of[i]), UIPI_REFUSED);
    }
}

/* Asleep without a slot, it is woken by the kernel; the entry is good again once it runs. */
static void asleep(uint64_t hart)
{
    uint64_t relayed = test_info().uintr.relayed;

    start_loser(ASLEEP, (unsigned)hart);
    check_evicted();
    CHECK_EQUAL(uipi_send(index_of[1]), UIPI_POSTED);
    CHECK_EQUAL(test_info().uintr.relayed, relayed + 1);
    WAIT_UNTIL(handlings == 1);
    CHECK_EQUAL(seen, BIT(15));
    test_set(&may_go_on, 1);
    MUST(futex_wake(&may_go_on, 1));
    if (hart) { /* it computes there now */
        thread_sleep(MILLISECOND);
        WAIT_UNTIL(uipi_send(index_of[0]) == UIPI_DELIVERED);
        CHECK_EQUAL(uipi_send_instruction(index_of[0]), UIPI_DELIVERED);
        CHECK_EQUAL(uipi_send(index_of[2]), UIPI_DELIVERED);
        WAIT_UNTIL(seen == (BIT(5) | BIT(15) | BIT(25)));
    }
    end_loser();
}

/* What was pending in the slot, and what came after it was lost, is all there. */
static void keeps_pending(uint64_t hart)
{
    start_loser(ASLEEP_DISABLED, (unsigned)hart);
    CHECK_EQUAL(uipi_send_instruction(index_of[0]), UIPI_POSTED);
    check_evicted();
    CHECK_EQUAL(uipi_send(index_of[2]), UIPI_POSTED);
    CHECK_EQUAL(handlings, 0);
    end_loser();
    CHECK_EQUAL(seen, BIT(5) | BIT(25));
    CHECK_EQUAL(handlings, 1);
}

static void keeps_threshold(uint64_t hart)
{
    start_loser(ASLEEP_THRESHOLD, (unsigned)hart);
    check_evicted();
    CHECK_EQUAL(uipi_send(index_of[0]), UIPI_POSTED);
    CHECK_EQUAL(uipi_send(index_of[1]), UIPI_POSTED);
    test_until_blocked(&begun, (unsigned)hart);
    CHECK_EQUAL(handlings, 0); /* 5 and 15 don't wake it */
    CHECK_EQUAL(uipi_send(index_of[2]), UIPI_POSTED);
    WAIT_UNTIL(handlings == 1);
    CHECK_EQUAL(seen, BIT(5) | BIT(15) | BIT(25));
    end_loser();
}

static void keeps_deactivated(uint64_t hart)
{
    start_loser(ASLEEP_DEACTIVATED, (unsigned)hart);
    check_evicted();
    CHECK_EQUAL(uipi_send(index_of[1]), UIPI_POSTED);
    test_until_blocked(&begun, (unsigned)hart);
    CHECK_EQUAL(handlings, 0);
    end_loser();
    CHECK_EQUAL(seen, BIT(15));
}

/* ---- Receivers that end without a slot ---- */

static void sleep_without_slot(uint64_t argument)
{
    (void)argument;
    MUST(uintr_set_handler(note, 0));
    MUST(uintr_register_self(1, 0));
    uintr_enable();
    test_set(&shared->flags[0], 1);
    uintr_wait(0);
}

static void killed(uint64_t hart)
{
    for (unsigned i = 0; i < 5; i++) {
        int peer;

        test_set(&shared->flags[0], 0);
        peer = PEER(sleep_without_slot, 0, hart, -1);
        test_until_blocked(&shared->flags[0], (unsigned)hart);
        take_all_slots(0);
        PEER_KILL(peer);
    }
}

/* ---- Many, all the time ---- */

#define RECEIVERS 14
#define ROUNDS    40

static void count_vector(uint64_t vectors)
{
    while (vectors) {
        __atomic_fetch_add(&shared->flags[__builtin_ctzl(vectors)], 1, __ATOMIC_RELEASE);
        vectors &= vectors - 1;
    }
}

/* Some sleep by uintr_wait, some in other calls, some compute and yield. */
static void receive_many(uint64_t number)
{
    struct message message = { .words = { number }, .handle = -1 };
    volatile uint32_t *handled = &shared->flags[number];
    uint32_t word = 0;

    MUST(uintr_set_handler(count_vector, 0));
    message.handle = (int)MUST(uintr_create_fd(number, 0));
    MUST(ipc_call(PEER_HANDLE(0), &message));
    if (number % 3 == 0) {
        UINTR_SLEEP_UNTIL(test_get(handled) == ROUNDS);
        return;
    }
    uintr_enable();
    while (test_get(handled) < ROUNDS) {
        if (number % 3 == 1) {
            futex_wait(&word, 0, 500000);
        } else {
            thread_yield();
        }
    }
}

static void many(uint64_t argument)
{
    unsigned harts = test_harts();
    struct system_info before = test_info(), after;
    int ends[2], peers[RECEIVERS], index[RECEIVERS];
    uint32_t state = 1;

    (void)argument;
    MUST(endpoint_pair(ends));
    for (unsigned i = 0; i < RECEIVERS; i++) {
        struct message message = { .handle = -1 };

        peers[i] = PEER(receive_many, i, i % harts, ends[1]);
        MUST(ipc_receive(ends[0], &message, NULL));
        index[i] = (int)MUST(uintr_register_sender(message.handle, 0));
        MUST(handle_close(message.handle));
        message.handle = -1;
        MUST(ipc_reply(&message));
    }
    for (unsigned round = 1; round <= ROUNDS; round++) {
        for (unsigned i = 0; i < RECEIVERS; i++) {
            unsigned to = (i * 5 + round) % RECEIVERS;

            CHECK(uipi_send((uint64_t)index[to]) != UIPI_REFUSED);
            if (test_random(&state) % 4 == 0) {
                thread_sleep(test_random(&state) % 30000);
            }
        }
        for (unsigned i = 0; i < RECEIVERS; i++) {
            WAIT_UNTIL(test_get(&shared->flags[i]) == round);
        }
    }
    for (unsigned i = 0; i < RECEIVERS; i++) {
        PEER_DONE(peers[i]);
        CHECK_EQUAL(test_get(&shared->flags[i]), ROUNDS);
    }
    after = test_info();
    CHECK(after.uintr.evicted > before.uintr.evicted);
    CHECK(after.uintr.relayed > before.uintr.relayed);
}

/* ---- Tags ---- */

/* After 65536 owners the slot's Tag is the same again, and an old entry must not be good again. */
static void tags_come_round(uint64_t argument)
{
    int index;

    (void)argument;
    test_pin(0);
    MUST(uintr_set_handler(note, 0));
    index = (int)MUST(uintr_register_self(1, 0));
    MUST(uintr_unregister_handler(0));
    for (unsigned i = 0; i < 65536 + 10; i++) {
        MUST(uintr_set_handler(note, 0));
        CHECK_EQUAL(uipi_send_instruction((uint64_t)index), UIPI_REFUSED);
        MUST(uintr_unregister_handler(0));
    }
    CHECK_EQUAL(uipi_send((uint64_t)index), UIPI_REFUSED);
}

const struct test_case uintr_slot_cases[] = {
    CASE_WITH("uintr-slot-asleep-same", asleep, 0, 0, FEW),
    CASE_WITH("uintr-slot-asleep-cross", asleep, 1, 2, FEW),
    CASE_WITH("uintr-slot-keeps-pending-same", keeps_pending, 0, 0, FEW),
    CASE_WITH("uintr-slot-keeps-pending-cross", keeps_pending, 1, 2, FEW),
    CASE_WITH("uintr-slot-keeps-threshold-same", keeps_threshold, 0, 0, FEW),
    CASE_WITH("uintr-slot-keeps-threshold-cross", keeps_threshold, 1, 2, FEW),
    CASE_WITH("uintr-slot-keeps-deactivated-same", keeps_deactivated, 0, 0, FEW),
    CASE_WITH("uintr-slot-keeps-deactivated-cross", keeps_deactivated, 1, 2, FEW),
    CASE_WITH("uintr-slot-killed-same", killed, 0, 0, FEW),
    CASE_WITH("uintr-slot-killed-cross", killed, 1, 2, FEW),
    CASE_WITH("uintr-slot-many", many, 0, 0, FEW),
    CASE_WITH("uintr-slot-tags-come-round", tags_come_round, 0, 0, FEW),
    END_OF_CASES,
};
