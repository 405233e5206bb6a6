// SPDX-License-Identifier: MIT
/* Requests are calls through the kernel: the operation and the key in the four words, values as data. */
#include <errno.h>

#include "kv/kv.h"
#include "lib/ipc.h"

static int endpoint;
static uint64_t token;
static struct message reply;
static _Alignas(8) char buffer[KV_MOST];

static void carry_out(struct message *message)
{
    struct kv_key key = {
        {message->words[1], message->words[2], message->words[3]}
    };
    int error = EINVAL;
    size_t size = 0;
    const void *value = NULL;

    switch (message->words[0]) {
    case KV_PUT:
        error = kv_put(&key, buffer, message->length);
        break;
    case KV_GET:
        value = kv_get(&key, &size);
        error = value ? 0 : ENOENT;
        break;
    case KV_DELETE:
        error = kv_delete(&key);
        break;
    }
    *message = (struct message){
        .words = { (uint64_t)error }, .buffer = (void *)value, .length = size, .handle = -1
    };
}

/* The kernel's copy of the answer is made in the call that also takes the next request: into `buffer`. */
static void serve(int where)
{
    struct message message = { .buffer = buffer, .capacity = sizeof(buffer), .handle = -1 };
    int result = ipc_receive(where, &message, NULL);

    while (result == 0) {
        carry_out(&message);
        if (message.buffer) { /* a value: the buffer for the next request is another one */
            ipc_reply(&message);
            message =
                (struct message){ .buffer = buffer, .capacity = sizeof(buffer), .handle = -1 };
            result = ipc_receive(where, &message, NULL);
        } else {
            message.buffer = buffer;
            message.capacity = sizeof(buffer);
            result = ipc_reply_receive(where, &message, NULL);
        }
    }
}

static void open_client(int where)
{
    endpoint = where;
}

static void ask(enum kv_operation operation, const struct kv_key *key, const void *value,
                size_t size, uint64_t number)
{
    token = number;
    reply = (struct message){
        .words = {operation, key->words[0], key->words[1], key->words[2]},
        .buffer = size ? (void *)value : buffer,
        .length = size,
        .capacity = size ? 0 : sizeof(buffer),
        .handle = -1
    };
    kv_must(ipc_call(endpoint, &reply), "ipc_call");
}

static void answer(struct kv_answer *found)
{
    *found = (struct kv_answer){ (int)reply.words[0], reply.length, reply.buffer, token };
}

static void nothing(void)
{
}

const struct kv_transport kv_kernel = { .name = "kernel",
                                        .depth = 1,
                                        .serve = serve,
                                        .open = open_client,
                                        .ask = ask,
                                        .answer = answer,
                                        .done = nothing,
                                        .close = nothing };
