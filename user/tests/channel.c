// SPDX-License-Identifier: MIT
/* Channels: opening, one and many messages in flight, order; several in one process. */
#include "tests/channel_common.h"

#include "lib/link.h"

#define CALLS 200

static struct channel channel;

/* ---- Opening ---- */

static void open_elsewhere(void *end)
{
    struct channel mine;

    FAILS(channel_open(&mine, *(int *)end, CHANNEL_SERVER), EBUSY);
}

static void open_errors(uint64_t argument)
{
    struct channel second;
    int ends[2], small[2], eventfd = (int)MUST(eventfd_create(0, 0));
    struct thread thread;

    (void)argument;
    MUST(channel_create(ends));
    FAILS(channel_open(&channel, NO_HANDLE, CHANNEL_CLIENT), EBADF);
    FAILS(channel_open(&channel, -1, CHANNEL_CLIENT), EBADF);
    FAILS(channel_open(&channel, eventfd, CHANNEL_CLIENT), EINVAL);
    FAILS(channel_open(&channel, ends[CHANNEL_CLIENT], CHANNEL_SERVER), EACCES);
    FAILS(channel_open(&channel, ends[CHANNEL_SERVER], CHANNEL_CLIENT), EACCES);
    FAILS(channel_open(&channel, ends[CHANNEL_SERVER], 2), EINVAL);
    FAILS(channel_open_by(&channel, ends[CHANNEL_SERVER], CHANNEL_SERVER, 64), ENOSPC);
    for (unsigned i = 0; i < 2; i++) {
        size_t size = sizeof(struct channel_memory);

        MUST(link_create(small, size - (i ? 0 : PAGE_SIZE), size - (i ? PAGE_SIZE : 0)));
        FAILS(channel_open(&channel, small[CHANNEL_CLIENT], CHANNEL_CLIENT), EINVAL);
        FAILS(channel_open(&channel, small[CHANNEL_SERVER], CHANNEL_SERVER), EINVAL);
        MUST(handle_close(small[0]));
        MUST(handle_close(small[1]));
    }
    MUST(channel_open(&channel, ends[CHANNEL_SERVER], CHANNEL_SERVER));
    FAILS(channel_open(&second, ends[CHANNEL_SERVER], CHANNEL_SERVER), EBUSY);
    MUST(thread_start(&thread, open_elsewhere, &ends[CHANNEL_SERVER]));
    thread_join(&thread);
}

/* Opening and closing leave nothing behind, and a channel goes on where it was. */
static void open_again(uint64_t argument)
{
    struct channel server;
    struct channel_message message;
    struct system_info before = { 0 }, after = before;
    int ends[2];

    (void)argument;
    MUST(channel_create(ends));
    for (unsigned i = 0; i < 20; i++) {
        MUST(channel_open(&channel, ends[CHANNEL_CLIENT], CHANNEL_CLIENT));
        MUST(channel_open(&server, ends[CHANNEL_SERVER], CHANNEL_SERVER));
        channel_send_number(&channel, i);
        channel_receive_number(&server, i);
        channel_send_number(&server, i + ANSWER);
        channel_receive_number(&channel, i + ANSWER);
        FAILS(channel_receive(&channel, &message, CHANNEL_NOWAIT), EAGAIN);
        FAILS(channel_receive(&server, &message, CHANNEL_NOWAIT), EAGAIN);
        channel_close(&channel);
        channel_close(&server);
        after = test_info();
        if (i == 2) {
            before = after; /* everything that is made once is there */
        }
    }
    CHECK_EQUAL(after.objects, before.objects);
    CHECK_EQUAL(after.handles, before.handles);
    CHECK_EQUAL(after.free_pages, before.free_pages);
}

/* ---- Messages in flight ---- */

static void serve(uint64_t argument)
{
    (void)argument;
    MUST(channel_open(&channel, PEER_HANDLE(0), CHANNEL_SERVER));
    channel_serve(&channel);
}

static void one_in_flight(uint64_t hart)
{
    int peer;

    test_pin(0);
    peer = channel_start_peer(&channel, serve, 0, hart);
    for (unsigned i = 0; i < CALLS; i++) {
        channel_call_number(&channel, i);
    }
    channel_end(&channel);
    PEER_DONE(peer);
}

static void batch(struct channel *channel, uint64_t first, unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        channel_send_number(channel, first + i);
    }
    for (unsigned i = 0; i < size; i++) {
        channel_receive_number(channel, first + i + ANSWER);
    }
}

static void full_in_flight(uint64_t hart)
{
    int peer;

    test_pin(0);
    peer = channel_start_peer(&channel, serve, 0, hart);
    for (unsigned i = 0; i < 30; i++) {
        batch(&channel, i * 1000, CHANNEL_SLOTS);
    }
    channel_end(&channel);
    PEER_DONE(peer);
}

static void many_batches(uint64_t hart)
{
    uint32_t random = 77;
    int peer;

    test_pin(0);
    peer = channel_start_peer(&channel, serve, 0, hart);
    for (unsigned i = 0; i < 150; i++) {
        batch(&channel, i * 1000, 1 + test_random(&random) % CHANNEL_SLOTS);
    }
    channel_end(&channel);
    PEER_DONE(peer);
}

/* A window that slides: the ring is never empty and indices are everywhere in it. */
static void sliding_window(uint64_t hart)
{
    const unsigned window = CHANNEL_SLOTS - 1;
    int peer;

    test_pin(0);
    peer = channel_start_peer(&channel, serve, 0, hart);
    for (unsigned i = 0; i < 400; i++) {
        channel_send_number(&channel, i);
        if (i >= window) {
            channel_receive_number(&channel, i - window + ANSWER);
        }
    }
    for (unsigned i = 400 - window; i < 400; i++) {
        channel_receive_number(&channel, i + ANSWER);
    }
    channel_end(&channel);
    PEER_DONE(peer);
}

/* What is sent beyond a ring's size: whoever is told EDEADLK receives first. */
static void more_in_flight(uint64_t hart)
{
    unsigned sent = 0, received = 0;
    int peer;

    test_pin(0);
    peer = channel_start_peer(&channel, serve, 0, hart);
    while (received < 500) {
        struct channel_message message = channel_numbered(sent);
        int result = sent < 500 ? channel_send(&channel, &message, 0) : -1;

        if (result == 0) {
            sent++;
        } else {
            CHECK(sent == 500 || errno == EDEADLK);
            channel_receive_number(&channel, received++ + ANSWER);
        }
    }
    channel_end(&channel);
    PEER_DONE(peer);
}

/* The counts of messages go round after 2^32 of them. */
static void start_high(int end, unsigned side)
{
    struct channel_memory *memory = link_map(end, side);

    CHECK(memory != NULL);
    memory->words.tail = memory->words.head = UINT32_MAX - 40;
    MUST(memory_unmap(memory, (sizeof(*memory) + PAGE_SIZE - 1) & -PAGE_SIZE));
}

static void counts_go_round(uint64_t hart)
{
    int ends[2], peer;

    test_pin(0);
    MUST(channel_create(ends));
    start_high(ends[0], 0);
    start_high(ends[1], 1);
    peer = PEER(serve, 0, hart, ends[CHANNEL_SERVER]);
    MUST(handle_close(ends[CHANNEL_SERVER]));
    MUST(channel_open(&channel, ends[CHANNEL_CLIENT], CHANNEL_CLIENT));
    for (unsigned i = 0; i < 8; i++) {
        batch(&channel, i * 100, 5 + i * 3);
    }
    channel_end(&channel);
    PEER_DONE(peer);
}

/* ---- Several in one process ---- */

static void serve_in_thread(void *end)
{
    struct channel mine;

    MUST(channel_open(&mine, *(int *)end, CHANNEL_SERVER));
    channel_serve(&mine);
    channel_close(&mine);
}

static void two_threads(uint64_t hart)
{
    struct thread thread;
    int ends[2];

    test_pin(0);
    MUST(channel_create(ends));
    test_thread(&thread, serve_in_thread, &ends[CHANNEL_SERVER], (unsigned)hart);
    MUST(channel_open(&channel, ends[CHANNEL_CLIENT], CHANNEL_CLIENT));
    for (unsigned i = 0; i < CALLS; i++) {
        batch(&channel, i * 10, 1 + i % 3);
    }
    channel_end(&channel);
    thread_join(&thread);
}

/* One thread is client of four servers; what wakes it for one is not lost for another. */
static void four_servers(uint64_t hart)
{
    static struct channel channels[4];
    int peers[4];

    test_pin(0);
    for (unsigned i = 0; i < 4; i++) {
        peers[i] = channel_start_peer(&channels[i], serve, 0, i % 2 ? hart : 0);
    }
    for (unsigned round = 0; round < 50; round++) {
        for (unsigned i = 0; i < 4; i++) {
            channel_send_number(&channels[i], round);
            channel_flush(&channels[i]);
        }
        for (unsigned i = 0; i < 4; i++) {
            channel_receive_number(&channels[(i + round) % 4], round + ANSWER);
        }
    }
    for (unsigned i = 0; i < 4; i++) {
        channel_end(&channels[i]);
        PEER_DONE(peers[i]);
    }
}

const struct test_case channel_cases[] = {
    CASE("channel-open-errors", open_errors),
    CASE("channel-open-again", open_again),
    SAME_AND_CROSS("channel-one-in-flight", one_in_flight),
    SAME_AND_CROSS("channel-full-in-flight", full_in_flight),
    SAME_AND_CROSS("channel-many-batches", many_batches),
    SAME_AND_CROSS("channel-sliding-window", sliding_window),
    SAME_AND_CROSS("channel-more-in-flight", more_in_flight),
    SAME_AND_CROSS("channel-counts-go-round", counts_go_round),
    SAME_AND_CROSS("channel-two-threads", two_threads),
    SAME_AND_CROSS("channel-four-servers", four_servers),
    END_OF_CASES,
};
