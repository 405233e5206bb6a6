// SPDX-License-Identifier: MIT
/* Messages through pipes, queues, eventfds and rings in shared memory. */
#include "stress/worker.h"

#include <errno.h>

#include "lib/syscall.h"

static bool not_sent(int handle, const char *what)
{
    waited_in_vain(handle, what);
    maybe_die(1000);
    return true;
}

static void sometimes_nonblocking(int handle)
{
    must(handle_set_flags(handle, one_in(4) ? HANDLE_NONBLOCK : 0), "set_flags");
}

void send_pipe(unsigned to)
{
    struct record records[PIPE_BATCH] = { 0 };
    unsigned number = one_in(4) ? 1 + below(PIPE_BATCH) : 1;
    int handle = sending_handle(OBJECT_PIPE_WRITE, to);
    ssize_t size = (ssize_t)(number * sizeof(records[0])), written;

    sometimes_nonblocking(handle);
    do {
        lane_begin(KIND_PIPE, to, records, number);
        written = handle_write(handle, records, (size_t)size);
        maybe_die(3000);
        if (written == size) {
            lane_sent(KIND_PIPE, to);
            count(COUNT_PIPE);
            return;
        }
        if (written >= 0) {
            fail("a write of %zd bytes into a pipe returned %zd", size, written);
        }
        lane_not_sent(KIND_PIPE, to, number);
    } while (not_sent(handle, "write to a pipe"));
}

void send_queue(unsigned to)
{
    struct {
        struct record record;
        uint8_t payload[QUEUE_PAYLOAD];
    } message = { 0 };
    unsigned priority = below(QUEUE_PRIORITIES);
    enum kind kind = KIND_QUEUE + priority;
    int handle = sending_handle(OBJECT_QUEUE_WRITE, to), result;

    message.record.length = below(QUEUE_PAYLOAD + 1);
    sometimes_nonblocking(handle);
    do {
        lane_begin(kind, to, &message.record, 1);
        fill(message.payload, message.record.length, message.record.check);
        result = queue_send(handle, &message, sizeof(message.record) + message.record.length,
                            priority * 10);
        maybe_die(3000);
        if (result == 0) {
            lane_sent(kind, to);
            count(COUNT_QUEUE);
            return;
        }
        lane_not_sent(kind, to, 1);
    } while (not_sent(handle, "send to a queue"));
}

/* A semaphore is read one by one: small numbers. */
void send_event(unsigned to)
{
    struct sum *sum = &ledger->seat[to].sums[own_number];
    uint64_t value = 1 + below(to % 2 ? 3 : 1000);
    int handle = sending_handle(OBJECT_EVENT_WRITE, to);

    SET(sum->pending, value);
    must(handle_write(handle, &value, sizeof(value)), "write to an eventfd");
    maybe_die(3000);
    SET(sum->sure, sum->sure + value);
    SET(sum->pending, 0);
    count(COUNT_EVENT);
}

static void ring_bell(struct seat *seat)
{
    __atomic_fetch_add(&seat->bell, 1, __ATOMIC_SEQ_CST);
    must(futex_wake(&seat->bell, 1), "futex_wake");
}

/* Messages up to `received` have left the ring: the receiver changes it, then wakes. */
void send_ring(unsigned to)
{
    struct lane *lane = &ledger->lanes[KIND_RING][to][own_number];
    struct seat *seat = &ledger->seat[to];
    struct record record = { 0 };
    uint32_t received;

    while (received = GET(lane->received), lane->sent - received == RING_SLOTS) {
        if (futex_wait(&lane->received, received, WAIT_FOREVER) < 0 && errno != EAGAIN) {
            must(errno == EINTR ? 0 : -1, "futex_wait");
            count(COUNT_INTERRUPTED);
        }
        maybe_die(3000);
    }
    SET(lane->intent, lane->sent); /* a predecessor's death leaves no doubt here */
    lane_begin(KIND_RING, to, &record, 1);
    seat->ring[own_number][record.number % RING_SLOTS] = record;
    lane_sent(KIND_RING, to);
    maybe_die(3000);
    ring_bell(seat);
    count(COUNT_RING);
}
