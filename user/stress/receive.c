// SPDX-License-Identifier: MIT
/* The threads of a worker that wait for messages. */
#include "stress/worker.h"

#include <errno.h>
#include <string.h>

#include "lib/syscall.h"
#include "lib/uintr.h"

void waited_in_vain(int handle, const char *what)
{
    if (errno == EAGAIN) {
        must(handle_set_flags(handle, 0), "set_flags");
    } else if (errno == EINTR) {
        count(COUNT_INTERRUPTED);
    } else {
        fail("%s: %s", what, strerror(errno));
    }
}

static void before_wait(int handle, const char *what)
{
    receiver_change();
    if (one_in(8)) {
        pause_somehow();
    }
    if (handle >= 0 && one_in(8)) {
        must(handle_set_flags(handle, HANDLE_NONBLOCK), "set_flags");
    }
    doing(what);
}

void read_pipe(void *unused)
{
    int handle = fetch(OBJECT_PIPE_READ, (unsigned)own_number);
    const size_t size = sizeof(struct record);

    (void)unused;
    for (;;) {
        ssize_t length;

        before_wait(handle, "its pipe");
        length = handle_read(handle, own->inbox.pipe, size * (1 + below(PIPE_BATCH)));
        doing(NULL);
        maybe_die(3000);
        if (length < 0) {
            waited_in_vain(handle, "read from a pipe");
            continue;
        }
        if (length == 0 || length % (ssize_t)size) {
            fail("a read of a pipe returned %zd", length);
        }
        inbox_enter_pipe((unsigned)own_number);
        maybe_die(3000);
    }
}

void read_queue(void *unused)
{
    int handle = fetch(OBJECT_QUEUE_READ, (unsigned)own_number);
    const size_t size = sizeof(own->inbox.queue) + sizeof(own->inbox.queue_payload);

    (void)unused;
    for (;;) {
        ssize_t length;
        unsigned priority;

        before_wait(handle, "its queue");
        length = queue_receive(handle, &own->inbox.queue, size, &priority);
        doing(NULL);
        maybe_die(3000);
        if (length < 0) {
            waited_in_vain(handle, "receive from a queue");
            continue;
        }
        if ((size_t)length != sizeof(own->inbox.queue) + own->inbox.queue.length ||
            priority != (own->inbox.queue.kind - KIND_QUEUE) * 10u) {
            fail("a queue's message has %zd bytes and priority %u, it says %u bytes, kind %u",
                 length, priority, own->inbox.queue.length, own->inbox.queue.kind);
        }
        inbox_enter_queue((unsigned)own_number);
        maybe_die(3000);
    }
}

void read_event(void *unused)
{
    int handle = fetch(OBJECT_EVENT_READ, (unsigned)own_number);

    (void)unused;
    for (;;) {
        uint64_t *value = &own->inbox.event[own->inbox.event_index % 2];
        ssize_t length;

        before_wait(handle, "its eventfd");
        length = handle_read(handle, value, sizeof(*value));
        doing(NULL);
        maybe_die(3000);
        if (length < 0) {
            waited_in_vain(handle, "read from an eventfd");
            continue;
        }
        if (length != sizeof(*value) || *value == 0 || (own_number % 2 && *value != 1)) {
            fail("a read of an eventfd returned %zd, value %lu", length, *value);
        }
        inbox_enter_event((unsigned)own_number);
        maybe_die(3000);
    }
}

/* ---- The ring in shared memory ---- */

static bool empty_ring(unsigned from)
{
    struct lane *lane = &ledger->lanes[KIND_RING][own_number][from];
    bool any = false;

    while (lane->received != GET(lane->sent)) {
        lane_receive((unsigned)own_number, KIND_RING,
                     &own->ring[from][(lane->received + 1) % RING_SLOTS]);
        any = true;
        maybe_die(3000);
    }
    if (any) {
        must(futex_wake(&lane->received, 1), "futex_wake");
    }
    return any;
}

void read_ring(void *unused)
{
    (void)unused;
    for (;;) {
        uint32_t bell = GET(own->bell);
        bool any = false;

        for (unsigned from = 0; from < ledger->seats; from++) {
            any |= empty_ring(from);
        }
        if (!any) {
            before_wait(-1, "its rings' bell");
            if (futex_wait(&own->bell, bell, WAIT_FOREVER) < 0 && errno != EAGAIN) {
                waited_in_vain(-1, "futex_wait");
            }
            doing(NULL);
        }
    }
}

/* ---- User interrupts only ---- */

void listen(void *unused)
{
    (void)unused;
    for (;;) {
        uint32_t before = handled;

        doing("user interrupts");
        UINTR_SLEEP_UNTIL(handled != before || one_in(64));
        doing(NULL);
        count(COUNT_WAKE_UPS);
        receiver_change();
        maybe_die(2000);
    }
}
