// SPDX-License-Identifier: MIT
/* Signals of both kinds, from other processes: nothing is lost, and what waits is interrupted. */
#include "lib/ipc.h"
#include "lib/pipe.h"
#include "lib/signals.h"
#include "lib/uintr.h"
#include "tests/conform.h"

#define BIT(signal) (1ul << (signal))
#define RECEIVE     0
#define SEND        1
#define ROUNDS      400

enum { SENT, HANDLED, STOP, BLOCKED, GO, READY }; /* flags */

static volatile unsigned handled[SIGNAL_MAX + 1], depth;
static int ends[2];

static void begin(uint64_t kind)
{
    test_pin(0);
    for (unsigned i = 0; i <= READY; i++) {
        test_set(&shared->flags[i], 0);
    }
    for (unsigned i = 0; i <= SIGNAL_MAX; i++) {
        handled[i] = 0;
    }
    MUST(signal_open(ends, KIND(kind)));
    MUST(signal_receive(ends[RECEIVE]));
}

static void end(void)
{
    MUST(signal_close(ends[SEND]));
    MUST(signal_close(ends[RECEIVE]));
}

/* Each handler tells what it has seen of what was sent. */
static void note(int signal, struct signal_frame *frame)
{
    (void)frame;
    CHECK_EQUAL(depth++, 0);
    handled[signal]++;
    test_set(&shared->flags[HANDLED], test_get(&shared->flags[SENT]));
    depth--;
}

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

    begin(argument);
    MUST(signal_handle(SIGNAL_USR1, note, 0, 0));
    peer = PEER(send_rounds, SIGNAL_USR1, HART_OF(argument), ends[SEND]);
    while (!test_get(&shared->flags[STOP])) {
        wait();
    }
    PEER_DONE(peer);
    CHECK_EQUAL(handled[SIGNAL_USR1], ROUNDS);
    end();
}

static void compute(void)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < 1000; i++) {
        sum = sum * 31 + i;
    }
    CHECK_EQUAL(sum, (long)10422651670965598708ul);
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
    rounds_of(argument, compute);
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

    begin(argument);
    MUST(signal_handle(SIGNAL_USR1, note, 0, 0));
    MUST(signal_handle(SIGNAL_USR2, note, 0, 0));
    MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_USR1) | BIT(SIGNAL_USR2)));
    peer = PEER(send_rounds_and_last, SIGNAL_USR1, HART_OF(argument), ends[SEND]);
    while (handled[SIGNAL_USR2] == 0) {
        unsigned before = handled[SIGNAL_USR1] + handled[SIGNAL_USR2];

        FAILS(signal_suspend(0), EINTR);
        CHECK(handled[SIGNAL_USR1] + handled[SIGNAL_USR2] > before);
        CHECK_EQUAL(signal_set_mask(SIGNAL_BLOCK, 0), BIT(SIGNAL_USR1) | BIT(SIGNAL_USR2));
    }
    PEER_DONE(peer);
    CHECK_EQUAL(handled[SIGNAL_USR1], ROUNDS);
    end();
}

/* ---- Storms ---- */

#define MANY 3000

static void send_many(uint64_t number)
{
    uint32_t state = (uint32_t)number + 1;

    for (uint32_t i = 0; i < MANY; i++) {
        __atomic_add_fetch(&shared->flags[SENT], 1, __ATOMIC_ACQ_REL);
        MUST(signal_send(PEER_HANDLE(0), test_random(&state) % 2 ? SIGNAL_USR1 : SIGNAL_USR2));
    }
}

/* Several send at once, more than are handled: the last one is always seen. */
static void storm(uint64_t argument)
{
    int peers[3];

    begin(argument);
    MUST(signal_handle(SIGNAL_USR1, note, 0, BIT(SIGNAL_USR2)));
    MUST(signal_handle(SIGNAL_USR2, note, 0, BIT(SIGNAL_USR1)));
    for (unsigned i = 0; i < 3; i++) {
        peers[i] = PEER(send_many, i, i % 2 ? 0 : HART_OF(argument), ends[SEND]);
    }
    for (unsigned i = 0; test_get(&shared->flags[HANDLED]) < 3 * MANY; i++) {
        if (i % 3 == 0) {
            toggle();
            MUST(signal_set_mask(SIGNAL_SETMASK, 0));
        } else if (i % 3 == 1) {
            sleep_shortly();
        } else {
            compute();
        }
    }
    for (unsigned i = 0; i < 3; i++) {
        PEER_DONE(peers[i]);
    }
    CHECK(handled[SIGNAL_USR1] && handled[SIGNAL_USR2]);
    CHECK_EQUAL(signal_set_mask(SIGNAL_BLOCK, 0), 0);
    end();
}

/* The kernel's and a link's at the same time: each keeps the other off, and nothing is lost. */
static void kill_many(uint64_t number)
{
    uint32_t state = (uint32_t)number + 9;

    for (uint32_t i = 0; i < MANY; i++) {
        __atomic_add_fetch(&shared->flags[SENT], 1, __ATOMIC_ACQ_REL);
        MUST(process_kill(PEER_HANDLE(0), test_random(&state) % 2 ? SIGNAL_USR1 : SIGNAL_USR2));
    }
}

static void both_kinds(uint64_t argument)
{
    int peers[2], self = (int)MUST(process_self());

    begin(IPC_UINTR);
    MUST(signal_handle(SIGNAL_USR1, note, 0, BIT(SIGNAL_USR2)));
    MUST(signal_handle(SIGNAL_USR2, note, 0, BIT(SIGNAL_USR1)));
    peers[0] = PEER(send_many, 0, HART_OF(argument), ends[SEND]);
    peers[1] = PEER(kill_many, 1, HART_OF(argument), self);
    for (unsigned i = 0; test_get(&shared->flags[HANDLED]) < 2 * MANY; i++) {
        if (i % 4 == 0) {
            toggle();
            MUST(signal_set_mask(SIGNAL_SETMASK, 0));
        } else if (i % 4 == 1) {
            sleep_shortly();
        } else if (i % 4 == 2) {
            compute();
        } else if (test_get(&shared->flags[HANDLED]) < MANY / 2) { /* while enough comes */
            MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_USR1) | BIT(SIGNAL_USR2)));
            FAILS(signal_suspend(0), EINTR);
            MUST(signal_set_mask(SIGNAL_SETMASK, 0));
        }
    }
    PEER_DONE(peers[0]);
    PEER_DONE(peers[1]);
    CHECK_EQUAL(signal_set_mask(SIGNAL_BLOCK, 0), 0);
    end();
}

/* A handler that computes is interrupted by another one, and goes on where it was; so does the program. */
static void wait_for_other(int signal, struct signal_frame *frame)
{
    (void)signal;
    (void)frame;
    test_set(&shared->flags[READY], 1);
    while (!handled[SIGNAL_USR2]) {
        compute();
    }
    handled[SIGNAL_USR1]++;
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

        begin(argument);
        MUST(signal_handle(SIGNAL_USR1, wait_for_other, 0, 0));
        MUST(signal_handle(SIGNAL_USR2, note, 0, 0));
        peer = PEER(send_both, 0, HART_OF(argument), ends[SEND]);
        while (!handled[SIGNAL_USR1]) {
            compute();
        }
        PEER_DONE(peer);
        end();
    }
}

/* ---- Waits in the kernel ---- */

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

    begin(argument);
    MUST(signal_handle(SIGNAL_USR1, note, 0, 0));
    MUST(signal_handle(SIGNAL_USR2, note, 0, 0));
    MUST(signal_handle(SIGNAL_TERM, (signal_handler)SIGNAL_IGNORE, 0, 0));
    MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_USR2)));
    peer = PEER(send_when_waits, 0, HART_OF(argument), ends[SEND]);
    for (unsigned call = 0; call < CALLS; call++) {
        MUST(pipe_open(pipe_ends, call == 3 ? IPC_UINTR : 0));
        test_set(&shared->flags[BLOCKED], call + 1);
        FAILS(wait_in(call), EINTR);
        CHECK_EQUAL(handled[SIGNAL_USR1], call + 1);
        test_set(&shared->flags[GO], call + 1);
        CHECK_EQUAL(handled[SIGNAL_USR2], call);
        MUST(signal_set_mask(SIGNAL_UNBLOCK, BIT(SIGNAL_USR2)));
        CHECK_EQUAL(handled[SIGNAL_USR2], call + 1);
        MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_USR2)));
        MUST(pipe_close(pipe_ends[0]));
        MUST(pipe_close(pipe_ends[1]));
    }
    PEER_DONE(peer);
    end();
}

/* ---- Ends of processes ---- */

/* A process that makes its target itself, and passes on where to send to it. */
static void be_target(uint64_t argument)
{
    struct message message = { .handle = -1 };

    MUST(signal_open(ends, KIND(argument)));
    MUST(signal_receive(ends[RECEIVE]));
    MUST(signal_set_mask(SIGNAL_SETMASK, BIT(SIGNAL_USR2) | BIT(SIGNAL_KILL)));
    MUST(signal_handle(SIGNAL_CHILD, (signal_handler)SIGNAL_IGNORE, 0, 0));
    message.handle = ends[SEND];
    MUST(ipc_call(PEER_HANDLE(0), &message));
    while (!test_get(&shared->flags[STOP])) {
        compute();
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
    begin(argument);
    MUST(signal_handle(SIGNAL_USR1, note, 0, 0));
    for (unsigned i = 0; i < 30; i++) {
        int peer = PEER(send_for_ever, 0, HART_OF(argument), ends[SEND]);
        unsigned before;

        WAIT_UNTIL(test_get(&shared->flags[READY]));
        test_set(&shared->flags[READY], 0);
        MUST(process_kill(peer, SIGNAL_KILL));
        CHECK_EQUAL(peer_wait(peer), STATUS_SIGNAL(SIGNAL_KILL));
        compute();
        before = handled[SIGNAL_USR1];
        MUST(signal_send(ends[SEND], SIGNAL_USR1));
        CHECK(handled[SIGNAL_USR1] > before);
    }
    end();
}

/* ---- One thread receives; another one can when that has ended ---- */

static void receive_in_thread(void *expected)
{
    if (expected) {
        FAILS(signal_receive(ends[RECEIVE]), EBUSY);
        return;
    }
    MUST(signal_receive(ends[RECEIVE]));
    MUST(signal_set_mask(SIGNAL_UNBLOCK, BIT(SIGNAL_USR1)));
    test_set(&shared->flags[READY], 1);
    while (!test_get(&shared->flags[STOP])) {
        compute();
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
    MUST(signal_open(ends, IPC_UINTR));
    MUST(signal_handle(SIGNAL_USR1, note, 0, 0));
    MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_USR1)));
    for (unsigned i = 1; i <= 4; i++) {
        test_set(&shared->flags[READY], 0);
        test_set(&shared->flags[STOP], 0);
        MUST(signal_send(ends[SEND], SIGNAL_USR1)); /* nobody is there: it waits */
        CHECK_EQUAL(handled[SIGNAL_USR1], 2 * (i - 1));
        test_thread(&thread, receive_in_thread, NULL, i % 2 ? hart : 0);
        WAIT_UNTIL(test_get(&shared->flags[READY]));
        WAIT_UNTIL(handled[SIGNAL_USR1] == 2 * i - 1);
        MUST(signal_send(ends[SEND], SIGNAL_USR1));
        WAIT_UNTIL(handled[SIGNAL_USR1] == 2 * i);
        FAILS(signal_receive(ends[RECEIVE]), EBUSY);
        PEER_DONE(PEER(receive_elsewhere, 0, hart, ends[RECEIVE]));
        test_set(&shared->flags[STOP], 1);
        thread_join(&thread);
    }
    MUST(signal_receive(ends[RECEIVE]));
    test_thread(&thread, receive_in_thread, &thread, hart);
    thread_join(&thread);
    MUST(signal_send(ends[SEND], SIGNAL_USR1));
    CHECK_EQUAL(handled[SIGNAL_USR1], 8);
    MUST(signal_set_mask(SIGNAL_UNBLOCK, BIT(SIGNAL_USR1)));
    CHECK_EQUAL(handled[SIGNAL_USR1], 9);
}

/* With user interrupts off none comes, KILL neither, until they are on. */
static void interrupts_off(uint64_t argument)
{
    begin(argument);
    MUST(signal_handle(SIGNAL_USR1, note, 0, 0));
    uintr_disable();
    MUST(signal_send(ends[SEND], SIGNAL_USR1));
    CHECK_EQUAL(handled[SIGNAL_USR1], 0);
    uintr_enable();
    CHECK_EQUAL(handled[SIGNAL_USR1], 1);
    end();
}

const struct test_case conform_signal_wait_cases[] = {
    ON_BOTH_AND_CROSS("conform-signal-computing", computing),
    ON_BOTH_AND_CROSS("conform-signal-sleeping", sleeping),
    ON_BOTH_AND_CROSS("conform-signal-toggling", toggling),
    ON_BOTH_AND_CROSS("conform-signal-suspended", suspended),
    ON_BOTH_AND_CROSS("conform-signal-storm", storm),
    CASE_WITH("conform-signal-both-kinds-same", both_kinds, 0, 0, 0),
    CASE_WITH("conform-signal-both-kinds-cross", both_kinds, ON_HART_1, 2, 0),
    ON_BOTH_AND_CROSS("conform-signal-nested-from", nested),
    ON_BOTH_AND_CROSS("conform-signal-interrupted", interrupted),
    ON_BOTH_AND_CROSS("conform-signal-deadly-from", deadly),
    ON_BOTH_AND_CROSS("conform-signal-senders-die", senders_die),
    CASE_WITH("conform-signal-in-turn-same", in_turn, 0, 0, 0),
    CASE_WITH("conform-signal-in-turn-cross", in_turn, ON_HART_1, 2, 0),
    CASE_WITH("conform-signal-interrupts-off", interrupts_off, IPC_UINTR, 0, 0),
    END_OF_CASES,
};
