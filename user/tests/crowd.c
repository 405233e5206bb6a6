// SPDX-License-Identifier: MIT
/* Many callers and many servers at one endpoint. */
#include "lib/ipc.h"
#include "tests/test.h"

#define CALLERS 6
#define CALLS   60
#define SERVERS 3

static void call_often(uint64_t number)
{
    uint32_t state = (uint32_t)number + 1;
    char data[64];

    for (unsigned i = 0; i < CALLS; i++) {
        uint32_t size = test_random(&state) % 3 ? 0 : test_random(&state) % sizeof(data);
        struct message message = {
            .words = {number, i, size, state},
            .buffer = data,
            .length = size,
            .capacity = sizeof(data),
            .handle = -1
        };

        test_fill(data, size, i);
        MUST(ipc_call(PEER_HANDLE(0), &message));
        CHECK(message.words[0] == number + i && message.words[1] == (state ^ 1));
        CHECK(message.length == size && test_is_filled(data, size, i + 1));
    }
}

static void serve_often(void *unused)
{
    char data[64];
    struct message message = { .buffer = data, .capacity = sizeof(data), .handle = -1 };

    (void)unused;
    if (ipc_receive(PEER_HANDLE(0), &message, NULL) < 0) {
        CHECK_EQUAL(errno, EPIPE);
        return;
    }
    do {
        uint64_t i = message.words[1];

        CHECK_EQUAL(message.length, message.words[2]);
        CHECK(test_is_filled(data, message.length, (uint32_t)i));
        test_fill(data, message.length, (uint32_t)i + 1);
        __atomic_fetch_add(&shared->values[message.words[0]], 1, __ATOMIC_RELAXED);
        message.words[0] += i;
        message.words[1] = message.words[3] ^ 1;
    } while (ipc_reply_receive(PEER_HANDLE(0), &message, NULL) == 0);
    CHECK_EQUAL(errno, EPIPE);
}

/* Servers on the harts of the mask that don't move, or that go where there is room. */
static void serve_by_threads(uint64_t harts)
{
    struct thread threads[SERVERS];

    for (unsigned i = 0; i < SERVERS; i++) {
        if (harts > 2) {
            MUST(thread_start(&threads[i], serve_often, NULL));
        } else {
            test_thread(&threads[i], serve_often, NULL, i % (unsigned)harts);
        }
    }
    for (unsigned i = 0; i < SERVERS; i++) {
        thread_join(&threads[i]);
    }
}

/* harts: 1, 2: bound to these; 3: everybody may run anywhere. */
static void many(uint64_t harts)
{
    int ends[2], server, callers[CALLERS];
    struct peer_options options = { .handles = ends, .count = 1, .priority = DEFAULT_PRIORITY };

    MUST(endpoint_pair(ends));
    server = peer_start(serve_by_threads, harts, &options);
    MUST(handle_close(ends[0]));
    options.handles = &ends[1];
    for (unsigned i = 0; i < CALLERS; i++) {
        options.harts = harts > 2 ? 0 : HART(i % (unsigned)harts);
        callers[i] = peer_start(call_often, i, &options);
    }
    MUST(handle_close(ends[1]));
    for (unsigned i = 0; i < CALLERS; i++) {
        PEER_DONE(callers[i]);
        CHECK_EQUAL(shared->values[i], CALLS);
    }
    PEER_DONE(server);
}

const struct test_case crowd_cases[] = {
    CASE_WITH("crowd-one-hart", many, 1, 0, 0),
    CASE_WITH("crowd-two-harts", many, 2, 2, 0),
    CASE_WITH("crowd-anywhere", many, 3, 0, 0),
    END_OF_CASES,
};
