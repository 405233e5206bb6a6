// SPDX-License-Identifier: MIT
#include "core/copy.h"
#include "lib/queue_memory.h"

/* Slots that the receiver has emptied and the sender not taken back yet. */
static uint32_t returned(const struct peer *peer)
{
    return peer_load(&peer->other->tail) - peer->own->head;
}

static bool has_slot(const struct queue *queue)
{
    const struct peer *peer = &queue->opened.peer;
    const struct sender_memory *memory = (const struct sender_memory *)peer->own;

    return memory->spare > 0 || memory->fresh < queue->geometry.messages || returned(peer) > 0;
}

/*
 * One slot, if there is one: each message then costs the same. A number that the receiver can't have, at all
 * or any more, ends the queue.
 */
static int take_back(struct queue *queue)
{
    struct peer *peer = &queue->opened.peer;
    struct sender_memory *memory = (struct sender_memory *)peer->own;
    const struct receiver_memory *other = (const struct receiver_memory *)peer->other;
    uint32_t head = peer->own->head, count = returned(peer);
    uint16_t number;

    if (count > memory->fresh - memory->spare) {
        return failed(EPROTO);
    }
    if (count == 0) {
        return 0;
    }
    number = *(const volatile uint16_t *)&other->emptied[head % MOST_MESSAGES];
    if (number >= memory->fresh) {
        return failed(EPROTO);
    }
    memory->free[memory->spare % MOST_MESSAGES] = (slot_number)number;
    peer_store(&peer->own->head, head + 1);
    in_order();
    memory->spare++;
    return 0;
}

/* Where the next message goes; it is taken when that has been sent. */
static int next_slot(struct queue *queue)
{
    struct sender_memory *memory = (struct sender_memory *)queue->opened.peer.own;
    uint32_t number;

    if (memory->spare == 0 && memory->fresh == queue->geometry.messages && take_back(queue) < 0) {
        return -1;
    }
    number = memory->spare > 0 ? memory->free[(memory->spare - 1) % MOST_MESSAGES]
                               : *(volatile uint32_t *)&memory->fresh;
    /* Beyond the last slot: the receiver has taken back what wait_for_slot() saw. */
    return number < queue->geometry.messages ? (int)number : failed(EPROTO);
}

static void take_slot(struct sender_memory *memory)
{
    if (memory->spare > 0) {
        memory->spare--;
    } else {
        memory->fresh++;
    }
}

/* As many slots are with the receiver as have been sent and not taken back, or the last step is missing. */
void queue_settle_sender(struct sender_memory *memory)
{
    const struct peer_words *words = &memory->head.words;
    uint32_t out = words->tail - words->head, away = memory->fresh - memory->spare;

    if (out == away + 1) {
        take_slot(memory);
    } else if (away == out + 1) {
        memory->spare++;
    }
}

static int wait_for_slot(struct queue *queue)
{
    struct peer *peer = &queue->opened.peer;

    if (peer_is_gone(peer, false)) {
        return failed(EPIPE);
    }
    if (has_slot(queue)) {
        return 0;
    }
    if (queue->opened.flags & HANDLE_NONBLOCK) {
        return would_wait();
    }
    PEER_WAIT_UNTIL(peer, false, true, has_slot(queue));
    if (peer->gone) {
        return failed(EPIPE);
    }
    return has_slot(queue) ? 0 : failed(EINTR);
}

int queue_link_put(struct queue *queue, const void *message, size_t size, unsigned priority)
{
    struct peer *peer = &queue->opened.peer;
    struct sender_memory *memory = (struct sender_memory *)peer->own;
    struct slot *slot;
    int number;

    if (priority >= PRIORITIES_OF_MESSAGES) {
        return failed(EINVAL);
    }
    if (size > queue->geometry.size) {
        return failed(EMSGSIZE);
    }
    if (wait_for_slot(queue) < 0) {
        return -1;
    }
    number = next_slot(queue);
    if (number < 0) {
        return -1;
    }
    slot =
        (struct slot *)((char *)memory->slots + (size_t)number * queue_slot_size(&queue->geometry));
    slot->size = (uint32_t)size;
    slot->priority = priority;
    copy_memory(slot->data, message, size);
    memory->filled[peer->own->tail % MOST_MESSAGES] = (uint16_t)number;
    peer_store(&peer->own->tail, peer->own->tail + 1);
    in_order();
    take_slot(memory);
    peer_changed(peer);
    return 0;
}
