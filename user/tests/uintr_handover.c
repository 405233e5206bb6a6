// SPDX-License-Identifier: MIT
/* SYS_uintr_handover: what is refused, there and back, and what else ends the wait. */
#include "lib/ecall.h"
#include "lib/signals.h"
#include "tests/handover.h"

#define ROUNDS 500

/* ---- Errors ---- */

static void errors(uint64_t argument)
{
    int handle;

    (void)argument;
    FAILS(uintr_handover(0, 0), EOPNOTSUPP);
    FAILS(uintr_handover(0, 1), EINVAL);
    FAILS(ecall_result(ecall_2(SYS_uintr_handover, 0, 1)), EINVAL);
    FAILS(ecall_result(ecall_2(SYS_uintr_handover, 0, 1ul << 32)), EINVAL);
    MUST(uintr_set_handler(handover_note, 0));
    FAILS(uintr_handover(0, 0), ESHUTDOWN); /* no table */
    FAILS(uintr_handover(UINT64_MAX, 0), ESHUTDOWN);
    handle = (int)MUST(uintr_create_fd(TO, 0));
    handover.to = (int)MUST(uintr_register_sender(handle, 0));
    FAILS(uintr_handover((uint64_t)handover.to + 1, 0), ESHUTDOWN);
    FAILS(uintr_handover(1ul << 61, 0), ESHUTDOWN);
    FAILS(ecall_result(ecall_2(SYS_uintr_handover, (uint64_t)handover.to, 1)), EINVAL);
    CHECK_EQUAL(uipi_read(), 0);                            /* nothing of it has sent */
    FAILS(uintr_handover((uint64_t)handover.to, 0), EINTR); /* to oneself: it has come */
    CHECK_EQUAL(uipi_read(), BIT(TO));
    MUST(uintr_unregister_handler(0));
    FAILS(uintr_handover((uint64_t)handover.to, 0), EOPNOTSUPP);
    MUST(uintr_set_handler(handover_note, 0));
    FAILS(uintr_handover((uint64_t)handover.to, 0), ESHUTDOWN); /* that receiver is gone */
    uipi_write(BIT(3));
    FAILS(uintr_handover((uint64_t)handover.to, 0), ESHUTDOWN);
    CHECK_EQUAL(uipi_read(), BIT(3));
}

static void no_receiver(void *expected)
{
    FAILS(uintr_handover((uint64_t)handover.to, 0), (int)(intptr_t)expected);
}

/* Nothing is sent by who couldn't wait. */
static void sends_nothing(uint64_t hart)
{
    struct thread thread;

    test_pin(0);
    handover_receive();
    test_thread(&thread, no_receiver, (void *)EOPNOTSUPP, (unsigned)hart);
    thread_join(&thread);
    CHECK_EQUAL(uipi_read(), 0);
}

/* ---- There and back ---- */

static void there_and_back(uint64_t hart)
{
    uint64_t before = test_info().uintr.handed_over;
    struct thread thread;

    handover_begin();
    test_thread(&thread, handover_serve, NULL, (unsigned)hart);
    test_until_blocked(&handover.ready, (unsigned)hart);
    for (unsigned i = 0; i <= ROUNDS; i++) {
        test_set(&handover.may_end, i == ROUNDS);
        FAILS(uintr_handover((uint64_t)handover.to, 0), EINTR);
        CHECK_EQUAL(uipi_read(), BIT(BACK));
    }
    thread_join(&thread);
    if (hart == 0) { /* directly, nearly always: there are time slices */
        CHECK(test_info().uintr.handed_over - before >= 2 * ROUNDS - 20);
    } else { /* each is bound to its hart */
        CHECK_EQUAL(test_info().uintr.handed_over, before);
    }
    handover_end();
}

/* The caller's own threshold counts for its wait, too, and its UIE doesn't. */
static void own_threshold(uint64_t hart)
{
    struct thread thread;

    handover_begin();
    test_thread(&thread, handover_serve, NULL, (unsigned)hart);
    test_until_blocked(&handover.ready, (unsigned)hart);
    uipi_thresh(BACK);
    uipi_write(BIT(3));
    FAILS(uintr_handover((uint64_t)handover.to, 0), EINTR);
    CHECK_EQUAL(uipi_read(), BIT(BACK) | BIT(3));
    uipi_thresh(0);
    test_set(&handover.may_end, 1);
    uintr_enable();
    FAILS(uintr_handover((uint64_t)handover.to, 0), EINTR);
    CHECK_EQUAL(handover_seen, BIT(BACK)); /* the handler has run */
    uintr_disable();
    thread_join(&thread);
    handover_end();
}

/* ---- A receiver that runs ---- */

static void spin(void *unused)
{
    (void)unused;
    handover_receive();
    uintr_enable();
    test_set(&handover.ready, 1);
    while (!(handover_seen & BIT(TO))) {
    }
    CHECK(uipi_send((uint64_t)handover.back) != UIPI_REFUSED);
    MUST(uintr_unregister_handler(0));
}

static void runs(uint64_t hart)
{
    for (unsigned i = 0; i < 10; i++) {
        struct thread thread;

        handover_begin();
        test_thread(&thread, spin, NULL, (unsigned)hart);
        WAIT_UNTIL(handover.ready);
        FAILS(uintr_handover((uint64_t)handover.to, 0), EINTR);
        CHECK_EQUAL(uipi_read(), BIT(BACK));
        thread_join(&thread);
        handover_end();
    }
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
    handover_receive();
    test_set(&handover.ready, 1);
    while (!test_get(&handover.may_end)) {
        uintr_wait(0);
        uipi_read();
        test_set(&times_woken, times_woken + 1);
    }
    MUST(uintr_unregister_handler(0));
}

static void signal_once(void *unused)
{
    (void)unused;
    test_until_blocked(&handover.blocked, 0);
    MUST(process_kill(self, SIGNAL_USR1));
}

/* A signal ends the wait, and the call is never repeated: it would send again. */
static void interrupted_by_signal(uint64_t hart)
{
    static const unsigned flags[] = { 0, SIGNAL_RESTART };
    struct thread receiver, sender;

    self = (int)MUST(process_self());
    for (unsigned i = 0; i < 2; i++) {
        handover_begin();
        times_woken = signals = 0;
        MUST(signal_handle(SIGNAL_USR1, on_signal, flags[i], 0));
        MUST(signal_set_mask(SIGNAL_BLOCK, 1ul << SIGNAL_USR1));
        test_thread(&receiver, count_wakes, NULL, (unsigned)hart);
        test_until_blocked(&handover.ready, (unsigned)hart);
        test_thread(&sender, signal_once, NULL, (unsigned)hart);
        MUST(signal_set_mask(SIGNAL_UNBLOCK, 1ul << SIGNAL_USR1));
        test_set(&handover.blocked, 1);
        FAILS(uintr_handover((uint64_t)handover.to, 0), EINTR);
        CHECK_EQUAL(signals, 1);
        thread_join(&sender);
        WAIT_UNTIL(test_get(&times_woken) == 1);
        test_set(&handover.may_end, 1);
        CHECK(uintr_send((uint64_t)handover.to) != UIPI_REFUSED);
        thread_join(&receiver);
        CHECK_EQUAL(times_woken, 2);
        handover_end();
    }
}

const struct test_case uintr_handover_cases[] = {
    CASE("uintr-handover-errors", errors),
    SAME_AND_CROSS("uintr-handover-sends-nothing", sends_nothing),
    SAME_AND_CROSS("uintr-handover-there-and-back", there_and_back),
    SAME_AND_CROSS("uintr-handover-own-threshold", own_threshold),
    CASE_WITH("uintr-handover-runs-cross", runs, 1, 2, 0),
    SAME_AND_CROSS("uintr-handover-signal", interrupted_by_signal),
    END_OF_CASES,
};
