// SPDX-License-Identifier: MIT
/* Message queues of both kinds: ends that die, that others take over, that come by message, and that lie. */
#include <string.h>

#include "lib/ipc.h"
#include "lib/link.h"
#include "tests/queue_peer.h"

static char buffer[128];

/* ---- Death and successors ---- */

static void take_for_ever(uint64_t unused)
{
    (void)unused;
    for (;;) {
        uint32_t number = shared->flags[COUNT];

        test_set(&shared->flags[BLOCKED], 1);
        CHECK_EQUAL(queue_take(PEER_HANDLE(0), buffer, sizeof(buffer), NULL), sizeof(number));
        CHECK(memcmp(buffer, &number, sizeof(number)) == 0);
        test_set(&shared->flags[COUNT], number + 1);
    }
}

/* Receivers and senders that wait are killed, one after the other: messages stay in order. */
static void receivers_follow(uint64_t argument)
{
    int ends[2], peer;

    queue_begin();
    MUST(queue_open(ends, 4, 4, KIND(argument)));
    for (unsigned i = 0; i < 6; i++) {
        unsigned hart = i % 2 ? 0 : HART_OF(argument);

        test_set(&shared->flags[BLOCKED], 0);
        peer = PEER(take_for_ever, 0, hart, ends[RECEIVE]);
        for (unsigned k = 0; k < 3; k++) {
            uint32_t number = shared->flags[COUNT];

            MUST(queue_put(ends[SEND], &number, 4, k));
            WAIT_UNTIL(shared->flags[COUNT] == number + 1);
        }
        test_until_blocked(&shared->flags[BLOCKED], hart);
        PEER_KILL(peer);
    }
    for (uint32_t i = 0; i < 4; i++) {
        MUST(queue_put(ends[SEND], &i, 4, 0)); /* all of it is still there */
    }
    MUST(queue_close(ends[RECEIVE]));
    FAILS(queue_put(ends[SEND], buffer, 4, 0), EPIPE);
}

static void put_for_ever(uint64_t unused)
{
    (void)unused;
    for (;;) {
        uint32_t number = shared->flags[COUNT];

        MUST(queue_put(PEER_HANDLE(0), &number, sizeof(number), 3));
        test_set(&shared->flags[COUNT], number + 1);
        test_set(&shared->flags[BLOCKED], shared->flags[COUNT] % 4 == 0);
    }
}

static void senders_follow(uint64_t argument)
{
    uint32_t seen = 0, found;
    int ends[2], peer;

    queue_begin();
    MUST(queue_open(ends, 4, 4, KIND(argument)));
    for (unsigned i = 0; i < 6; i++) {
        unsigned hart = i % 2 ? 0 : HART_OF(argument);

        test_set(&shared->flags[BLOCKED], 0);
        peer = PEER(put_for_ever, 0, hart, ends[SEND]);
        test_until_blocked(&shared->flags[BLOCKED], hart);
        PEER_KILL(peer);
        for (unsigned k = 0; k < 4; k++, seen++) {
            CHECK_EQUAL(queue_take(ends[RECEIVE], &found, 4, NULL), 4);
            CHECK_EQUAL(found, seen);
        }
    }
    MUST(queue_close(ends[SEND]));
    FAILS(queue_take(ends[RECEIVE], &found, 4, NULL), EPIPE);
}

static void other_dies(uint64_t argument)
{
    unsigned hart = HART_OF(argument);
    int ends[2], waits, dies;

    for (unsigned side = 0; side < 2; side++) {
        queue_begin();
        MUST(queue_open(ends, 1, 100, KIND(argument)));
        shared->flags[COUNT] = side == SEND ? 3 : 0;
        dies = PEER(side == SEND ? put_for_ever : take_for_ever, 0, hart, ends[side]);
        MUST(queue_close(ends[side]));
        if (side == SEND) { /* one comes, then the end */
            uint32_t found;

            test_until_blocked(&shared->flags[BLOCKED], hart);
            PEER_KILL(dies);
            CHECK_EQUAL(queue_take(ends[RECEIVE], buffer, 100, NULL), 4);
            memcpy(&found, buffer, 4);
            CHECK(found <= 3);
            FAILS(queue_take(ends[RECEIVE], buffer, 100, NULL), EPIPE);
            MUST(queue_close(ends[RECEIVE]));
        } else {
            PEER_KILL(dies);
            waits = PEER(queue_put_when_told, 0, 0, ends[SEND]);
            PEER_DONE(waits);
            MUST(queue_close(ends[SEND]));
        }
    }
    for (unsigned side = 0; side < 2; side++) { /* the other one waits */
        queue_begin();
        MUST(queue_open(ends, 1, 100, KIND(argument)));
        dies = PEER(queue_act_when_told, side, hart, ends[side]);
        MUST(queue_close(ends[side]));
        waits = side == SEND ? PEER(queue_take_when_told, 0, 0, ends[RECEIVE])
                             : PEER(queue_fill_one, 0, 0, ends[SEND]);
        test_until_blocked(&shared->flags[BLOCKED], 0);
        PEER_KILL(dies);
        PEER_DONE(waits);
        MUST(queue_close(ends[!side]));
    }
}

/* ---- Killed anywhere ---- */

#define DEPTH 256

/* Each sender begins with what the last one may or may not have sent. */
static void put_numbers(uint64_t unused)
{
    (void)unused;
    for (;;) {
        uint32_t number = shared->flags[COUNT];

        while (queue_put(PEER_HANDLE(0), &number, sizeof(number), number % 3) < 0) {
            CHECK_EQUAL(errno, EAGAIN);
            thread_yield();
        }
        test_set(&shared->flags[COUNT], number + 1);
    }
}

static void take_numbers(uint64_t unused)
{
    uint32_t number;

    (void)unused;
    for (;;) {
        while (queue_take(PEER_HANDLE(0), &number, sizeof(number), NULL) < 0) {
            CHECK_EQUAL(errno, EAGAIN);
            thread_yield();
        }
        test_set(&shared->flags[DONE], shared->flags[DONE] + 1);
    }
}

/* As much fits as before: no place is lost with a user that died. */
static void check_depth(int ends[2])
{
    uint32_t number = 0;

    MUST(queue_set_flags(ends[RECEIVE], HANDLE_NONBLOCK));
    MUST(queue_set_flags(ends[SEND], HANDLE_NONBLOCK));
    while (queue_take(ends[RECEIVE], &number, sizeof(number), NULL) >= 0) {
    }
    CHECK_EQUAL(errno, EAGAIN);
    for (uint32_t i = 0; i < DEPTH; i++) {
        MUST(queue_put(ends[SEND], &i, sizeof(i), 0));
    }
    FAILS(queue_put(ends[SEND], &number, sizeof(number), 0), EAGAIN);
    for (uint32_t i = 0; i < DEPTH; i++) {
        CHECK_EQUAL(queue_take(ends[RECEIVE], &number, sizeof(number), NULL), sizeof(number));
        CHECK_EQUAL(number, i);
    }
}

#define DEATHS 100

static void wait_a_moment(uint32_t turns)
{
    for (volatile uint32_t i = 0; i < turns; i++) {
    }
}

/* The one that is to die has something to do then: it shall die in the middle of it. */
static void sender_killed_anywhere(uint64_t argument)
{
    uint32_t number, state = 3, before[3] = { 0, 0, 0 };
    int ends[2];

    queue_begin();
    MUST(queue_open(ends, DEPTH, 4, KIND(argument) | HANDLE_NONBLOCK));
    for (unsigned i = 0; i < DEATHS; i++) {
        int peer = PEER(put_numbers, 0, HART_OF(argument), ends[SEND]);

        for (unsigned k = test_random(&state) % 300; k > 0;) {
            if (queue_take(ends[RECEIVE], &number, sizeof(number), NULL) < 0) {
                CHECK_EQUAL(errno, EAGAIN);
                thread_yield();
                continue;
            }
            /* one may have been sent and not counted: the next sender begins with it again */
            CHECK(number + 3 >= before[number % 3] && number <= before[number % 3] + 3);
            before[number % 3] = number;
            k--;
        }
        wait_a_moment(test_random(&state) % 1000);
        PEER_KILL(peer);
    }
    check_depth(ends);
}

static void receiver_killed_anywhere(uint64_t argument)
{
    uint32_t state = 3, sent = 0;
    int ends[2];

    queue_begin();
    MUST(queue_open(ends, DEPTH, 4, KIND(argument) | HANDLE_NONBLOCK));
    for (unsigned i = 0; i < DEATHS; i++) {
        int peer = PEER(take_numbers, 0, HART_OF(argument), ends[RECEIVE]);

        for (unsigned k = test_random(&state) % 300; k > 0;) {
            if (queue_put(ends[SEND], &sent, sizeof(sent), sent % 3) < 0) {
                CHECK_EQUAL(errno, EAGAIN);
                thread_yield();
                continue;
            }
            sent++;
            k--;
        }
        wait_a_moment(test_random(&state) % 1000);
        PEER_KILL(peer);
        /* each death may have one in its hands */
        CHECK(shared->flags[DONE] <= sent && sent - shared->flags[DONE] <= DEPTH + i + 1);
    }
    check_depth(ends);
}

/* ---- Ends by message, hostile sides ---- */

static void use_what_comes(uint64_t side)
{
    struct message message = { .handle = -1 };
    int end;

    MUST(ipc_receive(PEER_HANDLE(0), &message, NULL));
    end = message.handle;
    message.handle = -1;
    MUST(ipc_reply(&message));
    if (side == RECEIVE) {
        CHECK_EQUAL(queue_take(end, buffer, 10, NULL), 1);
        CHECK_EQUAL(buffer[0], 'm');
        FAILS(queue_take(end, buffer, 10, NULL), EPIPE);
    } else {
        MUST(queue_put(end, "m", 1, 0));
    }
    MUST(queue_close(end));
}

static void by_message(uint64_t argument)
{
    int ends[2], meeting[2][2], peers[2];

    queue_begin();
    MUST(queue_open(ends, 2, 10, KIND(argument)));
    for (unsigned i = 0; i < 2; i++) {
        struct message message = { .handle = ends[i] };

        MUST(endpoint_pair(meeting[i]));
        peers[i] = PEER(use_what_comes, i, i ? HART_OF(argument) : 0, meeting[i][0]);
        MUST(ipc_call(meeting[i][1], &message));
        MUST(queue_close(ends[i]));
    }
    PEER_DONE(peers[0]);
    PEER_DONE(peers[1]);
}

static void scribble(uint64_t side)
{
    volatile uint32_t *memory = link_map(PEER_HANDLE(0), (unsigned)side);

    CHECK(memory != NULL);
    for (unsigned i = 0; i < PAGE_SIZE / 4; i++) {
        memory[i] = shared->flags[GO];
    }
}

/* Whatever is in the other side's memory: an error, and nothing but the own memory is touched. */
static void nonsense(uint64_t argument)
{
    static const uint32_t values[] = { 0x89abcdef, 1, 2, 3, 0x7fffffff, 0xffffffff };
    int ends[2];

    for (unsigned i = 0; i < 12; i++) {
        unsigned side = i % 2;

        queue_begin();
        MUST(queue_open(ends, 3, 100, IPC_UINTR | HANDLE_NONBLOCK));
        MUST(queue_put(ends[SEND], "ab", 2, 1));
        MUST(queue_put(ends[SEND], "cd", 2, 2));
        MUST(queue_put(ends[SEND], "ef", 2, 2));
        CHECK_EQUAL(queue_take(ends[RECEIVE], buffer, 100, NULL), 2);
        test_set(&shared->flags[GO], values[i / 2]);
        PEER_DONE(PEER(scribble, side, HART_OF(argument), ends[side]));
        for (unsigned k = 0; k < 10; k++) {
            if (side == SEND) {
                ssize_t size = queue_take(ends[RECEIVE], buffer, 100, NULL);

                CHECK((size >= 0 && size <= 100) || errno == EPROTO || errno == EAGAIN);
            } else {
                int result = queue_put(ends[SEND], "g", 1, 0);

                CHECK(result == 0 || errno == EPROTO || errno == EAGAIN);
            }
        }
        if (values[i / 2] > 3) {
            CHECK_EQUAL(errno, EPROTO);
        }
        queue_close_both(ends);
    }
}

const struct test_case conform_queue_end_cases[] = {
    ON_BOTH_AND_CROSS("conform-queue-receivers-follow", receivers_follow),
    ON_BOTH_AND_CROSS("conform-queue-senders-follow", senders_follow),
    ON_BOTH_AND_CROSS("conform-queue-other-dies", other_dies),
    ON_BOTH_AND_CROSS("conform-queue-sender-killed", sender_killed_anywhere),
    ON_BOTH_AND_CROSS("conform-queue-receiver-killed", receiver_killed_anywhere),
    ON_BOTH_AND_CROSS("conform-queue-by-message", by_message),
    CASE_WITH("conform-queue-nonsense-same", nonsense, 0, 0, 0),
    CASE_WITH("conform-queue-nonsense-cross", nonsense, ON_HART_1, 2, 0),
    END_OF_CASES,
};
