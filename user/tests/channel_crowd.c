// SPDX-License-Identifier: MIT
/* One thread that serves many channels: clients that come, go, die, ask for too much. */
#include "tests/channel_serve.h"

#include <string.h>

#include "lib/signals.h"

#define MOST_CLIENTS 40

enum { STOP = SERVER_FREE, CLIENT }; /* flags; CLIENT and on: one for each */

static struct channel channel;

/* ---- Many clients ---- */

static void be_client(uint64_t number)
{
    MUST(channel_connect(&channel, PEER_HANDLE(0)));
    channel_use(&channel, (unsigned)number, 12);
    channel_disconnect(&channel);
}

/* argument: clients; on as many harts as there are. */
static void many(uint64_t clients)
{
    int ends[2], peers[MOST_CLIENTS], server_peer;
    unsigned harts = test_harts();

    server_peer = channel_start_server(ends, 0);
    for (unsigned i = 0; i < clients; i++) {
        peers[i] = PEER(be_client, i, (i + 1) % harts, ends[1]);
    }
    for (unsigned i = 0; i < clients; i++) {
        PEER_DONE(peers[i]);
    }
    MUST(handle_close(ends[1])); /* nobody can come any more: the server ends */
    PEER_DONE(server_peer);
}

/* ---- Clients come and go ---- */

static void come_and_go(uint64_t number)
{
    for (unsigned i = 0; i < 10; i++) {
        MUST(channel_connect(&channel, PEER_HANDLE(0)));
        channel_use(&channel, (unsigned)number * 10 + i, i % 4);
        if (i % 3 == 0) { /* goes with requests under way */
            channel_send_number(&channel, 1);
            channel_flush(&channel);
        }
        channel_disconnect(&channel);
    }
}

static void coming_and_going(uint64_t hart)
{
    int ends[2], peers[6], server_peer = channel_start_server(ends, 0);

    for (unsigned i = 0; i < 6; i++) {
        peers[i] = PEER(come_and_go, i, i % 2 ? hart : 0, ends[1]);
    }
    for (unsigned i = 0; i < 6; i++) {
        PEER_DONE(peers[i]);
    }
    MUST(handle_close(ends[1]));
    PEER_DONE(server_peer);
}

static void go_on_for_ever(uint64_t number)
{
    MUST(channel_connect(&channel, PEER_HANDLE(0)));
    for (unsigned i = 0;; i++) {
        channel_use(&channel, (unsigned)number, 1);
        test_set(&shared->flags[CLIENT + number], i + 1);
    }
}

/* Killed wherever they are; one that isn't notices nothing. */
static void killed_clients(uint64_t hart)
{
    int ends[2], victims[4], server_peer = channel_start_server(ends, 0);

    test_pin(0);
    MUST(channel_connect(&channel, ends[1]));
    for (unsigned round = 0; round < 6; round++) {
        memset((void *)(uintptr_t)&shared->flags[CLIENT], 0, 4 * sizeof(shared->flags[0]));
        for (unsigned i = 0; i < 4; i++) {
            victims[i] = PEER(go_on_for_ever, i, i % 2 ? hart : 0, ends[1]);
        }
        for (unsigned i = 0; i < 4; i++) {
            WAIT_UNTIL(shared->flags[CLIENT + i] > 1 + round);
            MUST(process_kill(victims[i], SIGNAL_KILL));
            channel_use(&channel, 50 + round, 3);
            CHECK_EQUAL(peer_wait(victims[i]), STATUS_SIGNAL(SIGNAL_KILL));
        }
    }
    channel_disconnect(&channel);
    MUST(handle_close(ends[1]));
    PEER_DONE(server_peer);
}

/* ---- Clients that don't take their replies ---- */

static void never_drained(uint64_t hart)
{
    static struct channel lazy[3];
    struct channel_message message = channel_numbered(9);
    int ends[2], server_peer = channel_start_server(ends, hart);

    test_pin(0);
    MUST(channel_connect(&channel, ends[1]));
    for (unsigned i = 0; i < 3; i++) {
        MUST(channel_connect(&lazy[i], ends[1]));
        for (unsigned j = 0; j < CHANNEL_SLOTS; j++) {
            channel_send_number(&lazy[i], j);
        }
        channel_flush(&lazy[i]);
    }
    channel_use(&channel, 1, 10);
    WAIT_UNTIL(lazy[0].peer.other->tail == CHANNEL_SLOTS);
    for (unsigned i = 0; i < 3; i++) { /* the server takes no more while replies lie there */
        for (unsigned j = 0; j < CHANNEL_SLOTS; j++) {
            MUST(channel_send(&lazy[i], &message, CHANNEL_NOWAIT));
        }
        channel_flush(&lazy[i]);
    }
    channel_use(&channel, 2, 10);
    CHECK_EQUAL(lazy[1].peer.other->head, CHANNEL_SLOTS);
    FAILS(channel_send(&lazy[1], &message, 0), EDEADLK);
    for (unsigned j = 0; j < CHANNEL_SLOTS; j++) { /* one drains after all */
        channel_receive_number(&lazy[1], j + ANSWER);
    }
    for (unsigned j = 0; j < CHANNEL_SLOTS; j++) {
        channel_receive_number(&lazy[1], 9 + ANSWER);
    }
    channel_use(&lazy[1], 3, 3);
    for (unsigned i = 0; i < 3; i++) {
        channel_disconnect(&lazy[i]);
    }
    channel_use(&channel, 4, 3);
    channel_disconnect(&channel);
    MUST(handle_close(ends[1]));
    PEER_DONE(server_peer);
}

/* One that always has requests doesn't keep the others from being served. */
static void be_greedy(uint64_t argument)
{
    struct channel_message message;
    unsigned under_way = 0;

    (void)argument;
    MUST(channel_connect(&channel, PEER_HANDLE(0)));
    while (!shared->flags[STOP]) {
        message = channel_numbered(3);
        if (under_way < CHANNEL_SLOTS) {
            MUST(channel_send(&channel, &message, 0));
            under_way++;
            shared->flags[CLIENT]++;
        } else {
            channel_receive_number(&channel, 3 + ANSWER);
            under_way--;
        }
    }
    channel_disconnect(&channel);
}

static void greedy(uint64_t hart)
{
    int ends[2], peers[2], server_peer = channel_start_server(ends, 0);

    test_pin(0);
    MUST(channel_connect(&channel, ends[1]));
    for (unsigned i = 0; i < 2; i++) {
        peers[i] = PEER(be_greedy, 0, i ? hart : 0, ends[1]);
    }
    WAIT_UNTIL(shared->flags[CLIENT] > 100);
    channel_use(&channel, 1, 20);
    test_set(&shared->flags[STOP], 1);
    PEER_DONE(peers[0]);
    PEER_DONE(peers[1]);
    channel_disconnect(&channel);
    MUST(handle_close(ends[1]));
    PEER_DONE(server_peer);
}

/* ---- Too many ---- */

static void too_many(uint64_t hart)
{
    static struct channel channels[CHANNEL_SERVER_CLIENTS];
    struct channel_message message = channel_numbered(1);
    int ends[2], server_peer = channel_start_server(ends, hart);

    test_pin(0);
    for (unsigned i = 0; i < CHANNEL_SERVER_CLIENTS; i++) {
        MUST(channel_connect(&channels[i], ends[1]));
        channel_use(&channels[i], i, 1);
    }
    for (unsigned i = 0; i < 4; i++) {
        message = channel_numbered(1);
        MUST(channel_connect(&channel, ends[1])); /* accepted, and then there is no place */
        FAILS(channel_call(&channel, &message), EPIPE);
        channel_disconnect(&channel);
        channel_use(&channels[i * 7], i, 2);
    }
    channel_disconnect(&channels[20]);
    WAIT_UNTIL(channel_connect(&channel, ends[1]) == 0 &&
               (message = channel_numbered(1),
                channel_call(&channel, &message) == 0 || (channel_disconnect(&channel), false)));
    channel_use(&channel, 60, 2); /* in the place of the one that left */
    channel_disconnect(&channel);
    for (unsigned i = 0; i < CHANNEL_SERVER_CLIENTS; i++) {
        if (i != 20) {
            channel_use(&channels[i], i, 1);
            channel_disconnect(&channels[i]);
        }
    }
    MUST(handle_close(ends[1]));
    PEER_DONE(server_peer);
}

const struct test_case channel_crowd_cases[] = {
    CASE_WITH("channel-server-1", many, 1, 0, 0),
    CASE_WITH("channel-server-8", many, 8, 0, 0),
    CASE_WITH("channel-server-40", many, MOST_CLIENTS, 0, 0),
    SAME_AND_CROSS("channel-server-coming-and-going", coming_and_going),
    SAME_AND_CROSS("channel-server-killed-clients", killed_clients),
    SAME_AND_CROSS("channel-server-never-drained", never_drained),
    SAME_AND_CROSS("channel-server-greedy", greedy),
    SAME_AND_CROSS("channel-server-too-many", too_many),
    END_OF_CASES,
};
