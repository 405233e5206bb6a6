// SPDX-License-Identifier: MIT
/* Event counters. */
#include "lib/ecall.h"
#include "tests/test.h"

#define LARGEST (UINT64_MAX - 1)

static long add(int handle, uint64_t value)
{
    return handle_write(handle, &value, sizeof(value));
}

/* What a read gives. */
static uint64_t take(int handle)
{
    uint64_t value = 0;

    CHECK_EQUAL(handle_read(handle, &value, sizeof(value)), 8);
    return value;
}

static long try_take(int handle)
{
    uint64_t value;

    return handle_read(handle, &value, sizeof(value));
}

static void errors(uint64_t argument)
{
    int handle = (int)MUST(eventfd_create(5, HANDLE_NONBLOCK));
    uint64_t words[2] = { 1, 0 };

    (void)argument;
    FAILS(eventfd_create(UINT64_MAX, 0), EINVAL);
    FAILS(eventfd_create(0, 4), EINVAL);
    FAILS(eventfd_create(0, UINT32_MAX), EINVAL);
    FAILS(ecall_result(ecall_2(SYS_eventfd, 0, 1ul << 32)), EINVAL);
    FAILS(handle_read(handle, words, 7), EINVAL);
    FAILS(handle_read(handle, words, 0), EINVAL);
    FAILS(handle_write(handle, words, 7), EINVAL);
    FAILS(handle_write(handle, words, 0), EINVAL);
    FAILS(handle_read(handle, KERNEL, 8), EFAULT);
    FAILS(handle_read(handle, READ_ONLY, 8), EFAULT);
    FAILS(handle_write(handle, KERNEL, 8), EFAULT);
    FAILS(add(handle, UINT64_MAX), EINVAL);
    CHECK_EQUAL(take(handle), 5); /* none of it changed anything */
    FAILS(try_take(handle), EAGAIN);
    CHECK_EQUAL(handle_write(handle, words, 16), 8); /* more room than needed is fine */
    CHECK_EQUAL(handle_read(handle, words, 16), 8);
    CHECK_EQUAL(words[0], 1);
}

static void counts(uint64_t argument)
{
    int handle = (int)MUST(eventfd_create(0, HANDLE_NONBLOCK));

    (void)argument;
    FAILS(try_take(handle), EAGAIN);
    MUST(add(handle, 0));
    FAILS(try_take(handle), EAGAIN);
    MUST(add(handle, 3));
    MUST(add(handle, 1ul << 40));
    CHECK_EQUAL(take(handle), (1ul << 40) + 3);
    FAILS(try_take(handle), EAGAIN);
}

static void semaphore(uint64_t argument)
{
    int handle = (int)MUST(eventfd_create(3, HANDLE_NONBLOCK | EVENTFD_SEMAPHORE));

    (void)argument;
    MUST(add(handle, 2));
    for (unsigned i = 0; i < 5; i++) {
        CHECK_EQUAL(take(handle), 1);
    }
    FAILS(try_take(handle), EAGAIN);
}

static void overflow(uint64_t argument)
{
    int handle = (int)MUST(eventfd_create(LARGEST, HANDLE_NONBLOCK));

    (void)argument;
    MUST(add(handle, 0));
    FAILS(add(handle, 1), EAGAIN);
    FAILS(add(handle, LARGEST), EAGAIN);
    CHECK_EQUAL(take(handle), LARGEST);
    MUST(add(handle, LARGEST - 5));
    FAILS(add(handle, 6), EAGAIN);
    MUST(add(handle, 5));
    CHECK_EQUAL(take(handle), LARGEST);
}

static void peers_close(uint64_t argument)
{
    int handle = (int)MUST(eventfd_create(1, 0));
    int reader = (int)MUST(handle_duplicate(handle, RIGHT_READ, 0)), writer;

    (void)argument;
    MUST(handle_close(handle));
    CHECK_EQUAL(take(reader), 1);
    FAILS(try_take(reader), EPIPE); /* nobody can add any more */
    handle = (int)MUST(eventfd_create(0, 0));
    writer = (int)MUST(handle_duplicate(handle, RIGHT_WRITE, 0));
    MUST(handle_close(handle));
    MUST(add(writer, LARGEST)); /* as long as there is room */
    FAILS(add(writer, 1), EPIPE);
}

/* ---- Waiting ---- */

static void take_when_told(uint64_t expected)
{
    test_set(&shared->flags[0], 1);
    if (expected) {
        CHECK_EQUAL(take(PEER_HANDLE(0)), expected);
    } else {
        FAILS(try_take(PEER_HANDLE(0)), EPIPE);
    }
}

static void reader_waits(uint64_t hart)
{
    for (unsigned value = 0; value < 3; value++) { /* 0: the last writer goes */
        int handle = (int)MUST(eventfd_create(0, 0)), peer;

        test_set(&shared->flags[0], 0);
        peer = PEER(take_when_told, value, hart,
                    (int)MUST(handle_duplicate(handle, RIGHT_READ | RIGHT_TRANSFER, 0)));
        test_until_blocked(&shared->flags[0], (unsigned)hart);
        if (value) {
            MUST(add(handle, 0)); /* no reason to wake up */
            test_until_blocked(&shared->flags[0], (unsigned)hart);
            MUST(add(handle, value));
        }
        MUST(handle_close(handle));
        PEER_DONE(peer);
    }
}

static void add_when_told(uint64_t value)
{
    test_set(&shared->flags[0], 1);
    if (value) {
        MUST(add(PEER_HANDLE(0), value));
    } else {
        FAILS(add(PEER_HANDLE(0), 1), EPIPE);
    }
}

static void writer_waits(uint64_t hart)
{
    for (unsigned value = 0; value < 3; value++) { /* 0: the last reader goes */
        int handle = (int)MUST(eventfd_create(LARGEST, 0)), peer, writer;

        test_set(&shared->flags[0], 0);
        writer = (int)MUST(handle_duplicate(handle, RIGHT_WRITE | RIGHT_TRANSFER, 0));
        peer = PEER(add_when_told, value, hart, writer);
        test_until_blocked(&shared->flags[0], (unsigned)hart);
        if (value) {
            CHECK_EQUAL(take(handle), LARGEST);
            PEER_DONE(peer);
            CHECK_EQUAL(take(handle), value);
            MUST(handle_close(handle));
        } else {
            MUST(handle_close(handle));
            PEER_DONE(peer);
        }
        MUST(handle_close(writer));
    }
}

/* A semaphore lets as many through as it has counts. */
static void pass(uint64_t number)
{
    test_set(&shared->flags[number], 1);
    CHECK_EQUAL(take(PEER_HANDLE(0)), 1);
    __atomic_fetch_add(&shared->flags[20], 1, __ATOMIC_RELEASE);
}

static void semaphore_waits(uint64_t hart)
{
    int handle = (int)MUST(eventfd_create(0, EVENTFD_SEMAPHORE)), peers[5];

    for (unsigned i = 0; i < 5; i++) {
        peers[i] = PEER(pass, i, hart, handle);
        test_until_blocked(&shared->flags[i], (unsigned)hart);
    }
    MUST(add(handle, 2));
    WAIT_UNTIL(shared->flags[20] == 2);
    thread_sleep(2 * MILLISECOND);
    CHECK_EQUAL(shared->flags[20], 2);
    MUST(add(handle, 3));
    for (unsigned i = 0; i < 5; i++) {
        PEER_DONE(peers[i]);
    }
}

#define ADDERS 3
#define ROUNDS 300

static void add_often(uint64_t number)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        MUST(add(PEER_HANDLE(0), number + 1));
    }
}

/* Nothing that was added is lost or taken twice. */
static void sums(uint64_t hart)
{
    int handle = (int)MUST(eventfd_create(0, 0)), peers[ADDERS];
    uint64_t total = 0;

    for (unsigned i = 0; i < ADDERS; i++) {
        peers[i] = PEER(add_often, i, i % 2 ? 0 : hart, handle);
    }
    while (total < ROUNDS * ADDERS * (ADDERS + 1) / 2) {
        total += take(handle);
    }
    CHECK_EQUAL(total, ROUNDS * ADDERS * (ADDERS + 1) / 2);
    for (unsigned i = 0; i < ADDERS; i++) {
        PEER_DONE(peers[i]);
    }
}

const struct test_case eventfd_cases[] = {
    CASE("eventfd-errors", errors),
    CASE("eventfd-counts", counts),
    CASE("eventfd-semaphore", semaphore),
    CASE("eventfd-overflow", overflow),
    CASE("eventfd-peers-close", peers_close),
    SAME_AND_CROSS("eventfd-reader-waits", reader_waits),
    SAME_AND_CROSS("eventfd-writer-waits", writer_waits),
    SAME_AND_CROSS("eventfd-semaphore-waits", semaphore_waits),
    SAME_AND_CROSS("eventfd-sums", sums),
    END_OF_CASES,
};
