// SPDX-License-Identifier: MIT
/* What only the kernel's message queues have: EFAULT, several of both. The rest: conform_queue.c. */
#include <string.h>

#include "lib/ecall.h"
#include "tests/test.h"

#define PRIORITY_LEVELS 32

static char buffer[100];

static int queue_nonblocking(unsigned messages, size_t size)
{
    int queue = (int)MUST(queue_create(messages, size));

    MUST(handle_set_flags(queue, HANDLE_NONBLOCK));
    return queue;
}

static void create_errors(uint64_t argument)
{
    (void)argument;
    FAILS(ecall_result(ecall_2(SYS_mq_create, 1ul << 32, 1)), EINVAL);
}

static void send_errors(uint64_t argument)
{
    int queue = queue_nonblocking(1, 100);

    (void)argument;
    FAILS(queue_send(queue, KERNEL, 1, 0), EFAULT);
    FAILS(queue_send(queue, STACK_TOP - 50, 100, 0), EFAULT);
    FAILS(queue_receive(queue, buffer, 100, NULL), EAGAIN); /* nothing has been sent */
    MUST(queue_send(queue, buffer, 1, 0));                  /* and no room is lost */
}

static void receive_errors(uint64_t argument)
{
    int queue = queue_nonblocking(2, 100);
    unsigned priority = 99;

    (void)argument;
    MUST(queue_send(queue, "message", 7, 3));
    FAILS(queue_receive(queue, KERNEL, 100, NULL), EFAULT);
    FAILS(queue_receive(queue, READ_ONLY, 100, NULL), EFAULT);
    FAILS(queue_receive(queue, buffer, 100, KERNEL), EFAULT);
    CHECK_EQUAL(queue_receive(queue, buffer, 100, &priority), 7); /* it is still there */
    CHECK(memcmp(buffer, "message", 7) == 0 && priority == 3);
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
    SAME_AND_CROSS("mqueue-many", many),
    END_OF_CASES,
};
