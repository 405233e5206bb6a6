/* SPDX-License-Identifier: MIT */
/* What the cases on channels share: messages that say which they are. */
#ifndef TESTS_CHANNEL_COMMON_H
#define TESTS_CHANNEL_COMMON_H

#include "lib/channel.h"
#include "tests/test.h"

#define ANSWER 1000000ul /* what echo() adds to the first word */

/* Request or reply number `number`: every word and the token belong to it. */
static inline struct channel_message channel_numbered(uint64_t number)
{
    return (struct channel_message){
        .words = {number, ~number, number * 3, number << 20, number ^ 0x55, number + 7},
        .token = number * 0x9e3779b97f4a7c15
    };
}

static inline void channel_check_number(const struct channel_message *message, uint64_t number)
{
    const struct channel_message expected = channel_numbered(number);

    CHECK_EQUAL(message->words[0], number);
    for (unsigned i = 1; i < 6; i++) {
        CHECK_EQUAL(message->words[i], expected.words[i]);
    }
    CHECK_EQUAL(message->token, expected.token);
    CHECK_EQUAL(message->buffer, CHANNEL_NO_BUFFER);
}

static inline void channel_send_number(struct channel *channel, uint64_t number)
{
    struct channel_message message = channel_numbered(number);

    MUST(channel_send(channel, &message, 0));
}

static inline void channel_receive_number(struct channel *channel, uint64_t number)
{
    struct channel_message message;

    MUST(channel_receive(channel, &message, 0));
    channel_check_number(&message, number);
}

/* A request is answered by the same number and ANSWER. */
static inline struct channel_message channel_answer(const struct channel_message *request)
{
    return channel_numbered(request->words[0] + ANSWER);
}

static inline void channel_call_number(struct channel *channel, uint64_t number)
{
    struct channel_message message = channel_numbered(number);

    MUST(channel_call(channel, &message));
    channel_check_number(&message, number + ANSWER);
}

/* The server's part in a peer that has its end as PEER_HANDLE(0): answers all until the client has gone. */
static inline void channel_serve(struct channel *channel)
{
    struct channel_message message;

    while (channel_receive(channel, &message, 0) == 0) {
        channel_check_number(&message, message.words[0]);
        message = channel_answer(&message);
        MUST(channel_send(channel, &message, 0));
    }
    CHECK_EQUAL(errno, EPIPE);
}

/* A peer that serves; the case has the other end and only that one. */
static inline int channel_start_peer(struct channel *channel, peer_function function,
                                     uint64_t argument, uint64_t hart)
{
    int ends[2], peer;

    MUST(channel_create(ends));
    peer = PEER(function, argument, hart, ends[CHANNEL_SERVER]);
    MUST(handle_close(ends[CHANNEL_SERVER]));
    MUST(channel_open(channel, ends[CHANNEL_CLIENT], CHANNEL_CLIENT));
    return peer;
}

static inline void channel_end(struct channel *channel)
{
    int end = channel->peer.end;

    channel_close(channel);
    MUST(handle_close(end));
}

#endif
