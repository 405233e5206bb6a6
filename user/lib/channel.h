/* SPDX-License-Identifier: MIT */
/*
 * Channels: requests and replies between two threads through shared memory, without the kernel while both
 * run. A ring of messages each way, one producer and one consumer each, and buffers for what is
 * longer than a message: the sender lends one, the receiver reads it where it is and gives it back.
 *
 *     struct channel channel;                          in the client, whose handle is of side 1
 *
 *     channel_open(&channel, end, CHANNEL_CLIENT);
 *     message = (struct channel_message){.words = {request}};
 *     channel_call(&channel, &message);                the reply replaces it
 *
 * or several at once: channel_send() them, then channel_receive() as many. Nobody is told of a message
 * until channel_flush() or until its sender waits: so a batch costs one user interrupt, and with one
 * message in flight the hart goes directly from client to server and back.
 *
 * A server of one client opens CHANNEL_SERVER and receives and sends likewise; one of many uses
 * lib/channel_server.h.
 *
 * The thread that opens an end uses it, and no other one does. Neither side can harm the other, whoever has
 * made the link: all that is read from shared memory is checked, and what makes no sense ends the
 * channel (EPROTO). But a lent buffer can change while it is read: copy what must not change between
 * two looks.
 *
 * Errors of all calls, as -1 and errno: EPIPE: the other side is gone; EPROTO: it has written nonsense;
 * EAGAIN: with CHANNEL_NOWAIT, one would have to wait.
 */
#ifndef LIB_CHANNEL_H
#define LIB_CHANNEL_H

#include <stddef.h>
#include <stdint.h>

#include "lib/peer.h"

#define CHANNEL_SERVER      0 /* the side of a link */
#define CHANNEL_CLIENT      1

#define CHANNEL_SLOTS       32   /* messages in a ring */
#define CHANNEL_BUFFERS     32   /* that a side can lend */
#define CHANNEL_BUFFER_SIZE 4096 /* bytes */
#define CHANNEL_NO_BUFFER   0    /* message.buffer */

#define CHANNEL_NOWAIT      1 /* flag */

/* One line of a cache. */
struct channel_message {
    _Alignas(PEER_LINE) uint64_t words[6];
    uint64_t token;  /* the client's: a reply has its request's */
    uint32_t buffer; /* number of a buffer of the sender's, from 1 on */
    uint32_t length; /* bytes in it; at most CHANNEL_BUFFER_SIZE */
};

/* A side's memory. */
struct channel_memory {
    struct peer_words words;
    uint32_t returned
        [CHANNEL_BUFFERS]; /* how often this side has given back each buffer of the other's */
    struct channel_message ring[CHANNEL_SLOTS];
    _Alignas(4096) uint8_t buffers[CHANNEL_BUFFERS][CHANNEL_BUFFER_SIZE];
};

struct channel {
    struct peer peer;
    uint32_t lent[CHANNEL_BUFFERS]; /* how often each own buffer has been lent */
    uint32_t free;                  /* bit n: own buffer n is not in use */
    uint32_t out;                   /* bit n: own buffer n is lent to the other side */
    uint32_t taken;                 /* bit n: the other's buffer n is lent to us */
    bool broken;                    /* EPROTO from now on */
};

/* A link for a channel: ends[0] for the server, ends[1] for the client. */
int channel_create(int ends[2]);

/*
 * The handle is used until channel_close(), and not closed by that. Also EBUSY and ENOMEM. The second one with
 * another vector than EVENT_WAKE: for who waits in its own way.
 */
int channel_open(struct channel *channel, int end, unsigned side);
int channel_open_by(struct channel *channel, int end, unsigned side, unsigned vector);
void channel_close(struct channel *channel);

/*
 * Sends a message. Waits while the ring is full. Of a message with a buffer, that is lent from now on.
 * EINVAL: not a buffer that channel_buffer() gave, or too long. EDEADLK: the ring is full and there is a message
 * to receive first: the other side may wait for room itself. So with at most CHANNEL_SLOTS requests
 * in flight sending never waits.
 */
int channel_send(struct channel *channel, const struct channel_message *message, unsigned flags);

/* The next message; waits while there is none. Sends what waits to be sent before. */
int channel_receive(struct channel *channel, struct channel_message *message, unsigned flags);

/* Sends and waits for the next message, which replaces it. */
int channel_call(struct channel *channel, struct channel_message *message);

/*
 * Tells the other side now of what was sent, and of room for what it wants to send. For who goes on without
 * receiving.
 */
void channel_flush(struct channel *channel);

/* An own buffer to fill and send, by its number; 0: all are in use. channel_drop() gives it
 * back unsent. */
uint32_t channel_buffer(struct channel *channel);
void channel_drop(struct channel *channel, uint32_t buffer);

/* Where an own buffer is. */
static inline void *channel_own(struct channel *channel, uint32_t buffer)
{
    struct channel_memory *memory = (struct channel_memory *)channel->peer.own;

    return memory->buffers[buffer - 1];
}

/* Where a received message's buffer is; valid until channel_release(). */
static inline const void *channel_lent(const struct channel *channel,
                                       const struct channel_message *message)
{
    const struct channel_memory *memory = (const struct channel_memory *)channel->peer.other;

    return memory->buffers[message->buffer - 1];
}

/* Gives a received message's buffer back to its sender. */
void channel_release(struct channel *channel, const struct channel_message *message);

/* ---- In place: messages without buffers are written and read where they lie in the rings ---- */

/* Where the next message goes; NULL: the ring is full, channel_send() would wait. Sent by channel_submit(). */
static inline struct channel_message *channel_slot(struct channel *channel)
{
    struct channel_memory *memory = (struct channel_memory *)channel->peer.own;
    uint32_t tail = memory->words.tail;
    uint32_t used = tail - peer_load(&channel->peer.other->head);

    return __builtin_expect(used < CHANNEL_SLOTS, 1) ? &memory->ring[tail % CHANNEL_SLOTS] : NULL;
}

/* `buffer` must be CHANNEL_NO_BUFFER, as it is in a slot that has never held another message. */
static inline void channel_submit(struct channel *channel)
{
    struct peer_words *words = channel->peer.own;

    peer_store(&words->tail, words->tail + 1);
}

/*
 * The next message received; NULL: there is none, channel_wait(). The sender can still change it: read each
 * word once. Taken by channel_consume().
 */
static inline const struct channel_message *channel_front(struct channel *channel)
{
    const struct channel_memory *memory = (const struct channel_memory *)channel->peer.other;
    uint32_t head = channel->peer.own->head;

    return peer_load(&memory->words.tail) != head ? &memory->ring[head % CHANNEL_SLOTS] : NULL;
}

static inline void channel_consume(struct channel *channel)
{
    struct peer_words *words = channel->peer.own;

    peer_store(&words->head, words->head + 1);
}

/* The rarer part of channel_wait(): the vectors that ended its sleep, ustatus.UIE before it. */
int channel_wait_on(struct channel *channel, uint64_t vectors, uint64_t mask);

/*
 * Waits for a message; sends what waits to be sent before. 0 or -1, as channel_receive(). PEER_WAIT_UNTIL() in
 * short for the case that the other side sleeps and answers: the rest is not inline.
 */
static inline int channel_wait(struct channel *channel)
{
    struct peer *peer = &channel->peer;
    uint64_t mask = peer_mask(), word, vectors = 0;

    peer_say(peer, PEER_ASLEEP);
    word = __atomic_load_n(&peer->other->word, __ATOMIC_RELAXED);
    if (__builtin_expect(channel_front(channel) == NULL && word != peer->rung &&
                             (word & PEER_STATE) == PEER_ASLEEP && peer_may_sleep(peer),
                         1)) {
        peer->rung = word;
        uintr_handover_call((uint64_t)peer->index); /* if refused: without having waited */
        vectors = uipi_read();
        if (__builtin_expect(vectors == 1ul << EVENT_WAKE && channel_front(channel), 1)) {
            peer_unmask(mask);
            return 0;
        }
    }
    return channel_wait_on(channel, vectors, mask);
}

/* Whether a message can be sent without waiting. */
static inline bool channel_has_room(const struct channel *channel)
{
    return channel->peer.own->tail - peer_load(&channel->peer.other->head) < CHANNEL_SLOTS;
}

/* Whether one can be received without waiting. */
static inline bool channel_has_message(const struct channel *channel)
{
    return channel->peer.own->head != peer_load(&channel->peer.other->tail);
}

#endif
