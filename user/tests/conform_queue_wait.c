// SPDX-License-Identifier: MIT
/* Message queues of both kinds: who waits, who comes, goes and dies meanwhile, and who interrupts. */
#include <string.h>

#include "lib/ipc.h"
#include "lib/signals.h"
#include "tests/queue_peer.h"

static char buffer[128];

/* ---- Waiting for the other side ---- */

static void receiver_waits(uint64_t argument)
{
    int ends[2], peer;

    for (unsigned size = 0; size <= 100; size += 50) {
        queue_begin();
        MUST(queue_open(ends, 3, 100, KIND(argument)));
        peer = PEER(queue_take_when_told, size, HART_OF(argument), ends[RECEIVE]);
        test_until_blocked(&shared->flags[BLOCKED], HART_OF(argument));
        if (size) {
            test_fill(buffer, size, 5);
            MUST(queue_put(ends[SEND], buffer, size, 6));
        }
        MUST(queue_close(ends[SEND]));
        PEER_DONE(peer);
        MUST(queue_close(ends[RECEIVE]));
    }
}

static void sender_waits(uint64_t argument)
{
    unsigned hart = HART_OF(argument);
    int ends[2], peer;

    for (unsigned i = 0; i < 2; i++) { /* 0: the last receiver goes */
        queue_begin();
        MUST(queue_open(ends, 1, 10, KIND(argument)));
        peer = PEER(queue_fill_one, i, hart, ends[SEND]);
        MUST(queue_close(ends[SEND]));
        test_until_blocked(&shared->flags[BLOCKED], hart);
        CHECK_EQUAL(shared->flags[DONE], 0);
        if (i) { /* whatever the other's priority */
            CHECK_EQUAL(queue_take(ends[RECEIVE], buffer, 10, NULL), 5);
            PEER_DONE(peer);
            CHECK_EQUAL(queue_take(ends[RECEIVE], buffer, 10, NULL), 6);
            CHECK(memcmp(buffer, "second", 6) == 0);
            MUST(queue_close(ends[RECEIVE]));
        } else {
            MUST(queue_close(ends[RECEIVE]));
            PEER_DONE(peer);
        }
    }
}

/* ---- Much ---- */

#define MANY 3000

static void put_many(uint64_t unused)
{
    uint32_t state = 21;

    (void)unused;
    for (uint32_t i = 0; i < MANY; i++) {
        size_t size = 4 + test_random(&state) % 90;

        test_fill(buffer, size, i);
        memcpy(buffer, &i, 4);
        MUST(queue_put(PEER_HANDLE(0), buffer, size, i % 5));
    }
}

/* In order within each priority, and each one whole. */
static void take_many(int end, bool interrupted)
{
    uint32_t next[5] = { 0, 1, 2, 3, 4 }, count = 0;

    for (;;) {
        unsigned priority;
        ssize_t size = queue_take(end, buffer, 100, &priority);
        uint32_t number;

        if (size < 0) {
            if (errno == EPIPE) {
                break;
            }
            CHECK(interrupted && errno == EINTR);
            continue;
        }
        memcpy(&number, buffer, 4);
        CHECK(priority < 5 && number == next[priority]);
        next[priority] += 5;
        count++;
        for (ssize_t k = 4; k < size; k++) {
            CHECK_EQUAL((uint8_t)buffer[k], (uint8_t)(k * 7 + number));
        }
    }
    CHECK_EQUAL(count, MANY);
}

static void take_many_as_peer(uint64_t unused)
{
    (void)unused;
    take_many(PEER_HANDLE(0), false);
}

static void many(uint64_t argument)
{
    static const unsigned depths[] = { 1, 7, 256 };
    int ends[2], peer;

    for (unsigned i = 0; i < 3; i++) {
        queue_begin();
        MUST(queue_open(ends, depths[i], 100, KIND(argument)));
        peer = PEER(put_many, 0, HART_OF(argument), ends[SEND]);
        MUST(queue_close(ends[SEND]));
        take_many(ends[RECEIVE], false);
        PEER_DONE(peer);
        MUST(queue_close(ends[RECEIVE]));
    }
}

/* ---- Interruptions ---- */

static void interrupted(uint64_t argument)
{
    unsigned hart = HART_OF(argument);
    int ends[2], peer;

    conform_interruptible();
    for (unsigned i = 0; i < 8; i++) {
        bool sends = i & 4;

        queue_begin();
        MUST(queue_open(ends, 1, 10, KIND(argument)));
        peer =
            PEER(queue_act_when_told, sends ? RECEIVE : SEND, hart, ends[sends ? RECEIVE : SEND]);
        conform_handled = 0;
        if (sends) {
            MUST(queue_put(ends[SEND], "x", 1, 0));
        }
        conform_interrupt_once(i & 1 ? BY_UINTR : BY_SIGNAL, i & 2 ? hart : 0);
        test_set(&conform_waits, 1);
        if (sends) {
            FAILS(queue_put(ends[SEND], "y", 1, 0), EINTR);
        } else {
            FAILS(queue_take(ends[RECEIVE], buffer, 10, NULL), EINTR);
        }
        CHECK_EQUAL(conform_handled, 1);
        conform_stop();
        test_set(&shared->flags[GO], 1);
        while ((sends ? queue_put(ends[SEND], "y", 1, 0)
                      : queue_take(ends[RECEIVE], buffer, 10, NULL)) < 0) {
            CHECK_EQUAL(errno, EINTR);
        }
        PEER_DONE(peer);
        queue_close_both(ends);
    }
}

static void receiver_often(uint64_t argument)
{
    int ends[2], peer;

    queue_begin();
    conform_interruptible();
    MUST(queue_open(ends, 5, 100, KIND(argument)));
    peer = PEER(put_many, 0, HART_OF(argument), ends[SEND]);
    MUST(queue_close(ends[SEND]));
    conform_interrupt_often(BY_EITHER, HART_OF(argument));
    take_many(ends[RECEIVE], true);
    conform_stop();
    PEER_DONE(peer);
}

static void sender_often(uint64_t argument)
{
    uint32_t state = 21;
    int ends[2], peer;

    queue_begin();
    conform_interruptible();
    MUST(queue_open(ends, 5, 100, KIND(argument)));
    peer = PEER(take_many_as_peer, 0, HART_OF(argument), ends[RECEIVE]);
    MUST(queue_close(ends[RECEIVE]));
    conform_interrupt_often(BY_EITHER, HART_OF(argument));
    for (uint32_t i = 0; i < MANY; i++) {
        size_t size = 4 + test_random(&state) % 90;

        test_fill(buffer, size, i);
        memcpy(buffer, &i, 4);
        while (queue_put(ends[SEND], buffer, size, i % 5) < 0) {
            CHECK_EQUAL(errno, EINTR);
        }
    }
    MUST(queue_close(ends[SEND]));
    conform_stop();
    PEER_DONE(peer);
}

const struct test_case conform_queue_wait_cases[] = {
    ON_BOTH_AND_CROSS("conform-queue-receiver-waits", receiver_waits),
    ON_BOTH_AND_CROSS("conform-queue-sender-waits", sender_waits),
    ON_BOTH_AND_CROSS("conform-queue-many", many),
    ON_BOTH_AND_CROSS("conform-queue-interrupted", interrupted),
    ON_BOTH_AND_CROSS("conform-queue-receiver-often", receiver_often),
    ON_BOTH_AND_CROSS("conform-queue-sender-often", sender_often),
    END_OF_CASES,
};
