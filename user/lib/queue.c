// SPDX-License-Identifier: MIT
/*
 * A queue without the kernel is a link. The sender's memory has the messages, each in a slot, and a ring of the
 * slots that it has filled. The receiver's memory has a ring of the slots that it has emptied, and
 * those that it has taken over in a list for each priority: sorting is its affair. So each ring has one
 * producer and one consumer, and a successor of either side finds everything where it was. Its predecessor
 * may have been killed anywhere: what a side keeps for itself changes in such an order that tail and head,
 * which the other one sees, tell how far it had come (settle()).
 */
#include "lib/queue.h"

#include <errno.h>

#include "core/copy.h"
#include "lib/opened.h"
#include "lib/syscall.h"

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

static size_t slot_size(const struct geometry *geometry)
{
    return sizeof(struct slot) + (geometry->size + 7) / 8 * 8;
}

static size_t sender_size(const struct geometry *geometry)
{
    return sizeof(struct sender_memory) + geometry->messages * slot_size(geometry);
}

static int failed(int error)
{
    errno = error;
    return -1;
}

/* A lazy thread that polls instead of waiting: nobody is to wait for what it doesn't say. */
static int would_wait(void)
{
    ipc_flush();
    return failed(EAGAIN);
}

/* ---- Opening ---- */

/* What the other side's memory must have is known from the own one's. */
static int open_end(struct opened *opened, int end, unsigned side)
{
    struct queue *queue = (struct queue *)opened;
    struct link_info info;
    size_t least;

    if (peer_open(&opened->peer, end, side, EVENT_WAKE,
                  side == SENDER ? sizeof(struct sender_memory) : sizeof(struct receiver_memory),
                  0) < 0) {
        return -1;
    }
    if (side == SENDER) {
        queue->geometry = ((struct sender_memory *)opened->peer.own)->geometry;
    } else {
        queue->geometry = ((struct receiver_memory *)opened->peer.own)->geometry;
    }
    least = side == SENDER ? sizeof(struct receiver_memory) : sender_size(&queue->geometry);
    if (link_info(end, &info) == 0 && queue->geometry.messages - 1 < MOST_MESSAGES &&
        queue->geometry.size <= MOST_BYTES && info.size[!side] >= least) {
        return 0;
    }
    peer_close(&opened->peer);
    return failed(EINVAL);
}

static void settle(struct opened *opened);

static const struct opened_kind kind = { 0x7175657565757069, sizeof(struct queue), open_end,
                                         settle };

static int open_in_kernel(int ends[2], unsigned messages, size_t size, unsigned flags)
{
    int queue = queue_create(messages, size);

    if (queue < 0) {
        return -1;
    }
    ends[RECEIVER] = handle_duplicate(queue, RIGHT_READ | RIGHT_TRANSFER, 0);
    ends[SENDER] = handle_duplicate(queue, RIGHT_WRITE | RIGHT_TRANSFER, 0);
    handle_close(queue);
    if (ends[RECEIVER] < 0 || ends[SENDER] < 0) {
        if (ends[RECEIVER] >= 0) {
            handle_close(ends[RECEIVER]);
        }
        return failed(EMFILE);
    }
    handle_set_flags(ends[RECEIVER], flags);
    handle_set_flags(ends[SENDER], flags);
    return 0;
}

/* In both memories, which only the two sides write later on. */
static int set_geometry(const int ends[2], const struct geometry *geometry)
{
    struct receiver_memory *receiver = link_map(ends[RECEIVER], RECEIVER);
    struct sender_memory *sender = link_map(ends[SENDER], SENDER);

    if (receiver) {
        receiver->geometry = *geometry;
        memory_unmap(receiver, sizeof(*receiver));
    }
    if (sender) {
        sender->geometry = *geometry;
        memory_unmap(sender, sender_size(geometry));
    }
    return receiver && sender ? 0 : -1;
}

int queue_open(int ends[2], unsigned messages, size_t size, unsigned flags)
{
    struct geometry geometry = { messages, (uint32_t)size };

    if (flags & ~(IPC_UINTR | HANDLE_NONBLOCK)) {
        return failed(EINVAL);
    }
    if (!(flags & IPC_UINTR)) {
        return open_in_kernel(ends, messages, size, flags);
    }
    if (messages - 1 >= MOST_MESSAGES || size - 1 >= MOST_BYTES) {
        return failed(EINVAL);
    }
    if (opened_create(ends, sizeof(struct receiver_memory), sender_size(&geometry),
                      flags & HANDLE_NONBLOCK, &kind) < 0) {
        return -1;
    }
    if (set_geometry(ends, &geometry) < 0) {
        handle_close(ends[RECEIVER]);
        handle_close(ends[SENDER]);
        return failed(ENOMEM);
    }
    return 0;
}

int queue_set_flags(int end, unsigned flags)
{
    return opened_set_flags(end, flags);
}

int queue_close(int end)
{
    return opened_close(end);
}

/* ---- Sending ---- */

/* For the compiler: what stands before is in memory before what comes, for who is killed in between. */
static inline void in_order(void)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

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

/* A number that the receiver can't have, twice or at all, ends the queue. */
static int take_back(struct queue *queue)
{
    struct peer *peer = &queue->opened.peer;
    struct sender_memory *memory = (struct sender_memory *)peer->own;
    const struct receiver_memory *other = (const struct receiver_memory *)peer->other;

    if (returned(peer) > memory->fresh - memory->spare) {
        return failed(EPROTO);
    }
    while (returned(peer) > 0) {
        uint32_t head = peer->own->head;
        uint16_t number = *(const volatile uint16_t *)&other->emptied[head % MOST_MESSAGES];

        if (number >= memory->fresh || memory->spare >= memory->fresh) {
            return failed(EPROTO);
        }
        memory->free[memory->spare % MOST_MESSAGES] = (slot_number)number;
        peer_store(&peer->own->head, head + 1);
        in_order();
        memory->spare++;
    }
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
static void settle_sender(struct sender_memory *memory)
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

static int put(struct queue *queue, const void *message, size_t size, unsigned priority)
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
    slot = (struct slot *)((char *)memory->slots + (size_t)number * slot_size(&queue->geometry));
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

int queue_put(int end, const void *message, size_t size, unsigned priority)
{
    struct opened *opened = opened_find(end, SENDER, &kind);

    if (!opened) {
        return errno ? -1 : queue_send(end, message, size, priority);
    }
    return put((struct queue *)opened, message, size, priority);
}

/* ---- Receiving ---- */

static uint32_t arrived(const struct peer *peer)
{
    return peer_load(&peer->other->tail) - peer->own->head;
}

static const struct slot *slot_of(const struct queue *queue, unsigned number)
{
    const struct sender_memory *memory = (const struct sender_memory *)queue->opened.peer.other;

    return (const struct slot *)((const char *)memory->slots +
                                 number * slot_size(&queue->geometry));
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
static void settle_receiver(struct peer *peer)
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

static void settle(struct opened *opened)
{
    if (opened->peer.side == SENDER) {
        settle_sender((struct sender_memory *)opened->peer.own);
    } else {
        settle_receiver(&opened->peer);
    }
}

/* Everything that has come, each look at the sender's memory once. */
static int take_over(struct queue *queue)
{
    struct peer *peer = &queue->opened.peer;
    struct receiver_memory *memory = (struct receiver_memory *)peer->own;
    const struct sender_memory *other = (const struct sender_memory *)peer->other;
    uint32_t left = arrived(peer);

    if (left > queue->geometry.messages) {
        return failed(EPROTO);
    }
    for (; left > 0; left--) {
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

static ssize_t take(struct queue *queue, void *buffer, size_t size, unsigned *priority)
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

ssize_t queue_take(int end, void *buffer, size_t size, unsigned *priority)
{
    struct opened *opened = opened_find(end, RECEIVER, &kind);

    if (!opened) {
        return errno ? -1 : queue_receive(end, buffer, size, priority);
    }
    return take((struct queue *)opened, buffer, size, priority);
}
