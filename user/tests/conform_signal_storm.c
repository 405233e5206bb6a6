// SPDX-License-Identifier: MIT
/* Signals of both kinds, from other processes: nothing is lost, whatever they come in the middle of. */
#include "tests/signal_target.h"

#define ROUNDS 400

/* ---- Rounds ---- */

static void send_rounds(uint64_t signal)
{
    for (uint32_t i = 1; i <= ROUNDS; i++) {
        test_set(&shared->flags[SENT], i);
        MUST(signal_send(PEER_HANDLE(0), (int)signal));
        while (test_get(&shared->flags[HANDLED]) != i) {
            thread_yield();
        }
    }
    test_set(&shared->flags[STOP], 1);
}

static void rounds_of(uint64_t argument, void (*wait)(void))
{
    int peer;

    target_begin(argument);
    MUST(signal_handle(SIGNAL_USR1, target_note, 0, 0));
    peer = PEER(send_rounds, SIGNAL_USR1, HART_OF(argument), target_ends[SEND]);
    while (!test_get(&shared->flags[STOP])) {
        wait();
    }
    PEER_DONE(peer);
    CHECK_EQUAL(target_handled[SIGNAL_USR1], ROUNDS);
    target_end();
}

static void sleep_shortly(void)
{
    thread_sleep(20000);
}

static void toggle(void)
{
    MUST(signal_set_mask(SIGNAL_UNBLOCK, BIT(SIGNAL_USR1)));
    MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_USR1)));
}

static void computing(uint64_t argument)
{
    rounds_of(argument, target_compute);
}

static void sleeping(uint64_t argument)
{
    rounds_of(argument, sleep_shortly);
}

static void toggling(uint64_t argument)
{
    rounds_of(argument, toggle);
}

/* The last of all comes by another signal: after it nothing would end the wait. */
static void send_rounds_and_last(uint64_t signal)
{
    send_rounds(signal);
    MUST(signal_send(PEER_HANDLE(0), SIGNAL_USR2));
}

static void suspended(uint64_t argument)
{
    int peer;

    target_begin(argument);
    MUST(signal_handle(SIGNAL_USR1, target_note, 0, 0));
    MUST(signal_handle(SIGNAL_USR2, target_note, 0, 0));
    MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_USR1) | BIT(SIGNAL_USR2)));
    peer = PEER(send_rounds_and_last, SIGNAL_USR1, HART_OF(argument), target_ends[SEND]);
    while (target_handled[SIGNAL_USR2] == 0) {
        unsigned before = target_handled[SIGNAL_USR1] + target_handled[SIGNAL_USR2];

        FAILS(signal_suspend(0), EINTR);
        CHECK(target_handled[SIGNAL_USR1] + target_handled[SIGNAL_USR2] > before);
        CHECK_EQUAL(signal_set_mask(SIGNAL_BLOCK, 0), BIT(SIGNAL_USR1) | BIT(SIGNAL_USR2));
    }
    PEER_DONE(peer);
    CHECK_EQUAL(target_handled[SIGNAL_USR1], ROUNDS);
    target_end();
}

/* ---- Storms ---- */

#define MANY 3000

/* By signal_send() or process_kill(). */
static void send_many_by(int (*send)(int target, int signal), uint64_t number)
{
    uint32_t state = (uint32_t)number + 1;

    for (uint32_t i = 0; i < MANY; i++) {
        __atomic_add_fetch(&shared->flags[SENT], 1, __ATOMIC_ACQ_REL);
        MUST(send(PEER_HANDLE(0), test_random(&state) % 2 ? SIGNAL_USR1 : SIGNAL_USR2));
    }
}

static void send_many(uint64_t number)
{
    send_many_by(signal_send, number);
}

static void kill_many(uint64_t number)
{
    send_many_by(process_kill, number);
}

static void storm_begin(uint64_t kind)
{
    target_begin(kind);
    MUST(signal_handle(SIGNAL_USR1, target_note, 0, BIT(SIGNAL_USR2)));
    MUST(signal_handle(SIGNAL_USR2, target_note, 0, BIT(SIGNAL_USR1)));
}

static void storm_end(void)
{
    CHECK_EQUAL(signal_set_mask(SIGNAL_BLOCK, 0), 0);
    target_end();
}

static void do_something(unsigned what)
{
    if (what == 0) {
        toggle();
        MUST(signal_set_mask(SIGNAL_SETMASK, 0));
    } else if (what == 1) {
        sleep_shortly();
    } else {
        target_compute();
    }
}

/* Several send at once, more than are handled: the last one is always seen. */
static void storm(uint64_t argument)
{
    int peers[3];

    storm_begin(argument);
    for (unsigned i = 0; i < 3; i++) {
        peers[i] = PEER(send_many, i, i % 2 ? 0 : HART_OF(argument), target_ends[SEND]);
    }
    for (unsigned i = 0; test_get(&shared->flags[HANDLED]) < 3 * MANY; i++) {
        do_something(i % 3);
    }
    for (unsigned i = 0; i < 3; i++) {
        PEER_DONE(peers[i]);
    }
    CHECK(target_handled[SIGNAL_USR1] && target_handled[SIGNAL_USR2]);
    storm_end();
}

/* The kernel's and a link's at the same time: each keeps the other off, and nothing is lost. */
static void both_kinds(uint64_t argument)
{
    int peers[2], self = (int)MUST(process_self());

    storm_begin(IPC_UINTR);
    peers[0] = PEER(send_many, 0, HART_OF(argument), target_ends[SEND]);
    peers[1] = PEER(kill_many, 9, HART_OF(argument), self);
    for (unsigned i = 0; test_get(&shared->flags[HANDLED]) < 2 * MANY; i++) {
        if (i % 4 < 3) {
            do_something(i % 4);
        } else if (test_get(&shared->flags[HANDLED]) < MANY / 2) { /* while enough comes */
            MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_USR1) | BIT(SIGNAL_USR2)));
            FAILS(signal_suspend(0), EINTR);
            MUST(signal_set_mask(SIGNAL_SETMASK, 0));
        }
    }
    PEER_DONE(peers[0]);
    PEER_DONE(peers[1]);
    storm_end();
}

/* A handler that computes is interrupted by another one, and goes on where it was; so does the program. */
static void wait_for_other(int signal, struct signal_frame *frame)
{
    (void)signal;
    (void)frame;
    test_set(&shared->flags[READY], 1);
    while (!target_handled[SIGNAL_USR2]) {
        target_compute();
    }
    target_handled[SIGNAL_USR1]++;
}

static void send_both(uint64_t unused)
{
    (void)unused;
    MUST(signal_send(PEER_HANDLE(0), SIGNAL_USR1));
    WAIT_UNTIL(test_get(&shared->flags[READY]));
    MUST(signal_send(PEER_HANDLE(0), SIGNAL_USR2));
}

static void nested(uint64_t argument)
{
    for (unsigned i = 0; i < 10; i++) {
        int peer;

        target_begin(argument);
        MUST(signal_handle(SIGNAL_USR1, wait_for_other, 0, 0));
        MUST(signal_handle(SIGNAL_USR2, target_note, 0, 0));
        peer = PEER(send_both, 0, HART_OF(argument), target_ends[SEND]);
        while (!target_handled[SIGNAL_USR1]) {
            target_compute();
        }
        PEER_DONE(peer);
        target_end();
    }
}

const struct test_case conform_signal_storm_cases[] = {
    ON_BOTH_AND_CROSS("conform-signal-computing", computing),
    ON_BOTH_AND_CROSS("conform-signal-sleeping", sleeping),
    ON_BOTH_AND_CROSS("conform-signal-toggling", toggling),
    ON_BOTH_AND_CROSS("conform-signal-suspended", suspended),
    ON_BOTH_AND_CROSS("conform-signal-storm", storm),
    CASE_WITH("conform-signal-both-kinds-same", both_kinds, 0, 0, 0),
    CASE_WITH("conform-signal-both-kinds-cross", both_kinds, ON_HART_1, 2, 0),
    ON_BOTH_AND_CROSS("conform-signal-nested-from", nested),
    END_OF_CASES,
};
