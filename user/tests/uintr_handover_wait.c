// SPDX-License-Identifier: MIT
/* SYS_uintr_handover to receivers that wait: for something else, or where the vector doesn't reach them. */
#include "tests/handover.h"

#define HIGH 40 /* the receiver's, too, above its threshold */

static int high_index; /* to send it */
static volatile long wait_result;
static volatile int wait_error;

/* ---- A receiver that waits for something else ---- */

enum wait { FUTEX, SLEEP, PIPE, FUTEX_DISABLED, FUTEX_THRESHOLD, FUTEX_DEACTIVATED, WAITS };

static int ends[2];

static void wait_for_something(void *how)
{
    enum wait wait = (enum wait)(uintptr_t)how;
    char byte;

    handover_receive();
    high_index = (int)MUST(uintr_register_self(HIGH, 0));
    if (wait == FUTEX_THRESHOLD) {
        uipi_thresh(20);
    } else if (wait == FUTEX_DEACTIVATED) {
        uipi_deactivate();
    }
    if (wait != FUTEX_DISABLED) {
        uintr_enable();
    }
    test_set(&handover.ready, 1);
    if (wait == SLEEP) {
        wait_result = thread_sleep(5000 * MILLISECOND);
    } else if (wait == PIPE) {
        wait_result = handle_read(ends[0], &byte, 1);
    } else {
        wait_result = futex_wait(&handover.word, 0, WAIT_FOREVER);
    }
    wait_error = errno;
    test_set(&handover.blocked, 1);
    uipi_thresh(0);
    uipi_activate();
    uintr_enable();
    while (!(handover_seen & BIT(TO))) {
    }
    handover_answer();
}

/* Its wait ends with EINTR if it could take the vector, and goes on if not; the vector comes in any case. */
static void waits_otherwise(uint64_t hart)
{
    for (uintptr_t wait = 0; wait < WAITS; wait++) {
        struct thread thread;
        bool wakes = wait <= PIPE;

        handover_begin();
        MUST(pipe_create(ends, 0));
        test_thread(&thread, wait_for_something, (void *)wait, (unsigned)hart);
        test_until_blocked(&handover.ready, (unsigned)hart);
        if (!wakes) {
            uipi_write(BIT(3)); /* or this one would wait for good */
        }
        FAILS(uintr_handover((uint64_t)handover.to, 0), EINTR);
        if (wakes) {
            CHECK_EQUAL(uipi_read(), BIT(BACK));
            CHECK(test_get(&handover.blocked) && wait_result == -1 && wait_error == EINTR);
        } else {
            CHECK_EQUAL(uipi_read(), BIT(3));
            test_until_blocked(&handover.ready, (unsigned)hart);
            CHECK(!test_get(&handover.blocked));
            handover.word = 1;
            CHECK_EQUAL(futex_wake(&handover.word, 1), 1);
            FAILS(uintr_wait(0), EINTR);
            CHECK_EQUAL(uipi_read(), BIT(BACK));
            CHECK(test_get(&handover.blocked) && wait_result == 0);
        }
        thread_join(&thread);
        MUST(uintr_unregister_sender(high_index, 0));
        handover_end();
        MUST(handle_close(ends[0]));
        MUST(handle_close(ends[1]));
    }
}

/*
 * It waited and is ready: what its wait ended with stays. The one that hands over must not take it
 * for one that waits still.
 */
static void is_ready(uint64_t hart)
{
    for (unsigned i = 0; i < 20; i++) {
        struct thread thread;

        handover_begin();
        test_thread(&thread, wait_for_something, (void *)FUTEX, (unsigned)hart);
        test_until_blocked(&handover.ready, (unsigned)hart);
        handover.word = 1;
        CHECK_EQUAL(futex_wake(&handover.word, 1), 1);
        FAILS(uintr_handover((uint64_t)handover.to, 0), EINTR);
        CHECK_EQUAL(uipi_read(), BIT(BACK));
        CHECK_EQUAL(wait_result, 0);
        thread_join(&thread);
        MUST(uintr_unregister_sender(high_index, 0));
        handover_end();
    }
}

/* Below the threshold nothing wakes it; what comes above does, and both are there then. */
static void serve_high(void *unused)
{
    (void)unused;
    handover_receive();
    high_index = (int)MUST(uintr_register_self(HIGH, 0));
    uipi_thresh(20);
    test_set(&handover.ready, 1);
    FAILS(uintr_wait(0), EINTR);
    test_set(&handover.blocked, 1);
    CHECK_EQUAL(uipi_read(), BIT(TO) | BIT(HIGH));
    handover_answer();
}

static void ring_later(void *unused)
{
    (void)unused;
    thread_sleep(MILLISECOND);
    CHECK(uintr_send((uint64_t)handover.back) != UIPI_REFUSED);
}

static void below_threshold(uint64_t hart)
{
    struct thread thread, ringer;

    handover_begin();
    test_thread(&thread, serve_high, NULL, (unsigned)hart);
    test_until_blocked(&handover.ready, (unsigned)hart);
    test_thread(&ringer, ring_later, NULL, 0);
    FAILS(uintr_handover((uint64_t)handover.to, 0), EINTR);
    CHECK_EQUAL(uipi_read(), BIT(BACK));
    thread_join(&ringer);
    test_until_blocked(&handover.ready, (unsigned)hart);
    CHECK(!test_get(&handover.blocked));
    FAILS(uintr_handover((uint64_t)high_index, 0), EINTR);
    CHECK_EQUAL(uipi_read(), BIT(BACK));
    thread_join(&thread);
    MUST(uintr_unregister_sender(high_index, 0));
    handover_end();
}

/* ---- Nobody answers ---- */

static void wait_for_death(uint64_t unused)
{
    struct thread thread;

    (void)unused;
    handover_begin();
    test_thread(&thread, serve_high, NULL, 0);
    test_until_blocked(&handover.ready, 0);
    test_set(&shared->flags[0], 1);
    uintr_handover((uint64_t)handover.to, 0); /* nobody answers */
}

/* Killed while it waits in a handover: the runner looks at what is left. */
static void killed(uint64_t hart)
{
    for (unsigned i = 0; i < 5; i++) {
        int peer;

        test_set(&shared->flags[0], 0);
        peer = PEER(wait_for_death, 0, hart, -1);
        WAIT_UNTIL(shared->flags[0]);
        PEER_KILL(peer);
    }
}

const struct test_case uintr_handover_wait_cases[] = {
    SAME_AND_CROSS("uintr-handover-waits-otherwise", waits_otherwise),
    SAME_AND_CROSS("uintr-handover-is-ready", is_ready),
    SAME_AND_CROSS("uintr-handover-below-threshold", below_threshold),
    SAME_AND_CROSS("uintr-handover-killed", killed),
    END_OF_CASES,
};
