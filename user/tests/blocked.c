// SPDX-License-Identifier: MIT
/*
 * What ends a wait: each of the calls that wait, and a signal, a user interrupt or death. The thread that
 * waits is on the last hart, so on another one than the case if there is one.
 */
#include <unistd.h>

#include "lib/process.h"
#include "lib/signals.h"
#include "lib/uintr.h"
#include "tests/blocking.h"

#define BIT(signal) (1ul << (signal))
#define VECTOR      13

/* How the waiting thread treats user interrupts. */
enum mode { NO_HANDLER, ENABLED, DISABLED, DEACTIVATED, UIE_CLEAR, BELOW_THRESHOLD };

static const struct blocking *blocking;
static enum mode mode;
static struct thread waiter;
static unsigned waiter_hart;
static int waiter_index; /* to send to it */
static uint32_t begun, returned;
static volatile unsigned signals, interrupts;
static long result;
static int error;

/* ---- The thread that waits ---- */

static void on_signal(int signal, struct signal_frame *frame)
{
    (void)signal;
    (void)frame;
    signals++;
}

static void on_interrupt(uint64_t vectors)
{
    CHECK_EQUAL(vectors, 1ul << VECTOR);
    interrupts++;
}

static void write_uie(unsigned value)
{
    __asm__ volatile("csrw 0x004, %0" : : "r"((uint64_t)value) : "memory");
}

static void receive_interrupts(void)
{
    MUST(uintr_set_handler(on_interrupt, 0));
    waiter_index = (int)MUST(uintr_register_self(VECTOR, 0));
    if (mode == DEACTIVATED) {
        uipi_deactivate();
    } else if (mode == UIE_CLEAR) {
        write_uie(0);
    } else if (mode == BELOW_THRESHOLD) {
        uipi_thresh(VECTOR + 1);
    }
    if (mode != DISABLED) {
        uintr_enable();
    }
}

/* Whatever kept the interrupt off before: here it comes. */
static void stop_receiving(void)
{
    uipi_thresh(0);
    write_uie(1);
    uipi_activate();
    uintr_enable();
    uintr_disable();
    MUST(uintr_unregister_handler(0));
}

static void wait_in_call(void *unused)
{
    (void)unused;
    if (mode != NO_HANDLER) {
        receive_interrupts();
    }
    MUST(signal_set_mask(SIGNAL_UNBLOCK, BIT(SIGNAL_USR1) | BIT(SIGNAL_USR2)));
    test_set(&begun, 1);
    errno = 0;
    result = blocking->call();
    error = errno;
    if (mode != NO_HANDLER) {
        stop_receiving();
    }
    test_set(&returned, 1);
}

static void be_waited_for(uint64_t argument)
{
    (void)argument;
    thread_sleep(WAIT_FOREVER);
}

static void start(uint64_t number, enum mode how)
{
    blocking = &blocking_calls[number];
    mode = how;
    waiter_hart = test_harts() > 1 ? 1 : 0;
    MUST(signal_handle(SIGNAL_USR1, on_signal, SIGNAL_RESTART, 0));
    MUST(signal_handle(SIGNAL_USR2, on_signal, 0, 0));
    MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_USR1) | BIT(SIGNAL_USR2)));
    blocking_process = PEER(be_waited_for, 0, 0, -1);
    if (blocking->prepare) {
        blocking->prepare();
    }
    test_thread(&waiter, wait_in_call, NULL, waiter_hart);
    test_until_blocked(&begun, waiter_hart);
}

static void signal_self(int signal)
{
    int self = (int)MUST(process_self());

    MUST(process_kill(self, signal));
    MUST(handle_close(self));
}

/* Joins it, and ends the process that somebody may have waited for. */
static void finish(void)
{
    WAIT_UNTIL(returned);
    thread_join(&waiter);
    process_kill(blocking_process, SIGNAL_KILL);
    CHECK_EQUAL(peer_wait(blocking_process), STATUS_SIGNAL(SIGNAL_KILL));
}

static void check_interrupted(void)
{
    CHECK_EQUAL(result, -1);
    CHECK_EQUAL(error, EINTR);
}

/* Lets it end well, or interrupts what only an interruption ends. */
static void end_wait(void)
{
    if (blocking->release) {
        blocking->release();
        finish();
        CHECK(result >= 0);
    } else {
        signal_self(SIGNAL_USR2);
        finish();
        check_interrupted();
    }
}

/* ---- Cases ---- */

static void interrupted_by_signal(uint64_t number)
{
    start(number, NO_HANDLER);
    signal_self(SIGNAL_USR2);
    finish();
    check_interrupted();
    CHECK_EQUAL(signals, 1);
}

/* With SIGNAL_RESTART it waits on, and ends well; but calls that never do that. */
static void restarted_after_signal(uint64_t number)
{
    start(number, NO_HANDLER);
    signal_self(SIGNAL_USR1);
    if (blocking->never_repeated) {
        finish();
        check_interrupted();
        CHECK_EQUAL(signals, 1);
        return;
    }
    for (unsigned i = 1; i <= 3; i++) {
        WAIT_UNTIL(signals == i);
        test_until_blocked(&begun, waiter_hart);
        CHECK_EQUAL(returned, 0);
        if (i < 3) {
            signal_self(SIGNAL_USR1);
        }
    }
    end_wait();
}

/* A user interrupt that the thread wants ends every wait. */
static void interrupted_by_uintr(uint64_t number)
{
    start(number, ENABLED);
    CHECK_EQUAL(uipi_send((uint64_t)waiter_index), UIPI_POSTED);
    finish();
    check_interrupted();
    CHECK_EQUAL(interrupts, 1);
}

/* A user interrupt that it doesn't want now ends none, and is there afterwards. */
static void not_interrupted_by_masked(uint64_t number, enum mode how)
{
    start(number, how);
    CHECK_EQUAL(uipi_send((uint64_t)waiter_index), UIPI_POSTED);
    test_until_blocked(&begun, waiter_hart);
    CHECK(returned == 0 && interrupts == 0);
    end_wait();
    CHECK_EQUAL(interrupts, 1);
}

static void not_interrupted_when_disabled(uint64_t number)
{
    not_interrupted_by_masked(number, DISABLED);
}

/* The other ways not to want it, by one call that waits in a queue and one that doesn't. */
static void not_interrupted_otherwise(uint64_t how)
{
    not_interrupted_by_masked(3, (enum mode)how);
}

/* uintr_wait ends by everything that is pending at or above the threshold, wanted now or not. */
static void uintr_wait_interrupted(uint64_t how)
{
    start(BLOCKING_CALLS - 1, (enum mode)how);
    CHECK_EQUAL(uipi_send((uint64_t)waiter_index), UIPI_POSTED);
    if (how == BELOW_THRESHOLD) {
        test_until_blocked(&begun, waiter_hart);
        CHECK_EQUAL(returned, 0);
        signal_self(SIGNAL_USR2);
    }
    finish();
    check_interrupted();
    CHECK_EQUAL(interrupts, 1);
}

/* Ended well, with a handler that had nothing to do: the doorbell that was armed must not matter. */
static void ends_well_with_handler(uint64_t number)
{
    start(number, ENABLED);
    end_wait();
    CHECK_EQUAL(interrupts, 0);
}

/* ---- Death ---- */

static void wait_and_die(uint64_t number)
{
    blocking = &blocking_calls[number];
    blocking_process = PEER_HANDLE(0);
    mode = ENABLED;
    if (blocking->prepare) {
        blocking->prepare();
    }
    receive_interrupts();
    test_set(&shared->flags[0], 1);
    blocking->call();
    test_set(&shared->flags[1], 1);
}

/* Nothing stays behind of a process that is killed while it waits; the runner looks. */
static void killed(uint64_t number)
{
    unsigned hart = test_harts() > 1 ? 1 : 0;
    int self = (int)MUST(process_self()), peer = PEER(wait_and_die, number, hart, self);

    test_until_blocked(&shared->flags[0], hart);
    PEER_KILL(peer);
    CHECK_EQUAL(shared->flags[1], 0);
}

/* A case for each entry of blocking_calls[] but the last. */
#define FOR_EACH_CALL(name, run)                                                                   \
    CASE_WITH(name "-sleep", run, 0, 0, 0), CASE_WITH(name "-futex", run, 1, 0, 0),                \
        CASE_WITH(name "-futex-timeout", run, 2, 0, 0),                                            \
        CASE_WITH(name "-pipe-read", run, 3, 0, 0), CASE_WITH(name "-pipe-write", run, 4, 0, 0),   \
        CASE_WITH(name "-eventfd-read", run, 5, 0, 0),                                             \
        CASE_WITH(name "-eventfd-write", run, 6, 0, 0),                                            \
        CASE_WITH(name "-mq-receive", run, 7, 0, 0), CASE_WITH(name "-mq-send", run, 8, 0, 0),     \
        CASE_WITH(name "-console-read", run, 9, 0, 0), CASE_WITH(name "-call", run, 10, 0, 0),     \
        CASE_WITH(name "-call-answer", run, 11, 0, 0), CASE_WITH(name "-receive", run, 12, 0, 0),  \
        CASE_WITH(name "-reply-receive", run, 13, 0, 0), CASE_WITH(name "-wait", run, 14, 0, 0),   \
        CASE_WITH(name "-sigsuspend", run, 15, 0, 0)

const struct test_case blocked_cases[] = {
    FOR_EACH_CALL("blocked-signal", interrupted_by_signal),
    CASE_WITH("blocked-signal-uintr-wait", ends_well_with_handler, 16, 0, 0),
    FOR_EACH_CALL("blocked-restart", restarted_after_signal),
    FOR_EACH_CALL("blocked-uintr", interrupted_by_uintr),
    CASE_WITH("blocked-uintr-uintr-wait", interrupted_by_uintr, 16, 0, 0),
    FOR_EACH_CALL("blocked-disabled", not_interrupted_when_disabled),
    CASE_WITH("blocked-deactivated", not_interrupted_otherwise, DEACTIVATED, 0, 0),
    CASE_WITH("blocked-uie-clear", not_interrupted_otherwise, UIE_CLEAR, 0, 0),
    CASE_WITH("blocked-below-threshold", not_interrupted_otherwise, BELOW_THRESHOLD, 0, 0),
    CASE_WITH("blocked-uintr-wait-disabled", uintr_wait_interrupted, DISABLED, 0, 0),
    CASE_WITH("blocked-uintr-wait-uie-clear", uintr_wait_interrupted, UIE_CLEAR, 0, 0),
    CASE_WITH("blocked-uintr-wait-deactivated", uintr_wait_interrupted, DEACTIVATED, 0, 0),
    CASE_WITH("blocked-uintr-wait-below-threshold", uintr_wait_interrupted, BELOW_THRESHOLD, 0, 0),
    FOR_EACH_CALL("blocked-well", ends_well_with_handler),
    FOR_EACH_CALL("blocked-killed", killed),
    CASE_WITH("blocked-killed-uintr-wait", killed, 16, 0, 0),
    END_OF_CASES,
};
