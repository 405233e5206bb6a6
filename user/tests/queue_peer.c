// SPDX-License-Identifier: MIT
#include "tests/queue_peer.h"

static char buffer[128];

void queue_begin(void)
{
    test_pin(0);
    for (unsigned i = 0; i <= GO; i++) {
        test_set(&shared->flags[i], 0);
    }
}

void queue_close_both(int ends[2])
{
    MUST(queue_close(ends[RECEIVE]));
    MUST(queue_close(ends[SEND]));
}

void queue_take_when_told(uint64_t size)
{
    unsigned priority;

    test_set(&shared->flags[BLOCKED], 1);
    if (size) {
        CHECK_EQUAL(queue_take(PEER_HANDLE(0), buffer, 100, &priority), size);
        CHECK(test_is_filled(buffer, size, 5) && priority == 6);
    } else {
        FAILS(queue_take(PEER_HANDLE(0), buffer, 100, NULL), EPIPE);
    }
}

void queue_put_when_told(uint64_t expected)
{
    test_set(&shared->flags[BLOCKED], 1);
    if (expected) {
        MUST(queue_put(PEER_HANDLE(0), "second", 6, 31));
        test_set(&shared->flags[DONE], 1);
    } else {
        FAILS(queue_put(PEER_HANDLE(0), "second", 6, 31), EPIPE);
    }
}

void queue_fill_one(uint64_t expected)
{
    MUST(queue_put(PEER_HANDLE(0), "first", 5, 0));
    queue_put_when_told(expected);
}

void queue_act_when_told(uint64_t side)
{
    WAIT_UNTIL(shared->flags[GO]);
    if (side == SEND) {
        MUST(queue_put(PEER_HANDLE(0), "x", 1, 0));
    } else {
        CHECK_EQUAL(queue_take(PEER_HANDLE(0), buffer, 10, NULL), 1);
    }
}
