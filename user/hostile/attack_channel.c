// SPDX-License-Identifier: MIT
/*
 * Channels whose other side does what it likes with its own memory. The honest side uses the library: it must get
 * errors, or wait, and end when the attacker has gone; and a server's other clients must notice nothing.
 */
#include "hostile/hostile.h"

#include <errno.h>
#include <string.h>

#include "hostile/honest.h"
#include "hostile/scribble.h"
#include "lib/channel_server.h"
#include "lib/ipc.h"
#include "lib/link.h"
#include "lib/process.h"
#include "lib/syscall.h"
#include "uapi/signal.h"

#define MEMORY_SIZE ((sizeof(struct channel_memory) + PAGE_SIZE - 1) & -(size_t)PAGE_SIZE)

/* ---- Scribbling ---- */

static void scribble_ring(struct channel_memory *memory, uint64_t *state)
{
    struct channel_message *message = &memory->ring[chance(state) % CHANNEL_SLOTS];

    for (unsigned i = 0; i < 6; i++) {
        message->words[i] = chance(state);
    }
    message->token = chance(state);
    message->buffer =
        chance(state) % 3 ? chance(state) % (CHANNEL_BUFFERS + 1) : hostile_number(state, 1);
    message->length = chance(state) % 3 ? chance(state) % (CHANNEL_BUFFER_SIZE + 1)
                                        : hostile_number(state, CHANNEL_BUFFER_SIZE);
}

/* way: 0: what makes sense but isn't; 1: indices; 2: when to wake; 3: everything. */
static void scribble(struct channel_memory *memory, const struct channel_memory *other,
                     unsigned way, uint64_t *state)
{
    volatile struct peer_words *words = &memory->words;
    unsigned what = way % 4 == 3 ? (unsigned)(chance(state) >> 8) % 3 : way % 4;

    scribble_ring(memory, state);
    switch (what) {
    case 0:
        words->tail = other->words.head + (uint32_t)(chance(state) % (CHANNEL_SLOTS + 1));
        words->head = other->words.tail - (uint32_t)(chance(state) % (CHANNEL_SLOTS + 1));
        break;
    case 1:
        words->tail = hostile_number(state, other->words.head);
        words->head = hostile_number(state, other->words.tail);
        break;
    default:
        words->word = chance(state) % 2 ? chance(state) : words->word + chance(state) % 9;
        words->tail = other->words.head + 1;
        words->head = other->words.tail;
    }
    if (chance(state) % 4 == 0) {
        memory->returned[chance(state) % CHANNEL_BUFFERS] = hostile_number(state, 1);
    }
    memory->buffers[chance(state) % CHANNEL_BUFFERS][chance(state) % CHANNEL_BUFFER_SIZE]++;
}

/* ---- One honest party ---- */

static void open_channel(int ends[2])
{
    EXPECT(channel_create(ends) == 0);
}

static void scribble_once(void *memory, size_t size, const void *other, unsigned round,
                          uint64_t *state)
{
    (void)size;
    scribble(memory, other, round, state);
}

static const struct scribbler scribbler = { open_channel, scribble_once, 32, 400 };

static int scribble_at_server(unsigned unused)
{
    (void)unused;
    scribble_at("honest-server-side", CHANNEL_CLIENT, &scribbler);
    return 0;
}

static int scribble_at_client(unsigned unused)
{
    (void)unused;
    scribble_at("honest-client-side", CHANNEL_SERVER, &scribbler);
    return 0;
}

/* ---- A server and its other clients ---- */

/* The attacker's connection to it. */
struct hold {
    struct channel_memory *memory, *servers;
    int end, servers_end, index; /* servers_end: -1, or it has kept that, too */
};

static struct hold come(int endpoint, bool keep)
{
    struct message message = { .handle = -1 };
    struct hold hold = { .index = -1, .servers_end = -1 };
    int ends[2];

    EXPECT(channel_create(ends) == 0);
    hold.end = ends[CHANNEL_CLIENT];
    hold.memory = link_map(ends[CHANNEL_CLIENT], CHANNEL_CLIENT);
    hold.servers = link_map(ends[keep ? CHANNEL_SERVER : CHANNEL_CLIENT], CHANNEL_SERVER);
    EXPECT(hold.memory && hold.servers);
    EXPECT(link_attach(hold.end, CHANNEL_CLIENT, EVENT_WAKE, EVENT_GONE) == 0);
    message.handle = ends[CHANNEL_SERVER];
    EXPECT(ipc_call(endpoint, &message) == 0 || errno == EINTR || errno == EMFILE);
    if (keep) {
        hold.servers_end = ends[CHANNEL_SERVER];
    } else {
        EXPECT(handle_close(ends[CHANNEL_SERVER]) == 0);
    }
    for (unsigned i = 0; i < 20 && hold.index < 0; i++) {
        hold.index = link_connect(hold.end, CHANNEL_SERVER);
        thread_sleep(20000);
    }
    return hold;
}

static void leave(struct hold *hold)
{
    if (hold->index >= 0) {
        uintr_unregister_sender(hold->index, 0);
    }
    if (hold->servers_end >= 0) {
        EXPECT(handle_close(hold->servers_end) == 0);
    }
    EXPECT(handle_close(hold->end) == 0);
    EXPECT(memory_unmap(hold->memory, MEMORY_SIZE) == 0);
    EXPECT(memory_unmap(hold->servers, MEMORY_SIZE) == 0);
}

static void send_to(const struct hold *hold)
{
    if (hold->index >= 0) {
        uipi_send((uint64_t)hold->index);
    }
}

/* What the attacker does until the honest client is through with its calls, again and again. */
typedef void (*trick)(int endpoint, int client, unsigned round);

static void trick_server(trick trick)
{
    int ends[2], server, client, status;

    EXPECT(endpoint_pair(ends) == 0 && events_start() == 0);
    server = start_child("honest-server", 0, (int[]){ -1, 1, 2, ends[0] }, 4);
    client = start_child("honest-caller", 0, (int[]){ -1, 1, 2, ends[1] }, 4);
    EXPECT(server >= 0 && client >= 0 && handle_close(ends[0]) == 0);
    tell_peak();
    for (unsigned round = 0; round < 8 || !hostile_has_ended(client); round++) {
        EXPECT(process_wait(server, &status, WAIT_NOHANG) < 0); /* it lives */
        trick(ends[1], client, round);
    }
    EXPECT(process_finish(client) == 0);
    client = start_child("honest-caller", 1, (int[]){ -1, 1, 2, ends[1] }, 4); /* and afterwards */
    EXPECT(client >= 0 && process_finish(client) == 0);
    EXPECT(handle_close(ends[1]) == 0);
    EXPECT(process_finish(server) == 0);
}

static void scribble_for_a_while(struct hold *hold, unsigned round)
{
    uint64_t state = round * 31 + 3;

    for (unsigned i = 0; i < 300; i++) {
        scribble(hold->memory, hold->servers, round, &state);
        send_to(hold);
    }
}

static void scribble_as_client(int endpoint, int client, unsigned round)
{
    struct hold hold = come(endpoint, false);

    (void)client;
    scribble_for_a_while(&hold, round);
    leave(&hold);
}

/* A link is made by the client, which can keep the server's side of it and write there as well. */
static void scribble_on_both(int endpoint, int client, unsigned round)
{
    struct hold hold = come(endpoint, true);
    uint64_t state = round + 9;

    (void)client;
    for (unsigned i = 0; i < 300; i++) {
        scribble(hold.memory, hold.servers, round, &state);
        scribble(hold.servers, hold.memory, round / 4, &state);
        send_to(&hold);
    }
    EXPECT(link_attach(hold.servers_end, CHANNEL_SERVER, LINK_DETACH, 0) == 0 || errno == EBUSY);
    link_attach(hold.servers_end, CHANNEL_SERVER, 3, EVENT_GONE);
    leave(&hold);
}

static void flood(int endpoint, int client, unsigned round)
{
    struct hold hold = come(endpoint, false);

    (void)round;
    for (unsigned i = 0; i < 3000 && !hostile_has_ended(client); i++) {
        for (unsigned j = 0; j < 20; j++) {
            send_to(&hold);
        }
    }
    leave(&hold);
}

/* The server is told that somebody has gone, as often as can be. */
static void come_and_go(int endpoint, int client, unsigned round)
{
    struct hold hold = come(endpoint, false);

    (void)client;
    for (unsigned i = 0; i < 100; i++) {
        link_attach(hold.end, CHANNEL_CLIENT, LINK_DETACH, 0);
        EXPECT(link_attach(hold.end, CHANNEL_CLIENT, EVENT_WAKE, EVENT_GONE) == 0);
        if (i % 20 == round % 20) {
            hold.memory->words.tail++;
            send_to(&hold);
        }
    }
    leave(&hold);
}

/* Full rings that stay so; the requests have buffers, which never come back. */
static void never_drain(int endpoint, int client, unsigned round)
{
    struct hold holds[6];

    (void)round;
    for (unsigned i = 0; i < 6; i++) {
        holds[i] = come(endpoint, false);
        for (unsigned j = 0; j < CHANNEL_SLOTS; j++) {
            holds[i].memory->ring[j].buffer = j + 1;
            holds[i].memory->ring[j].length = 1;
        }
        peer_store(&holds[i].memory->words.tail, CHANNEL_SLOTS);
        send_to(&holds[i]);
    }
    for (unsigned i = 0; i < 50 && !hostile_has_ended(client); i++) {
        thread_sleep(100000);
        send_to(&holds[i % 6]);
    }
    for (unsigned i = 0; i < 6; i++) {
        leave(&holds[i]);
    }
}

/* Asks for a wake-up at each look, and has and hasn't got a message by turns: it is never idle. */
static void flicker(int endpoint, int client, unsigned round)
{
    struct hold hold = come(endpoint, false);
    volatile struct peer_words *words = &hold.memory->words;

    (void)round;
    for (unsigned i = 0; i < 20000 && (i % 256 || !hostile_has_ended(client)); i++) {
        words->tail = hold.servers->words.head + i % 2;
        words->head = hold.servers->words.tail;
        words->word = (uint64_t)i << 2 | (1 + i % 2);
    }
    leave(&hold);
}

/* Lends the same buffer again before it was given back. */
static void lend_twice(int endpoint, int client, unsigned round)
{
    struct hold hold = come(endpoint, false);

    (void)client;
    for (unsigned i = 0; i < CHANNEL_SLOTS; i++) {
        hold.memory->ring[i].buffer = 1 + round % CHANNEL_BUFFERS;
    }
    peer_store(&hold.memory->words.tail, CHANNEL_SLOTS);
    send_to(&hold);
    thread_sleep(100000);
    leave(&hold);
}

/* A child that dies in the middle of it. */
static int channel_guest(unsigned round)
{
    struct hold hold;

    EXPECT(events_start() == 0);
    hold = come(HONEST_END, round % 2);
    scribble_for_a_while(&hold, round);
    for (;;) {
        scribble_for_a_while(&hold, 0);
    }
}

static void die(int endpoint, int client, unsigned round)
{
    int child = start_child("channel-guest", round, (int[]){ -1, 1, 2, endpoint }, 4);

    (void)client;
    EXPECT(child >= 0);
    thread_sleep(200000 + round % 8 * 50000);
    EXPECT(process_kill(child, SIGNAL_KILL) == 0);
    EXPECT(process_finish(child) == STATUS_SIGNAL(SIGNAL_KILL));
}

/* Anything but a channel; the same end again and again. */
static void send_anything(int endpoint, int client, unsigned round)
{
    struct message message = { .handle = -1 };
    int ends[2];

    (void)client;
    EXPECT(channel_create(ends) == 0);
    for (unsigned i = 0; i < 20; i++) {
        const int handles[] = { -1, 1, endpoint, ends[CHANNEL_CLIENT], ends[CHANNEL_SERVER] };

        message = (struct message){ .words = { round }, .handle = handles[(i + round) % 5] };
        EXPECT(ipc_call(endpoint, &message) == 0 || errno == EINTR || errno == EMFILE);
    }
    EXPECT(handle_close(ends[0]) == 0 && handle_close(ends[1]) == 0);
}

#define TRICK(name)                                                                                \
    static int name##_attack(unsigned unused)                                                      \
    {                                                                                              \
        (void)unused;                                                                              \
        trick_server(name);                                                                        \
        return 0;                                                                                  \
    }

TRICK(scribble_as_client)
TRICK(scribble_on_both)
TRICK(flood)
TRICK(come_and_go)
TRICK(never_drain)
TRICK(flicker)
TRICK(lend_twice)
TRICK(die)
TRICK(send_anything)

const struct attack channel_attacks[] = {
    {"channel-scribbling-client",  scribble_at_server,        0,       0         },
    { "channel-scribbling-server", scribble_at_client,        0,       0         },
    { "channel-scribbler-of-many", scribble_as_client_attack, 0,       0         },
    { "channel-both-sides",        scribble_on_both_attack,   0,       0         },
    { "channel-flood",             flood_attack,              0,       0         },
    { "channel-come-and-go",       come_and_go_attack,        0,       0         },
    { "channel-never-drained",     never_drain_attack,        0,       0         },
    { "channel-flicker",           flicker_attack,            0,       0         },
    { "channel-lent-twice",        lend_twice_attack,         0,       0         },
    { "channel-dying",             die_attack,                0,       0         },
    { "channel-anything-sent",     send_anything_attack,      0,       0         },
    { "channel-guest",             channel_guest,             ENDLESS, NOT_A_CASE},
    { "honest-server-side",        honest_server_side,        0,       NOT_A_CASE},
    { "honest-client-side",        honest_client_side,        0,       NOT_A_CASE},
    { "honest-server",             honest_server,             0,       NOT_A_CASE},
    { "honest-caller",             honest_caller,             0,       NOT_A_CASE},
    { NULL,                        NULL,                      0,       0         },
};
