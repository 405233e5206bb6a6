/* SPDX-License-Identifier: MIT */
/*
 * A server with many channels: one thread that receives the requests of all its clients in turn and sleeps
 * when there are none.
 *
 *     channel_server_start(&server, endpoint);         endpoint: where clients come by channel_connect()
 *     while (channel_server_receive(&server, &client, &message) == 0) {
 *         message.words[0] = ...;
 *         channel_server_reply(&server, client, &message);
 *     }
 *
 * A channel is either in the server's list of those to look at, or armed: its client's next message sends
 * a user interrupt. So an idle client costs nothing, and an active one no interrupts. A client that does
 * not take its replies is not served further until it does; one that ends or writes nonsense is
 * closed, and nobody else notices.
 *
 * The thread takes its user interrupts while it is in channel_server_receive().
 */
#ifndef LIB_CHANNEL_SERVER_H
#define LIB_CHANNEL_SERVER_H

#include "lib/channel.h"
#include "lib/thread.h"

#define CHANNEL_SERVER_CLIENTS 48 /* at a time; each needs a handle */

struct channel_server {
    struct channel *clients[CHANNEL_SERVER_CLIENTS]; /* NULL: free */
    uint64_t open;                                   /* bit n: client n is there */
    uint64_t active;                                 /* bit n: to be looked at */
    uint64_t asked; /* bit n: has been given replies that it may not know of */
    uint32_t owed[CHANNEL_SERVER_CLIENTS]; /* requests received and not replied to */
    uint32_t uses[CHANNEL_SERVER_CLIENTS]; /* clients that have been there */
    unsigned next;                         /* client to look at first */
    uint32_t turns;                        /* calls of channel_server_receive() */
    uint32_t seen_gone;                    /* events_gone at the last look */
    bool stop;
    int endpoint;
    struct thread acceptor;
    int accept_index; /* for the acceptor's uipi to the server; -1: it has ended */
    int arrived[CHANNEL_SERVER_CLIENTS]; /* a ring of links; written by the acceptor */
    uint32_t arrivals, taken;            /* written by the acceptor, by the server */
};

/*
 * The calling thread serves. A second thread answers the endpoint, a handle with RIGHT_READ. 0, or -1
 * with errno: EBUSY: the thread has a handler of its own, or serves already; as thread_start().
 */
int channel_server_start(struct channel_server *server, int endpoint);

/* Serves a link's side 0 that the program has from elsewhere, too. The client's name, or -1: ENOSPC. */
int channel_server_add(struct channel_server *server, int end);

/*
 * The next request and whose it is: a name that no later client has. Waits. -1 with errno EPIPE: nobody has the endpoint's other side any
 * more, and all clients are gone.
 */
int channel_server_receive(struct channel_server *server, unsigned *client,
                           struct channel_message *message);

/* For each request one. Never waits: a client whose ring is full isn't asked for more. As channel_send(). */
int channel_server_reply(struct channel_server *server, unsigned client,
                         const struct channel_message *message);

/* For buffers: channel_buffer(), channel_release(). NULL: no such client any more. */
struct channel *channel_server_client(struct channel_server *server, unsigned client);

/* In the client: a channel to a server, by an endpoint handle with RIGHT_WRITE. As channel_open(), ipc_call(). */
int channel_connect(struct channel *channel, int endpoint);

/* Closes it, with the handle that channel_connect() has made. */
void channel_disconnect(struct channel *channel);

#endif
