// SPDX-License-Identifier: MIT
/* Endpoints: who meets whom, words and badges. Data and handles: message.c; ends: server.c. */
#include <string.h>

#include "lib/ecall.h"
#include "lib/ipc.h"
#include "tests/test.h"

#define ROUNDS 500
#define STOP   0xdeadbeef /* in the first word: the server is to end */

static long call_words(int endpoint, uint64_t words[4])
{
    return ipc_call_words(endpoint, &words[0], &words[1], &words[2], &words[3]);
}

static long receive_words(int endpoint, uint64_t words[4])
{
    return ipc_receive_words(endpoint, &words[0], &words[1], &words[2], &words[3]);
}

static long reply_words(const uint64_t words[4])
{
    return ipc_reply_words(words[0], words[1], words[2], words[3]);
}

/* A call whose answer nobody looks at. */
static void send_stop(int endpoint)
{
    uint64_t words[4] = { STOP };

    CHECK_EQUAL(call_words(endpoint, words), 0);
}

static void errors(uint64_t argument)
{
    struct message message = { .handle = -1 };
    int ends[2];

    (void)argument;
    FAILS(ipc_reply(&message), ESRCH);
    FAILS(ipc_call(NO_HANDLE, &message), EBADF);
    FAILS(ipc_call(-1, &message), EBADF);
    FAILS(ipc_call(MAX_HANDLES, &message), EBADF);
    FAILS(ipc_call(1, &message), EINVAL);
    FAILS(ipc_receive(NO_HANDLE, &message, NULL), EBADF);
    FAILS(ipc_receive(1, &message, NULL), EINVAL);
    FAILS(ipc_reply_receive(NO_HANDLE, &message, NULL), EBADF);
    FAILS(ipc_reply_receive(-1, &message, NULL), EBADF);
    FAILS(ipc_reply_receive(1, &message, NULL), EINVAL);
    MUST(endpoint_pair(ends));
    FAILS(ipc_call(ends[0], &message), EACCES);
    FAILS(ipc_receive(ends[1], &message, NULL), EACCES);
    FAILS(ipc_reply_receive(ends[1], &message, NULL), EACCES);
    MUST(handle_close(ends[1]));
    FAILS(ipc_receive(ends[0], &message, NULL), EPIPE); /* nobody can call */
    FAILS(ipc_reply_receive(ends[0], &message, NULL), EPIPE);
    MUST(endpoint_pair(ends));
    MUST(handle_close(ends[0]));
    FAILS(ipc_call(ends[1], &message), EPIPE); /* nobody can receive */
}

/* ---- Words ---- */

/* Answers each message by a function of all its words. */
static void answer(uint64_t words[4])
{
    uint64_t first = words[0];

    words[0] = words[1] + 1;
    words[1] = words[2] * 3;
    words[2] = ~words[3];
    words[3] = first ^ 0x5555;
}

static void serve(uint64_t argument)
{
    uint64_t words[4];
    long badge = receive_words(PEER_HANDLE(0), words);

    (void)argument;
    while (words[0] != STOP) {
        CHECK_EQUAL(badge, 0);
        answer(words);
        badge = ipc_reply_receive_words(PEER_HANDLE(0), &words[0], &words[1], &words[2], &words[3]);
    }
    CHECK_EQUAL(reply_words(words), 0);
}

/* The server's answers in two calls: no direct switch there. */
static void serve_slowly(uint64_t argument)
{
    uint64_t words[4];

    (void)argument;
    for (;;) {
        CHECK_EQUAL(receive_words(PEER_HANDLE(0), words), 0);
        if (words[0] == STOP) {
            break;
        }
        answer(words);
        CHECK_EQUAL(reply_words(words), 0);
        FAILS(ecall_result(reply_words(words)), ESRCH); /* once is enough */
    }
    CHECK_EQUAL(reply_words(words), 0);
}

static void many_calls(int endpoint)
{
    uint32_t state = 99;

    for (unsigned i = 0; i < ROUNDS; i++) {
        uint64_t words[4], expected[4];

        for (unsigned k = 0; k < 4; k++) {
            words[k] = expected[k] = (uint64_t)test_random(&state) << 32 | test_random(&state);
        }
        answer(expected);
        CHECK_EQUAL(call_words(endpoint, words), 0);
        CHECK(memcmp(words, expected, sizeof(words)) == 0);
    }
}

static void run_calls(peer_function server, uint64_t hart)
{
    int ends[2], peer;

    test_pin(0);
    MUST(endpoint_pair(ends));
    peer = PEER(server, 0, hart, ends[0]);
    MUST(handle_close(ends[0]));
    many_calls(ends[1]);
    send_stop(ends[1]);
    PEER_DONE(peer);
}

static void words(uint64_t hart)
{
    run_calls(serve, hart);
}

static void words_slowly(uint64_t hart)
{
    run_calls(serve_slowly, hart);
}

static void spin_lower(void *unused)
{
    (void)unused;
    while (!shared->flags[1]) {
        shared->flags[0]++;
    }
}

/* Somebody less important is ready on the hart all the time; it must not get in between. */
static void words_beside_lower(uint64_t argument)
{
    struct thread lower;

    (void)argument;
    MUST(thread_set_priority(DEFAULT_PRIORITY + 1));
    test_thread(&lower, spin_lower, NULL, 0);
    MUST(thread_set_priority(DEFAULT_PRIORITY));
    run_calls(serve, 0);
    test_set(&shared->flags[1], 1);
    thread_join(&lower);
}

/* A server of less importance than somebody who is ready: he has to wait, whatever the way of the call. */
static void serve_lower(uint64_t argument)
{
    MUST(thread_set_priority(DEFAULT_PRIORITY + 1));
    serve(argument);
}

static uint64_t spun;

static void spin_a_while(void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < 20; i++) {
        spun++;
        thread_yield();
    }
}

static void words_of_lower_server(uint64_t argument)
{
    uint64_t words[4] = { 1, 2, 3, 4 };
    struct thread equal;
    int ends[2], peer;

    (void)argument;
    test_pin(0);
    MUST(endpoint_pair(ends));
    peer = PEER(serve_lower, 0, 0, ends[0]);
    MUST(handle_close(ends[0]));
    many_calls(ends[1]);
    test_thread(&equal, spin_a_while, NULL, 0);
    CHECK_EQUAL(call_words(ends[1], words), 0);
    CHECK_EQUAL(spun, 20); /* all of it before the server's first instruction */
    thread_join(&equal);
    send_stop(ends[1]);
    PEER_DONE(peer);
}

/* However short the way of a call is, both sides stay where they belong. */
static void serve_there(uint64_t hart)
{
    uint64_t words[4];

    receive_words(PEER_HANDLE(0), words);
    do {
        CHECK_EQUAL(thread_get_hart(), hart);
    } while (words[0] != STOP && ipc_reply_receive_words(PEER_HANDLE(0), &words[0], &words[1],
                                                         &words[2], &words[3]) == 0);
    CHECK_EQUAL(reply_words(words), 0);
}

static void words_across(uint64_t argument)
{
    unsigned harts = test_harts();

    (void)argument;
    for (unsigned hart = 0; hart < harts; hart++) {
        int ends[2], peer;

        MUST(endpoint_pair(ends));
        peer = PEER(serve_there, hart, hart, ends[0]);
        MUST(handle_close(ends[0]));
        for (unsigned i = 0; i < 3 * harts; i++) {
            uint64_t words[4] = { 1 };

            test_pin(i % harts);
            CHECK_EQUAL(call_words(ends[1], words), 0);
            CHECK_EQUAL(thread_get_hart(), i % harts);
        }
        send_stop(ends[1]);
        PEER_DONE(peer);
    }
}

/* A process calls itself: another of its threads serves. */
static void serve_in_thread(void *endpoint)
{
    uint64_t words[4];
    long badge = receive_words(*(int *)endpoint, words);

    while (words[0] != STOP) {
        CHECK_EQUAL(badge, 0);
        answer(words);
        badge =
            ipc_reply_receive_words(*(int *)endpoint, &words[0], &words[1], &words[2], &words[3]);
    }
    reply_words(words);
}

static void within_process(uint64_t hart)
{
    int endpoint = (int)MUST(endpoint_create());
    struct thread server;

    test_pin(0);
    test_thread(&server, serve_in_thread, &endpoint, (unsigned)hart);
    many_calls(endpoint);
    send_stop(endpoint);
    thread_join(&server);
}

/* What a call returns in registers, and that it leaves the others alone. */
static void call_registers(uint64_t hart)
{
    uint64_t in[10], out[10], results[6];
    int ends[2], peer;

    test_pin(0);
    MUST(endpoint_pair(ends));
    peer = PEER(serve, 0, hart, ends[0]);
    MUST(handle_close(ends[0]));
    for (unsigned round = 0; round < 5; round++) {
        for (unsigned i = 0; i < 10; i++) {
            in[i] = ~0ul / (i + 2 + round);
        }
        __asm__ volatile("mv t6, %0\n"
                         "ld t0, 0(t6)\n"
                         "ld t1, 8(t6)\n"
                         "ld t2, 16(t6)\n"
                         "ld t3, 24(t6)\n"
                         "ld t4, 32(t6)\n"
                         "ld t5, 40(t6)\n"
                         "ld s2, 48(t6)\n"
                         "ld s3, 56(t6)\n"
                         "ld s4, 64(t6)\n"
                         "ld s5, 72(t6)\n"
                         "mv s6, %1\n"
                         "mv s7, %2\n"
                         "mv a0, %3\n"
                         "li a1, 0\n"
                         "li a2, 10\n"
                         "li a3, 20\n"
                         "li a4, 30\n"
                         "li a5, 40\n"
                         "li a6, 77\n"
                         "li a7, %4\n"
                         "ecall\n"
                         "sd t0, 0(s6)\n"
                         "sd t1, 8(s6)\n"
                         "sd t2, 16(s6)\n"
                         "sd t3, 24(s6)\n"
                         "sd t4, 32(s6)\n"
                         "sd t5, 40(s6)\n"
                         "sd s2, 48(s6)\n"
                         "sd s3, 56(s6)\n"
                         "sd s4, 64(s6)\n"
                         "sd s5, 72(s6)\n"
                         "sd a0, 0(s7)\n"
                         "sd a1, 8(s7)\n"
                         "sd a2, 16(s7)\n"
                         "sd a3, 24(s7)\n"
                         "sd a4, 32(s7)\n"
                         "sd a5, 40(s7)\n"
                         :
                         : "r"(in), "r"(out), "r"(results), "r"(ends[1]), "i"(SYS_ipc_call)
                         : "t0", "t1", "t2", "t3", "t4", "t5", "t6", "s2", "s3", "s4", "s5", "s6",
                           "s7", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "memory");
        CHECK(memcmp(in, out, sizeof(in)) == 0);
        CHECK(results[0] == 0 && results[1] == 0);
        CHECK(results[2] == 21 && results[3] == 90 && results[4] == ~40ul);
        CHECK_EQUAL(results[5], 10 ^ 0x5555);
    }
    send_stop(ends[1]);
    PEER_DONE(peer);
}

/* ---- Badges ---- */

static void serve_badge(uint64_t argument)
{
    uint64_t words[4] = { 0 };
    long badge = receive_words(PEER_HANDLE(0), words);

    (void)argument;
    while (words[0] != STOP) {
        words[1] = (uint64_t)badge;
        badge = ipc_reply_receive_words(PEER_HANDLE(0), &words[0], &words[1], &words[2], &words[3]);
    }
    reply_words(words);
}

static void badges(uint64_t hart)
{
    static const uint32_t numbers[] = { 1, 2, 77, 65536, INT32_MAX };
    int ends[2], peer, copy, again;

    test_pin(0);
    MUST(endpoint_pair(ends));
    peer = PEER(serve_badge, 0, hart, ends[0]);
    MUST(handle_close(ends[0]));
    for (unsigned i = 0; i < 5; i++) {
        uint64_t words[4] = { 1, 2, 3, 4 };

        copy = (int)MUST(handle_duplicate(ends[1], RIGHT_WRITE, numbers[i]));
        again = (int)MUST(handle_duplicate(copy, RIGHT_ALL, 0));
        CHECK_EQUAL(call_words(copy, words), 0);
        CHECK_EQUAL(words[1], numbers[i]);
        words[1] = 0;
        CHECK_EQUAL(call_words(again, words), 0);
        CHECK_EQUAL(words[1], numbers[i]);
        CHECK_EQUAL(call_words(ends[1], words), 0);
        CHECK_EQUAL(words[1], 0);
        MUST(handle_close(copy));
        MUST(handle_close(again));
    }
    send_stop(ends[1]);
    PEER_DONE(peer);
}

/* ---- Order ---- */

static void call_once(uint64_t number)
{
    uint64_t words[4] = { number, 0, 0, 0 };

    test_set(&shared->flags[number], 1);
    CHECK_EQUAL(call_words(PEER_HANDLE(0), words), 0);
    CHECK_EQUAL(words[0], number + 100);
}

/* Callers are served as they came, and the others wait until it is their turn. */
static void callers_in_order(uint64_t hart)
{
    int ends[2], peers[6];

    MUST(endpoint_pair(ends));
    for (unsigned i = 0; i < 6; i++) {
        peers[i] = PEER(call_once, i, hart, ends[1]);
        test_until_blocked(&shared->flags[i], (unsigned)hart);
    }
    for (unsigned i = 0; i < 6; i++) {
        uint64_t words[4];

        CHECK_EQUAL(receive_words(ends[0], words), 0);
        CHECK_EQUAL(words[0], i);
        words[0] += 100;
        CHECK_EQUAL(reply_words(words), 0);
        PEER_DONE(peers[i]);
    }
}

static void receive_once(uint64_t number)
{
    uint64_t words[4];

    test_set(&shared->flags[number], 1);
    CHECK_EQUAL(receive_words(PEER_HANDLE(0), words), 0);
    words[1] = number;
    CHECK_EQUAL(reply_words(words), 0);
}

static void receivers_in_order(uint64_t hart)
{
    int ends[2], peers[6];

    test_pin(0);
    MUST(endpoint_pair(ends));
    for (unsigned i = 0; i < 6; i++) {
        peers[i] = PEER(receive_once, i, hart, ends[0]);
        test_until_blocked(&shared->flags[i], (unsigned)hart);
    }
    for (unsigned i = 0; i < 6; i++) {
        uint64_t words[4] = { 0 };

        CHECK_EQUAL(call_words(ends[1], words), 0);
        CHECK_EQUAL(words[1], i);
        PEER_DONE(peers[i]);
    }
}

/* ---- Chains: who serves calls the next one, with its own caller waiting ---- */

static void serve_by_next(uint64_t depth)
{
    uint64_t words[4];
    int ends[2], next = -1;

    if (depth > 0) {
        MUST(endpoint_pair(ends));
        next = PEER(serve_by_next, depth - 1, depth % 2 ? shared->flags[0] : 0, ends[0]);
        MUST(handle_close(ends[0]));
    }
    receive_words(PEER_HANDLE(0), words);
    do {
        words[1] += depth;
        if (depth > 0) {
            CHECK_EQUAL(call_words(ends[1], words), 0);
        }
        words[2]++;
    } while (words[0] != STOP && ipc_reply_receive_words(PEER_HANDLE(0), &words[0], &words[1],
                                                         &words[2], &words[3]) == 0);
    CHECK_EQUAL(reply_words(words), 0);
    if (depth > 0) {
        PEER_DONE(next);
    }
}

static void chain(uint64_t hart)
{
    int ends[2], peer;

    shared->flags[0] = (uint32_t)hart;
    MUST(endpoint_pair(ends));
    peer = PEER(serve_by_next, 5, 0, ends[0]);
    MUST(handle_close(ends[0]));
    for (unsigned i = 0; i < 50; i++) {
        uint64_t words[4] = { i == 49 ? STOP : i, 0, 0, i };

        CHECK_EQUAL(call_words(ends[1], words), 0);
        CHECK(words[1] == 15 && words[2] == 6 && words[3] == i);
    }
    PEER_DONE(peer);
}

const struct test_case endpoint_cases[] = {
    CASE("endpoint-errors", errors),
    SAME_AND_CROSS("endpoint-words", words),
    SAME_AND_CROSS("endpoint-words-slowly", words_slowly),
    CASE("endpoint-words-beside-lower", words_beside_lower),
    CASE("endpoint-words-of-lower-server", words_of_lower_server),
    CASE_WITH("endpoint-words-across", words_across, 0, 2, 0),
    SAME_AND_CROSS("endpoint-within-process", within_process),
    SAME_AND_CROSS("endpoint-registers", call_registers),
    SAME_AND_CROSS("endpoint-badges", badges),
    SAME_AND_CROSS("endpoint-callers-in-order", callers_in_order),
    SAME_AND_CROSS("endpoint-receivers-in-order", receivers_in_order),
    SAME_AND_CROSS("endpoint-chain", chain),
    END_OF_CASES,
};
