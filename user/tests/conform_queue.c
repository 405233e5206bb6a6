// SPDX-License-Identifier: MIT
/* Message queues of both kinds: errors, order, and what is received. */
#include <string.h>

#include "lib/ipc.h"
#include "lib/pipe.h"
#include "lib/queue.h"
#include "tests/conform.h"

#define PRIORITY_LEVELS 32
#define MOST_MESSAGES   256
#define LARGEST         4032
#define RECEIVE         0
#define SEND            1

static char buffer[LARGEST];

static void open_errors(uint64_t kind)
{
    struct system_info before = test_info(), after;
    int ends[2] = { -7, -7 };
    unsigned flags = KIND(kind);

    FAILS(queue_open(ends, 0, 1, flags), EINVAL);
    FAILS(queue_open(ends, MOST_MESSAGES + 1, 1, flags), EINVAL);
    FAILS(queue_open(ends, 1, 0, flags), EINVAL);
    FAILS(queue_open(ends, 1, LARGEST + 1, flags), EINVAL);
    FAILS(queue_open(ends, UINT32_MAX, SIZE_MAX, flags), EINVAL);
    FAILS(queue_open(ends, 1, (1ul << 32) + 1, flags), EINVAL);
    FAILS(queue_open(ends, 1, 1, flags | 2), EINVAL);
    FAILS(queue_open(ends, 1, 1, ~(unsigned)IPC_UINTR | flags), EINVAL);
    for (unsigned i = 0; i < 2; i++) {
        test_fill_handles(i);
        FAILS(queue_open(ends, 1, 1, flags), EMFILE);
        test_drop_handles();
    }
    after = test_info();
    CHECK(after.objects == before.objects && after.handles == before.handles);
    CHECK_EQUAL(after.free_pages, before.free_pages);
    MUST(queue_open(ends, MOST_MESSAGES, LARGEST, flags));
    MUST(queue_close(ends[0]));
    MUST(queue_close(ends[1]));
    MUST(queue_open(ends, 1, 1, flags));
}

static void put_errors(uint64_t kind)
{
    int ends[2], pipe[2], weak;

    MUST(queue_open(ends, 1, 100, KIND(kind) | HANDLE_NONBLOCK));
    FAILS(queue_put(NO_HANDLE, buffer, 1, 0), EBADF);
    FAILS(queue_put(-1, buffer, 1, 0), EBADF);
    FAILS(queue_put(MAX_HANDLES, buffer, 1, 0), EBADF);
    FAILS(queue_put(1, buffer, 1, 0), EINVAL);
    FAILS(queue_put(ends[RECEIVE], buffer, 1, 0), EACCES);
    weak = (int)MUST(handle_duplicate(ends[SEND], RIGHT_TRANSFER, 0));
    FAILS(queue_put(weak, buffer, 1, 0), EACCES);
    FAILS(queue_put(ends[SEND], buffer, 1, PRIORITY_LEVELS), EINVAL);
    FAILS(queue_put(ends[SEND], buffer, 1, UINT32_MAX), EINVAL);
    FAILS(queue_put(ends[SEND], buffer, 101, PRIORITY_LEVELS), EINVAL);
    FAILS(queue_put(ends[SEND], buffer, 101, 0), EMSGSIZE);
    FAILS(queue_put(ends[SEND], buffer, SIZE_MAX, 0), EMSGSIZE);
    FAILS(queue_take(ends[RECEIVE], buffer, 100, NULL), EAGAIN); /* nothing has been sent */
    MUST(queue_put(ends[SEND], KERNEL, 0, 0));
    FAILS(queue_put(ends[SEND], buffer, 1, 0), EAGAIN);
    FAILS(queue_put(ends[SEND], buffer, 101, 0), EMSGSIZE);
    CHECK_EQUAL(queue_take(ends[RECEIVE], buffer, 100, NULL), 0);
    MUST(pipe_open(pipe, KIND(kind))); /* is no queue */
    FAILS(queue_put(pipe[SEND], buffer, 1, 0), EINVAL);
    FAILS(queue_take(pipe[RECEIVE], buffer, 100, NULL), EINVAL);
    CHECK_EQUAL(pipe_write(pipe[SEND], "x", 1), 1);
    FAILS(queue_put(pipe[SEND], buffer, 1, 0), EINVAL);
    MUST(queue_close(ends[RECEIVE]));
    FAILS(queue_put(ends[SEND], buffer, 101, 0), EMSGSIZE);
    FAILS(queue_put(ends[SEND], buffer, 1, 0), EPIPE); /* nobody can receive */
    MUST(queue_close(ends[SEND]));
    FAILS(queue_put(ends[SEND], buffer, 1, 0), EBADF);
    FAILS(queue_close(ends[SEND]), EBADF);
}

static void take_errors(uint64_t kind)
{
    unsigned priority = 99;
    int ends[2], weak;

    MUST(queue_open(ends, 2, 100, KIND(kind) | HANDLE_NONBLOCK));
    FAILS(queue_take(NO_HANDLE, buffer, 100, NULL), EBADF);
    FAILS(queue_take(-1, buffer, 100, NULL), EBADF);
    FAILS(queue_take(MAX_HANDLES, buffer, 100, NULL), EBADF);
    FAILS(queue_take(1, buffer, 100, NULL), EINVAL);
    FAILS(queue_take(ends[SEND], buffer, 100, NULL), EACCES);
    weak = (int)MUST(handle_duplicate(ends[RECEIVE], RIGHT_TRANSFER, 0));
    FAILS(queue_take(weak, buffer, 100, NULL), EACCES);
    FAILS(queue_take(ends[RECEIVE], buffer, 99, NULL), EMSGSIZE); /* however long they are */
    FAILS(queue_take(ends[RECEIVE], buffer, 0, NULL), EMSGSIZE);
    FAILS(queue_take(ends[RECEIVE], buffer, 100, NULL), EAGAIN);
    MUST(queue_put(ends[SEND], "message", 7, 3));
    FAILS(queue_take(ends[RECEIVE], buffer, 99, NULL), EMSGSIZE);
    CHECK_EQUAL(queue_take(ends[RECEIVE], buffer, 100, &priority), 7); /* it is still there */
    CHECK(memcmp(buffer, "message", 7) == 0 && priority == 3);
    FAILS(queue_set_flags(ends[RECEIVE], 2), EINVAL);
    FAILS(queue_set_flags(NO_HANDLE, 0), EBADF);
    MUST(queue_put(ends[SEND], "last", 4, 0));
    MUST(queue_close(ends[SEND]));
    CHECK_EQUAL(queue_take(ends[RECEIVE], buffer, 100, NULL), 4);
    FAILS(queue_take(ends[RECEIVE], buffer, 100, NULL), EPIPE); /* nobody can send */
    MUST(queue_set_flags(ends[RECEIVE], 0));
    FAILS(queue_take(ends[RECEIVE], buffer, 100, NULL), EPIPE);
    FAILS(queue_take(ends[RECEIVE], buffer, 99, NULL), EMSGSIZE);
}

/* ---- Order ---- */

static void order_of(uint64_t kind, unsigned messages, unsigned levels)
{
    uint32_t state = 3, sent[PRIORITY_LEVELS] = { 0 }, received[PRIORITY_LEVELS] = { 0 };
    unsigned in_queue = 0;
    int ends[2];

    MUST(queue_open(ends, messages, 8, KIND(kind) | HANDLE_NONBLOCK));
    for (unsigned i = 0; i < 4000; i++) {
        if (test_random(&state) % 100 < (i / 1000 % 2 ? 30 : 70)) {
            unsigned priority = test_random(&state) % levels;
            uint32_t message[2] = { priority, sent[priority] };

            if (in_queue == messages) {
                FAILS(queue_put(ends[SEND], message, 8, priority), EAGAIN);
            } else {
                MUST(queue_put(ends[SEND], message, 8, priority));
                sent[priority]++;
                in_queue++;
            }
        } else if (in_queue == 0) {
            FAILS(queue_take(ends[RECEIVE], buffer, 8, NULL), EAGAIN);
        } else {
            uint32_t message[2];
            unsigned priority, best = levels - 1;

            while (sent[best] == received[best]) {
                best--;
            }
            CHECK_EQUAL(queue_take(ends[RECEIVE], message, 8, &priority), 8);
            CHECK_EQUAL(priority, best);
            CHECK(message[0] == best && message[1] == received[best]);
            received[best]++;
            in_queue--;
        }
    }
    MUST(queue_close(ends[SEND]));
    MUST(queue_close(ends[RECEIVE]));
}

static void order(uint64_t kind)
{
    order_of(kind, MOST_MESSAGES, PRIORITY_LEVELS);
    order_of(kind, MOST_MESSAGES, 1);
    order_of(kind, 1, PRIORITY_LEVELS);
    order_of(kind, 3, 2);
    order_of(kind, 255, 5);
}

/* Messages of every size come as they were, and no byte behind them changes. */
static void sizes(uint64_t kind)
{
    static const size_t largest[] = { LARGEST, 301, 7, 1 };
    static char message[LARGEST];
    int ends[2];

    for (unsigned i = 0; i < 4; i++) {
        MUST(queue_open(ends, 2, largest[i], KIND(kind) | HANDLE_NONBLOCK));
        for (size_t size = 0; size <= largest[i]; size += size < 300 ? 1 : 311) {
            test_fill(message, size, (uint32_t)size);
            MUST(queue_put(ends[SEND], message, size, 0));
            test_fill(message, largest[i], 77);
            MUST(queue_put(ends[SEND], message, largest[i], 0));
            memset(buffer, 0x55, sizeof(buffer));
            CHECK_EQUAL(queue_take(ends[RECEIVE], buffer, largest[i], NULL), size);
            CHECK(test_is_filled(buffer, size, (uint32_t)size));
            CHECK(size == LARGEST || buffer[size] == 0x55);
            CHECK_EQUAL(queue_take(ends[RECEIVE], buffer, largest[i], NULL), largest[i]);
            CHECK(test_is_filled(buffer, largest[i], 77));
        }
        MUST(queue_close(ends[SEND]));
        MUST(queue_close(ends[RECEIVE]));
    }
}

/* Unread ones go with the queue: the runner looks, too. */
static void unread(uint64_t kind)
{
    struct system_info before = test_info();
    int ends[2];

    for (unsigned k = 0; k < 4; k++) {
        MUST(queue_open(ends, MOST_MESSAGES, LARGEST, KIND(kind) | HANDLE_NONBLOCK));
        for (unsigned i = 0; i < MOST_MESSAGES; i++) {
            MUST(queue_put(ends[SEND], buffer, i * 15, i % PRIORITY_LEVELS));
        }
        FAILS(queue_put(ends[SEND], buffer, 1, 0), EAGAIN);
        if (k / 2) {
            CHECK_EQUAL(queue_take(ends[RECEIVE], buffer, LARGEST, NULL), 31 * 15);
        }
        MUST(queue_close(ends[k % 2]));
        MUST(queue_close(ends[!(k % 2)]));
    }
    CHECK_EQUAL(test_info().objects, before.objects);
    if (KIND(kind)) {
        CHECK(test_info().free_pages + 20 > before.free_pages); /* the heap's, and a table */
    } else {
        CHECK_EQUAL(test_info().free_pages, before.free_pages);
    }
}

/* The best priority is what counts of all that has come, also of what came while others were there. */
static void later_and_better(uint64_t kind)
{
    static const char text[] = "fdbace";
    unsigned priority;
    int ends[2];

    MUST(queue_open(ends, 6, 1, KIND(kind)));
    MUST(queue_put(ends[SEND], "a", 1, 5));
    MUST(queue_put(ends[SEND], "b", 1, 7));
    MUST(queue_put(ends[SEND], "c", 1, 5));
    CHECK_EQUAL(queue_take(ends[RECEIVE], buffer, 1, &priority), 1);
    CHECK(buffer[0] == 'b' && priority == 7);
    MUST(queue_put(ends[SEND], "b", 1, 6));
    MUST(queue_put(ends[SEND], "d", 1, 7));
    MUST(queue_put(ends[SEND], "e", 1, 0));
    MUST(queue_put(ends[SEND], "f", 1, 31));
    MUST(queue_close(ends[SEND]));
    for (unsigned i = 0; i < 6; i++) {
        CHECK_EQUAL(queue_take(ends[RECEIVE], buffer, 1, &priority), 1);
        CHECK_EQUAL(buffer[0], text[i]);
    }
    FAILS(queue_take(ends[RECEIVE], buffer, 1, &priority), EPIPE);
    CHECK_EQUAL(priority, 0); /* of the last one that came */
}

const struct test_case conform_queue_cases[] = {
    ON_BOTH("conform-queue-open-errors", open_errors),
    ON_BOTH("conform-queue-put-errors", put_errors),
    ON_BOTH("conform-queue-take-errors", take_errors),
    ON_BOTH("conform-queue-order", order),
    ON_BOTH("conform-queue-sizes", sizes),
    ON_BOTH("conform-queue-unread", unread),
    ON_BOTH("conform-queue-later-and-better", later_and_better),
    END_OF_CASES,
};
