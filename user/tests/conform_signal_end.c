// SPDX-License-Identifier: MIT
/* Signals of both kinds: who receives and who sends end, and others follow. */
#include "lib/ipc.h"
#include "tests/signal_target.h"

/* ---- Ends of processes ---- */

/* A process that makes its target itself, and passes on where to send to it. */
static void be_target(uint64_t argument)
{
    struct message message = { .handle = -1 };

    MUST(signal_open(target_ends, KIND(argument)));
    MUST(signal_receive(target_ends[RECEIVE]));
    MUST(signal_set_mask(SIGNAL_SETMASK, BIT(SIGNAL_USR2) | BIT(SIGNAL_KILL)));
    MUST(signal_handle(SIGNAL_CHILD, (signal_handler)SIGNAL_IGNORE, 0, 0));
    message.handle = target_ends[SEND];
    MUST(ipc_call(PEER_HANDLE(0), &message));
    while (!test_get(&shared->flags[STOP])) {
        target_compute();
    }
}

static int start_target(uint64_t argument, int *target)
{
    struct message message = { .handle = -1 };
    int meeting[2], process;

    test_set(&shared->flags[STOP], 0);
    MUST(endpoint_pair(meeting));
    process = PEER(be_target, argument, HART_OF(argument), meeting[1]);
    MUST(ipc_receive(meeting[0], &message, NULL));
    *target = message.handle;
    message.handle = -1;
    MUST(ipc_reply(&message));
    MUST(handle_close(meeting[0]));
    MUST(handle_close(meeting[1]));
    return process;
}

/* A process that computes and doesn't expect it ends by the signal; whoever sends then learns of it. */
static void deadly(uint64_t argument)
{
    static const int signals[] = { SIGNAL_TERM, SIGNAL_KILL, 31, 0 };

    test_pin(0);
    for (unsigned i = 0; i < 4; i++) {
        int target, process = start_target(argument, &target);

        MUST(signal_send(target, 0));
        MUST(signal_send(target, SIGNAL_CHILD));
        MUST(signal_send(target, SIGNAL_USR2));
        if (signals[i]) {
            MUST(signal_send(target, signals[i]));
        } else {
            test_set(&shared->flags[STOP], 1);
        }
        CHECK_EQUAL(peer_wait(process), signals[i] ? STATUS_SIGNAL(signals[i]) : 0);
        FAILS(signal_send(target, SIGNAL_USR1), ESRCH);
        FAILS(signal_send(target, SIGNAL_USR2), ESRCH);
        FAILS(signal_send(target, SIGNAL_CHILD), ESRCH);
        FAILS(signal_send(target, 0), ESRCH);
        FAILS(signal_send(target, 32), EINVAL);
        MUST(signal_close(target));
    }
}

static void send_for_ever(uint64_t unused)
{
    (void)unused;
    for (;;) {
        MUST(signal_send(PEER_HANDLE(0), SIGNAL_USR1));
        test_set(&shared->flags[READY], 1);
    }
}

/* Senders die anywhere in it, and others go on. */
static void senders_die(uint64_t argument)
{
    target_begin(argument);
    MUST(signal_handle(SIGNAL_USR1, target_note, 0, 0));
    for (unsigned i = 0; i < 30; i++) {
        int peer = PEER(send_for_ever, 0, HART_OF(argument), target_ends[SEND]);
        unsigned before;

        WAIT_UNTIL(test_get(&shared->flags[READY]));
        test_set(&shared->flags[READY], 0);
        PEER_KILL(peer);
        target_compute();
        before = target_handled[SIGNAL_USR1];
        MUST(signal_send(target_ends[SEND], SIGNAL_USR1));
        CHECK(target_handled[SIGNAL_USR1] > before);
    }
    target_end();
}

/* ---- One thread receives; another one can when that has ended ---- */

static void receive_in_thread(void *expected)
{
    if (expected) {
        FAILS(signal_receive(target_ends[RECEIVE]), EBUSY);
        return;
    }
    MUST(signal_receive(target_ends[RECEIVE]));
    MUST(signal_set_mask(SIGNAL_UNBLOCK, BIT(SIGNAL_USR1)));
    test_set(&shared->flags[READY], 1);
    while (!test_get(&shared->flags[STOP])) {
        target_compute();
    }
    MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_USR1)));
}

static void receive_elsewhere(uint64_t unused)
{
    (void)unused;
    FAILS(signal_receive(PEER_HANDLE(0)), EBUSY);
}

static void in_turn(uint64_t argument)
{
    unsigned hart = HART_OF(argument);
    struct thread thread;

    test_pin(0);
    MUST(signal_open(target_ends, IPC_UINTR));
    MUST(signal_handle(SIGNAL_USR1, target_note, 0, 0));
    MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_USR1)));
    for (unsigned i = 1; i <= 4; i++) {
        test_set(&shared->flags[READY], 0);
        test_set(&shared->flags[STOP], 0);
        MUST(signal_send(target_ends[SEND], SIGNAL_USR1)); /* nobody is there: it waits */
        CHECK_EQUAL(target_handled[SIGNAL_USR1], 2 * (i - 1));
        test_thread(&thread, receive_in_thread, NULL, i % 2 ? hart : 0);
        WAIT_UNTIL(test_get(&shared->flags[READY]));
        WAIT_UNTIL(target_handled[SIGNAL_USR1] == 2 * i - 1);
        MUST(signal_send(target_ends[SEND], SIGNAL_USR1));
        WAIT_UNTIL(target_handled[SIGNAL_USR1] == 2 * i);
        FAILS(signal_receive(target_ends[RECEIVE]), EBUSY);
        PEER_DONE(PEER(receive_elsewhere, 0, hart, target_ends[RECEIVE]));
        test_set(&shared->flags[STOP], 1);
        thread_join(&thread);
    }
    MUST(signal_receive(target_ends[RECEIVE]));
    test_thread(&thread, receive_in_thread, &thread, hart);
    thread_join(&thread);
    MUST(signal_send(target_ends[SEND], SIGNAL_USR1));
    CHECK_EQUAL(target_handled[SIGNAL_USR1], 8);
    MUST(signal_set_mask(SIGNAL_UNBLOCK, BIT(SIGNAL_USR1)));
    CHECK_EQUAL(target_handled[SIGNAL_USR1], 9);
}

const struct test_case conform_signal_end_cases[] = {
    ON_BOTH_AND_CROSS("conform-signal-deadly-from", deadly),
    ON_BOTH_AND_CROSS("conform-signal-senders-die", senders_die),
    CASE_WITH("conform-signal-in-turn-same", in_turn, 0, 0, 0),
    CASE_WITH("conform-signal-in-turn-cross", in_turn, ON_HART_1, 2, 0),
    END_OF_CASES,
};
