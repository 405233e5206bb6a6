// SPDX-License-Identifier: MIT
/* Signals of both kinds, from other processes: what they interrupt and what keeps them off. */
#include "lib/pipe.h"
#include "lib/uintr.h"
#include "tests/signal_target.h"

static int pipe_ends[2];
static uint32_t word;

static long wait_in(unsigned call)
{
    char byte;

    switch (call) {
    case 0:
        return thread_sleep(WAIT_FOREVER);
    case 1:
        return futex_wait(&word, 0, WAIT_FOREVER);
    case 2:
        return handle_read(pipe_ends[0], &byte, 1);
    default:
        return pipe_read(pipe_ends[0], &byte, 1);
    }
}

#define CALLS 4

/* Three that must not end the wait, in this order, and one that must. */
static void send_when_waits(uint64_t hart)
{
    (void)hart;
    for (unsigned call = 0; call < CALLS; call++) {
        while (test_get(&shared->flags[BLOCKED]) != call + 1) {
            thread_yield();
        }
        test_until_blocked(&shared->flags[BLOCKED], 0);
        MUST(signal_send(PEER_HANDLE(0), SIGNAL_USR2));  /* blocked */
        MUST(signal_send(PEER_HANDLE(0), SIGNAL_TERM));  /* ignored */
        MUST(signal_send(PEER_HANDLE(0), SIGNAL_CHILD)); /* too */
        test_until_blocked(&shared->flags[BLOCKED], 0);
        CHECK_EQUAL(test_get(&shared->flags[GO]), call); /* it waits still */
        MUST(signal_send(PEER_HANDLE(0), SIGNAL_USR1));
    }
}

static void interrupted(uint64_t argument)
{
    int peer;

    target_begin(argument);
    MUST(signal_handle(SIGNAL_USR1, target_note, 0, 0));
    MUST(signal_handle(SIGNAL_USR2, target_note, 0, 0));
    MUST(signal_handle(SIGNAL_TERM, (signal_handler)SIGNAL_IGNORE, 0, 0));
    MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_USR2)));
    peer = PEER(send_when_waits, 0, HART_OF(argument), target_ends[SEND]);
    for (unsigned call = 0; call < CALLS; call++) {
        MUST(pipe_open(pipe_ends, call == 3 ? IPC_UINTR : 0));
        test_set(&shared->flags[BLOCKED], call + 1);
        FAILS(wait_in(call), EINTR);
        CHECK_EQUAL(target_handled[SIGNAL_USR1], call + 1);
        test_set(&shared->flags[GO], call + 1);
        CHECK_EQUAL(target_handled[SIGNAL_USR2], call);
        MUST(signal_set_mask(SIGNAL_UNBLOCK, BIT(SIGNAL_USR2)));
        CHECK_EQUAL(target_handled[SIGNAL_USR2], call + 1);
        MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_USR2)));
        MUST(pipe_close(pipe_ends[0]));
        MUST(pipe_close(pipe_ends[1]));
    }
    PEER_DONE(peer);
    target_end();
}

/* With user interrupts off none comes, KILL neither, until they are on. */
static void interrupts_off(uint64_t argument)
{
    target_begin(argument);
    MUST(signal_handle(SIGNAL_USR1, target_note, 0, 0));
    uintr_disable();
    MUST(signal_send(target_ends[SEND], SIGNAL_USR1));
    CHECK_EQUAL(target_handled[SIGNAL_USR1], 0);
    uintr_enable();
    CHECK_EQUAL(target_handled[SIGNAL_USR1], 1);
    target_end();
}

const struct test_case conform_signal_wait_cases[] = {
    ON_BOTH_AND_CROSS("conform-signal-interrupted", interrupted),
    CASE_WITH("conform-signal-interrupts-off", interrupts_off, IPC_UINTR, 0, 0),
    END_OF_CASES,
};
