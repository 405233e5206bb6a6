// SPDX-License-Identifier: MIT
#include "tests/channel_serve.h"

#include <stdlib.h>

#include "lib/ipc.h"
#include "lib/signals.h"

static struct channel_server server;

static void on_signal(int signal, struct signal_frame *frame)
{
    (void)signal;
    (void)frame;
    test_set(&shared->flags[SERVER_SIGNALS], 1);
}

static void serve(uint64_t flags)
{
    struct channel_message message;
    unsigned client;

    MUST(signal_handle(SIGNAL_USR1, on_signal, 0, 0));
    MUST(channel_server_start(&server, PEER_HANDLE(0)));
    if (flags & SERVER_BLOCKS_SIGNALS) {
        MUST(signal_set_mask(SIGNAL_BLOCK, 1ul << SIGNAL_USR1));
    }
    test_set(&shared->flags[SERVER_READY], 1);
    while (channel_server_receive(&server, &client, &message) == 0) {
        if (message.words[0] == SERVER_BYE) {
            exit(0);
        }
        channel_check_number(&message, message.words[0]);
        message = channel_answer(&message);
        if (channel_server_reply(&server, client, &message) < 0) {
            CHECK_EQUAL(errno, EPIPE);
        }
        test_set(&shared->flags[SERVER_SERVED], shared->flags[SERVER_SERVED] + 1);
    }
    CHECK_EQUAL(errno, EPIPE);
    CHECK(flags & SERVER_ENDS);
    FAILS(channel_server_receive(&server, &client, &message), EPIPE); /* again */
}

int channel_start_with(int ends[2], uint64_t hart, unsigned flags)
{
    int peer;

    MUST(endpoint_pair(ends));
    peer = PEER(serve, flags, hart, ends[0]);
    MUST(handle_close(ends[0]));
    return peer;
}

int channel_start_server(int ends[2], uint64_t hart)
{
    return channel_start_with(ends, hart, SERVER_ENDS);
}

/* A client's messages have numbers of its own. */
void channel_use(struct channel *channel, unsigned number, unsigned batches)
{
    uint32_t random = number + 1;

    for (unsigned i = 0; i < batches; i++) {
        unsigned size = 1 + test_random(&random) % (i % 4 ? 4 : CHANNEL_SLOTS);
        uint64_t first = number * 100000ul + i * 100;

        for (unsigned j = 0; j < size; j++) {
            channel_send_number(channel, first + j);
        }
        for (unsigned j = 0; j < size; j++) {
            channel_receive_number(channel, first + j + ANSWER);
        }
    }
}
