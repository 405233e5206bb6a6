// SPDX-License-Identifier: MIT
/*
 * What stands around the library's structures must never change, and whatever is received must be within its
 * bounds: the rest is up to the other side.
 */
#include "hostile/honest.h"

#include <errno.h>
#include <string.h>

#include "hostile/hostile.h"
#include "lib/channel_server.h"

#define CALLS 300
#define STEPS 4000
#define GUARD 0x5aa5c33c0ff0e11eul

static struct {
    uint64_t before[64];
    struct channel channel;
    uint64_t between[64];
    struct channel_server server;
    uint64_t behind[64];
    struct channel_message message;
    uint64_t after[64];
} memory;

static uint64_t *const guards[] = { memory.before, memory.between, memory.behind, memory.after };

static void set_guards(void)
{
    for (unsigned i = 0; i < 4; i++) {
        for (unsigned j = 0; j < 64; j++) {
            guards[i][j] = GUARD + i * 64 + j;
        }
    }
}

static void check_guards(void)
{
    for (unsigned i = 0; i < 4; i++) {
        for (unsigned j = 0; j < 64; j++) {
            EXPECT(guards[i][j] == GUARD + i * 64 + j);
        }
    }
}

/* Every byte of a buffer that was lent can be read. */
static void read_lent(struct channel *channel, const struct channel_message *message)
{
    if (message->buffer != CHANNEL_NO_BUFFER) {
        const volatile uint8_t *bytes = channel_lent(channel, message);
        unsigned sum = 0;

        EXPECT(message->buffer <= CHANNEL_BUFFERS && message->length <= CHANNEL_BUFFER_SIZE);
        for (uint32_t i = 0; i < message->length; i++) {
            sum += bytes[i];
        }
        (void)sum;
    }
}

/* ---- One side of a channel ---- */

static int send_something(struct channel *channel, uint64_t *state)
{
    struct channel_message *message = &memory.message;

    *message = (struct channel_message){ .words = { chance(state) }, .token = chance(state) };
    if (chance(state) % 2) {
        message->buffer = channel_buffer(channel);
        EXPECT(message->buffer <= CHANNEL_BUFFERS);
    }
    if (message->buffer != CHANNEL_NO_BUFFER) {
        message->length = (uint32_t)(chance(state) % CHANNEL_BUFFER_SIZE + 1);
        memset(channel_own(channel, message->buffer), 7, message->length);
    }
    if (channel_send(channel, message, chance(state) % 4 ? CHANNEL_NOWAIT : 0) == 0) {
        return 0;
    }
    channel_drop(channel, message->buffer);
    return -1;
}

static int receive_something(struct channel *channel, uint64_t *state)
{
    struct channel_message *message = &memory.message;

    if (channel_receive(channel, message, chance(state) % 4 ? CHANNEL_NOWAIT : 0) < 0) {
        return -1;
    }
    read_lent(channel, message);
    if (chance(state) % 4) {
        channel_release(channel, message);
    }
    return 0;
}

static int be_honest(unsigned side, unsigned seed)
{
    struct channel *channel = &memory.channel;
    uint64_t state = seed + 1;

    set_guards();
    EXPECT(channel_open(channel, HONEST_END, side) == 0);
    for (unsigned i = 0; i < STEPS; i++) {
        int result = chance(&state) % 2 ? send_something(channel, &state)
                                        : receive_something(channel, &state);

        check_guards();
        if (result < 0 && errno != EAGAIN && errno != EDEADLK) {
            EXPECT(errno == EPROTO || errno == EPIPE);
            break;
        }
    }
    channel_close(channel);
    check_guards();
    return 0;
}

int honest_server_side(unsigned seed)
{
    return be_honest(CHANNEL_SERVER, seed);
}

int honest_client_side(unsigned seed)
{
    return be_honest(CHANNEL_CLIENT, seed);
}

/* ---- A server of many, and one of its clients ---- */

static uint64_t answer_to(uint64_t word)
{
    return (word ^ 0x1234567) * 0x9e3779b97f4a7c15;
}

int honest_server(unsigned unused)
{
    struct channel_message *message = &memory.message;
    unsigned client;

    (void)unused;
    set_guards();
    EXPECT(channel_server_start(&memory.server, HONEST_END) == 0);
    while (channel_server_receive(&memory.server, &client, message) == 0) {
        struct channel *channel = channel_server_client(&memory.server, client);

        EXPECT(channel != NULL);
        read_lent(channel, message);
        if (message->buffer != 5) { /* that one is kept */
            channel_release(channel, message);
        }
        for (unsigned i = 0; i < 6; i++) {
            message->words[i] = answer_to(message->words[i]);
        }
        message->buffer = CHANNEL_NO_BUFFER;
        if (channel_server_reply(&memory.server, client, message) < 0) {
            EXPECT(errno == EPROTO || errno == EPIPE || errno == EAGAIN);
        }
        check_guards();
    }
    EXPECT(errno == EPIPE);
    check_guards();
    return 0;
}

int honest_caller(unsigned number)
{
    struct channel *channel = &memory.channel;
    struct channel_message *message = &memory.message;
    uint64_t state = number + 1;

    set_guards();
    EXPECT(channel_connect(channel, HONEST_END) == 0);
    for (unsigned i = 0; i < CALLS; i++) {
        uint64_t words[6], token = chance(&state);

        *message = (struct channel_message){ .token = token };
        for (unsigned j = 0; j < 6; j++) {
            words[j] = message->words[j] = chance(&state);
        }
        EXPECT(channel_call(channel, message) == 0);
        EXPECT(message->token == token && message->buffer == CHANNEL_NO_BUFFER);
        for (unsigned j = 0; j < 6; j++) {
            EXPECT(message->words[j] == answer_to(words[j]));
        }
        check_guards();
    }
    channel_disconnect(channel);
    return 0;
}
