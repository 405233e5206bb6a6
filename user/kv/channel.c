// SPDX-License-Identifier: MIT
/* Requests and answers are messages of channels, values lie in buffers that the sender lends. */
#include <errno.h>

#include "core/copy.h"
#include "kv/kv.h"
#include "lib/channel_server.h"

static struct channel channel;
static struct channel_message current; /* the answer that is looked at */

/* ---- The server ---- */

static struct channel_server server;

/* A buffer of the server's for the value; none free: the client keeps too many. */
static int lend_value(struct channel *client, const struct kv_key *key,
                      struct channel_message *message)
{
    size_t size;
    const void *value = kv_get(key, &size);

    if (!value) {
        return ENOENT;
    }
    message->buffer = channel_buffer(client);
    if (message->buffer == CHANNEL_NO_BUFFER) {
        return ENOBUFS;
    }
    copy_memory(channel_own(client, message->buffer), value, size);
    message->length = (uint32_t)size;
    return 0;
}

static void carry_out(struct channel *client, struct channel_message *message)
{
    struct kv_key key = {
        {message->words[1], message->words[2], message->words[3]}
    };
    struct channel_message request = *message;
    int error = EINVAL;

    message->buffer = CHANNEL_NO_BUFFER;
    message->length = 0;
    switch (request.words[0]) {
    case KV_PUT:
        error = request.buffer ? kv_put(&key, channel_lent(client, &request), request.length)
                               : kv_put(&key, "", 0);
        break;
    case KV_GET:
        error = lend_value(client, &key, message);
        break;
    case KV_DELETE:
        error = kv_delete(&key);
        break;
    }
    message->words[0] = (uint64_t)error;
    channel_release(client, &request);
}

static void serve(int endpoint)
{
    struct channel_message message;
    unsigned client;

    kv_must(channel_server_start(&server, endpoint), "channel_server_start");
    while (channel_server_receive(&server, &client, &message) == 0) {
        carry_out(channel_server_client(&server, client), &message);
        channel_server_reply(&server, client, &message); /* fails if the client has gone */
    }
}

/* ---- A client ---- */

static void open_client(int endpoint)
{
    kv_must(channel_connect(&channel, endpoint), "channel_connect");
}

static void ask(enum kv_operation operation, const struct kv_key *key, const void *value,
                size_t size, uint64_t token)
{
    struct channel_message message = {
        .words = {operation, key->words[0], key->words[1], key->words[2]},
          .token = token
    };

    if (size) {
        message.buffer = channel_buffer(&channel);
        kv_must(message.buffer ? 0 : -1, "channel_buffer");
        message.length = (uint32_t)size;
        copy_memory(channel_own(&channel, message.buffer), value, size);
    }
    kv_must(channel_send(&channel, &message, 0), "channel_send");
}

static void answer(struct kv_answer *found)
{
    kv_must(channel_receive(&channel, &current, 0), "channel_receive");
    *found = (struct kv_answer){ .error = (int)current.words[0],
                                 .size = current.length,
                                 .value = current.buffer ? channel_lent(&channel, &current) : NULL,
                                 .token = current.token };
}

static void done(void)
{
    channel_release(&channel, &current);
}

static void close_client(void)
{
    channel_disconnect(&channel);
}

const struct kv_transport kv_channel = { .name = "channel",
                                         .depth = CHANNEL_SLOTS,
                                         .serve = serve,
                                         .open = open_client,
                                         .ask = ask,
                                         .answer = answer,
                                         .done = done,
                                         .close = close_client };
