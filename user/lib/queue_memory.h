/* SPDX-License-Identifier: MIT */
/*
 * A queue without the kernel is a link. The sender's memory has the messages, each in a slot, and a ring of the
 * slots that it has filled. The receiver's memory has a ring of the slots that it has emptied, and
 * those that it has taken over in a list for each priority: sorting is its affair. So each ring has one
 * producer and one consumer, and a successor of either side finds everything where it was. Its predecessor
 * may have been killed anywhere: what a side keeps for itself changes in such an order that tail and head,
 * which the other one sees, tell how far it had come (queue_settle_sender() and _receiver()).
 *
 *   queue.c          opening, and the calls of lib/queue.h
 *   queue_send.c     the sender's side
 *   queue_receive.c  the receiver's side
 */
#ifndef LIB_QUEUE_MEMORY_H
#define LIB_QUEUE_MEMORY_H

#include <errno.h>

#include "lib/opened.h"
#include "lib/queue.h"

#define PRIORITIES_OF_MESSAGES 32
#define MOST_MESSAGES          256
#define MOST_BYTES             4032
#define RECEIVER               0 /* the side of a link */
#define SENDER                 1

/* Set when the queue is made, in the memory of both sides: each believes its own. */
struct geometry {
    uint32_t messages; /* slots */
    uint32_t size;     /* bytes, at most */
};

/*
 * In a side's own memory. Who made the link could have kept that memory mapped: whatever is in it, it is an index
 * into the arrays here, and what else is taken from there is checked where it matters.
 */
typedef uint8_t slot_number;

_Static_assert(MOST_MESSAGES == 1 << 8 * sizeof(slot_number), "every number is an index");

/* Numbers of slots, on their way to the other side: its own tail counts what it has put in. */
typedef uint16_t slot_ring[MOST_MESSAGES];

struct sender_memory {
    struct opened_words head; /* tail: slots filled, head: slots taken back */
    struct geometry geometry;
    uint32_t fresh; /* slots that have been used at all */
    uint32_t spare; /* of slots that were taken back: how many are in `free` */
    slot_number free[MOST_MESSAGES];
    slot_ring filled;
    _Alignas(PEER_LINE) uint64_t slots[]; /* each a struct slot */
};

struct slot {
    uint32_t size, priority;
    char data[];
};

struct receiver_memory {
    struct opened_words head; /* tail: slots emptied, head: slots taken over */
    struct geometry geometry;
    slot_ring emptied;
    struct {
        uint32_t order; /* head, when it was taken over */
        uint16_t size;
        uint8_t priority; /* both as they were then */
        bool is_here;     /* taken over and not emptied */
    } taken[MOST_MESSAGES];
    /* Made from that by each successor */
    uint32_t levels; /* bit p: the list of priority p isn't empty */
    slot_number first[PRIORITIES_OF_MESSAGES], last[PRIORITIES_OF_MESSAGES];
    slot_number next[MOST_MESSAGES]; /* behind it in its list */
};

_Static_assert(sizeof(struct receiver_memory) <= 4096, "one page");

struct queue {
    struct opened opened;
    struct geometry geometry;
};

static inline size_t queue_slot_size(const struct geometry *geometry)
{
    return sizeof(struct slot) + (geometry->size + 7) / 8 * 8;
}

static inline size_t queue_sender_size(const struct geometry *geometry)
{
    return sizeof(struct sender_memory) + geometry->messages * queue_slot_size(geometry);
}

static inline int failed(int error)
{
    errno = error;
    return -1;
}

/* A lazy thread that polls instead of waiting: nobody is to wait for what it doesn't say. */
static inline int would_wait(void)
{
    ipc_flush();
    return failed(EAGAIN);
}

/* For the compiler: what stands before is in memory before what comes, for who is killed in between. */
static inline void in_order(void)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* As queue_put() and queue_take(), for links. */
int queue_link_put(struct queue *queue, const void *message, size_t size, unsigned priority);
ssize_t queue_link_take(struct queue *queue, void *buffer, size_t size, unsigned *priority);

/* What a predecessor has left undone, before a successor goes on. */
void queue_settle_sender(struct sender_memory *memory);
void queue_settle_receiver(struct peer *peer);

#endif
