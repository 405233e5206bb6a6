// SPDX-License-Identifier: MIT
/* Channels: buffers that are lent, read in place and given back. */
#include "tests/channel_common.h"

#include <string.h>

enum { GO, NEXT, RELEASED, HELD }; /* flags */

static struct channel channel;

/* ---- Contents ---- */

/* The request says what is in its buffer; the reply has a buffer of the same length with other bytes. */
static void serve_buffers(uint64_t argument)
{
    struct channel_message message, reply;

    (void)argument;
    MUST(channel_open(&channel, PEER_HANDLE(0), CHANNEL_SERVER));
    while (channel_receive(&channel, &message, 0) == 0) {
        CHECK(message.buffer != CHANNEL_NO_BUFFER);
        CHECK_EQUAL(message.length, message.words[1]);
        CHECK(test_is_filled(channel_lent(&channel, &message), message.length,
                             (uint32_t)message.words[0]));
        reply = (struct channel_message){ .words = { message.words[0] + 1 },
                                          .token = message.token,
                                          .buffer = channel_buffer(&channel),
                                          .length = message.length };
        CHECK(reply.buffer != CHANNEL_NO_BUFFER);
        test_fill(channel_own(&channel, reply.buffer), reply.length, (uint32_t)reply.words[0]);
        channel_release(&channel, &message);
        MUST(channel_send(&channel, &reply, 0));
    }
    CHECK_EQUAL(errno, EPIPE);
}

static void send_filled(uint32_t length, uint32_t seed)
{
    struct channel_message message = {
        .words = {seed, length},
        .token = seed * 5ul,
        .buffer = channel_buffer(&channel),
        .length = length
    };

    CHECK(message.buffer != CHANNEL_NO_BUFFER);
    test_fill(channel_own(&channel, message.buffer), length, seed);
    MUST(channel_send(&channel, &message, 0));
}

static void receive_filled(uint32_t length, uint32_t seed)
{
    struct channel_message message;

    MUST(channel_receive(&channel, &message, 0));
    CHECK_EQUAL(message.words[0], seed + 1);
    CHECK_EQUAL(message.token, seed * 5ul);
    CHECK_EQUAL(message.length, length);
    CHECK(test_is_filled(channel_lent(&channel, &message), length, seed + 1));
    channel_release(&channel, &message);
}

static void contents(uint64_t hart)
{
    uint32_t random = 9;
    int peer;

    test_pin(0);
    peer = channel_start_peer(&channel, serve_buffers, 0, hart);
    for (uint32_t length = 0; length <= 80; length++) {
        send_filled(length, length);
        receive_filled(length, length);
    }
    for (unsigned i = 0; i < 100; i++) {
        uint32_t length =
            i < 3 ? CHANNEL_BUFFER_SIZE - i : 1 + test_random(&random) % CHANNEL_BUFFER_SIZE;

        send_filled(length, i + 1000);
        receive_filled(length, i + 1000);
    }
    channel_end(&channel);
    PEER_DONE(peer);
}

/* All buffers under way, often, with lengths of all kinds. */
static void all_under_way(uint64_t hart)
{
    uint32_t buffer;
    int peer;

    test_pin(0);
    peer = channel_start_peer(&channel, serve_buffers, 0, hart);
    for (uint32_t round = 0; round < 8; round++) {
        for (uint32_t i = 0; i < CHANNEL_BUFFERS; i++) {
            send_filled(1 + i * (10 + round) % 500, round * 100 + i);
        }
        buffer = channel_buffer(&channel);
        if (buffer != CHANNEL_NO_BUFFER) { /* a time slice has let the server answer already */
            channel_drop(&channel, buffer);
            WAIT_UNTIL(channel_has_message(&channel));
        }
        for (uint32_t i = 0; i < CHANNEL_BUFFERS; i++) {
            receive_filled(1 + i * (10 + round) % 500, round * 100 + i);
        }
    }
    channel_end(&channel);
    PEER_DONE(peer);
}

/* ---- Whose a buffer is ---- */

static int send_buffer(struct channel *from, uint32_t buffer, uint32_t length)
{
    struct channel_message message = { .buffer = buffer, .length = length };

    return channel_send(from, &message, CHANNEL_NOWAIT);
}

/* Both ends in one thread, which never waits. */
static void open_both(struct channel *server)
{
    int ends[2];

    MUST(channel_create(ends));
    MUST(channel_open(&channel, ends[CHANNEL_CLIENT], CHANNEL_CLIENT));
    MUST(channel_open(server, ends[CHANNEL_SERVER], CHANNEL_SERVER));
}

static void errors(uint64_t argument)
{
    static struct channel server;
    struct channel_message message;
    uint32_t buffer, other;

    (void)argument;
    open_both(&server);
    FAILS(send_buffer(&channel, 1, 10), EINVAL); /* nobody asked for it */
    buffer = channel_buffer(&channel);
    CHECK(buffer >= 1 && buffer <= CHANNEL_BUFFERS);
    other = channel_buffer(&channel);
    CHECK(other >= 1 && other <= CHANNEL_BUFFERS && other != buffer);
    FAILS(send_buffer(&channel, buffer, CHANNEL_BUFFER_SIZE + 1), EINVAL);
    FAILS(send_buffer(&channel, buffer, UINT32_MAX), EINVAL);
    FAILS(send_buffer(&channel, CHANNEL_BUFFERS + 1, 1), EINVAL);
    FAILS(send_buffer(&channel, CHANNEL_BUFFERS + buffer, 1), EINVAL);
    FAILS(send_buffer(&channel, UINT32_MAX, 1), EINVAL);
    channel_drop(&channel, other);
    FAILS(send_buffer(&channel, other, 1), EINVAL);
    MUST(send_buffer(&channel, buffer, 1));
    FAILS(send_buffer(&channel, buffer, 1), EINVAL); /* it is lent */
    MUST(channel_receive(&server, &message, CHANNEL_NOWAIT));
    CHECK(message.buffer == buffer && message.length == 1);
    FAILS(send_buffer(&channel, buffer, 1), EINVAL); /* it still is */
    channel_release(&server, &message);
    FAILS(send_buffer(&channel, buffer, 1), EINVAL); /* it is nobody's */
    FAILS(channel_receive(&server, &message, CHANNEL_NOWAIT), EAGAIN);
}

static unsigned take_all(uint32_t *bits)
{
    unsigned count = 0;
    uint32_t buffer;

    *bits = 0;
    while ((buffer = channel_buffer(&channel)) != CHANNEL_NO_BUFFER) {
        CHECK(buffer <= CHANNEL_BUFFERS && !(*bits >> (buffer - 1) & 1));
        *bits |= 1u << (buffer - 1);
        count++;
    }
    return count;
}

static void dropping(uint64_t argument)
{
    static struct channel server;
    struct channel_message message;
    uint32_t bits;

    (void)argument;
    open_both(&server);
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQUAL(take_all(&bits), CHANNEL_BUFFERS);
        CHECK_EQUAL(bits, UINT32_MAX);
        channel_drop(&channel, 7 + i);
        CHECK_EQUAL(channel_buffer(&channel), 7 + i);
        CHECK_EQUAL(channel_buffer(&channel), CHANNEL_NO_BUFFER);
        for (uint32_t buffer = 1; buffer <= CHANNEL_BUFFERS; buffer++) {
            channel_drop(&channel, buffer);
        }
    }
    CHECK_EQUAL(channel_buffer(&channel), 1);
    MUST(send_buffer(&channel, 1, 5));
    channel_drop(&channel, 1); /* of no effect: it is lent; nor are these */
    channel_drop(&channel, CHANNEL_NO_BUFFER);
    channel_drop(&channel, CHANNEL_BUFFERS + 1);
    CHECK_EQUAL(take_all(&bits), CHANNEL_BUFFERS - 1);
    CHECK_EQUAL(bits, UINT32_MAX - 1);
    MUST(channel_receive(&server, &message, CHANNEL_NOWAIT));
    channel_release(&server, &message);
    channel_release(&server, &message); /* twice: of no effect */
    CHECK_EQUAL(take_all(&bits), 1);
    MUST(send_buffer(&channel, 1, 5));
    CHECK_EQUAL(channel_buffer(&channel), CHANNEL_NO_BUFFER);
}

/* Given back in an order of the receiver's: exactly those can be used again. */
static void any_order(uint64_t argument)
{
    static struct channel server;
    static struct channel_message held[CHANNEL_BUFFERS];
    uint32_t random = 33, bits;

    (void)argument;
    open_both(&server);
    for (unsigned round = 0; round < 10; round++) {
        uint32_t back = 0;

        CHECK_EQUAL(take_all(&bits), CHANNEL_BUFFERS);
        for (unsigned i = 0; i < CHANNEL_BUFFERS; i++) {
            test_fill(channel_own(&channel, i + 1), 100, round + i);
            MUST(send_buffer(&channel, i + 1, 100));
        }
        for (unsigned i = 0; i < CHANNEL_BUFFERS; i++) {
            MUST(channel_receive(&server, &held[i], CHANNEL_NOWAIT));
            CHECK_EQUAL(held[i].buffer, i + 1);
        }
        for (unsigned i = 0; i < CHANNEL_BUFFERS; i++) { /* shuffled */
            unsigned other = test_random(&random) % CHANNEL_BUFFERS;
            struct channel_message message = held[i];

            held[i] = held[other];
            held[other] = message;
        }
        for (unsigned i = 0; i < CHANNEL_BUFFERS; i++) {
            CHECK(test_is_filled(channel_lent(&server, &held[i]), 100, round + held[i].buffer - 1));
            channel_release(&server, &held[i]);
            back |= 1u << (held[i].buffer - 1);
            if (i % 5 == 4) {
                take_all(&bits);
                CHECK_EQUAL(bits, back);
                back = 0;
                for (uint32_t left = bits; left; left &= left - 1) {
                    channel_drop(&channel, (uint32_t)__builtin_ctz(left) + 1);
                }
                take_all(&bits); /* none of them again is lost */
            }
        }
        take_all(&bits);
        for (uint32_t buffer = 1; buffer <= CHANNEL_BUFFERS; buffer++) {
            channel_drop(&channel, buffer);
        }
    }
}

/* ---- Read in place ---- */

static void write_to_lent(uint64_t argument)
{
    struct channel_message message;

    (void)argument;
    MUST(channel_open(&channel, PEER_HANDLE(0), CHANNEL_SERVER));
    MUST(channel_receive(&channel, &message, 0));
    CHECK_EQUAL(*(const char *)channel_lent(&channel, &message), 'x');
    *(volatile char *)(uintptr_t)channel_lent(&channel, &message) = 'y';
}

static void lent_is_read_only(uint64_t hart)
{
    uint32_t buffer;
    int peer;

    test_pin(0);
    peer = channel_start_peer(&channel, write_to_lent, 0, hart);
    buffer = channel_buffer(&channel);
    memcpy(channel_own(&channel, buffer), "x", 1);
    MUST(send_buffer(&channel, buffer, 1));
    channel_flush(&channel);
    CHECK_EQUAL(peer_wait(peer), STATUS_FAULT(15));
    CHECK_EQUAL(*(char *)channel_own(&channel, buffer), 'x');
    channel_end(&channel);
}

static void lend_and_die(uint64_t argument)
{
    (void)argument;
    MUST(channel_open(&channel, PEER_HANDLE(0), CHANNEL_SERVER));
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t buffer = channel_buffer(&channel);

        test_fill(channel_own(&channel, buffer), CHANNEL_BUFFER_SIZE, i);
        MUST(send_buffer(&channel, buffer, CHANNEL_BUFFER_SIZE));
    }
}

/* What the dead have lent stays until the channel is closed. */
static void lender_dies(uint64_t hart)
{
    struct channel_message messages[3], none;
    int peer;

    test_pin(0);
    peer = channel_start_peer(&channel, lend_and_die, 0, hart);
    PEER_DONE(peer);
    for (unsigned i = 0; i < 3; i++) {
        MUST(channel_receive(&channel, &messages[i], 0));
    }
    FAILS(channel_receive(&channel, &none, 0), EPIPE);
    for (unsigned i = 0; i < 3; i++) {
        CHECK(test_is_filled(channel_lent(&channel, &messages[i]), CHANNEL_BUFFER_SIZE, i));
        channel_release(&channel, &messages[i]);
    }
    channel_end(&channel);
}

const struct test_case channel_buffer_cases[] = {
    SAME_AND_CROSS("channel-buffer-contents", contents),
    SAME_AND_CROSS("channel-buffer-all-under-way", all_under_way),
    CASE("channel-buffer-errors", errors),
    CASE("channel-buffer-drop", dropping),
    CASE("channel-buffer-any-order", any_order),
    SAME_AND_CROSS("channel-buffer-read-only", lent_is_read_only),
    SAME_AND_CROSS("channel-buffer-lender-dies", lender_dies),
    END_OF_CASES,
};
