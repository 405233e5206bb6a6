// SPDX-License-Identifier: MIT
#include "lib/bits.h"
#include "lib/channel.h"

#include <errno.h>
#include <string.h>

#include "lib/link.h"

_Static_assert(sizeof(struct channel_message) == PEER_LINE, "a message is a line");

static struct channel_memory *own(struct channel *channel)
{
    return (struct channel_memory *)channel->peer.own;
}

static const struct channel_memory *other(const struct channel *channel)
{
    return (const struct channel_memory *)channel->peer.other;
}

static __attribute__((noinline)) int broken(struct channel *channel)
{
    channel->broken = true;
    if (channel->peer.index >= 0) {
        peer_disconnect(
            &channel->peer); /* channel_wait() goes the long way, which asks whether it is */
    }
    errno = EPROTO;
    return -1;
}

/* A line, word by word: picolibc's memcpy() goes byte by byte. */
static inline void copy_message(struct channel_message *to, const struct channel_message *from)
{
    uint64_t *target = (uint64_t *)to;
    const uint64_t *source = (const uint64_t *)from;

#pragma GCC unroll 8
    for (unsigned i = 0; i < sizeof(*to) / sizeof(*target); i++) {
        target[i] = source[i];
    }
}

/* ---- The rings. An index of the other side is only believed within the ring. ---- */

/* A message with a buffer: it must be one that isn't lent to us yet. */
static __attribute__((noinline)) int take_buffer(struct channel *channel,
                                                 const struct channel_message *message)
{
    uint32_t bit = message->buffer <= CHANNEL_BUFFERS ? 1u << (message->buffer - 1) : 0;

    if (!bit || (channel->taken & bit) || message->length > CHANNEL_BUFFER_SIZE) {
        return broken(channel);
    }
    channel->taken |= bit;
    return 1;
}

/* 1; 0: there is none; -1 */
static inline __attribute__((always_inline)) int pop(struct channel *channel,
                                                     struct channel_message *message)
{
    struct peer_words *words = channel->peer.own;
    uint32_t head = words->head, there = peer_load(&channel->peer.other->tail) - head;

    if (there == 0) {
        return 0;
    }
    if (__builtin_expect(there > CHANNEL_SLOTS || channel->broken, 0)) {
        return broken(channel);
    }
    copy_message(message, &other(channel)->ring[head % CHANNEL_SLOTS]);
    peer_store(&words->head, head + 1);
    if (__builtin_expect(message->buffer != CHANNEL_NO_BUFFER, 0)) {
        return take_buffer(channel, message);
    }
    return 1;
}

/* 1; 0: the ring is full; -1 */
static inline __attribute__((always_inline)) int push(struct channel *channel,
                                                      const struct channel_message *message)
{
    struct peer_words *words = channel->peer.own;
    uint32_t tail = words->tail, used = tail - peer_load(&channel->peer.other->head);

    if (__builtin_expect(used >= CHANNEL_SLOTS || channel->broken, 0)) {
        return used > CHANNEL_SLOTS || channel->broken ? broken(channel) : 0;
    }
    copy_message(&own(channel)->ring[tail % CHANNEL_SLOTS], message);
    if (__builtin_expect(message->buffer != CHANNEL_NO_BUFFER, 0)) {
        channel->lent[message->buffer - 1]++;
        channel->out |= 1u << (message->buffer - 1);
    }
    peer_store(&words->tail, tail + 1);
    return 1;
}

/* ---- Opening ---- */

int channel_create(int ends[2])
{
    return link_create(ends, sizeof(struct channel_memory), sizeof(struct channel_memory));
}

int channel_open_by(struct channel *channel, int end, unsigned side, unsigned vector)
{
    *channel = (struct channel){ .free = UINT32_MAX };
    if (peer_open(&channel->peer, end, side, vector, sizeof(struct channel_memory),
                  sizeof(struct channel_memory)) < 0) {
        return -1;
    }
    memcpy(channel->lent, other(channel)->returned, sizeof(channel->lent));
    return 0;
}

int channel_open(struct channel *channel, int end, unsigned side)
{
    return channel_open_by(channel, end, side, EVENT_WAKE);
}

void channel_close(struct channel *channel)
{
    peer_close(&channel->peer);
}

/* ---- Sending and receiving ---- */

static int gone(void)
{
    errno = EPIPE;
    return -1;
}

/* A buffer that is in the program's hands. */
static bool is_valid(const struct channel *channel, const struct channel_message *message)
{
    return message->buffer <= CHANNEL_BUFFERS && message->length <= CHANNEL_BUFFER_SIZE &&
           !((channel->free | channel->out) >> (message->buffer - 1) & 1);
}

/* The ring is full. Not inline: what is rare costs the common case no registers. */
static __attribute__((noinline)) int wait_for_room(struct channel *channel, unsigned flags)
{
    if (channel->broken) {
        return broken(channel);
    }
    if (flags & CHANNEL_NOWAIT) {
        channel_flush(channel);
        if (peer_is_gone(&channel->peer, true)) {
            return gone();
        }
        errno = EAGAIN;
        return -1;
    }
    PEER_WAIT_UNTIL(&channel->peer, true, false,
                    channel_has_room(channel) || channel_has_message(channel));
    if (channel_has_room(channel)) {
        return 0;
    }
    if (peer_is_gone(&channel->peer, true)) { /* a message may have kept the wait from looking */
        return gone();
    }
    errno = EDEADLK;
    return -1;
}

int channel_wait_on(struct channel *channel, uint64_t vectors, uint64_t mask)
{
    peer_let_in(vectors);
    peer_unmask(mask);
    if (channel->broken) {
        return broken(channel);
    }
    PEER_WAIT_UNTIL(&channel->peer, true, false, channel_has_message(channel));
    return channel->peer.gone && !channel_has_message(channel) ? gone() : 0;
}

static __attribute__((noinline)) int no_message(struct channel *channel)
{
    if (channel->broken) {
        return broken(channel);
    }
    channel_flush(channel);
    if (peer_is_gone(&channel->peer, true)) {
        return channel_has_message(channel) ? 0 : gone(); /* it may have sent before it went */
    }
    errno = EAGAIN;
    return -1;
}

static inline __attribute__((always_inline)) int
send(struct channel *channel, const struct channel_message *message, unsigned flags)
{
    int result;

    if (__builtin_expect(message->buffer != CHANNEL_NO_BUFFER, 0) && !is_valid(channel, message)) {
        errno = EINVAL;
        return -1;
    }
    while (__builtin_expect((result = push(channel, message)) == 0, 0)) {
        if (wait_for_room(channel, flags) < 0) {
            return -1;
        }
    }
    return result < 0 ? -1 : 0;
}

static inline __attribute__((always_inline)) int
receive(struct channel *channel, struct channel_message *message, unsigned flags)
{
    int result;

    while ((result = pop(channel, message)) == 0) {
        if ((flags & CHANNEL_NOWAIT ? no_message(channel) : channel_wait(channel)) < 0) {
            return -1;
        }
    }
    return result < 0 ? -1 : 0;
}

int channel_send(struct channel *channel, const struct channel_message *message, unsigned flags)
{
    return send(channel, message, flags);
}

int channel_receive(struct channel *channel, struct channel_message *message, unsigned flags)
{
    return receive(channel, message, flags);
}

int channel_call(struct channel *channel, struct channel_message *message)
{
    return send(channel, message, 0) < 0 ? -1 : receive(channel, message, 0);
}

void channel_flush(struct channel *channel)
{
    peer_notify(&channel->peer);
}

/* ---- Buffers. One that is lent is free again when the other side has given it back as often. ---- */

static void collect(struct channel *channel)
{
    for (unsigned i = 0; i < CHANNEL_BUFFERS; i++) {
        if ((channel->out >> i & 1) &&
            peer_load(&other(channel)->returned[i]) == channel->lent[i]) {
            channel->out &= ~(1u << i);
            channel->free |= 1u << i;
        }
    }
}

uint32_t channel_buffer(struct channel *channel)
{
    unsigned number;

    if (!channel->free) {
        collect(channel);
    }
    if (!channel->free) {
        return CHANNEL_NO_BUFFER;
    }
    number = lowest_bit(channel->free);
    channel->free &= channel->free - 1;
    return number + 1;
}

void channel_drop(struct channel *channel, uint32_t buffer)
{
    if (buffer - 1 < CHANNEL_BUFFERS && !(channel->out >> (buffer - 1) & 1)) {
        channel->free |= 1u << (buffer - 1);
    }
}

void channel_release(struct channel *channel, const struct channel_message *message)
{
    unsigned number = message->buffer - 1;
    uint32_t *returned;

    if (number < CHANNEL_BUFFERS && (channel->taken >> number & 1)) {
        channel->taken &= ~(1u << number);
        returned = &own(channel)->returned[number];
        peer_store(returned, *returned + 1);
    }
}
