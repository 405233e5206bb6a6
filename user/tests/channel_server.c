// SPDX-License-Identifier: MIT
/* One thread that serves many channels: clients that come, go, die, ask for too much. */
#include "lib/channel_server.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ipc.h"
#include "lib/link.h"
#include "lib/signals.h"
#include "tests/channel_common.h"

#define MOST_CLIENTS 40
#define BYE          0x777777ul /* a request that isn't answered: the server ends */

enum { GO, READY, SERVED, ASLEEP, STOP, SIGNALS, CLIENT }; /* flags; CLIENT and on: one for each */

static struct channel_server server;
static struct channel channel;

/* ---- The server, a peer with the endpoint as PEER_HANDLE(0) ---- */

static void on_signal(int signal, struct signal_frame *frame)
{
    (void)signal;
    (void)frame;
    test_set(&shared->flags[SIGNALS], 1);
}

/* flags: EXPECT_END, and the signals are the acceptor's. */
enum { EXPECT_END = 1, SIGNALS_ELSEWHERE = 2 };

static void serve(uint64_t flags)
{
    struct channel_message message;
    unsigned client;

    MUST(signal_handle(SIGNAL_USR1, on_signal, 0, 0));
    MUST(channel_server_start(&server, PEER_HANDLE(0)));
    if (flags & SIGNALS_ELSEWHERE) {
        MUST(signal_set_mask(SIGNAL_BLOCK, 1ul << SIGNAL_USR1));
    }
    test_set(&shared->flags[READY], 1);
    while (channel_server_receive(&server, &client, &message) == 0) {
        if (message.words[0] == BYE) {
            exit(0);
        }
        channel_check_number(&message, message.words[0]);
        message = channel_answer(&message);
        if (channel_server_reply(&server, client, &message) < 0) {
            CHECK_EQUAL(errno, EPIPE);
        }
        test_set(&shared->flags[SERVED], shared->flags[SERVED] + 1);
    }
    CHECK_EQUAL(errno, EPIPE);
    CHECK(flags & EXPECT_END);
    FAILS(channel_server_receive(&server, &client, &message), EPIPE); /* again */
}

static int start_with(int ends[2], uint64_t hart, unsigned flags)
{
    int peer;

    MUST(endpoint_pair(ends));
    peer = PEER(serve, flags, hart, ends[0]);
    MUST(handle_close(ends[0]));
    return peer;
}

static int start_server(int ends[2], uint64_t hart)
{
    return start_with(ends, hart, EXPECT_END);
}

/* ---- Many clients ---- */

/* A client's messages have numbers of its own. */
static void use(struct channel *channel, unsigned number, unsigned batches)
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

static void be_client(uint64_t number)
{
    MUST(channel_connect(&channel, PEER_HANDLE(0)));
    use(&channel, (unsigned)number, 12);
    channel_disconnect(&channel);
}

/* argument: clients; on as many harts as there are. */
static void many(uint64_t clients)
{
    int ends[2], peers[MOST_CLIENTS], server_peer;
    unsigned harts = test_harts();

    server_peer = start_server(ends, 0);
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
        use(&channel, (unsigned)number * 10 + i, i % 4);
        if (i % 3 == 0) { /* goes with requests under way */
            channel_send_number(&channel, 1);
            channel_flush(&channel);
        }
        channel_disconnect(&channel);
    }
}

static void coming_and_going(uint64_t hart)
{
    int ends[2], peers[6], server_peer = start_server(ends, 0);

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
        use(&channel, (unsigned)number, 1);
        test_set(&shared->flags[CLIENT + number], i + 1);
    }
}

/* Killed wherever they are; one that isn't notices nothing. */
static void killed_clients(uint64_t hart)
{
    int ends[2], victims[4], server_peer = start_server(ends, 0);

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
            use(&channel, 50 + round, 3);
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
    int ends[2], server_peer = start_server(ends, hart);

    test_pin(0);
    MUST(channel_connect(&channel, ends[1]));
    for (unsigned i = 0; i < 3; i++) {
        MUST(channel_connect(&lazy[i], ends[1]));
        for (unsigned j = 0; j < CHANNEL_SLOTS; j++) {
            channel_send_number(&lazy[i], j);
        }
        channel_flush(&lazy[i]);
    }
    use(&channel, 1, 10);
    WAIT_UNTIL(lazy[0].peer.other->tail == CHANNEL_SLOTS);
    for (unsigned i = 0; i < 3; i++) { /* the server takes no more while replies lie there */
        for (unsigned j = 0; j < CHANNEL_SLOTS; j++) {
            MUST(channel_send(&lazy[i], &message, CHANNEL_NOWAIT));
        }
        channel_flush(&lazy[i]);
    }
    use(&channel, 2, 10);
    CHECK_EQUAL(lazy[1].peer.other->head, CHANNEL_SLOTS);
    FAILS(channel_send(&lazy[1], &message, 0), EDEADLK);
    for (unsigned j = 0; j < CHANNEL_SLOTS; j++) { /* one drains after all */
        channel_receive_number(&lazy[1], j + ANSWER);
    }
    for (unsigned j = 0; j < CHANNEL_SLOTS; j++) {
        channel_receive_number(&lazy[1], 9 + ANSWER);
    }
    use(&lazy[1], 3, 3);
    for (unsigned i = 0; i < 3; i++) {
        channel_disconnect(&lazy[i]);
    }
    use(&channel, 4, 3);
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
    int ends[2], peers[2], server_peer = start_server(ends, 0);

    test_pin(0);
    MUST(channel_connect(&channel, ends[1]));
    for (unsigned i = 0; i < 2; i++) {
        peers[i] = PEER(be_greedy, 0, i ? hart : 0, ends[1]);
    }
    WAIT_UNTIL(shared->flags[CLIENT] > 100);
    use(&channel, 1, 20);
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
    int ends[2], server_peer = start_server(ends, hart);

    test_pin(0);
    for (unsigned i = 0; i < CHANNEL_SERVER_CLIENTS; i++) {
        MUST(channel_connect(&channels[i], ends[1]));
        use(&channels[i], i, 1);
    }
    for (unsigned i = 0; i < 4; i++) {
        message = channel_numbered(1);
        MUST(channel_connect(&channel, ends[1])); /* accepted, and then there is no place */
        FAILS(channel_call(&channel, &message), EPIPE);
        channel_disconnect(&channel);
        use(&channels[i * 7], i, 2);
    }
    channel_disconnect(&channels[20]);
    WAIT_UNTIL(channel_connect(&channel, ends[1]) == 0 &&
               (message = channel_numbered(1),
                channel_call(&channel, &message) == 0 || (channel_disconnect(&channel), false)));
    use(&channel, 60, 2); /* in the place of the one that left */
    channel_disconnect(&channel);
    for (unsigned i = 0; i < CHANNEL_SERVER_CLIENTS; i++) {
        if (i != 20) {
            use(&channels[i], i, 1);
            channel_disconnect(&channels[i]);
        }
    }
    MUST(handle_close(ends[1]));
    PEER_DONE(server_peer);
}

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
                          server_peer = start_server(ends, hart);
    struct channel_message message = channel_numbered(1);

    test_pin(0);
    MUST(channel_connect(&channel, ends[1]));
    CHECK(arrive(ends[1], -1) != 0);
    for (unsigned i = 0; i < 100; i++) {
        arrive(ends[1], event);
        if (i % 10 == 0) {
            use(&channel, i, 1);
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
    use(&channel, 2, 1);
    arrive(ends[1], link[0]);
    use(&channel, 3, 1);
    {
        static struct channel second;

        MUST(channel_open(&second, link[1], CHANNEL_CLIENT));
        MUST(handle_close(link[0]));
        use(&second, 4, 3);
        channel_close(&second);
        MUST(handle_close(link[1]));
    }
    use(&channel, 5, 1);
    channel_send_number(&channel, BYE);
    FAILS(channel_call(&channel, &message), EPIPE);
    channel_disconnect(&channel);
    PEER_DONE(server_peer);
}

/* ---- The server ends, or isn't there ---- */

static void wait_for_end(uint64_t number)
{
    struct channel_message message = channel_numbered(1);

    MUST(channel_connect(&channel, PEER_HANDLE(0)));
    use(&channel, (unsigned)number, 2);
    test_set(&shared->flags[CLIENT + number], 1);
    FAILS(channel_receive(&channel, &message, 0),
          EPIPE); /* no request: nothing but the end comes */
    FAILS(channel_call(&channel, &message), EPIPE);
    channel_disconnect(&channel);
    FAILS(channel_connect(&channel, PEER_HANDLE(0)), EPIPE);
}

static void server_ends(uint64_t hart)
{
    int ends[2], peers[8], server_peer = start_server(ends, 0);

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
    int ends[2], server_peer = start_with(ends, hart, EXPECT_END | flags);

    test_pin(0);
    WAIT_UNTIL(shared->flags[READY]);
    MUST(channel_connect(&channel, ends[1]));
    for (unsigned i = 0; i < 20; i++) {
        test_set(&shared->flags[SIGNALS], 0);
        MUST(process_kill(server_peer, SIGNAL_USR1));
        WAIT_UNTIL(shared->flags[SIGNALS]);
        use(&channel, i, 2);
        MUST(channel_connect(&others[i], ends[1]));
        use(&others[i], 20 + i, 1);
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
    signals_to(hart, SIGNALS_ELSEWHERE);
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
    CASE_WITH("channel-server-1", many, 1, 0, 0),
    CASE_WITH("channel-server-8", many, 8, 0, 0),
    CASE_WITH("channel-server-40", many, MOST_CLIENTS, 0, 0),
    SAME_AND_CROSS("channel-server-coming-and-going", coming_and_going),
    SAME_AND_CROSS("channel-server-killed-clients", killed_clients),
    SAME_AND_CROSS("channel-server-never-drained", never_drained),
    SAME_AND_CROSS("channel-server-greedy", greedy),
    SAME_AND_CROSS("channel-server-too-many", too_many),
    SAME_AND_CROSS("channel-server-bad-arrivals", bad_arrivals),
    SAME_AND_CROSS("channel-server-end-seen", server_ends),
    CASE("channel-server-nobody", nobody),
    CASE("channel-server-start", start_errors),
    SAME_AND_CROSS("channel-server-signals", signals),
    SAME_AND_CROSS("channel-server-acceptor-signals", signals_to_acceptor),
    CASE("channel-server-late-answer", late_answer),
    SAME_AND_CROSS("channel-server-groups", answers_in_groups),
    END_OF_CASES,
};
