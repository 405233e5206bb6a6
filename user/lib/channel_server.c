// SPDX-License-Identifier: MIT
#include "lib/bits.h"
#include "lib/channel_server.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "lib/ipc.h"
#include "lib/link.h"
#include "lib/syscall.h"

#define BIT(number)   (1ul << (number))
#define GROUP(client) (EVENT_FIRST_GROUP + (client) % EVENT_GROUPS)
#define LOOK          8  /* requests from one look at other clients' vectors to the next */
#define NAMES         64 /* a client's name modulo this is its number */

/* The server's; others are the program's or of other parts of the library. */
static const uint64_t own_vectors =
    (BIT(EVENT_GROUPS) - 1) << EVENT_FIRST_GROUP | BIT(EVENT_ACCEPT);

/* ---- Clients come ---- */

/*
 * The acceptor: the server itself can't wait for a message and for user interrupts. The ring has a place
 * for each client there can be; one more is refused.
 */
static void accept_clients(void *argument)
{
    struct channel_server *server = argument;
    struct message message = { .handle = -1 };

    for (;;) {
        uint32_t waiting;
        int end;

        if (ipc_receive(server->endpoint, &message, NULL) < 0) {
            if (errno == EINTR) { /* a signal's handler ran in this thread */
                continue;
            }
            break;
        }
        waiting = server->arrivals - peer_load(&server->taken);
        end = message.handle;
        message = (struct message){ .words = { ENOSPC }, .handle = -1 };
        if (end >= 0 && waiting < CHANNEL_SERVER_CLIENTS) {
            server->arrived[server->arrivals % CHANNEL_SERVER_CLIENTS] = end;
            peer_store(&server->arrivals, server->arrivals + 1);
            uipi_send((uint64_t)server->accept_index);
            message.words[0] = 0;
        } else if (end >= 0) {
            handle_close(end);
        }
        ipc_reply(&message);
    }
    __atomic_store_n(&server->stop, true, __ATOMIC_RELEASE);
    uipi_send((uint64_t)server->accept_index);
}

int channel_server_start(struct channel_server *server, int endpoint)
{
    *server = (struct channel_server){ .endpoint = endpoint };
    switch (events_start()) {
    case 0:
        break;
    case 1:
        errno = EBUSY;
        return -1;
    default:
        return -1;
    }
    server->accept_index = uintr_register_self(EVENT_ACCEPT, 0);
    if (server->accept_index < 0) {
        return -1;
    }
    if (thread_start(&server->acceptor, accept_clients, server) < 0) {
        int error = errno;

        uintr_unregister_sender(server->accept_index, 0);
        errno = error;
        return -1;
    }
    return 0;
}

/* What the program knows a client by. One that comes into a place of another one has another name. */
static unsigned name_of(const struct channel_server *server, unsigned number)
{
    return (server->uses[number] * NAMES + number) & INT_MAX;
}

int channel_server_add(struct channel_server *server, int end)
{
    unsigned number = lowest_bit(~server->open);
    struct channel *client;

    if (number >= CHANNEL_SERVER_CLIENTS) {
        errno = ENOSPC;
        return -1;
    }
    client = malloc(sizeof(*client));
    if (!client) {
        errno = ENOMEM;
        return -1;
    }
    if (channel_open_by(client, end, CHANNEL_SERVER, GROUP(number)) < 0) {
        free(client);
        return -1;
    }
    server->clients[number] = client;
    server->open |= BIT(number);
    server->active |= BIT(number);
    server->owed[number] = 0;
    server->uses[number]++;
    return (int)name_of(server, number);
}

static bool has_arrivals(const struct channel_server *server)
{
    return server->taken != peer_load(&server->arrivals);
}

/* One at a time: who sends ends without end keeps nobody from being served. */
static void take_arrival(struct channel_server *server)
{
    if (has_arrivals(server)) {
        int end = server->arrived[server->taken % CHANNEL_SERVER_CLIENTS];

        peer_store(&server->taken, server->taken + 1);
        if (channel_server_add(server, end) < 0) {
            handle_close(end); /* no room: the client sees its server gone */
        }
    }
}

/* ---- Clients go ---- */

static void close_client(struct channel_server *server, unsigned number)
{
    struct channel *client = server->clients[number];
    int end = client->peer.end;

    channel_close(client);
    handle_close(end);
    free(client);
    server->clients[number] = NULL;
    server->open &= ~BIT(number);
    server->active &= ~BIT(number);
    server->asked &= ~BIT(number);
}

struct channel *channel_server_client(struct channel_server *server, unsigned client)
{
    unsigned number = client % NAMES;

    return number < CHANNEL_SERVER_CLIENTS && name_of(server, number) == client
               ? server->clients[number]
               : NULL;
}

/* ---- Requests ---- */

/* A request may be taken: there is one, and room for its reply. */
static bool is_ready(const struct channel_server *server, unsigned number)
{
    const struct channel *client = server->clients[number];
    uint32_t replies = client->peer.own->tail - peer_load(&client->peer.other->head);

    return channel_has_message(client) && replies + server->owed[number] < CHANNEL_SLOTS;
}

static bool take_request(struct channel_server *server, unsigned number,
                         struct channel_message *message)
{
    struct channel *client = server->clients[number];

    if (!is_ready(server, number)) {
        return false;
    }
    if (channel_receive(client, message, CHANNEL_NOWAIT) < 0) {
        close_client(server, number); /* only we take messages: it has written nonsense */
        return false;
    }
    server->owed[number]++;
    return true;
}

static void tell(struct channel_server *server, unsigned number)
{
    peer_notify(&server->clients[number]->peer);
    server->asked &= ~BIT(number);
}

/*
 * Nothing to do for a client: from here on it interrupts us. It gets to know of its replies now, or, if
 * nobody else is to be looked at, with the hart when the server waits.
 */
static void put_aside(struct channel_server *server, unsigned number)
{
    struct channel *client = server->clients[number];
    bool last = server->active == BIT(number);

    server->next = (number + 1) % CHANNEL_SERVER_CLIENTS; /* it may find a request yet: in turn */
    if (client->peer.gone || client->broken) {
        close_client(server, number);
        return;
    }
    peer_say(&client->peer, last ? PEER_ASLEEP : PEER_ARMED);
    if (!is_ready(server, number)) {
        server->active &= ~BIT(number);
        if (!last && (server->asked & BIT(number))) {
            tell(server, number);
        }
    }
}

/* The first client at or after server->next that has a request. */
static bool take_any(struct channel_server *server, unsigned *client,
                     struct channel_message *message)
{
    while (server->active) {
        uint64_t later = server->active & -BIT(server->next);
        unsigned number = lowest_bit(later ? later : server->active);

        if (take_request(server, number, message)) {
            *client = name_of(server, number);
            server->next = (number + 1) % CHANNEL_SERVER_CLIENTS;
            return true;
        }
        if (server->open & BIT(number)) {
            put_aside(server, number);
        }
    }
    return false;
}

/* ---- Sleep ---- */

/* Whom a vector of a group may be of: all with that number, to be looked at again. */
static void wake_groups(struct channel_server *server, uint64_t vectors)
{
    uint64_t groups = vectors >> EVENT_FIRST_GROUP & (BIT(EVENT_GROUPS) - 1);

    server->active |= (groups | groups << EVENT_GROUPS) & server->open;
}

/* Somebody has gone: put_aside() closes who has, when all its requests are served. */
static void look_for_gone(struct channel_server *server)
{
    for (uint64_t left = server->open; left; left &= left - 1) {
        unsigned number = lowest_bit(left);

        if (peer_is_gone(&server->clients[number]->peer, true)) {
            server->active |= BIT(number);
        }
    }
}

/* What has been posted to this thread; all else is put back and interrupts it here. */
static void take_vectors(struct channel_server *server)
{
    uint64_t vectors = uipi_read(), others = vectors & ~own_vectors;

    if (others) {
        peer_let_in(others);
    }
    take_arrival(server); /* EVENT_ACCEPT only ends a wait */
    wake_groups(server, vectors | events_take(own_vectors));
    if (events_gone != server->seen_gone) {
        server->seen_gone = events_gone;
        look_for_gone(server);
    }
}

/* All who wait for replies get to know of them; the last one gets the hart, as the server waits. */
static void sleep_until_vector(struct channel_server *server)
{
    while (server->asked & (server->asked - 1)) {
        tell(server, lowest_bit(server->asked));
    }
    if (server->asked) {
        struct peer *peer = &server->clients[lowest_bit(server->asked)]->peer;

        server->asked = 0;
        peer_fence(); /* between the reply and the look at the client's word: put_aside() may have said nothing */
        peer_sleep_raw(peer);
    } else {
        ipc_flush(); /* of a lazy thread, which waits here, too */
        uintr_wait(0);
    }
}

/* There is something to do again: nobody is to wait for that. */
static void tell_all(struct channel_server *server)
{
    while (server->asked) {
        tell(server, lowest_bit(server->asked));
    }
}

static bool is_over(struct channel_server *server)
{
    return !server->open && __atomic_load_n(&server->stop, __ATOMIC_ACQUIRE) &&
           !has_arrivals(server);
}

int channel_server_receive(struct channel_server *server, unsigned *client,
                           struct channel_message *message)
{
    uint64_t mask = peer_mask();
    bool received;

    if (++server->turns % LOOK == 0) {
        take_vectors(server);
    }
    while (!(received = take_any(server, client, message)) && !is_over(server)) {
        /* Nothing has come while the program was at work, and nobody waits for a place. */
        if (!events_have(own_vectors) && events_gone == server->seen_gone &&
            !has_arrivals(server)) {
            sleep_until_vector(server);
        }
        take_vectors(server);
        if (server->active) {
            tell_all(server);
        }
    }
    peer_unmask(mask);
    if (!received) {
        if (server->accept_index >= 0) {
            thread_join(&server->acceptor);
            uintr_unregister_sender(server->accept_index, 0);
            server->accept_index = -1;
        }
        errno = EPIPE;
        return -1;
    }
    return 0;
}

int channel_server_reply(struct channel_server *server, unsigned client,
                         const struct channel_message *message)
{
    struct channel *channel = channel_server_client(server, client);
    unsigned number = client % NAMES;

    if (!channel) {
        errno = EPIPE;
        return -1;
    }
    if (peer_is_gone(&channel->peer, true)) {
        server->active |= BIT(number); /* to be closed */
        errno = EPIPE;
        return -1;
    }
    if (channel_send(channel, message, CHANNEL_NOWAIT) < 0) {
        server->active |= BIT(number); /* to be closed, if that is why */
        return -1;
    }
    if (server->owed[number] > 0) {
        server->owed[number]--;
    }
    server->asked |= BIT(number);
    server->active |= BIT(number); /* in its turn it is told, if it waits */
    return 0;
}

/* ---- Clients ---- */

int channel_connect(struct channel *channel, int endpoint)
{
    struct message message = { .handle = -1 };
    int ends[2];

    if (channel_create(ends) < 0) {
        return -1;
    }
    message.handle = ends[CHANNEL_SERVER];
    if (ipc_call(endpoint, &message) == 0) {
        errno = (int)message.words[0];
        handle_close(ends[CHANNEL_SERVER]);
        if (errno == 0 && channel_open(channel, ends[CHANNEL_CLIENT], CHANNEL_CLIENT) == 0) {
            return 0;
        }
    } else {
        handle_close(ends[CHANNEL_SERVER]);
    }
    handle_close(ends[CHANNEL_CLIENT]);
    return -1;
}

void channel_disconnect(struct channel *channel)
{
    int end = channel->peer.end;

    channel_close(channel);
    handle_close(end);
}
