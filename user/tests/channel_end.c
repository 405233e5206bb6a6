// SPDX-License-Identifier: MIT
/* Channels: sides that end at any point, and sides that write nonsense. */
#include "tests/channel_common.h"

#include <string.h>

#include "lib/link.h"
#include "lib/signals.h"
#include "tests/ending.h"

enum { GO, OVER }; /* flags */

static struct channel channel;

/* ---- The other side ends ---- */

static void end(enum ending ending)
{
    if (ending != CLOSE) {
        ending_come(ending);
    }
    channel_close(&channel);
    WAIT_UNTIL(shared->flags[OVER]); /* lives on, with its handle */
}

static void check_end(int peer, enum ending ending)
{
    test_set(&shared->flags[OVER], 1);
    ending_check(peer, ending);
}

/* argument: how it ends, and above it how many requests it takes and how many it answers before that. */
#define LIFE(ending, takes, answers) ((ending) | (takes) << 8 | (answers) << 16)

static void serve_and_end(uint64_t argument)
{
    unsigned takes = argument >> 8 & 255, answers = argument >> 16 & 255;
    struct channel_message message;

    MUST(channel_open(&channel, PEER_HANDLE(0), CHANNEL_SERVER));
    WAIT_UNTIL(shared->flags[GO]);
    for (unsigned i = 0; i < takes; i++) {
        MUST(channel_receive(&channel, &message, 0));
        channel_check_number(&message, i);
    }
    for (unsigned i = 0; i < answers; i++) {
        channel_send_number(&channel, i + ANSWER);
    }
    thread_sleep(MILLISECOND); /* the client waits meanwhile */
    end(argument & 255);
}

/* Sends some and waits; what was answered comes before the end is seen. */
static void server_ends_one(uint64_t hart, unsigned sends, enum ending ending, unsigned takes,
                            unsigned answers)
{
    struct channel_message message = channel_numbered(sends);
    int peer;

    memset((void *)(uintptr_t)shared->flags, 0, sizeof(shared->flags));
    peer = channel_start_peer(&channel, serve_and_end, LIFE(ending, takes, answers), hart);
    for (unsigned i = 0; i < sends; i++) {
        channel_send_number(&channel, i);
    }
    test_set(&shared->flags[GO], 1);
    if (sends == CHANNEL_SLOTS && takes == 0) { /* waits for room */
        if (answers) {
            while (!channel_has_message(&channel)) {
                thread_sleep(20000);
            }
            CHECK(channel_send(&channel, &message, 0) < 0);
            CHECK(errno == EDEADLK || errno == EPIPE); /* it may be gone already */
        } else {
            FAILS(channel_send(&channel, &message, 0), EPIPE);
        }
    }
    for (unsigned i = 0; i < answers; i++) {
        channel_receive_number(&channel, i + ANSWER);
    }
    FAILS(channel_receive(&channel, &message, 0), EPIPE);
    FAILS(channel_receive(&channel, &message, 0), EPIPE); /* from now on */
    FAILS(channel_receive(&channel, &message, CHANNEL_NOWAIT), EPIPE);
    check_end(peer, ending);
    channel_end(&channel);
}

static void server_ends(uint64_t hart)
{
    static const struct {
        unsigned sends, takes, answers;
    } lives[] = {
        {1,   0,  0 }, /* while the client waits for an answer, before it is received */
        { 1,  1,  0 }, /* and after */
        { 5,  5,  5 }, /* with all answers in the ring */
        { 5,  3,  2 },
        { 32, 0,  0 }, /* while the client waits for room */
        { 32, 0,  1 },
        { 32, 32, 32},
    };

    test_pin(0);
    for (enum ending ending = EXIT; ending < ENDINGS; ending++) {
        for (unsigned i = 0; i < sizeof(lives) / sizeof(lives[0]); i++) {
            server_ends_one(hart, lives[i].sends, ending, lives[i].takes, lives[i].answers);
        }
    }
}

/* argument: how it ends, and above it how many requests it sends before that. */
static void request_and_end(uint64_t argument)
{
    MUST(channel_open(&channel, PEER_HANDLE(0), CHANNEL_CLIENT));
    WAIT_UNTIL(shared->flags[GO]);
    for (unsigned i = 0; i < argument >> 8; i++) {
        channel_send_number(&channel, i);
    }
    thread_sleep(MILLISECOND);
    end(argument & 255);
}

/* The server waits for a request, or for room for a reply, or has not looked yet. */
static void client_ends_one(uint64_t hart, enum ending ending, unsigned sends, bool fill)
{
    struct channel_message message;
    int ends[2], peer;

    memset((void *)(uintptr_t)shared->flags, 0, sizeof(shared->flags));
    MUST(channel_create(ends));
    peer = PEER(request_and_end, ending | sends << 8, hart, ends[CHANNEL_CLIENT]);
    MUST(handle_close(ends[CHANNEL_CLIENT]));
    MUST(channel_open(&channel, ends[CHANNEL_SERVER], CHANNEL_SERVER));
    for (unsigned i = 0; fill && i < CHANNEL_SLOTS; i++) {
        channel_send_number(&channel, i);
    }
    test_set(&shared->flags[GO], 1);
    if (fill) {
        message = channel_numbered(1);
        if (sends) {
            WAIT_UNTIL(channel_has_message(&channel));
            if (channel_send(&channel, &message, 0) < 0 && errno == EDEADLK) {
                check_end(peer, ending); /* and when it is gone it takes nothing any more */
                peer = -1;
                FAILS(channel_send(&channel, &message, 0), EPIPE);
            } else {
                CHECK_EQUAL(errno, EPIPE); /* it was faster */
            }
        } else {
            FAILS(channel_send(&channel, &message, 0), EPIPE);
        }
    }
    for (unsigned i = 0; i < sends; i++) {
        channel_receive_number(&channel, i);
    }
    FAILS(channel_receive(&channel, &message, 0), EPIPE);
    if (peer >= 0) {
        check_end(peer, ending);
    }
    channel_end(&channel);
}

static void client_ends(uint64_t hart)
{
    test_pin(0);
    for (enum ending ending = EXIT; ending < ENDINGS; ending++) {
        client_ends_one(hart, ending, 0, false);
        client_ends_one(hart, ending, 1, false);
        client_ends_one(hart, ending, CHANNEL_SLOTS, false);
        client_ends_one(hart, ending, 0, true);
        client_ends_one(hart, ending, 1, true);
    }
}

/* The handle of a side that nobody has opened is closed. */
static void close_unopened(uint64_t argument)
{
    (void)argument;
    WAIT_UNTIL(shared->flags[GO]);
    thread_sleep(MILLISECOND);
}

static void never_opened(uint64_t hart)
{
    struct channel_message message = channel_numbered(1);
    int peer, ends[2];

    test_pin(0);
    peer = channel_start_peer(&channel, close_unopened, 0, hart);
    channel_send_number(&channel, 0);
    test_set(&shared->flags[GO], 1);
    FAILS(channel_receive(&channel, &message, 0), EPIPE);
    PEER_DONE(peer);
    channel_end(&channel);
    MUST(channel_create(ends)); /* closed before this side opens */
    MUST(handle_close(ends[CHANNEL_SERVER]));
    MUST(channel_open(&channel, ends[CHANNEL_CLIENT], CHANNEL_CLIENT));
    FAILS(channel_call(&channel, &message), EPIPE);
    channel_end(&channel);
}

/* ---- Others end ---- */

static void live_for_a_moment(uint64_t argument)
{
    MUST(channel_open(&channel, PEER_HANDLE(0), CHANNEL_SERVER));
    if (argument) {
        channel_serve(&channel);
    }
}

static void serve(uint64_t argument)
{
    live_for_a_moment(argument + 1);
}

/* The end of one channel is not the end of another one. */
static void others_end(uint64_t hart)
{
    static struct channel other;
    int peer;

    test_pin(0);
    peer = channel_start_peer(&channel, serve, 0, hart);
    channel_call_number(&channel, 0);
    for (unsigned i = 1; i < 20; i++) {
        int second = channel_start_peer(&other, live_for_a_moment, i % 2, hart);

        channel_call_number(&channel, i);
        if (i % 4 == 0) {
            PEER_DONE(second);
            channel_call_number(&channel, i);
            channel_end(&other);
        } else {
            channel_end(&other);
            channel_call_number(&channel, i);
            PEER_DONE(second);
        }
    }
    channel_end(&channel);
    PEER_DONE(peer);
}

/* ---- Successors: the handles stay, another process opens the end ---- */

static void answer_one(uint64_t argument)
{
    struct channel_message message;

    (void)argument;
    MUST(channel_open(&channel, PEER_HANDLE(0), CHANNEL_SERVER));
    MUST(channel_receive(&channel, &message, 0));
    message = channel_answer(&message);
    MUST(channel_send(&channel, &message, 0));
}

/* Who has known the one before sees its end, once; who opens anew works with the new one. */
static void successors(uint64_t hart)
{
    struct channel_message message = channel_numbered(9);
    int ends[2];

    test_pin(0);
    MUST(channel_create(ends));
    for (unsigned i = 0; i < 5; i++) {
        int peer = PEER(answer_one, 0, hart, ends[CHANNEL_SERVER]);

        MUST(channel_open(&channel, ends[CHANNEL_CLIENT], CHANNEL_CLIENT));
        channel_call_number(&channel, i);
        PEER_DONE(peer);
        FAILS(channel_receive(&channel, &message, 0), EPIPE);
        channel_close(&channel);
    }
}

/* Opened when the one before is gone and the next one has not come; meanwhile others go. */
static void waits_for_successor(uint64_t hart)
{
    static struct channel other;
    int ends[2], peer;

    test_pin(0);
    MUST(channel_create(ends));
    peer = PEER(live_for_a_moment, 0, hart, ends[CHANNEL_SERVER]);
    PEER_DONE(peer);
    MUST(channel_open(&channel, ends[CHANNEL_CLIENT], CHANNEL_CLIENT));
    channel_send_number(&channel, 0);
    peer = channel_start_peer(&other, live_for_a_moment, 0, hart);
    PEER_DONE(peer);
    channel_end(&other);
    peer = PEER(serve, 0, hart, ends[CHANNEL_SERVER]);
    channel_receive_number(&channel, ANSWER);
    channel_call_number(&channel, 1);
    PEER_DONE(channel_start_peer(&other, live_for_a_moment, 0, hart));
    channel_end(&other);
    channel_call_number(&channel, 2);
    channel_end(&channel);
    PEER_DONE(peer);
}

/* ---- Nonsense ---- */

static struct channel_memory *open_nonsense(int ends[2])
{
    struct channel_memory *memory;

    MUST(channel_create(ends));
    MUST(channel_open(&channel, ends[CHANNEL_CLIENT], CHANNEL_CLIENT));
    memory = link_map(ends[CHANNEL_SERVER], CHANNEL_SERVER);
    CHECK(memory != NULL);
    return memory;
}

static void close_nonsense(int ends[2], struct channel_memory *memory)
{
    channel_end(&channel);
    MUST(memory_unmap(memory, sizeof(*memory)));
    MUST(handle_close(ends[CHANNEL_SERVER]));
}

/* However the channel is used then. */
static void check_broken(void)
{
    struct channel_message message = channel_numbered(0);

    for (unsigned i = 0; i < 2; i++) {
        FAILS(channel_receive(&channel, &message, 0), EPROTO);
        FAILS(channel_receive(&channel, &message, CHANNEL_NOWAIT), EPROTO);
        message = channel_numbered(0);
        FAILS(channel_send(&channel, &message, CHANNEL_NOWAIT), EPROTO);
        FAILS(channel_send(&channel, &message, 0), EPROTO);
        FAILS(channel_call(&channel, &message), EPROTO);
    }
}

static void nonsense(uint64_t argument)
{
    static const uint32_t tails[] = { CHANNEL_SLOTS + 1, UINT32_MAX, 1u << 31 };
    static const uint32_t heads[] = { 1, CHANNEL_SLOTS, 1u << 31 }; /* more than was sent */
    static const struct {
        uint32_t buffer, length;
    } buffers[] = {
        {CHANNEL_BUFFERS + 1, 0                      },
        { UINT32_MAX,         0                      },
        { 1u << 31,           0                      },
        { 1,                  CHANNEL_BUFFER_SIZE + 1},
        { CHANNEL_BUFFERS,    UINT32_MAX             },
    };
    struct channel_memory *memory;
    struct channel_message message = { .words = { 0 } };
    int ends[2];

    (void)argument;
    for (unsigned i = 0; i < 3; i++) {
        memory = open_nonsense(ends);
        memory->words.tail = tails[i];
        check_broken();
        close_nonsense(ends, memory);
        memory = open_nonsense(ends);
        memory->words.head = heads[i];
        FAILS(channel_send(&channel, &message, 0), EPROTO);
        check_broken();
        close_nonsense(ends, memory);
    }
    for (unsigned i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++) {
        memory = open_nonsense(ends);
        memory->ring[0].buffer = buffers[i].buffer;
        memory->ring[0].length = buffers[i].length;
        memory->words.tail = 1;
        check_broken(); /* though nothing else is there to be received */
        close_nonsense(ends, memory);
    }
}

static void buffer_sent_twice(uint64_t argument)
{
    struct channel_message message;
    struct channel_memory *memory;
    int ends[2];

    (void)argument;
    memory = open_nonsense(ends);
    memory->ring[0].buffer = memory->ring[1].buffer = memory->ring[2].buffer = 3;
    memory->words.tail = 1;
    MUST(channel_receive(&channel, &message, CHANNEL_NOWAIT));
    channel_release(&channel, &message);
    memory->words.tail = 3;
    MUST(channel_receive(&channel, &message, CHANNEL_NOWAIT)); /* it was given back */
    FAILS(channel_receive(&channel, &message, CHANNEL_NOWAIT), EPROTO);
    check_broken();
    close_nonsense(ends, memory);
}

const struct test_case channel_end_cases[] = {
    SAME_AND_CROSS("channel-server-ends", server_ends),
    SAME_AND_CROSS("channel-client-ends", client_ends),
    SAME_AND_CROSS("channel-never-opened", never_opened),
    SAME_AND_CROSS("channel-others-end", others_end),
    SAME_AND_CROSS("channel-successors", successors),
    SAME_AND_CROSS("channel-waits-for-successor", waits_for_successor),
    CASE("channel-nonsense", nonsense),
    CASE("channel-buffer-sent-twice", buffer_sent_twice),
    END_OF_CASES,
};
