// SPDX-License-Identifier: MIT
/*
 * A pipe without the kernel is a link whose writer's memory is the ring: tail counts bytes written, head
 * bytes read.
 */
#include "lib/pipe.h"

#include <errno.h>

#include "core/copy.h"
#include "lib/opened.h"
#include "lib/syscall.h"

#define CAPACITY 4096
#define ATOMIC   512 /* bytes that are written together */
#define READER   0   /* the side of a link */
#define WRITER   1

struct reader_memory {
    struct opened_words head;
};

struct writer_memory {
    struct opened_words head;
    _Alignas(PEER_LINE) char ring[CAPACITY];
};

struct pipe {
    struct opened opened;
};

static int open_end(struct opened *opened, int end, unsigned side)
{
    static const size_t size[] = { sizeof(struct reader_memory), sizeof(struct writer_memory) };

    return peer_open(&opened->peer, end, side, EVENT_WAKE, size[side], size[!side]);
}

static const struct opened_kind kind = { 0x7069706520757069, sizeof(struct pipe), open_end, NULL };

int pipe_open(int ends[2], unsigned flags)
{
    if (!(flags & IPC_UINTR)) {
        return pipe_create(ends, flags);
    }
    if (flags & ~(IPC_UINTR | HANDLE_NONBLOCK)) {
        errno = EINVAL;
        return -1;
    }
    return opened_create(ends, sizeof(struct reader_memory), sizeof(struct writer_memory),
                         flags & HANDLE_NONBLOCK, &kind);
}

int pipe_set_flags(int end, unsigned flags)
{
    return opened_set_flags(end, flags);
}

int pipe_close(int end)
{
    return opened_close(end);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static ssize_t failed(int error)
{
    errno = error;
    return -1;
}

/* A lazy thread that polls instead of waiting: nobody is to wait for what it doesn't say. */
static ssize_t would_wait(void)
{
    ipc_flush();
    return failed(EAGAIN);
}

/* ---- Reading ---- */

/* Bytes that can be read; more than CAPACITY: the writer's memory makes no sense. */
static uint32_t filled(const struct peer *peer)
{
    return peer_load(&peer->other->tail) - peer->own->head;
}

static void copy_out(const struct peer *peer, char *buffer, size_t size)
{
    const struct writer_memory *memory = (const struct writer_memory *)peer->other;
    size_t first = peer->own->head % CAPACITY, part = smaller(size, CAPACITY - first);

    copy_memory(buffer, memory->ring + first, part);
    if (part < size) {
        copy_memory(buffer + part, memory->ring, size - part);
    }
}

static ssize_t read_link(struct opened *opened, char *buffer, size_t size)
{
    struct peer *peer = &opened->peer;
    uint32_t there = filled(peer);

    if (size == 0) {
        return 0;
    }
    if (there == 0) {
        if (!peer_is_gone(peer, false) && !(opened->flags & HANDLE_NONBLOCK)) {
            PEER_WAIT_UNTIL(peer, false, true, filled(peer) != 0);
        }
        there = filled(peer); /* once more: the writer may have written and gone */
    }
    if (there == 0 && peer->gone) {
        return 0;
    }
    if (there == 0) {
        return opened->flags & HANDLE_NONBLOCK ? would_wait() : failed(EINTR);
    }
    if (there > CAPACITY) {
        return failed(EPROTO);
    }
    size = smaller(size, there);
    copy_out(peer, buffer, size);
    peer_store(&peer->own->head, peer->own->head + (uint32_t)size);
    peer_changed(peer);
    return (ssize_t)size;
}

ssize_t pipe_read(int end, void *buffer, size_t size)
{
    struct opened *opened = opened_find(end, READER, &kind);

    if (!opened) {
        return errno ? -1 : handle_read(end, buffer, size);
    }
    return read_link(opened, buffer, size);
}

/* ---- Writing ---- */

static uint32_t used(const struct peer *peer)
{
    return peer->own->tail - peer_load(&peer->other->head);
}

static bool fits(const struct peer *peer, size_t size)
{
    return used(peer) > CAPACITY || CAPACITY - used(peer) >= size;
}

static void copy_in(struct peer *peer, const char *buffer, size_t size)
{
    struct writer_memory *memory = (struct writer_memory *)peer->own;
    size_t first = peer->own->tail % CAPACITY, part = smaller(size, CAPACITY - first);

    copy_memory(memory->ring + first, buffer, part);
    if (part < size) {
        copy_memory(memory->ring, buffer + part, size - part);
    }
}

static ssize_t write_link(struct opened *opened, const char *buffer, size_t size)
{
    struct peer *peer = &opened->peer;
    size_t needed = size <= ATOMIC ? size : 1;
    uint32_t before;

    if (peer_is_gone(peer, false)) {
        return failed(EPIPE);
    }
    if (!fits(peer, needed)) {
        if (opened->flags & HANDLE_NONBLOCK) {
            return would_wait();
        }
        PEER_WAIT_UNTIL(peer, false, true, fits(peer, needed));
        if (peer->gone) {
            return failed(EPIPE);
        }
    }
    before = used(peer);
    if (before > CAPACITY) {
        return failed(EPROTO);
    }
    if (CAPACITY - before < needed) {
        return failed(EINTR);
    }
    size = smaller(size, CAPACITY - before);
    copy_in(peer, buffer, size);
    peer_store(&peer->own->tail, peer->own->tail + (uint32_t)size);
    peer_changed(peer);
    return (ssize_t)size;
}

ssize_t pipe_write(int end, const void *buffer, size_t size)
{
    struct opened *opened = opened_find(end, WRITER, &kind);

    if (!opened) {
        return errno ? -1 : handle_write(end, buffer, size);
    }
    return write_link(opened, buffer, size);
}
