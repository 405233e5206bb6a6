// SPDX-License-Identifier: MIT
/* One thread that serves many channels: how it starts and ends, and what it gets that is no request. */
#include "lib/ipc.h"
#include "lib/link.h"
#include "lib/signals.h"
#include "tests/channel_serve.h"

enum { STOP = SERVER_FREE, CLIENT }; /* flags; CLIENT and on: one for each */

static struct channel_server server;
static struct channel channel;

/* ---- Arrivals that are none ---- */

static uint64_t arrive(int endpoint, int handle)
{
    struct message message = { .handle = handle };

    MUST(ipc_call(endpoint, &message));
    return message.words[0];
}

static void bad_arrivals(uint64_t hart)
{
    int ends[2], link[2], event = (int)MUST(eventfd_create(0, 0)),
                          server_peer = channel_start_server(ends, hart);
    struct channel_message message = channel_numbered(1);

    test_pin(0);
    MUST(channel_connect(&channel, ends[1]));
    CHECK(arrive(ends[1], -1) != 0);
    for (unsigned i = 0; i < 100; i++) {
        arrive(ends[1], event);
        if (i % 10 == 0) {
            channel_use(&channel, i, 1);
        }
    }
    MUST(link_create(link, PAGE_SIZE, PAGE_SIZE)); /* too small; then the wrong side; then twice */
    arrive(ends[1], link[0]);
    arrive(ends[1], link[1]);
    MUST(handle_close(link[0]));
    MUST(handle_close(link[1]));
    MUST(channel_create(link));
    arrive(ends[1], link[1]);
    arrive(ends[1], link[0]);
    channel_use(&channel, 2, 1);
    arrive(ends[1], link[0]);
    channel_use(&channel, 3, 1);
    {
        static struct channel second;

        MUST(channel_open(&second, link[1], CHANNEL_CLIENT));
        MUST(handle_close(link[0]));
        channel_use(&second, 4, 3);
        channel_close(&second);
        MUST(handle_close(link[1]));
    }
    channel_use(&channel, 5, 1);
    channel_send_number(&channel, SERVER_BYE);
    FAILS(channel_call(&channel, &message), EPIPE);
    channel_disconnect(&channel);
    PEER_DONE(server_peer);
}

/* ---- The server ends, or isn't there ---- */

static void wait_for_end(uint64_t number)
{
    struct channel_message message = channel_numbered(1);

    MUST(channel_connect(&channel, PEER_HANDLE(0)));
    channel_use(&channel, (unsigned)number, 2);
    test_set(&shared->flags[CLIENT + number], 1);
    FAILS(channel_receive(&channel, &message, 0),
          EPIPE); /* no request: nothing but the end comes */
    FAILS(channel_call(&channel, &message), EPIPE);
    channel_disconnect(&channel);
    FAILS(channel_connect(&channel, PEER_HANDLE(0)), EPIPE);
}

static void server_ends(uint64_t hart)
{
    int ends[2], peers[8], server_peer = channel_start_server(ends, 0);

    for (unsigned i = 0; i < 8; i++) {
        peers[i] = PEER(wait_for_end, i, i % 2 ? hart : 0, ends[1]);
    }
    for (unsigned i = 0; i < 8; i++) {
        WAIT_UNTIL(shared->flags[CLIENT + i]);
    }
    MUST(process_kill(server_peer, SIGNAL_KILL));
    for (unsigned i = 0; i < 8; i++) {
        PEER_DONE(peers[i]);
    }
    CHECK_EQUAL(peer_wait(server_peer), STATUS_SIGNAL(SIGNAL_KILL));
}

static void nobody(uint64_t argument)
{
    struct system_info before, after;
    int ends[2];

    (void)argument;
    MUST(endpoint_pair(ends));
    before = test_info();
    FAILS(channel_connect(&channel, NO_HANDLE), EBADF);
    FAILS(channel_connect(&channel, ends[0]), EACCES);
    after = test_info();
    CHECK_EQUAL(after.handles, before.handles);
    CHECK_EQUAL(after.free_pages, before.free_pages);
    MUST(handle_close(ends[0]));
    before = test_info();
    FAILS(channel_connect(&channel, ends[1]), EPIPE);
    after = test_info();
    CHECK_EQUAL(after.handles, before.handles);
    CHECK_EQUAL(after.objects, before.objects);
}

/* ---- The server's side ---- */

static void ignore(uint64_t vectors)
{
    (void)vectors;
}

static void start_errors(uint64_t argument)
{
    struct channel_message message = channel_numbered(0);
    static struct channel_server second;
    unsigned client;
    int ends[2];

    (void)argument;
    MUST(endpoint_pair(ends));
    MUST(channel_server_start(&server, ends[0]));
    FAILS(channel_server_start(&second, ends[0]), EBUSY);
    FAILS(channel_server_reply(&server, 0, &message), EPIPE);
    FAILS(channel_server_reply(&server, CHANNEL_SERVER_CLIENTS, &message), EPIPE);
    FAILS(channel_server_reply(&server, UINT32_MAX, &message), EPIPE);
    CHECK(channel_server_client(&server, 0) == NULL);
    CHECK(channel_server_client(&server, UINT32_MAX) == NULL);
    FAILS(channel_server_add(&server, ends[0]), EINVAL);
    MUST(handle_close(ends[1]));
    FAILS(channel_server_receive(&server, &client, &message), EPIPE);
    MUST(handle_close(ends[0]));
    MUST(endpoint_pair(ends)); /* and begin anew */
    MUST(channel_server_start(&second, ends[0]));
    MUST(handle_close(ends[1]));
    FAILS(channel_server_receive(&second, &client, &message), EPIPE);
    MUST(uintr_unregister_handler(0));
    MUST(uintr_set_handler(ignore, 0));
    FAILS(channel_server_start(&server, ends[0]), EBUSY);
}

/* Signals reach either of the server's threads, wherever it waits. */
static void signals_to(uint64_t hart, unsigned flags)
{
    static struct channel others[20];
    int ends[2], server_peer = channel_start_with(ends, hart, SERVER_ENDS | flags);

    test_pin(0);
    WAIT_UNTIL(shared->flags[SERVER_READY]);
    MUST(channel_connect(&channel, ends[1]));
    for (unsigned i = 0; i < 20; i++) {
        test_set(&shared->flags[SERVER_SIGNALS], 0);
        MUST(process_kill(server_peer, SIGNAL_USR1));
        WAIT_UNTIL(shared->flags[SERVER_SIGNALS]);
        channel_use(&channel, i, 2);
        MUST(channel_connect(&others[i], ends[1]));
        channel_use(&others[i], 20 + i, 1);
    }
    for (unsigned i = 0; i < 20; i++) {
        channel_disconnect(&others[i]);
    }
    channel_disconnect(&channel);
    MUST(handle_close(ends[1]));
    PEER_DONE(server_peer);
}

static void signals(uint64_t hart)
{
    signals_to(hart, 0);
}

static void signals_to_acceptor(uint64_t hart)
{
    signals_to(hart, SERVER_BLOCKS_SIGNALS);
}

static int add_client(struct channel *client)
{
    int ends[2];

    MUST(channel_create(ends));
    MUST(channel_open(client, ends[CHANNEL_CLIENT], CHANNEL_CLIENT));
    return (int)MUST(channel_server_add(&server, ends[CHANNEL_SERVER]));
}

/* An answer to somebody who has gone doesn't go to who came into his place. */
static void late_answer(uint64_t argument)
{
    static struct channel first, other, next;
    struct channel_message message;
    int ends[2], first_name, other_name, next_name;
    unsigned client;

    (void)argument;
    MUST(endpoint_pair(ends));
    MUST(channel_server_start(&server, ends[0]));
    first_name = add_client(&first);
    other_name = add_client(&other);
    CHECK(first_name != other_name);
    channel_send_number(&first, 1);
    MUST(channel_server_receive(&server, &client, &message));
    CHECK_EQUAL(client, first_name);
    channel_end(&first); /* while the server has its request */
    for (unsigned i = 0; i < 3; i++) {
        channel_send_number(&other, i);
        MUST(channel_server_receive(&server, &client, &message));
        CHECK_EQUAL(client, other_name);
    }
    next_name = add_client(&next);
    CHECK(next_name != first_name);
    channel_send_number(&next, 5);
    MUST(channel_server_receive(&server, &client, &message));
    CHECK_EQUAL(client, next_name);
    FAILS(channel_server_reply(&server, (unsigned)first_name, &message), EPIPE);
    FAILS(channel_receive(&next, &message, CHANNEL_NOWAIT), EAGAIN);
    message = channel_numbered(6);
    MUST(channel_server_reply(&server, client, &message));
    channel_receive_number(&next, 6);
    channel_end(&next);
    channel_end(&other);
    MUST(handle_close(ends[1]));
    FAILS(channel_server_receive(&server, &client, &message), EPIPE);
}

/* Who waits for a late answer hears of it in turn, not when the server runs out of other work. */
static void late_answer_heard(uint64_t argument)
{
    static struct channel waiting, busy;
    struct channel_message message;
    int ends[2], waiting_name, busy_name;
    unsigned client;

    (void)argument;
    MUST(endpoint_pair(ends));
    MUST(channel_server_start(&server, ends[0]));
    waiting_name = add_client(&waiting);
    busy_name = add_client(&busy);
    channel_send_number(&waiting, 1);
    MUST(channel_server_receive(&server, &client, &message));
    CHECK_EQUAL(client, waiting_name);
    for (unsigned i = 0; i < 6; i++) {
        channel_send_number(&busy, i);
    }
    for (unsigned i = 0; i < 2; i++) {
        MUST(channel_server_receive(&server, &client, &message));
        CHECK_EQUAL(client, busy_name);
    }
    peer_say(&waiting.peer, PEER_ARMED);
    events_take(1ul << EVENT_WAKE);
    MUST(channel_server_reply(&server, (unsigned)waiting_name, &message));
    for (unsigned i = 0; i < 2; i++) {
        MUST(channel_server_receive(&server, &client, &message));
        CHECK_EQUAL(client, busy_name);
    }
    CHECK(events_take(1ul << EVENT_WAKE));
    channel_end(&waiting);
    channel_end(&busy);
    MUST(handle_close(ends[1]));
}

/* Answers come when the server likes, in an order that it likes: all that wait get theirs. */
static void serve_in_groups(uint64_t group)
{
    struct {
        unsigned client;
        struct channel_message message;
    } held[4];
    unsigned count = 0;

    MUST(channel_server_start(&server, PEER_HANDLE(0)));
    while (channel_server_receive(&server, &held[count].client, &held[count].message) == 0) {
        if (++count == group) {
            while (count > 0) {
                count--;
                held[count].message = channel_answer(&held[count].message);
                MUST(channel_server_reply(&server, held[count].client, &held[count].message));
            }
        }
    }
    CHECK_EQUAL(errno, EPIPE);
    CHECK_EQUAL(count, 0);
}

static void call_often(uint64_t number)
{
    MUST(channel_connect(&channel, PEER_HANDLE(0)));
    for (unsigned i = 0; i < 50; i++) {
        channel_call_number(&channel, number * 1000 + i);
    }
    channel_disconnect(&channel);
}

static void answers_in_groups(uint64_t hart)
{
    int ends[2], peers[4], server_peer;

    MUST(endpoint_pair(ends));
    server_peer = PEER(serve_in_groups, 4, 0, ends[0]);
    MUST(handle_close(ends[0]));
    for (unsigned i = 0; i < 4; i++) {
        peers[i] = PEER(call_often, i, i % 2 ? hart : 0, ends[1]);
    }
    MUST(handle_close(ends[1]));
    for (unsigned i = 0; i < 4; i++) {
        PEER_DONE(peers[i]);
    }
    PEER_DONE(server_peer);
}

const struct test_case channel_server_cases[] = {
    SAME_AND_CROSS("channel-server-bad-arrivals", bad_arrivals),
    SAME_AND_CROSS("channel-server-end-seen", server_ends),
    CASE("channel-server-nobody", nobody),
    CASE("channel-server-start", start_errors),
    SAME_AND_CROSS("channel-server-signals", signals),
    SAME_AND_CROSS("channel-server-acceptor-signals", signals_to_acceptor),
    CASE("channel-server-late-answer", late_answer),
    CASE("channel-server-late-answer-heard", late_answer_heard),
    SAME_AND_CROSS("channel-server-groups", answers_in_groups),
    END_OF_CASES,
};
