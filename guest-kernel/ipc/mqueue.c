// SPDX-License-Identifier: MIT
#include "ipc/mqueue.h"

#include <errno.h>

#include "arch/layout.h"
#include "core/process.h"
#include "core/slab.h"
#include "core/usercopy.h"

struct message {
    struct list node;
    uint32_t size;
    uint32_t priority;
    char data[];
};

_Static_assert(sizeof(struct message) + MQ_MAX_SIZE <= PAGE_SIZE, "slab_alloc()'s limit");

struct mqueue {
    struct object object;
    unsigned max_messages, max_size; /* constant */
    unsigned count;                  /* messages in the queue */
    uint32_t levels;                 /* bit p: messages[p] is not empty */
    struct list messages[MQ_PRIORITIES];
    struct wait_queue senders;   /* wait for room, or for the last receiving handle to go */
    struct wait_queue receivers; /* wait for a message, or for the last sending handle to go */
};

_Static_assert(MQ_PRIORITIES == 32, "a word of levels");

/* ---- Messages in a queue; all in constant time ---- */

static struct message *message_new(size_t size)
{
    struct message *message = slab_alloc(sizeof(*message) + size);

    if (message) {
        message->size = (uint32_t)size;
    }
    return message;
}

static void message_free(struct message *message)
{
    slab_free(message, sizeof(*message) + message->size);
}

static void enqueue(struct mqueue *queue, struct message *message)
{
    list_append(&queue->messages[message->priority], &message->node);
    queue->levels |= 1u << message->priority;
    queue->count++;
}

/* The one to be received next; the queue must not be empty. */
static struct message *first_message(struct mqueue *queue)
{
    unsigned best = 31 - (unsigned)__builtin_clz(queue->levels);

    return LIST_ENTRY(queue->messages[best].next, struct message, node);
}

static void dequeue(struct mqueue *queue, struct message *message)
{
    list_remove(&message->node);
    if (list_is_empty(&queue->messages[message->priority])) {
        queue->levels &= ~(1u << message->priority);
    }
    queue->count--;
}

/* ---- The object ---- */

/* Waiting calls find their handle closed, or that nobody is left to end the wait. */
static void mqueue_hung_up(struct object *object)
{
    struct mqueue *queue = (struct mqueue *)object;

    wait_queue_restart_all(&queue->senders);
    wait_queue_restart_all(&queue->receivers);
}

static void mqueue_destroy(struct object *object)
{
    struct mqueue *queue = (struct mqueue *)object;

    while (queue->count > 0) {
        struct message *message = first_message(queue);

        dequeue(queue, message);
        message_free(message);
    }
    slab_free(queue, sizeof(*queue));
}

static const struct object_type mqueue_type = {
    .name = "mqueue",
    .hung_up = mqueue_hung_up,
    .destroy = mqueue_destroy,
};

/* ---- System calls ---- */

long mqueue_sys_create(uint64_t messages, uint64_t size)
{
    struct mqueue *queue;
    int number;

    if (messages == 0 || messages > MQ_MAX_MESSAGES || size == 0 || size > MQ_MAX_SIZE) {
        return -EINVAL;
    }
    queue = slab_alloc(sizeof(*queue));
    if (!queue) {
        return -ENOMEM;
    }
    object_init(&queue->object, &mqueue_type);
    queue->max_messages = (unsigned)messages;
    queue->max_size = (unsigned)size;
    for (unsigned i = 0; i < MQ_PRIORITIES; i++) {
        list_init(&queue->messages[i]);
    }
    wait_queue_init(&queue->senders);
    wait_queue_init(&queue->receivers);
    number = handle_add(&process_current()->handles, &queue->object, RIGHT_ALL);
    object_put(&queue->object); /* the handle holds it from now on, or it goes */
    return number;
}

static int find(uint64_t number, unsigned right, struct handle **handle)
{
    return handle_find(&process_current()->handles, (int)number, &mqueue_type, right, handle);
}

static long send(struct mqueue *queue, uint64_t data, size_t size, unsigned priority)
{
    struct message *message = message_new(size);

    if (!message) {
        return -ENOMEM;
    }
    if (copy_from_user(message->data, data, size)) {
        message_free(message);
        return -EFAULT;
    }
    message->priority = priority;
    enqueue(queue, message);
    wait_queue_restart_all(&queue->receivers);
    return 0;
}

long mqueue_sys_send(uint64_t number, uint64_t data, uint64_t size, uint64_t priority)
{
    struct handle *handle;
    struct mqueue *queue;
    int error = find(number, RIGHT_WRITE, &handle);

    if (error) {
        return error;
    }
    queue = (struct mqueue *)handle->object;
    if (priority >= MQ_PRIORITIES) {
        return -EINVAL;
    }
    if (size > queue->max_size) {
        return -EMSGSIZE;
    }
    if (queue->object.readers == 0) {
        return -EPIPE;
    }
    if (queue->count == queue->max_messages) {
        return handle->flags & HANDLE_NONBLOCK ? -EAGAIN : wait_on(&queue->senders);
    }
    return send(queue, data, size, (unsigned)priority);
}

/* The message leaves the queue only once the receiver has all of it. */
static long receive(struct mqueue *queue, uint64_t data, uint64_t priority)
{
    struct message *message = first_message(queue);
    long size = message->size;

    if (copy_to_user(data, message->data, message->size)) {
        return -EFAULT;
    }
    if (priority && copy_to_user(priority, &message->priority, sizeof(message->priority))) {
        return -EFAULT;
    }
    dequeue(queue, message);
    message_free(message);
    wait_queue_restart_all(&queue->senders);
    return size;
}

long mqueue_sys_receive(uint64_t number, uint64_t data, uint64_t size, uint64_t priority)
{
    struct handle *handle;
    struct mqueue *queue;
    int error = find(number, RIGHT_READ, &handle);

    if (error) {
        return error;
    }
    queue = (struct mqueue *)handle->object;
    if (size < queue->max_size) {
        return -EMSGSIZE;
    }
    if (queue->count > 0) {
        return receive(queue, data, priority);
    }
    if (queue->object.writers == 0) {
        return -EPIPE;
    }
    return handle->flags & HANDLE_NONBLOCK ? -EAGAIN : wait_on(&queue->receivers);
}
