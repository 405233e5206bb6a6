// SPDX-License-Identifier: MIT
/* SYS_uintr_handover: to receivers that run, are ready, wait for this or for something else, or may not have the hart. */
#include "lib/ecall.h"
#include "lib/signals.h"
#include "lib/sync.h"
#include "lib/uintr.h"
#include "tests/test.h"

#define BIT(n) (1ul << (n))
#define TO     5  /* the receiver's vector */
#define BACK   6  /* the caller's */
#define HIGH   40 /* the receiver's, above its threshold */
#define ROUNDS 500

static _Thread_local volatile uint64_t seen;
static int to_index, back_index, high_index;
static uint32_t ready, may_end, blocked, word;
static volatile long wait_result;
static volatile int wait_error;

static void note(uint64_t vectors)
{
    seen |= vectors;
}

static uint64_t take(void)
{
    uint64_t vectors = seen;

    seen = 0;
    return vectors;
}

static void begin(void)
{
    test_pin(0);
    MUST(uintr_set_handler(note, 0));
    back_index = (int)MUST(uintr_register_self(BACK, 0));
    ready = may_end = blocked = word = 0;
}

static void end(void)
{
    MUST(uintr_unregister_sender(back_index, 0));
    MUST(uintr_unregister_sender(to_index, 0));
    MUST(uintr_unregister_handler(0));
}

/* ---- Errors ---- */

static void errors(uint64_t argument)
{
    int handle;

    (void)argument;
    FAILS(uintr_handover(0, 0), EOPNOTSUPP);
    FAILS(uintr_handover(0, 1), EINVAL);
    FAILS(ecall_result(ecall_2(SYS_uintr_handover, 0, 1)), EINVAL);
    FAILS(ecall_result(ecall_2(SYS_uintr_handover, 0, 1ul << 32)), EINVAL);
    MUST(uintr_set_handler(note, 0));
    FAILS(uintr_handover(0, 0), ESHUTDOWN); /* no table */
    FAILS(uintr_handover(UINT64_MAX, 0), ESHUTDOWN);
    handle = (int)MUST(uintr_create_fd(TO, 0));
    to_index = (int)MUST(uintr_register_sender(handle, 0));
    FAILS(uintr_handover((uint64_t)to_index + 1, 0), ESHUTDOWN);
    FAILS(uintr_handover(1ul << 61, 0), ESHUTDOWN);
    FAILS(ecall_result(ecall_2(SYS_uintr_handover, (uint64_t)to_index, 1)), EINVAL);
    CHECK_EQUAL(uipi_read(), 0);                         /* nothing of it has sent */
    FAILS(uintr_handover((uint64_t)to_index, 0), EINTR); /* to oneself: it has come */
    CHECK_EQUAL(uipi_read(), BIT(TO));
    MUST(uintr_unregister_handler(0));
    FAILS(uintr_handover((uint64_t)to_index, 0), EOPNOTSUPP);
    MUST(uintr_set_handler(note, 0));
    FAILS(uintr_handover((uint64_t)to_index, 0), ESHUTDOWN); /* that receiver is gone */
    uipi_write(BIT(3));
    FAILS(uintr_handover((uint64_t)to_index, 0), ESHUTDOWN);
    CHECK_EQUAL(uipi_read(), BIT(3));
}

static void no_receiver(void *expected)
{
    FAILS(uintr_handover((uint64_t)to_index, 0), (int)(intptr_t)expected);
}

/* Nothing is sent by who couldn't wait. */
static void sends_nothing(uint64_t hart)
{
    struct thread thread;

    test_pin(0);
    MUST(uintr_set_handler(note, 0));
    to_index = (int)MUST(uintr_register_self(TO, 0));
    test_thread(&thread, no_receiver, (void *)EOPNOTSUPP, (unsigned)hart);
    thread_join(&thread);
    CHECK_EQUAL(uipi_read(), 0);
}

/* ---- There and back ---- */

static void serve(void *unused)
{
    (void)unused;
    MUST(uintr_set_handler(note, 0));
    to_index = (int)MUST(uintr_register_self(TO, 0));
    test_set(&ready, 1);
    FAILS(uintr_wait(0), EINTR);
    CHECK_EQUAL(uipi_read(), BIT(TO));
    while (!test_get(&may_end)) {
        FAILS(uintr_handover((uint64_t)back_index, 0), EINTR);
        CHECK_EQUAL(uipi_read(), BIT(TO));
    }
    CHECK(uintr_send((uint64_t)back_index) != UIPI_REFUSED);
    MUST(uintr_unregister_handler(0));
}

static void there_and_back(uint64_t hart)
{
    uint64_t before = test_info().uintr.handed_over;
    struct thread thread;

    begin();
    test_thread(&thread, serve, NULL, (unsigned)hart);
    test_until_blocked(&ready, (unsigned)hart);
    for (unsigned i = 0; i <= ROUNDS; i++) {
        test_set(&may_end, i == ROUNDS);
        FAILS(uintr_handover((uint64_t)to_index, 0), EINTR);
        CHECK_EQUAL(uipi_read(), BIT(BACK));
    }
    thread_join(&thread);
    if (hart == 0) { /* directly, nearly always: there are time slices */
        CHECK(test_info().uintr.handed_over - before >= 2 * ROUNDS - 20);
    } else { /* each is bound to its hart */
        CHECK_EQUAL(test_info().uintr.handed_over, before);
    }
    end();
}

/* ---- A receiver that waits for something else ---- */

enum wait { FUTEX, SLEEP, PIPE, FUTEX_DISABLED, FUTEX_THRESHOLD, FUTEX_DEACTIVATED, WAITS };

static int ends[2];

static void wait_for_something(void *how)
{
    enum wait wait = (enum wait)(uintptr_t)how;
    char byte;

    MUST(uintr_set_handler(note, 0));
    to_index = (int)MUST(uintr_register_self(TO, 0));
    high_index = (int)MUST(uintr_register_self(HIGH, 0));
    if (wait == FUTEX_THRESHOLD) {
        uipi_thresh(20);
    } else if (wait == FUTEX_DEACTIVATED) {
        uipi_deactivate();
    }
    if (wait != FUTEX_DISABLED) {
        uintr_enable();
    }
    test_set(&ready, 1);
    if (wait == SLEEP) {
        wait_result = thread_sleep(5000 * MILLISECOND);
    } else if (wait == PIPE) {
        wait_result = handle_read(ends[0], &byte, 1);
    } else {
        wait_result = futex_wait(&word, 0, WAIT_FOREVER);
    }
    wait_error = errno;
    test_set(&blocked, 1);
    uipi_thresh(0);
    uipi_activate();
    uintr_enable();
    while (!(seen & BIT(TO))) {
    }
    CHECK(uintr_send((uint64_t)back_index) != UIPI_REFUSED);
    MUST(uintr_unregister_handler(0));
}

/* Its wait ends with EINTR if it could take the vector, and goes on if not; the vector comes in any case. */
static void waits_otherwise(uint64_t hart)
{
    for (uintptr_t wait = 0; wait < WAITS; wait++) {
        struct thread thread;
        bool wakes = wait <= PIPE;

        begin();
        MUST(pipe_create(ends, 0));
        test_thread(&thread, wait_for_something, (void *)wait, (unsigned)hart);
        test_until_blocked(&ready, (unsigned)hart);
        if (!wakes) {
            uipi_write(BIT(3)); /* or this one would wait for good */
        }
        FAILS(uintr_handover((uint64_t)to_index, 0), EINTR);
        if (wakes) {
            CHECK_EQUAL(uipi_read(), BIT(BACK));
            CHECK(test_get(&blocked) && wait_result == -1 && wait_error == EINTR);
        } else {
            CHECK_EQUAL(uipi_read(), BIT(3));
            test_until_blocked(&ready, (unsigned)hart);
            CHECK(!test_get(&blocked));
            word = 1;
            CHECK_EQUAL(futex_wake(&word, 1), 1);
            FAILS(uintr_wait(0), EINTR);
            CHECK_EQUAL(uipi_read(), BIT(BACK));
            CHECK(test_get(&blocked) && wait_result == 0);
        }
        thread_join(&thread);
        MUST(uintr_unregister_sender(high_index, 0));
        end();
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

        begin();
        test_thread(&thread, wait_for_something, (void *)FUTEX, (unsigned)hart);
        test_until_blocked(&ready, (unsigned)hart);
        word = 1;
        CHECK_EQUAL(futex_wake(&word, 1), 1);
        FAILS(uintr_handover((uint64_t)to_index, 0), EINTR);
        CHECK_EQUAL(uipi_read(), BIT(BACK));
        CHECK_EQUAL(wait_result, 0);
        thread_join(&thread);
        MUST(uintr_unregister_sender(high_index, 0));
        end();
    }
}

/* Below the threshold nothing wakes it; what comes above does, and both are there then. */
static void serve_high(void *unused)
{
    (void)unused;
    MUST(uintr_set_handler(note, 0));
    to_index = (int)MUST(uintr_register_self(TO, 0));
    high_index = (int)MUST(uintr_register_self(HIGH, 0));
    uipi_thresh(20);
    test_set(&ready, 1);
    FAILS(uintr_wait(0), EINTR);
    test_set(&blocked, 1);
    CHECK_EQUAL(uipi_read(), BIT(TO) | BIT(HIGH));
    CHECK(uintr_send((uint64_t)back_index) != UIPI_REFUSED);
    MUST(uintr_unregister_handler(0));
}

static void ring_later(void *unused)
{
    (void)unused;
    thread_sleep(MILLISECOND);
    CHECK(uintr_send((uint64_t)back_index) != UIPI_REFUSED);
}

static void below_threshold(uint64_t hart)
{
    struct thread thread, ringer;

    begin();
    test_thread(&thread, serve_high, NULL, (unsigned)hart);
    test_until_blocked(&ready, (unsigned)hart);
    test_thread(&ringer, ring_later, NULL, 0);
    FAILS(uintr_handover((uint64_t)to_index, 0), EINTR);
    CHECK_EQUAL(uipi_read(), BIT(BACK));
    thread_join(&ringer);
    test_until_blocked(&ready, (unsigned)hart);
    CHECK(!test_get(&blocked));
    FAILS(uintr_handover((uint64_t)high_index, 0), EINTR);
    CHECK_EQUAL(uipi_read(), BIT(BACK));
    thread_join(&thread);
    MUST(uintr_unregister_sender(high_index, 0));
    end();
}

/* The caller's own threshold counts for its wait, too, and its UIE doesn't. */
static void own_threshold(uint64_t hart)
{
    struct thread thread;

    begin();
    test_thread(&thread, serve, NULL, (unsigned)hart);
    test_until_blocked(&ready, (unsigned)hart);
    uipi_thresh(BACK);
    uipi_write(BIT(3));
    FAILS(uintr_handover((uint64_t)to_index, 0), EINTR);
    CHECK_EQUAL(uipi_read(), BIT(BACK) | BIT(3));
    uipi_thresh(0);
    test_set(&may_end, 1);
    uintr_enable();
    FAILS(uintr_handover((uint64_t)to_index, 0), EINTR);
    CHECK_EQUAL(take(), BIT(BACK)); /* the handler has run */
    uintr_disable();
    thread_join(&thread);
    end();
}

/* ---- Who may have the hart ---- */

static uint32_t order[3], orders;

static void note_order(uint32_t who)
{
    order[orders++] = who;
}

static void compute_once(void *unused)
{
    (void)unused;
    MUST(thread_set_priority(DEFAULT_PRIORITY + 1));
    test_set(&blocked, 1);
    while (futex_wait(&word, 0, WAIT_FOREVER) < 0 && errno == EINTR) {
    }
    note_order(1);
}

static void serve_last(void *unused)
{
    (void)unused;
    MUST(uintr_set_handler(note, 0));
    to_index = (int)MUST(uintr_register_self(TO, 0));
    MUST(thread_set_priority(DEFAULT_PRIORITY + 2));
    test_set(&ready, 1);
    FAILS(uintr_wait(0), EINTR);
    note_order(2);
    CHECK(uintr_send((uint64_t)back_index) != UIPI_REFUSED);
    MUST(uintr_unregister_handler(0));
}

/* A thread of better priority than the receiver's is ready: it goes first. */
static void better_is_ready(uint64_t argument)
{
    struct thread last, better;

    (void)argument;
    begin();
    orders = 0;
    test_thread(&last, serve_last, NULL, 0);
    test_until_blocked(&ready, 0);
    test_thread(&better, compute_once, NULL, 0);
    test_until_blocked(&blocked, 0);
    word = 1;
    CHECK_EQUAL(futex_wake(&word, 1), 1); /* ready, but this one is better */
    FAILS(uintr_handover((uint64_t)to_index, 0), EINTR);
    thread_join(&last);
    thread_join(&better);
    CHECK(orders == 2 && order[0] == 1 && order[1] == 2);
    end();
}

static void check_hart(void *unused)
{
    (void)unused;
    MUST(uintr_set_handler(note, 0));
    to_index = (int)MUST(uintr_register_self(TO, 0));
    test_set(&ready, 1);
    for (unsigned i = 0; i < 50; i++) {
        FAILS(uintr_wait(0), EINTR);
        CHECK_EQUAL(uipi_read(), BIT(TO));
        CHECK_EQUAL(thread_get_hart(), 1);
        CHECK(uintr_send((uint64_t)back_index) != UIPI_REFUSED);
    }
    MUST(uintr_unregister_handler(0));
}

/* It stays on the hart that it is bound to. */
static void bound_elsewhere(uint64_t argument)
{
    struct thread thread;

    (void)argument;
    begin();
    test_thread(&thread, check_hart, NULL, 1);
    WAIT_UNTIL(ready);
    for (unsigned i = 0; i < 50; i++) {
        FAILS(uintr_handover((uint64_t)to_index, 0), EINTR);
        CHECK_EQUAL(uipi_read(), BIT(BACK));
        CHECK_EQUAL(thread_get_hart(), 0);
    }
    thread_join(&thread);
    end();
}

/* Bound to nothing they go from hart to hart, while others move about. */
static void move(void *unused)
{
    (void)unused;
    while (!test_get(&may_end)) {
        thread_set_affinity(HART(test_get(&may_end)));
        thread_set_affinity(~0ul);
        thread_yield();
    }
}

static void unbound(uint64_t argument)
{
    struct thread thread, movers[2];

    (void)argument;
    begin();
    MUST(thread_set_affinity(~0ul));
    MUST(thread_start(&thread, serve, NULL));
    MUST(thread_start(&movers[0], move, NULL));
    MUST(thread_start(&movers[1], move, NULL));
    WAIT_UNTIL(ready);
    for (unsigned i = 0; i <= 4 * ROUNDS; i++) {
        test_set(&may_end, i == 4 * ROUNDS);
        if (i % 7 == 0) {
            MUST(thread_set_affinity(HART(i % test_harts())));
        } else if (i % 7 == 1) {
            MUST(thread_set_affinity(~0ul));
        }
        FAILS(uintr_handover((uint64_t)to_index, 0), EINTR);
        CHECK_EQUAL(uipi_read(), BIT(BACK));
    }
    thread_join(&thread);
    thread_join(&movers[0]);
    thread_join(&movers[1]);
    end();
}

/* ---- Signals ---- */

static uint32_t times_woken, signals;
static int self;

static void on_signal(int signal, struct signal_frame *frame)
{
    (void)signal;
    (void)frame;
    signals++;
}

static void count_wakes(void *unused)
{
    (void)unused;
    MUST(uintr_set_handler(note, 0));
    to_index = (int)MUST(uintr_register_self(TO, 0));
    test_set(&ready, 1);
    while (!test_get(&may_end)) {
        uintr_wait(0);
        uipi_read();
        test_set(&times_woken, times_woken + 1);
    }
    MUST(uintr_unregister_handler(0));
}

static void signal_once(void *unused)
{
    (void)unused;
    test_until_blocked(&blocked, 0);
    MUST(process_kill(self, SIGNAL_USR1));
}

/* A signal ends the wait, and the call is never repeated: it would send again. */
static void interrupted_by_signal(uint64_t hart)
{
    static const unsigned flags[] = { 0, SIGNAL_RESTART };
    struct thread receiver, sender;

    self = (int)MUST(process_self());
    for (unsigned i = 0; i < 2; i++) {
        begin();
        times_woken = signals = 0;
        MUST(signal_handle(SIGNAL_USR1, on_signal, flags[i], 0));
        MUST(signal_set_mask(SIGNAL_BLOCK, 1ul << SIGNAL_USR1));
        test_thread(&receiver, count_wakes, NULL, (unsigned)hart);
        test_until_blocked(&ready, (unsigned)hart);
        test_thread(&sender, signal_once, NULL, (unsigned)hart);
        MUST(signal_set_mask(SIGNAL_UNBLOCK, 1ul << SIGNAL_USR1));
        test_set(&blocked, 1);
        FAILS(uintr_handover((uint64_t)to_index, 0), EINTR);
        CHECK_EQUAL(signals, 1);
        thread_join(&sender);
        WAIT_UNTIL(test_get(&times_woken) == 1);
        test_set(&may_end, 1);
        CHECK(uintr_send((uint64_t)to_index) != UIPI_REFUSED);
        thread_join(&receiver);
        CHECK_EQUAL(times_woken, 2);
        end();
    }
}

/* ---- A receiver that runs; ends ---- */

static void spin(void *unused)
{
    (void)unused;
    MUST(uintr_set_handler(note, 0));
    to_index = (int)MUST(uintr_register_self(TO, 0));
    uintr_enable();
    test_set(&ready, 1);
    while (!(seen & BIT(TO))) {
    }
    CHECK(uipi_send((uint64_t)back_index) != UIPI_REFUSED);
    MUST(uintr_unregister_handler(0));
}

static void runs(uint64_t hart)
{
    for (unsigned i = 0; i < 10; i++) {
        struct thread thread;

        begin();
        test_thread(&thread, spin, NULL, (unsigned)hart);
        WAIT_UNTIL(ready);
        FAILS(uintr_handover((uint64_t)to_index, 0), EINTR);
        CHECK_EQUAL(uipi_read(), BIT(BACK));
        thread_join(&thread);
        end();
    }
}

static void wait_for_death(uint64_t unused)
{
    struct thread thread;

    (void)unused;
    begin();
    test_thread(&thread, serve_high, NULL, 0);
    test_until_blocked(&ready, 0);
    test_set(&shared->flags[0], 1);
    uintr_handover((uint64_t)to_index, 0); /* nobody answers */
}

/* Killed while it waits in a handover: the runner looks at what is left. */
static void killed(uint64_t hart)
{
    for (unsigned i = 0; i < 5; i++) {
        int peer;

        test_set(&shared->flags[0], 0);
        peer = PEER(wait_for_death, 0, hart, -1);
        WAIT_UNTIL(shared->flags[0]);
        MUST(process_kill(peer, SIGNAL_KILL));
        CHECK_EQUAL(peer_wait(peer), STATUS_SIGNAL(SIGNAL_KILL));
    }
}

const struct test_case uintr_handover_cases[] = {
    CASE("uintr-handover-errors", errors),
    SAME_AND_CROSS("uintr-handover-sends-nothing", sends_nothing),
    SAME_AND_CROSS("uintr-handover-there-and-back", there_and_back),
    SAME_AND_CROSS("uintr-handover-waits-otherwise", waits_otherwise),
    SAME_AND_CROSS("uintr-handover-is-ready", is_ready),
    SAME_AND_CROSS("uintr-handover-below-threshold", below_threshold),
    SAME_AND_CROSS("uintr-handover-own-threshold", own_threshold),
    CASE("uintr-handover-better-is-ready", better_is_ready),
    CASE_WITH("uintr-handover-bound-elsewhere", bound_elsewhere, 0, 2, 0),
    CASE_WITH("uintr-handover-unbound", unbound, 0, 2, 0),
    CASE_WITH("uintr-handover-runs-cross", runs, 1, 2, 0),
    SAME_AND_CROSS("uintr-handover-signal", interrupted_by_signal),
    SAME_AND_CROSS("uintr-handover-killed", killed),
    END_OF_CASES,
};
