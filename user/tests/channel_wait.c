// SPDX-License-Identifier: MIT
/* Channels: who waits for room or for messages, who doesn't, and who is told of what is there. */
#include "tests/channel_common.h"

enum { GO, TAKEN, ASLEEP, SENT }; /* flags */

static struct channel channel;

/* ---- Without waiting ---- */

static void no_wait(uint64_t argument)
{
    struct channel server;
    struct channel_message message = channel_numbered(5);
    int ends[2];

    (void)argument;
    MUST(channel_create(ends));
    MUST(channel_open(&channel, ends[CHANNEL_CLIENT], CHANNEL_CLIENT));
    FAILS(channel_receive(&channel, &message, CHANNEL_NOWAIT), EAGAIN);
    for (unsigned i = 0; i < CHANNEL_SLOTS; i++) { /* the other side isn't there yet */
        CHECK(channel_has_room(&channel));
        MUST(channel_send(&channel, &message, CHANNEL_NOWAIT));
    }
    CHECK(!channel_has_room(&channel));
    FAILS(channel_send(&channel, &message, CHANNEL_NOWAIT), EAGAIN);
    MUST(channel_open(&server, ends[CHANNEL_SERVER], CHANNEL_SERVER));
    CHECK(channel_has_message(&server) && !channel_has_message(&channel));
    for (unsigned i = 0; i < CHANNEL_SLOTS; i++) {
        MUST(channel_receive(&server, &message, CHANNEL_NOWAIT));
        channel_check_number(&message, 5);
    }
    FAILS(channel_receive(&server, &message, CHANNEL_NOWAIT), EAGAIN);
    CHECK(channel_has_room(&channel));
    MUST(channel_send(&channel, &message, CHANNEL_NOWAIT));
}

/* Polled by both: nobody ever waits. */
static void serve_polling(uint64_t argument)
{
    struct channel_message message;

    (void)argument;
    MUST(channel_open(&channel, PEER_HANDLE(0), CHANNEL_SERVER));
    for (;;) {
        if (channel_receive(&channel, &message, CHANNEL_NOWAIT) == 0) {
            message = channel_answer(&message);
            MUST(channel_send(&channel, &message, CHANNEL_NOWAIT));
        } else if (errno == EPIPE) {
            break;
        } else {
            CHECK_EQUAL(errno, EAGAIN);
            thread_yield();
        }
    }
}

static void polling(uint64_t hart)
{
    struct channel_message message;
    int peer;

    test_pin(0);
    peer = channel_start_peer(&channel, serve_polling, 0, hart);
    for (unsigned i = 0; i < 40; i++) {
        message = channel_numbered(i);
        MUST(channel_send(&channel, &message, CHANNEL_NOWAIT));
        while (channel_receive(&channel, &message, CHANNEL_NOWAIT) < 0) {
            CHECK_EQUAL(errno, EAGAIN);
            thread_yield();
        }
        channel_check_number(&message, i + ANSWER);
    }
    channel_end(&channel);
    PEER_DONE(peer); /* that polls finds it gone */
}

/* ---- Back-pressure ---- */

/* Takes nothing until it is told to. */
static void serve_late(uint64_t argument)
{
    (void)argument;
    MUST(channel_open(&channel, PEER_HANDLE(0), CHANNEL_SERVER));
    WAIT_UNTIL(shared->flags[GO]);
    thread_sleep(MILLISECOND);
    test_set(&shared->flags[TAKEN], 1);
    channel_serve(&channel);
}

static void server_takes_nothing(uint64_t hart)
{
    int peer;

    test_pin(0);
    peer = channel_start_peer(&channel, serve_late, 0, hart);
    for (unsigned i = 0; i < CHANNEL_SLOTS; i++) {
        channel_send_number(&channel, i);
    }
    CHECK(!channel_has_room(&channel));
    test_set(&shared->flags[GO], 1);
    channel_send_number(&channel, CHANNEL_SLOTS); /* waits */
    CHECK(shared->flags[TAKEN]);
    for (unsigned i = 0; i <= CHANNEL_SLOTS; i++) {
        channel_receive_number(&channel, i + ANSWER);
    }
    channel_end(&channel);
    PEER_DONE(peer);
}

/* Sends more than there is room for, and has not been asked for anything. */
static void send_many(uint64_t number)
{
    MUST(channel_open(&channel, PEER_HANDLE(0), CHANNEL_SERVER));
    for (unsigned i = 0; i < number; i++) {
        channel_send_number(&channel, i);
        test_set(&shared->flags[SENT], i + 1);
    }
    channel_close(&channel);
}

static void client_takes_nothing(uint64_t hart)
{
    struct channel_message message;
    int peer;

    test_pin(0);
    peer = channel_start_peer(&channel, send_many, 100, hart);
    test_until_blocked(&shared->flags[SENT], (unsigned)hart);
    WAIT_UNTIL(shared->flags[SENT] == CHANNEL_SLOTS);
    thread_sleep(MILLISECOND);
    CHECK_EQUAL(shared->flags[SENT], CHANNEL_SLOTS);
    for (unsigned i = 0; i < 100; i++) {
        channel_receive_number(&channel, i);
    }
    FAILS(channel_receive(&channel, &message, 0), EPIPE);
    PEER_DONE(peer);
    channel_end(&channel);
}

/* Both rings full, both want to send: each is told so instead of waiting for the other one for ever. */
static void fill_and_send(uint64_t argument)
{
    struct channel_message message = channel_numbered(argument);

    MUST(channel_open(&channel, PEER_HANDLE(0), CHANNEL_SERVER));
    for (unsigned i = 0; i < CHANNEL_SLOTS; i++) {
        channel_send_number(&channel, i + ANSWER);
    }
    channel_flush(&channel);
    WAIT_UNTIL(channel_has_message(&channel));
    FAILS(channel_send(&channel, &message, 0), EDEADLK);
    test_set(&shared->flags[SENT], 1);
    WAIT_UNTIL(shared->flags[GO]);
    for (unsigned i = 0; i < CHANNEL_SLOTS; i++) {
        channel_receive_number(&channel, i);
    }
    FAILS(channel_receive(&channel, &message, 0), EPIPE);
}

static void both_full(uint64_t hart)
{
    struct channel_message message = channel_numbered(1);
    int peer;

    test_pin(0);
    peer = channel_start_peer(&channel, fill_and_send, 0, hart);
    for (unsigned i = 0; i < CHANNEL_SLOTS; i++) {
        channel_send_number(&channel, i);
    }
    WAIT_UNTIL(shared->flags[SENT]);
    FAILS(channel_send(&channel, &message, 0), EDEADLK);
    FAILS(channel_send(&channel, &message, CHANNEL_NOWAIT), EAGAIN);
    for (unsigned i = 0; i < CHANNEL_SLOTS; i++) {
        FAILS(channel_send(&channel, &message, 0), EDEADLK);
        channel_receive_number(&channel, i + ANSWER);
    }
    test_set(&shared->flags[GO], 1);
    WAIT_UNTIL(channel_has_room(&channel));
    channel_end(&channel);
    PEER_DONE(peer);
}

/* ---- Flushing ---- */

static void serve_counting(uint64_t argument)
{
    struct channel_message message;

    (void)argument;
    MUST(channel_open(&channel, PEER_HANDLE(0), CHANNEL_SERVER));
    test_set(&shared->flags[ASLEEP], 1);
    while (channel_receive(&channel, &message, 0) == 0) {
        test_set(&shared->flags[TAKEN], shared->flags[TAKEN] + 1);
    }
    CHECK_EQUAL(errno, EPIPE);
}

/* A sleeping side is told by channel_flush(), by a sender that waits, and not before. */
static void flushing(uint64_t hart)
{
    int peer;

    test_pin(0);
    peer = channel_start_peer(&channel, serve_counting, 0, hart);
    test_until_blocked(&shared->flags[ASLEEP], (unsigned)hart);
    for (unsigned i = 0; i < 5; i++) {
        channel_send_number(&channel, i);
    }
    thread_sleep(MILLISECOND);
    CHECK_EQUAL(shared->flags[TAKEN], 0);
    channel_flush(&channel);
    WAIT_UNTIL(shared->flags[TAKEN] == 5);
    channel_flush(&channel); /* nothing new: nothing happens */
    test_until_blocked(&shared->flags[ASLEEP], (unsigned)hart);
    for (unsigned i = 0; i < 20; i++) {
        struct channel_message message;

        channel_send_number(&channel, i);
        FAILS(channel_receive(&channel, &message, CHANNEL_NOWAIT), EAGAIN); /* that flushes too */
        WAIT_UNTIL(shared->flags[TAKEN] == 6 + i);
    }
    channel_end(&channel);
    PEER_DONE(peer);
}

const struct test_case channel_wait_cases[] = {
    CASE("channel-no-wait", no_wait),
    SAME_AND_CROSS("channel-polling", polling),
    SAME_AND_CROSS("channel-server-takes-nothing", server_takes_nothing),
    SAME_AND_CROSS("channel-client-takes-nothing", client_takes_nothing),
    SAME_AND_CROSS("channel-both-full", both_full),
    SAME_AND_CROSS("channel-flush", flushing),
    END_OF_CASES,
};
