// SPDX-License-Identifier: MIT
#include "core/copy.h"
#include "lib/queue_memory.h"

static uint32_t arrived(const struct peer *peer)
{
    return peer_load(&peer->other->tail) - peer->own->head;
}

static const struct slot *slot_of(const struct queue *queue, unsigned number)
{
    const struct sender_memory *memory = (const struct sender_memory *)queue->opened.peer.other;

    return (const struct slot *)((const char *)memory->slots +
                                 number * queue_slot_size(&queue->geometry));
}

static void add_to_list(struct receiver_memory *memory, unsigned number)
{
    unsigned priority = memory->taken[number].priority % PRIORITIES_OF_MESSAGES;

    if (memory->levels >> priority & 1) {
        memory->next[memory->last[priority]] = (slot_number)number;
    } else {
        memory->first[priority] = (slot_number)number;
    }
    memory->last[priority] = (slot_number)number;
    memory->levels |= 1u << priority;
}

/* The slots that are here, the oldest first. */
static unsigned sort(const struct receiver_memory *memory, uint16_t numbers[MOST_MESSAGES])
{
    uint32_t head = memory->head.words.head;
    unsigned count = 0;

    for (unsigned i = 0; i < MOST_MESSAGES; i++) {
        unsigned place = count;

        if (!memory->taken[i].is_here) {
            continue;
        }
        for (; place > 0 &&
               head - memory->taken[numbers[place - 1]].order < head - memory->taken[i].order;
             place--) {
            numbers[place] = numbers[place - 1];
        }
        numbers[place] = (uint16_t)i;
        count++;
    }
    return count;
}

/* One that is here, but head doesn't say so, comes again; one that is not here, but tail says so, is emptied. */
void queue_settle_receiver(struct peer *peer)
{
    struct receiver_memory *memory = (struct receiver_memory *)peer->own;
    struct peer_words *words = &memory->head.words;
    uint16_t numbers[MOST_MESSAGES];
    unsigned count;

    for (unsigned i = 0; i < MOST_MESSAGES; i++) {
        memory->taken[i].is_here &= memory->taken[i].order != words->head;
    }
    count = sort(memory, numbers);
    if (words->head - words->tail == count + 1) {
        peer_store(&words->tail, words->tail + 1);
        peer_changed(peer);
    }
    memory->levels = 0;
    for (unsigned i = 0; i < count; i++) {
        add_to_list(memory, numbers[i]);
    }
}

/*
 * Everything that has come, each look at the sender's memory once. No slot is taken over twice, so this ends
 * whatever the sender counts.
 */
static int take_over(struct queue *queue)
{
    struct peer *peer = &queue->opened.peer;
    struct receiver_memory *memory = (struct receiver_memory *)peer->own;
    const struct sender_memory *other = (const struct sender_memory *)peer->other;

    for (uint32_t left = arrived(peer); left > 0; left--) {
        uint32_t head = peer->own->head;
        uint16_t number = *(const volatile uint16_t *)&other->filled[head % MOST_MESSAGES];
        uint32_t size, priority;

        if (number >= queue->geometry.messages || memory->taken[number].is_here) {
            return failed(EPROTO);
        }
        size = *(const volatile uint32_t *)&slot_of(queue, number)->size;
        priority = *(const volatile uint32_t *)&slot_of(queue, number)->priority;
        if (size > queue->geometry.size || priority >= PRIORITIES_OF_MESSAGES) {
            return failed(EPROTO);
        }
        memory->taken[number].order = head;
        memory->taken[number].size = (uint16_t)size;
        memory->taken[number].priority = (uint8_t)priority;
        in_order();
        memory->taken[number].is_here = true;
        peer_store(&peer->own->head, head + 1);
        add_to_list(memory, number);
    }
    return 0;
}

static int wait_for_message(struct queue *queue)
{
    struct peer *peer = &queue->opened.peer;
    struct receiver_memory *memory = (struct receiver_memory *)peer->own;

    if (take_over(queue) < 0) {
        return -1;
    }
    if (memory->levels) {
        return 0;
    }
    if (!peer_is_gone(peer, false)) {
        if (queue->opened.flags & HANDLE_NONBLOCK) {
            return would_wait();
        }
        PEER_WAIT_UNTIL(peer, false, true, arrived(peer) != 0);
    }
    if (take_over(queue) < 0) { /* the sender may have sent and gone */
        return -1;
    }
    return memory->levels ? 0 : failed(peer->gone ? EPIPE : EINTR);
}

ssize_t queue_link_take(struct queue *queue, void *buffer, size_t size, unsigned *priority)
{
    struct peer *peer = &queue->opened.peer;
    struct receiver_memory *memory = (struct receiver_memory *)peer->own;
    unsigned best, number, length;

    if (size < queue->geometry.size) {
        return failed(EMSGSIZE);
    }
    if (wait_for_message(queue) < 0) {
        return -1;
    }
    best = 31 - (unsigned)__builtin_clz(memory->levels | 1);
    number = memory->first[best];
    length = *(volatile uint16_t *)&memory->taken[number].size;
    if (number >= queue->geometry.messages || length > queue->geometry.size) {
        return failed(EPROTO);
    }
    copy_memory(buffer, slot_of(queue, number)->data, length);
    if (number == memory->last[best]) {
        memory->levels &= ~(1u << best);
    }
    memory->first[best] = memory->next[number];
    memory->emptied[peer->own->tail % MOST_MESSAGES] = (uint16_t)number;
    in_order();
    memory->taken[number].is_here = false;
    peer_store(&peer->own->tail, peer->own->tail + 1);
    peer_changed(peer);
    if (priority) {
        *priority = best;
    }
    return (ssize_t)length;
}
