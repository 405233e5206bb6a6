// SPDX-License-Identifier: MIT
#include "ipc/pipe.h"

#include <errno.h>

#include "arch/layout.h"
#include "core/page.h"
#include "core/process.h"
#include "core/slab.h"
#include "core/usercopy.h"

struct pipe {
    struct object object;
    char *ring;     /* a page */
    unsigned first; /* where the oldest byte is */
    unsigned used;
    struct wait_queue readers; /* wait for a byte, or for the last writer to go */
    struct wait_queue writers; /* wait for room, or for the last reader to go */
};

_Static_assert(PIPE_CAPACITY == PAGE_SIZE, "the ring is a page");
_Static_assert(PIPE_ATOMIC <= PIPE_CAPACITY, "it fits at some time");

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* ---- The ring: copies at most what is there or fits, in two parts where it wraps around ---- */

static int copy_out(const struct pipe *pipe, uint64_t buffer, size_t size)
{
    size_t part = smaller(size, PIPE_CAPACITY - pipe->first);
    int error = copy_to_user(buffer, pipe->ring + pipe->first, part);

    return error ? error : copy_to_user(buffer + part, pipe->ring, size - part);
}

static int copy_in(struct pipe *pipe, uint64_t buffer, size_t size)
{
    size_t end = (pipe->first + pipe->used) % PIPE_CAPACITY;
    size_t part = smaller(size, PIPE_CAPACITY - end);
    int error = copy_from_user(pipe->ring + end, buffer, part);

    return error ? error : copy_from_user(pipe->ring, buffer + part, size - part);
}

/* ---- The object. The ring's state changes only after a copy that succeeded. ---- */

static long pipe_read(struct object *object, uint64_t buffer, size_t size, unsigned flags)
{
    struct pipe *pipe = (struct pipe *)object;

    if (size == 0 || (pipe->used == 0 && object->writers == 0)) {
        return 0;
    }
    if (pipe->used == 0) {
        return flags & HANDLE_NONBLOCK ? -EAGAIN : wait_on(&pipe->readers);
    }
    size = smaller(size, pipe->used);
    if (copy_out(pipe, buffer, size)) {
        return -EFAULT;
    }
    pipe->first = (pipe->first + size) % PIPE_CAPACITY;
    pipe->used -= size;
    wait_queue_restart_all(&pipe->writers);
    return (long)size;
}

static long pipe_write(struct object *object, uint64_t buffer, size_t size, unsigned flags)
{
    struct pipe *pipe = (struct pipe *)object;
    size_t room = PIPE_CAPACITY - pipe->used;
    size_t needed = size <= PIPE_ATOMIC ? size : 1;

    if (object->readers == 0) {
        return -EPIPE;
    }
    if (room < needed) {
        return flags & HANDLE_NONBLOCK ? -EAGAIN : wait_on(&pipe->writers);
    }
    size = smaller(size, room);
    if (copy_in(pipe, buffer, size)) {
        return -EFAULT;
    }
    pipe->used += size;
    wait_queue_restart_all(&pipe->readers);
    return (long)size;
}

/*
 * Waiting calls find their end closed, or the other one. A call waits only while a handle of its
 * kind exists, so both queues are empty for good once there is none: destroy() need not look.
 */
static void pipe_hung_up(struct object *object)
{
    struct pipe *pipe = (struct pipe *)object;

    wait_queue_restart_all(&pipe->readers);
    wait_queue_restart_all(&pipe->writers);
}

static void pipe_destroy(struct object *object)
{
    struct pipe *pipe = (struct pipe *)object;

    page_free(pipe->ring);
    slab_free(pipe, sizeof(*pipe));
}

static const struct object_type pipe_type = {
    .name = "pipe",
    .read = pipe_read,
    .write = pipe_write,
    .hung_up = pipe_hung_up,
    .destroy = pipe_destroy,
};

/* ---- Creation ---- */

static struct pipe *pipe_new(void)
{
    struct pipe *pipe = slab_alloc(sizeof(*pipe));

    if (!pipe) {
        return NULL;
    }
    pipe->ring = page_alloc();
    if (!pipe->ring) {
        slab_free(pipe, sizeof(*pipe));
        return NULL;
    }
    object_init(&pipe->object, &pipe_type);
    wait_queue_init(&pipe->readers);
    wait_queue_init(&pipe->writers);
    return pipe;
}

/* Both ends, or none. */
static int add_ends(struct pipe *pipe, unsigned flags, int numbers[2])
{
    struct handle_table *table = &process_current()->handles;

    numbers[0] = handle_add(table, &pipe->object, RIGHT_READ | RIGHT_TRANSFER);
    if (numbers[0] < 0) {
        return numbers[0];
    }
    numbers[1] = handle_add(table, &pipe->object, RIGHT_WRITE | RIGHT_TRANSFER);
    if (numbers[1] < 0) {
        handle_close(table, numbers[0]);
        return numbers[1];
    }
    table->handles[numbers[0]].flags = (uint8_t)flags;
    table->handles[numbers[1]].flags = (uint8_t)flags;
    return 0;
}

long pipe_sys_create(uint64_t handles, uint64_t flags)
{
    struct handle_table *table = &process_current()->handles;
    struct pipe *pipe;
    int numbers[2], error;

    if (flags & ~(uint64_t)HANDLE_NONBLOCK) {
        return -EINVAL;
    }
    pipe = pipe_new();
    if (!pipe) {
        return -ENOMEM;
    }
    error = add_ends(pipe, (unsigned)flags, numbers);
    object_put(&pipe->object); /* the handles hold it from now on */
    if (error) {
        return error;
    }
    error = copy_to_user(handles, numbers, sizeof(numbers));
    if (error) {
        handle_close(table, numbers[0]);
        handle_close(table, numbers[1]);
    }
    return error;
}
