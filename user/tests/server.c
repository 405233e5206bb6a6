// SPDX-License-Identifier: MIT
/* Calls that don't end by their answer: servers and callers that die, leave or are interrupted. */
#include <string.h>

#include "lib/ecall.h"
#include "lib/ipc.h"
#include "lib/signals.h"
#include "tests/ending.h"
#include "tests/test.h"

enum { CALLING, RECEIVED, GO, RESULT }; /* flags */

static long call(int endpoint, uint64_t first)
{
    struct message message = { .words = { first }, .handle = -1 };

    return ipc_call(endpoint, &message) < 0 ? -1 : (long)message.words[0];
}

static long receive(int endpoint)
{
    struct message message = { .handle = -1 };

    return ipc_receive(endpoint, &message, NULL) < 0 ? -1 : (long)message.words[0];
}

static long reply(uint64_t first)
{
    struct message message = { .words = { first }, .handle = -1 };

    return ipc_reply(&message);
}

/* ---- Servers that end ---- */

static void end(enum ending ending, int endpoint)
{
    if (ending != CLOSE) {
        ending_come(ending);
    }
    MUST(handle_close(endpoint));
    WAIT_UNTIL(shared->flags[GO]); /* lives on */
}

/* argument: how it ends, plus 16: it has received a call before. */
static void serve_and_end(uint64_t argument)
{
    WAIT_UNTIL(shared->flags[CALLING]);
    if (argument & 16) {
        CHECK_EQUAL(receive(PEER_HANDLE(0)), 5);
        test_set(&shared->flags[RECEIVED], 1);
    }
    thread_sleep(MILLISECOND);
    end(argument & 15, PEER_HANDLE(0));
}

/* A call meets a server that ends before it receives it, or before it answers. */
static void server_ends(uint64_t hart)
{
    for (enum ending ending = EXIT; ending < ENDINGS; ending++) {
        for (uint64_t received = 0; received <= 16; received += 16) {
            int ends[2], peer;

            if (ending == CLOSE && received) { /* may answer: see below */
                continue;
            }
            memset((void *)(uintptr_t)shared->flags, 0, sizeof(shared->flags));
            MUST(endpoint_pair(ends));
            peer = PEER(serve_and_end, received | ending, hart, ends[0]);
            MUST(handle_close(ends[0]));
            test_set(&shared->flags[CALLING], 1);
            FAILS(call(ends[1], 5), EPIPE);
            CHECK_EQUAL(shared->flags[RECEIVED], received != 0);
            FAILS(call(ends[1], 5), EPIPE); /* from now on at once */
            test_set(&shared->flags[GO], 1);
            ending_check(peer, ending);
            MUST(handle_close(ends[1]));
        }
    }
}

/* Whoever has received a call can answer it when nobody can receive any more. */
static void answer_after_close(uint64_t argument)
{
    (void)argument;
    CHECK_EQUAL(receive(PEER_HANDLE(0)), 5);
    MUST(handle_close(PEER_HANDLE(0)));
    thread_sleep(MILLISECOND);
    MUST(reply(6));
}

static void answers_after_close(uint64_t hart)
{
    int ends[2], peer;

    MUST(endpoint_pair(ends));
    peer = PEER(answer_after_close, 0, hart, ends[0]);
    MUST(handle_close(ends[0]));
    CHECK_EQUAL(call(ends[1], 5), 6);
    PEER_DONE(peer);
}

/* One server of two ends: the call that waits in the queue is the other one's. */
static void serve_late(uint64_t argument)
{
    (void)argument;
    WAIT_UNTIL(shared->flags[GO]);
    CHECK_EQUAL(receive(PEER_HANDLE(0)), 5);
    MUST(reply(7));
}

static void call_once(uint64_t expected)
{
    test_set(&shared->flags[CALLING], 1);
    test_set(&shared->flags[RESULT], (uint32_t)call(PEER_HANDLE(0), 5));
    CHECK_EQUAL(shared->flags[RESULT], expected);
}

static void other_server_lives(uint64_t hart)
{
    int ends[2], first, second, caller;

    MUST(endpoint_pair(ends));
    first = PEER(serve_late, 0, 0, ends[0]);
    second = PEER(serve_late, 0, hart, ends[0]);
    MUST(handle_close(ends[0]));
    caller = PEER(call_once, 7, hart, ends[1]);
    test_until_blocked(&shared->flags[CALLING], (unsigned)hart);
    PEER_KILL(first);
    test_set(&shared->flags[GO], 1);
    PEER_DONE(caller);
    PEER_DONE(second);
}

/* A thread of a server process that ends takes its caller along, the others' stay. */
static void receive_and_end_thread(void *unused)
{
    (void)unused;
    CHECK_EQUAL(receive(PEER_HANDLE(0)), 5);
    test_set(&shared->flags[RECEIVED], 1);
}

static void serve_by_thread(uint64_t argument)
{
    struct thread thread;

    (void)argument;
    MUST(thread_start(&thread, receive_and_end_thread, NULL));
    thread_join(&thread);
    CHECK_EQUAL(receive(PEER_HANDLE(0)), 9);
    MUST(reply(10));
}

static void server_thread_ends(uint64_t hart)
{
    int ends[2], peer;

    MUST(endpoint_pair(ends));
    peer = PEER(serve_by_thread, 0, hart, ends[0]);
    MUST(handle_close(ends[0]));
    FAILS(call(ends[1], 5), EPIPE);
    CHECK_EQUAL(shared->flags[RECEIVED], 1);
    CHECK_EQUAL(call(ends[1], 9), 10);
    PEER_DONE(peer);
}

/* ---- Servers that forget ---- */

static void forget(uint64_t argument)
{
    (void)argument;
    CHECK_EQUAL(receive(PEER_HANDLE(0)), 1);
    CHECK_EQUAL(receive(PEER_HANDLE(0)), 2); /* the first one will get no answer */
    MUST(reply(20));
    FAILS(reply(30), ESRCH);
}

static void cancelled(uint64_t hart)
{
    int ends[2], peer;

    MUST(endpoint_pair(ends));
    peer = PEER(forget, 0, hart, ends[0]);
    MUST(handle_close(ends[0]));
    FAILS(call(ends[1], 1), ECANCELED);
    CHECK_EQUAL(call(ends[1], 2), 20);
    PEER_DONE(peer);
}

/* A receive that fails before it does anything forgets nobody. */
static void receive_wrongly(uint64_t argument)
{
    (void)argument;
    CHECK_EQUAL(receive(PEER_HANDLE(0)), 1);
    FAILS(receive(NO_HANDLE), EBADF);
    FAILS(receive(1), EINVAL);
    MUST(reply(11));
}

static void not_cancelled(uint64_t hart)
{
    int ends[2], peer;

    MUST(endpoint_pair(ends));
    peer = PEER(receive_wrongly, 0, hart, ends[0]);
    MUST(handle_close(ends[0]));
    CHECK_EQUAL(call(ends[1], 1), 11);
    PEER_DONE(peer);
}

/* ---- Callers that end ---- */

static void call_for_ever(uint64_t argument)
{
    test_set(&shared->flags[CALLING], 1);
    call(PEER_HANDLE(0), argument);
    test_fail(__FILE_NAME__, __LINE__, "death", "the call returned");
}

static int start_caller(int endpoint, uint64_t hart, uint64_t word)
{
    int peer;

    test_set(&shared->flags[CALLING], 0);
    peer = PEER(call_for_ever, word, hart, endpoint);
    test_until_blocked(&shared->flags[CALLING], (unsigned)hart);
    return peer;
}

static void kill_caller(int peer)
{
    PEER_KILL(peer);
}

static void caller_ends(uint64_t hart)
{
    int ends[2], first, second;

    MUST(endpoint_pair(ends));
    first = start_caller(ends[1], hart, 1);
    second = start_caller(ends[1], hart, 2);
    kill_caller(first); /* in the queue: its call was never there */
    CHECK_EQUAL(receive(ends[0]), 2);
    kill_caller(second); /* received: there is nobody to answer */
    FAILS(reply(3), ESRCH);
    MUST(handle_close(ends[1]));
    FAILS(receive(ends[0]), EPIPE);
}

/* ipc_reply_receive() takes the next call whether or not the last caller is still there. */
static void reply_to_nobody(uint64_t hart)
{
    struct message message = { .handle = -1 };
    int ends[2], first, second;

    MUST(endpoint_pair(ends));
    first = start_caller(ends[1], hart, 1);
    CHECK_EQUAL(receive(ends[0]), 1);
    kill_caller(first);
    second = start_caller(ends[1], hart, 2);
    MUST(ipc_reply_receive(ends[0], &message, NULL));
    CHECK_EQUAL(message.words[0], 2);
    kill_caller(second);
}

static void serve_until_no_caller(uint64_t argument)
{
    struct message message = { .handle = -1 };

    (void)argument;
    MUST(ipc_receive(PEER_HANDLE(0), &message, NULL));
    while (ipc_reply_receive(PEER_HANDLE(0), &message, NULL) == 0) {
    }
    CHECK_EQUAL(errno, EPIPE);
}

/* The last handle to call by is closed: the server's wait ends. */
static void last_caller_leaves(uint64_t hart)
{
    int ends[2], peer;

    test_pin(0);
    MUST(endpoint_pair(ends));
    peer = PEER(serve_until_no_caller, 0, hart, ends[0]);
    CHECK_EQUAL(call(ends[1], 3), 3);
    CHECK_EQUAL(call(ends[1], 4), 4);
    MUST(handle_close(ends[1]));
    PEER_DONE(peer);
    FAILS(receive(ends[0]), EPIPE);
}

/* One's own handle closed by another thread while one waits: nobody's wait lasts for ever. */
static void close_it(void *endpoint)
{
    test_until_blocked(&shared->flags[CALLING], 0);
    MUST(handle_close(*(int *)endpoint));
}

static void own_handle_goes(uint64_t hart)
{
    struct thread closer;
    int endpoint = (int)MUST(endpoint_create());

    test_pin(0);
    for (unsigned i = 0; i < 2; i++) {
        test_set(&shared->flags[CALLING], 0);
        test_thread(&closer, close_it, &endpoint, (unsigned)hart);
        test_set(&shared->flags[CALLING], 1);
        if (i == 0) {
            FAILS(call(endpoint, 1), EPIPE);
            endpoint = (int)MUST(endpoint_create());
        } else {
            FAILS(receive(endpoint), EPIPE);
        }
        thread_join(&closer);
    }
}

/* ---- Interrupted calls ---- */

static void on_signal(int signal, struct signal_frame *frame)
{
    (void)signal;
    (void)frame;
    shared->flags[20]++;
}

/* A call that is interrupted after it was received isn't repeated, even with SIGNAL_RESTART. */
static void call_interrupted(uint64_t flags)
{
    MUST(signal_handle(SIGNAL_USR1, on_signal, (unsigned)flags, 0));
    test_set(&shared->flags[CALLING], 1);
    FAILS(call(PEER_HANDLE(0), 1), EINTR);
    test_set(&shared->flags[RESULT], 1);
}

static void interrupted_when_received(uint64_t hart)
{
    static const unsigned flags[] = { 0, SIGNAL_RESTART };

    for (unsigned i = 0; i < 2; i++) {
        int ends[2], peer;

        test_set(&shared->flags[CALLING], 0);
        test_set(&shared->flags[RESULT], 0);
        MUST(endpoint_pair(ends));
        peer = PEER(call_interrupted, flags[i], hart, ends[1]);
        CHECK_EQUAL(receive(ends[0]), 1);
        MUST(process_kill(peer, SIGNAL_USR1));
        WAIT_UNTIL(shared->flags[RESULT]);
        CHECK_EQUAL(shared->flags[20], i + 1);
        FAILS(reply(3), ESRCH);
        PEER_DONE(peer);
        MUST(handle_close(ends[0]));
        MUST(handle_close(ends[1]));
    }
}

/* In the queue it is as if it had never been made, or it is made anew. */
static void call_restarted(uint64_t flags)
{
    MUST(signal_handle(SIGNAL_USR1, on_signal, (unsigned)flags, 0));
    test_set(&shared->flags[CALLING], 1);
    if (flags & SIGNAL_RESTART) {
        CHECK_EQUAL(call(PEER_HANDLE(0), 1), 2);
    } else {
        FAILS(call(PEER_HANDLE(0), 1), EINTR);
    }
}

static void interrupted_in_queue(uint64_t hart)
{
    int ends[2], peer;

    MUST(endpoint_pair(ends));
    peer = PEER(call_restarted, SIGNAL_RESTART, hart, ends[1]);
    test_until_blocked(&shared->flags[CALLING], (unsigned)hart);
    for (unsigned i = 1; i <= 3; i++) {
        MUST(process_kill(peer, SIGNAL_USR1));
        WAIT_UNTIL(shared->flags[20] == i);
        test_until_blocked(&shared->flags[CALLING], (unsigned)hart);
    }
    CHECK_EQUAL(receive(ends[0]), 1);
    MUST(reply(2));
    PEER_DONE(peer); /* received once */
    test_set(&shared->flags[CALLING], 0);
    peer = PEER(call_restarted, 0, hart, ends[1]);
    test_until_blocked(&shared->flags[CALLING], (unsigned)hart);
    MUST(process_kill(peer, SIGNAL_USR1));
    PEER_DONE(peer);
    MUST(handle_close(ends[1]));
    FAILS(receive(ends[0]), EPIPE); /* the queue is empty */
}

const struct test_case server_cases[] = {
    SAME_AND_CROSS("server-ends", server_ends),
    SAME_AND_CROSS("server-answers-after-close", answers_after_close),
    SAME_AND_CROSS("server-other-one-lives", other_server_lives),
    SAME_AND_CROSS("server-thread-ends", server_thread_ends),
    SAME_AND_CROSS("server-forgets", cancelled),
    SAME_AND_CROSS("server-does-not-forget", not_cancelled),
    SAME_AND_CROSS("caller-ends", caller_ends),
    SAME_AND_CROSS("caller-ends-reply-receive", reply_to_nobody),
    SAME_AND_CROSS("caller-last-one-leaves", last_caller_leaves),
    SAME_AND_CROSS("caller-own-handle-goes", own_handle_goes),
    SAME_AND_CROSS("caller-interrupted-when-received", interrupted_when_received),
    SAME_AND_CROSS("caller-interrupted-in-queue", interrupted_in_queue),
    END_OF_CASES,
};
