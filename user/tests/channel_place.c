// SPDX-License-Identifier: MIT
/* Channels: messages written and read in place. */
#include "lib/link.h"
#include "tests/channel_common.h"

static struct channel channel;

static void put(uint64_t number)
{
    struct channel_message *slot = channel_slot(&channel);

    CHECK(slot);
    *slot = channel_numbered(number);
    channel_submit(&channel);
}

static void serve_in_place(uint64_t unused)
{
    const struct channel_message *message;

    (void)unused;
    MUST(channel_open(&channel, PEER_HANDLE(0), CHANNEL_SERVER));
    do {
        while ((message = channel_front(&channel))) {
            uint64_t number = message->words[0];

            channel_check_number(message, number);
            channel_consume(&channel);
            put(number + ANSWER);
        }
    } while (channel_wait(&channel) == 0);
    CHECK_EQUAL(errno, EPIPE);
}

static void get(uint64_t number)
{
    const struct channel_message *message;

    while (!(message = channel_front(&channel))) {
        MUST(channel_wait(&channel));
    }
    channel_check_number(message, number);
    channel_consume(&channel);
}

/* All numbers in flight, often enough for the rings to go round. */
static void rounds(uint64_t hart)
{
    uint64_t number = 0;
    int peer;

    test_pin(0);
    peer = channel_start_peer(&channel, serve_in_place, 0, hart);
    for (unsigned depth = 1; depth <= CHANNEL_SLOTS; depth++) {
        for (unsigned i = 0; i < depth; i++) {
            put(number + i);
        }
        for (unsigned i = 0; i < depth; i++) {
            get(number + i + ANSWER);
        }
        number += depth;
    }
    CHECK(!channel_front(&channel));
    channel_end(&channel);
    PEER_DONE(peer);
}

/* Nobody takes anything: exactly the ring's slots can be had. */
static void full(uint64_t argument)
{
    int ends[2];

    (void)argument;
    MUST(channel_create(ends));
    MUST(channel_open(&channel, ends[CHANNEL_CLIENT], CHANNEL_CLIENT));
    for (unsigned i = 0; i < CHANNEL_SLOTS; i++) {
        put(i);
    }
    CHECK(!channel_slot(&channel));
    MUST(handle_close(ends[CHANNEL_SERVER]));
    FAILS(channel_wait(&channel), EPIPE);
    channel_end(&channel);
}

/* ---- A tail that makes no sense ---- */

static void lie(uint64_t unused)
{
    struct peer_words *words = link_map(PEER_HANDLE(0), CHANNEL_SERVER);

    (void)unused;
    CHECK(words);
    MUST(channel_open(&channel, PEER_HANDLE(0), CHANNEL_SERVER));
    MUST(channel_wait(&channel));
    channel_consume(&channel);
    peer_store(&words->tail, CHANNEL_SLOTS + 1);
    while (channel_wait(&channel) == 0) { /* until the client has gone */
        channel_consume(&channel);
    }
}

/* What is in place stays within the ring, and who receives is told. Then nothing waits any more. */
static void nonsense(uint64_t hart)
{
    struct channel_message message;
    struct system_info before;
    int peer;

    test_pin(0);
    peer = channel_start_peer(&channel, lie, 0, hart);
    thread_sleep(50 * MILLISECOND); /* it sleeps, and can be given the hart */
    put(1);
    MUST(channel_wait(&channel));
    thread_sleep(50 * MILLISECOND); /* it sleeps again */
    CHECK(channel_front(&channel));
    FAILS(channel_receive(&channel, &message, 0), EPROTO);
    channel.peer.own->head = channel.peer.other->tail; /* as if all had been taken */
    before = test_info();
    FAILS(channel_wait(&channel), EPROTO);
    CHECK_EQUAL(test_info().uintr.handed_over, before.uintr.handed_over); /* nobody was woken */
    FAILS(channel_receive(&channel, &message, 0), EPROTO);
    channel_end(&channel);
    PEER_DONE(peer);
}

const struct test_case channel_place_cases[] = {
    SAME_AND_CROSS("channel-in-place", rounds), CASE("channel-in-place-full", full),
    SAME_AND_CROSS("channel-in-place-nonsense", nonsense), END_OF_CASES
};
