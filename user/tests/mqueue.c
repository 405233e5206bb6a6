// SPDX-License-Identifier: MIT
/* Message queues. */
#include <string.h>

#include "lib/ecall.h"
#include "tests/test.h"

#define PRIORITY_LEVELS 32
#define MOST_MESSAGES   256
#define LARGEST         4032

static char buffer[LARGEST];

static int queue_nonblocking(unsigned messages, size_t size)
{
    int queue = (int)MUST(queue_create(messages, size));

    MUST(handle_set_flags(queue, HANDLE_NONBLOCK));
    return queue;
}

static void create_errors(uint64_t argument)
{
    (void)argument;
    FAILS(queue_create(0, 1), EINVAL);
    FAILS(queue_create(MOST_MESSAGES + 1, 1), EINVAL);
    FAILS(queue_create(1, 0), EINVAL);
    FAILS(queue_create(1, LARGEST + 1), EINVAL);
    FAILS(queue_create(UINT32_MAX, SIZE_MAX), EINVAL);
    FAILS(ecall_result(ecall_2(SYS_mq_create, 1ul << 32, 1)), EINVAL);
    MUST(queue_create(MOST_MESSAGES, LARGEST));
    MUST(queue_create(1, 1));
}

static void send_errors(uint64_t argument)
{
    int queue = queue_nonblocking(1, 100);
    int reader = (int)MUST(handle_duplicate(queue, RIGHT_READ, 0));
    int writer = (int)MUST(handle_duplicate(queue, RIGHT_WRITE, 0));

    (void)argument;
    FAILS(queue_send(NO_HANDLE, buffer, 1, 0), EBADF);
    FAILS(queue_send(1, buffer, 1, 0), EINVAL);
    FAILS(queue_send(reader, buffer, 1, 0), EACCES);
    FAILS(queue_send(queue, buffer, 1, PRIORITY_LEVELS), EINVAL);
    FAILS(queue_send(queue, buffer, 1, UINT32_MAX), EINVAL);
    FAILS(queue_send(queue, buffer, 101, 0), EMSGSIZE);
    FAILS(queue_send(queue, buffer, SIZE_MAX, 0), EMSGSIZE);
    FAILS(queue_send(queue, KERNEL, 1, 0), EFAULT);
    FAILS(queue_send(queue, STACK_TOP - 50, 100, 0), EFAULT);
    FAILS(queue_receive(queue, buffer, 100, NULL), EAGAIN); /* nothing has been sent */
    MUST(queue_send(queue, KERNEL, 0, 0));
    FAILS(queue_send(queue, buffer, 1, 0), EAGAIN);
    CHECK_EQUAL(queue_receive(queue, buffer, 100, NULL), 0);
    MUST(handle_close(queue));
    MUST(handle_close(reader));
    FAILS(queue_send(writer, buffer, 1, 0), EPIPE); /* nobody can receive */
}

static void receive_errors(uint64_t argument)
{
    int queue = queue_nonblocking(2, 100);
    int reader = (int)MUST(handle_duplicate(queue, RIGHT_READ, 0));
    int writer = (int)MUST(handle_duplicate(queue, RIGHT_WRITE, 0));
    unsigned priority = 99;

    (void)argument;
    FAILS(queue_receive(NO_HANDLE, buffer, 100, NULL), EBADF);
    FAILS(queue_receive(1, buffer, 100, NULL), EINVAL);
    FAILS(queue_receive(writer, buffer, 100, NULL), EACCES);
    FAILS(queue_receive(queue, buffer, 99, NULL), EMSGSIZE);
    FAILS(queue_receive(queue, buffer, 0, NULL), EMSGSIZE);
    FAILS(queue_receive(queue, buffer, 100, NULL), EAGAIN);
    MUST(queue_send(queue, "message", 7, 3));
    FAILS(queue_receive(queue, KERNEL, 100, NULL), EFAULT);
    FAILS(queue_receive(queue, READ_ONLY, 100, NULL), EFAULT);
    FAILS(queue_receive(queue, buffer, 100, KERNEL), EFAULT);
    CHECK_EQUAL(queue_receive(queue, buffer, 100, &priority), 7); /* it is still there */
    CHECK(memcmp(buffer, "message", 7) == 0 && priority == 3);
    MUST(queue_send(queue, "last", 4, 0));
    MUST(handle_close(queue));
    MUST(handle_close(writer));
    CHECK_EQUAL(queue_receive(reader, buffer, 100, NULL), 4);
    FAILS(queue_receive(reader, buffer, 100, NULL), EPIPE); /* nobody can send */
}

/* ---- Order ---- */

static void order(uint64_t argument)
{
    int queue = queue_nonblocking(MOST_MESSAGES, 8);
    uint32_t state = 3, sent[PRIORITY_LEVELS] = { 0 }, received[PRIORITY_LEVELS] = { 0 };
    unsigned in_queue = 0;

    (void)argument;
    for (unsigned i = 0; i < 4000; i++) {
        if (test_random(&state) % 100 < (i / 1000 % 2 ? 30 : 70)) {
            unsigned priority = test_random(&state) % PRIORITY_LEVELS;
            uint32_t message[2] = { priority, sent[priority] };

            if (in_queue == MOST_MESSAGES) {
                FAILS(queue_send(queue, message, 8, priority), EAGAIN);
            } else {
                MUST(queue_send(queue, message, 8, priority));
                sent[priority]++;
                in_queue++;
            }
        } else if (in_queue == 0) {
            FAILS(queue_receive(queue, buffer, 8, NULL), EAGAIN);
        } else {
            uint32_t message[2];
            unsigned priority, best = PRIORITY_LEVELS - 1;

            while (sent[best] == received[best]) {
                best--;
            }
            CHECK_EQUAL(queue_receive(queue, message, 8, &priority), 8);
            CHECK_EQUAL(priority, best);
            CHECK(message[0] == best && message[1] == received[best]);
            received[best]++;
            in_queue--;
        }
    }
}

/* Messages of every size come as they were, and no byte behind them changes. */
static void sizes(uint64_t argument)
{
    int queue = queue_nonblocking(2, LARGEST);

    (void)argument;
    for (size_t size = 0; size <= LARGEST; size += size < 300 ? 1 : 311) {
        static char message[LARGEST];

        test_fill(message, size, (uint32_t)size);
        MUST(queue_send(queue, message, size, 0));
        memset(buffer, 0x55, sizeof(buffer));
        CHECK_EQUAL(queue_receive(queue, buffer, LARGEST, NULL), size);
        CHECK(test_is_filled(buffer, size, (uint32_t)size));
        CHECK(size == LARGEST || buffer[size] == 0x55);
    }
}

/* Unread ones go with the queue: the runner looks. */
static void unread(uint64_t argument)
{
    struct system_info before = test_info();
    int queue = queue_nonblocking(MOST_MESSAGES, LARGEST);

    (void)argument;
    for (unsigned i = 0; i < MOST_MESSAGES; i++) {
        MUST(queue_send(queue, buffer, i * 15, i % PRIORITY_LEVELS));
    }
    FAILS(queue_send(queue, buffer, 1, 0), EAGAIN);
    MUST(handle_close(queue));
    CHECK_EQUAL(test_info().free_pages, before.free_pages);
}

/* ---- Waiting ---- */

static void receive_when_told(uint64_t size)
{
    unsigned priority;

    test_set(&shared->flags[0], 1);
    if (size) {
        CHECK_EQUAL(queue_receive(PEER_HANDLE(0), buffer, 100, &priority), size);
        CHECK(test_is_filled(buffer, size, 5) && priority == 6);
    } else {
        FAILS(queue_receive(PEER_HANDLE(0), buffer, 100, NULL), EPIPE);
    }
}

static void receiver_waits(uint64_t hart)
{
    for (unsigned size = 0; size <= 100; size += 50) { /* 0: the last sender goes */
        int queue = (int)MUST(queue_create(3, 100)), peer, reader;

        test_set(&shared->flags[0], 0);
        reader = (int)MUST(handle_duplicate(queue, RIGHT_READ | RIGHT_TRANSFER, 0));
        peer = PEER(receive_when_told, size, hart, reader);
        test_until_blocked(&shared->flags[0], (unsigned)hart);
        if (size) {
            test_fill(buffer, size, 5);
            MUST(queue_send(queue, buffer, size, 6));
        }
        MUST(handle_close(queue));
        PEER_DONE(peer);
        MUST(handle_close(reader));
    }
}

static void send_when_told(uint64_t expected)
{
    test_set(&shared->flags[0], 1);
    if (expected) {
        MUST(queue_send(PEER_HANDLE(0), "second", 6, 31));
    } else {
        FAILS(queue_send(PEER_HANDLE(0), "second", 6, 31), EPIPE);
    }
}

static void sender_waits(uint64_t hart)
{
    for (unsigned i = 0; i < 2; i++) { /* 0: the last receiver goes */
        int queue = (int)MUST(queue_create(1, 10)), peer, writer;

        test_set(&shared->flags[0], 0);
        MUST(queue_send(queue, "first", 5, 0));
        writer = (int)MUST(handle_duplicate(queue, RIGHT_WRITE | RIGHT_TRANSFER, 0));
        peer = PEER(send_when_told, i, hart, writer);
        test_until_blocked(&shared->flags[0], (unsigned)hart);
        if (i) {
            CHECK_EQUAL(queue_receive(queue, buffer, 10, NULL),
                        5); /* whatever the other's priority */
            PEER_DONE(peer);
            CHECK_EQUAL(queue_receive(queue, buffer, 10, NULL), 6);
            CHECK(memcmp(buffer, "second", 6) == 0);
            MUST(handle_close(queue));
        } else {
            MUST(handle_close(queue));
            PEER_DONE(peer);
        }
        MUST(handle_close(writer));
    }
}

/* ---- Many of both ---- */

#define SENDERS   3
#define RECEIVERS 3
#define MESSAGES  300

static void send_many(uint64_t number)
{
    for (uint32_t i = 0; i < MESSAGES; i++) {
        uint64_t message[2] = { number, i };

        MUST(queue_send(PEER_HANDLE(0), message, sizeof(message), i % PRIORITY_LEVELS));
    }
}

/* Counts what it gets from each and adds up the contents. */
static void receive_many(uint64_t number)
{
    uint64_t message[2];
    unsigned priority;

    while (queue_receive(PEER_HANDLE(0), message, sizeof(message), &priority) == 16) {
        CHECK_EQUAL(priority, message[1] % PRIORITY_LEVELS);
        shared->values[number * SENDERS + message[0]] += message[1] + 1;
    }
    CHECK_EQUAL(errno, EPIPE);
}

static void many(uint64_t hart)
{
    int queue = (int)MUST(queue_create(5, 16)), senders[SENDERS], receivers[RECEIVERS];
    int writer = (int)MUST(handle_duplicate(queue, RIGHT_WRITE | RIGHT_TRANSFER, 0));
    int reader = (int)MUST(handle_duplicate(queue, RIGHT_READ | RIGHT_TRANSFER, 0));

    MUST(handle_close(queue));
    for (unsigned i = 0; i < RECEIVERS; i++) {
        receivers[i] = PEER(receive_many, i, i % 2 ? hart : 0, reader);
    }
    for (unsigned i = 0; i < SENDERS; i++) {
        senders[i] = PEER(send_many, i, i % 2 ? 0 : hart, writer);
    }
    MUST(handle_close(writer));
    for (unsigned i = 0; i < SENDERS; i++) {
        PEER_DONE(senders[i]);
    }
    for (unsigned i = 0; i < RECEIVERS; i++) {
        PEER_DONE(receivers[i]);
    }
    for (unsigned i = 0; i < SENDERS; i++) {
        uint64_t sum = 0;

        for (unsigned k = 0; k < RECEIVERS; k++) {
            sum += shared->values[k * SENDERS + i];
        }
        CHECK_EQUAL(sum, MESSAGES * (MESSAGES + 1) / 2);
    }
}

const struct test_case mqueue_cases[] = {
    CASE("mqueue-create-errors", create_errors),
    CASE("mqueue-send-errors", send_errors),
    CASE("mqueue-receive-errors", receive_errors),
    CASE("mqueue-order", order),
    CASE("mqueue-sizes", sizes),
    CASE("mqueue-unread", unread),
    SAME_AND_CROSS("mqueue-receiver-waits", receiver_waits),
    SAME_AND_CROSS("mqueue-sender-waits", sender_waits),
    SAME_AND_CROSS("mqueue-many", many),
    END_OF_CASES,
};
