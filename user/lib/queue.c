// SPDX-License-Identifier: MIT
#include "lib/queue_memory.h"
#include "lib/syscall.h"

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
    least = side == SENDER ? sizeof(struct receiver_memory) : queue_sender_size(&queue->geometry);
    if (link_info(end, &info) == 0 && queue->geometry.messages - 1 < MOST_MESSAGES &&
        queue->geometry.size <= MOST_BYTES && info.size[!side] >= least) {
        return 0;
    }
    peer_close(&opened->peer);
    return failed(EINVAL);
}

static void settle(struct opened *opened)
{
    if (opened->peer.side == SENDER) {
        queue_settle_sender((struct sender_memory *)opened->peer.own);
    } else {
        queue_settle_receiver(&opened->peer);
    }
}

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
        memory_unmap(sender, queue_sender_size(geometry));
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
    if (opened_create(ends, sizeof(struct receiver_memory), queue_sender_size(&geometry),
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

/* ---- Using ---- */

int queue_put(int end, const void *message, size_t size, unsigned priority)
{
    struct opened *opened = opened_find(end, SENDER, &kind);

    if (!opened) {
        return errno ? -1 : queue_send(end, message, size, priority);
    }
    return queue_link_put((struct queue *)opened, message, size, priority);
}

ssize_t queue_take(int end, void *buffer, size_t size, unsigned *priority)
{
    struct opened *opened = opened_find(end, RECEIVER, &kind);

    if (!opened) {
        return errno ? -1 : queue_receive(end, buffer, size, priority);
    }
    return queue_link_take((struct queue *)opened, buffer, size, priority);
}
