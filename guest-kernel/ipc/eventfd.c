// SPDX-License-Identifier: MIT
#include "ipc/eventfd.h"

#include <errno.h>

#include "core/process.h"
#include "core/slab.h"
#include "core/usercopy.h"

#define MAX_COUNT (UINT64_MAX - 1)

struct eventfd {
    struct object object;
    uint64_t count;
    bool semaphore;            /* constant */
    struct wait_queue readers; /* wait for a count above 0, or for the last writer to go */
    struct wait_queue writers; /* wait for a smaller count, or for the last reader to go */
};

/* peers: handles that could end the wait. */
static long wait_or_fail(struct wait_queue *queue, uint32_t peers, unsigned flags)
{
    if (peers == 0) {
        return -EPIPE;
    }
    return flags & HANDLE_NONBLOCK ? -EAGAIN : wait_on(queue);
}

static long eventfd_read(struct object *object, uint64_t buffer, size_t size, unsigned flags)
{
    struct eventfd *eventfd = (struct eventfd *)object;
    uint64_t value = eventfd->semaphore ? 1 : eventfd->count;

    if (size < sizeof(value)) {
        return -EINVAL;
    }
    if (eventfd->count == 0) {
        return wait_or_fail(&eventfd->readers, object->writers, flags);
    }
    if (copy_to_user(buffer, &value, sizeof(value))) {
        return -EFAULT;
    }
    eventfd->count -= value;
    wait_queue_restart_all(&eventfd->writers);
    return sizeof(value);
}

static long eventfd_write(struct object *object, uint64_t buffer, size_t size, unsigned flags)
{
    struct eventfd *eventfd = (struct eventfd *)object;
    uint64_t value;

    if (size < sizeof(value)) {
        return -EINVAL;
    }
    if (copy_from_user(&value, buffer, sizeof(value))) {
        return -EFAULT;
    }
    if (value > MAX_COUNT) {
        return -EINVAL;
    }
    if (value > MAX_COUNT - eventfd->count) {
        return wait_or_fail(&eventfd->writers, object->readers, flags);
    }
    eventfd->count += value;
    wait_queue_restart_all(&eventfd->readers);
    return sizeof(value);
}

/* Waiting calls find their handle closed, or that nobody is left to end the wait. */
static void eventfd_hung_up(struct object *object)
{
    struct eventfd *eventfd = (struct eventfd *)object;

    wait_queue_restart_all(&eventfd->readers);
    wait_queue_restart_all(&eventfd->writers);
}

static void eventfd_destroy(struct object *object)
{
    slab_free(object, sizeof(struct eventfd));
}

static const struct object_type eventfd_type = {
    .name = "eventfd",
    .read = eventfd_read,
    .write = eventfd_write,
    .hung_up = eventfd_hung_up,
    .destroy = eventfd_destroy,
};

long eventfd_sys_create(uint64_t value, uint64_t flags)
{
    struct handle_table *table = &process_current()->handles;
    struct eventfd *eventfd;
    int number;

    if (value > MAX_COUNT || (flags & ~(uint64_t)(HANDLE_NONBLOCK | EVENTFD_SEMAPHORE))) {
        return -EINVAL;
    }
    eventfd = slab_alloc(sizeof(*eventfd));
    if (!eventfd) {
        return -ENOMEM;
    }
    object_init(&eventfd->object, &eventfd_type);
    wait_queue_init(&eventfd->readers);
    wait_queue_init(&eventfd->writers);
    eventfd->count = value;
    eventfd->semaphore = flags & EVENTFD_SEMAPHORE;
    number = handle_add(table, &eventfd->object, RIGHT_ALL);
    if (number >= 0) {
        table->handles[number].flags = flags & HANDLE_NONBLOCK;
    }
    object_put(&eventfd->object); /* the handle holds it from now on, or it goes */
    return number;
}
