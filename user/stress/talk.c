// SPDX-License-Identifier: MIT
/*
 * A talk: the client makes a pipe or a queue that only it can write to, passes the reading end
 * along with a call, writes, and closes. The server reads until the end, or leaves early. So
 * each side's end, or its death, must reach the other one: as the end of what it reads, or as
 * EPIPE.
 */
#include "stress/worker.h"

#include <errno.h>
#include <string.h>

#include "lib/syscall.h"
#include "stress/call.h"

#define LONGEST_PIPE  12000 /* bytes */
#define LONGEST_QUEUE 12    /* messages */
#define MESSAGE_SIZE  48
#define CHUNK         3000

struct talk_message {
    uint64_t words[MESSAGE_SIZE / 8];
};

/* ---- The client ---- */

/* Nothing has been written, but that it will be: `more` of it. */
static void about_to_write(uint32_t more)
{
    SET(own->talk.maybe, own->talk.sure + more);
}

static void have_written(uint32_t more)
{
    SET(own->talk.sure, own->talk.sure + more);
    SET(own->talk.maybe, own->talk.sure);
}

/* False: the reader has gone, as it may; by its death if it did not say so. */
static bool may_go_on(unsigned to, const char *what)
{
    have_written(0);
    if (errno == EINTR) {
        count(COUNT_INTERRUPTED);
        return true;
    }
    if (errno != EPIPE) {
        fail("%s in a talk: %s", what, strerror(errno));
    }
    count(COUNT_TALKS_LEFT);
    if (GET(ledger->seat[to].talk.left) != mix(own->talk.nonce, (uint64_t)own_number) >> 32) {
        __atomic_fetch_add(&ledger->seat[to].talks_broken, 1, __ATOMIC_RELAXED);
    }
    return false;
}

static bool write_pipe(unsigned to, int handle)
{
    static uint8_t chunk[CHUNK];
    uint32_t total = below(LONGEST_PIPE);

    while (own->talk.sure < total) {
        uint32_t size = 1 + below(CHUNK), left = total - own->talk.sure;
        ssize_t written;

        size = size < left ? size : left;
        for (uint32_t i = 0; i < size; i++) {
            chunk[i] = (uint8_t)mix(own->talk.nonce, own->talk.sure + i);
        }
        about_to_write(size);
        written = handle_write(handle, chunk, size);
        maybe_die(2000);
        if (written >= 0) {
            have_written((uint32_t)written);
        } else if (!may_go_on(to, "write")) {
            return false;
        }
        if (one_in(4)) {
            pause_somehow();
        }
    }
    return true;
}

static bool write_queue(unsigned to, int handle)
{
    uint32_t total = below(LONGEST_QUEUE);

    while (own->talk.sure < total) {
        struct talk_message message;

        fill(&message, sizeof(message), mix(own->talk.nonce, own->talk.sure));
        about_to_write(1);
        if (queue_send(handle, &message, sizeof(message), 0) == 0) {
            have_written(1);
        } else if (!may_go_on(to, "send")) {
            return false;
        }
        maybe_die(1000);
    }
    return true;
}

static void talk(unsigned to, enum request request, int reading, int writing)
{
    struct call c = { .request = request, .message = { .handle = reading } };
    bool heard;

    SET(own->talk.nonce, own->talk.nonce + 1);
    SET(own->talk.complete, 0);
    SET(own->talk.sure, 0);
    SET(own->talk.maybe, 0);
    c.argument = own->talk.nonce;
    heard = call(to, &c);
    must(handle_close(reading), "handle_close");
    if (heard) {
        count(COUNT_TALKS);
        if (request == REQUEST_TALK_BY_PIPE ? write_pipe(to, writing) : write_queue(to, writing)) {
            SET(own->talk.complete, 1);
        }
    }
    must(handle_close(writing), "handle_close");
}

void talk_by_pipe(unsigned to)
{
    int ends[2];

    must(pipe_create(ends, 0), "pipe");
    talk(to, REQUEST_TALK_BY_PIPE, ends[0], ends[1]);
}

void talk_by_queue(unsigned to)
{
    int both = (int)must(queue_create(2, MESSAGE_SIZE), "queue_create");
    int reading = (int)must(handle_duplicate(both, RIGHT_READ | RIGHT_TRANSFER, 0), "dup");
    int writing = (int)must(handle_duplicate(both, RIGHT_WRITE, 0), "dup");

    must(handle_close(both), "handle_close");
    talk(to, REQUEST_TALK_BY_QUEUE, reading, writing);
}

/* ---- The server ---- */

/* The bytes or messages read, 0 at the end. */
static uint32_t read_pipe_part(int handle, uint32_t nonce, uint32_t before)
{
    static uint8_t part[CHUNK];
    ssize_t length = handle_read(handle, part, 1 + below(sizeof(part)));

    must(length >= 0 || errno == EINTR ? 0 : -1, "read in a talk");
    for (ssize_t i = 0; i < length; i++) {
        if (part[i] != (uint8_t)mix(nonce, before + (uint64_t)i)) {
            fail("byte %lu of a talk is wrong", before + (uint64_t)i);
        }
    }
    return length < 0 ? UINT32_MAX : (uint32_t)length;
}

static uint32_t read_queue_part(int handle, uint32_t nonce, uint32_t before)
{
    struct talk_message message;
    ssize_t length = queue_receive(handle, &message, sizeof(message), NULL);

    if (length < 0) {
        must(errno == EINTR || errno == EPIPE ? 0 : -1, "receive in a talk");
        return errno == EPIPE ? 0 : UINT32_MAX;
    }
    if (length != sizeof(message) || !is_filled(&message, sizeof(message), mix(nonce, before))) {
        fail("message %u of a talk is wrong", before);
    }
    return 1;
}

/* A client that is dead has a successor, who may have begun another talk. */
static void check_end(unsigned from, uint32_t nonce, uint32_t received)
{
    struct talk *talk = &ledger->seat[from].talk;
    uint32_t sure = GET(talk->sure), maybe = GET(talk->maybe), complete = GET(talk->complete);

    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (GET(talk->nonce) == nonce && (received < sure || received > (complete ? sure : maybe))) {
        fail("a talk with %u ended after %u, it had written %u to %u", from, received, sure, maybe);
    }
}

void talk_serve(enum request request, unsigned from, uint32_t nonce, int handle)
{
    uint32_t most = request == REQUEST_TALK_BY_PIPE ? LONGEST_PIPE : LONGEST_QUEUE;
    uint32_t received = 0, limit = one_in(3) ? below(most / 2) : UINT32_MAX;

    while (received < limit) {
        uint32_t part;

        doing("a talk");
        part = request == REQUEST_TALK_BY_PIPE ? read_pipe_part(handle, nonce, received)
                                               : read_queue_part(handle, nonce, received);
        doing(NULL);
        maybe_die(3000);
        if (part == 0) {
            check_end(from, nonce, received);
            break;
        }
        received += part == UINT32_MAX ? 0 : part;
        if (one_in(4)) {
            pause_somehow();
        }
    }
    SET(own->talk.left, (uint32_t)(mix(nonce, from) >> 32));
    must(handle_close(handle), "handle_close");
}
