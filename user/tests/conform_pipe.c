// SPDX-License-Identifier: MIT
/* Pipes of both kinds: errors, what is written and read, and in what pieces. */
#include <string.h>

#include "lib/ipc.h"
#include "lib/pipe.h"
#include "lib/queue.h"
#include "tests/conform.h"

#define CAPACITY 4096
#define ATOMIC   512
#define READ     0
#define WRITE    1

static void open_errors(uint64_t kind)
{
    struct system_info before = test_info(), after;
    int ends[2] = { -7, -7 };

    FAILS(pipe_open(ends, KIND(kind) | 2), EINVAL);
    FAILS(pipe_open(ends, ~(unsigned)IPC_UINTR | KIND(kind)), EINVAL);
    FAILS(pipe_open(NULL, KIND(kind)), EFAULT);
    FAILS(pipe_open(READ_ONLY, KIND(kind)), EFAULT);
    FAILS(pipe_open(KERNEL, KIND(kind) | HANDLE_NONBLOCK), EFAULT);
    for (unsigned i = 0; i < 2; i++) {
        test_fill_handles(i);
        FAILS(pipe_open(ends, KIND(kind)), EMFILE);
        test_drop_handles();
    }
    after = test_info();
    CHECK(ends[0] == -7 && ends[1] == -7);
    CHECK(after.objects == before.objects && after.handles == before.handles);
    CHECK_EQUAL(after.free_pages, before.free_pages);
    test_fill_handles(2);
    MUST(pipe_open(ends, KIND(kind)));
    test_drop_handles();
    CHECK_EQUAL(pipe_write(ends[WRITE], "x", 1), 1);
}

static void use_errors(uint64_t kind)
{
    static char data[CAPACITY];
    int ends[2], queue[2], weak;

    MUST(pipe_open(ends, KIND(kind)));
    FAILS(pipe_read(ends[WRITE], data, 1), EACCES);
    FAILS(pipe_write(ends[READ], data, 1), EACCES);
    FAILS(pipe_read(ends[WRITE], data, 0), EACCES);
    FAILS(pipe_write(ends[READ], data, 0), EACCES);
    for (unsigned i = 0; i < 3; i++) {
        static const int numbers[] = { NO_HANDLE, -1, MAX_HANDLES };

        FAILS(pipe_read(numbers[i], data, 1), EBADF);
        FAILS(pipe_write(numbers[i], data, 1), EBADF);
        FAILS(pipe_set_flags(numbers[i], 0), EBADF);
        FAILS(pipe_close(numbers[i]), EBADF);
    }
    FAILS(pipe_read((int)MUST(process_self()), data, 1), EINVAL);
    FAILS(pipe_set_flags(ends[READ], 2), EINVAL);
    FAILS(pipe_set_flags(ends[READ], UINT32_MAX), EINVAL);
    weak = (int)MUST(handle_duplicate(ends[READ], RIGHT_TRANSFER, 0));
    FAILS(pipe_read(weak, data, 1), EACCES);
    FAILS(pipe_write(weak, data, 1), EACCES);
    CHECK_EQUAL(pipe_write(ends[WRITE], KERNEL, 0), 0);
    CHECK_EQUAL(pipe_read(ends[READ], KERNEL, 0), 0);
    CHECK_EQUAL(pipe_write(ends[WRITE], "0123456789", 10), 10);
    CHECK_EQUAL(pipe_read(ends[READ], KERNEL, 0), 0);
    CHECK_EQUAL(pipe_read(ends[READ], data, 100), 10); /* nothing was lost or added */
    CHECK(memcmp(data, "0123456789", 10) == 0);
    MUST(queue_open(queue, 4, 100, KIND(kind))); /* is no pipe */
    FAILS(pipe_read(queue[READ], data, 1), EINVAL);
    FAILS(pipe_write(queue[WRITE], data, 1), EINVAL);
    MUST(queue_put(queue[WRITE], "x", 1, 0));
    FAILS(pipe_write(queue[WRITE], data, 1), EINVAL); /* not in use as a queue either */
    CHECK_EQUAL(queue_take(queue[READ], data, 100, NULL), 1);
    FAILS(pipe_read(queue[READ], data, 1), EINVAL);
    MUST(pipe_close(ends[READ]));
    FAILS(pipe_read(ends[READ], data, 1), EBADF); /* once closed it is nothing */
    FAILS(pipe_close(ends[READ]), EBADF);
}

static void nonblocking(uint64_t kind)
{
    static char data[2 * CAPACITY];
    int ends[2];

    MUST(pipe_open(ends, KIND(kind) | HANDLE_NONBLOCK));
    FAILS(pipe_read(ends[READ], data, 1), EAGAIN);
    CHECK_EQUAL(pipe_read(ends[READ], data, 0), 0);
    CHECK_EQUAL(pipe_write(ends[WRITE], data, sizeof(data)), CAPACITY); /* what fits */
    FAILS(pipe_write(ends[WRITE], data, 1), EAGAIN);
    FAILS(pipe_write(ends[WRITE], data, sizeof(data)), EAGAIN);
    CHECK_EQUAL(pipe_write(ends[WRITE], data, 0), 0);
    CHECK_EQUAL(pipe_read(ends[READ], data, 100), 100);
    FAILS(pipe_write(ends[WRITE], data, 101), EAGAIN); /* all or nothing */
    FAILS(pipe_write(ends[WRITE], data, ATOMIC), EAGAIN);
    CHECK_EQUAL(pipe_write(ends[WRITE], data, ATOMIC + 1), 100); /* a larger one: what fits */
    CHECK_EQUAL(pipe_read(ends[READ], data, ATOMIC), ATOMIC);
    CHECK_EQUAL(pipe_write(ends[WRITE], data, ATOMIC), ATOMIC);
    CHECK_EQUAL(pipe_read(ends[READ], data, sizeof(data)), CAPACITY);
    FAILS(pipe_read(ends[READ], data, 1), EAGAIN);
}

static void read_nothing(uint64_t kind)
{
    char byte;

    (void)kind;
    FAILS(pipe_read(PEER_HANDLE(0), &byte, 1), EAGAIN);
    MUST(pipe_set_flags(PEER_HANDLE(0), 0));
    CHECK_EQUAL(pipe_read(PEER_HANDLE(1), &byte, 1), 0); /* not nonblocking: the end */
}

/* The flag belongs to the handle and is copied with it, to this process and to others. */
static void flag_is_the_handles(uint64_t kind)
{
    int ends[2], second, third, other[2], peer;
    char byte;

    test_pin(0);
    MUST(pipe_open(ends, KIND(kind)));
    MUST(pipe_open(other, KIND(kind)));
    MUST(pipe_close(other[WRITE]));
    MUST(pipe_set_flags(ends[READ], HANDLE_NONBLOCK));
    second = (int)MUST(handle_duplicate(ends[READ], RIGHT_ALL, 0));
    third = (int)MUST(handle_duplicate(second, RIGHT_ALL, 0));
    FAILS(pipe_read(second, &byte, 1), EAGAIN);
    MUST(pipe_set_flags(second, 0));
    FAILS(pipe_read(third, &byte, 1), EAGAIN);
    FAILS(pipe_read(ends[READ], &byte, 1), EAGAIN);
    CHECK_EQUAL(pipe_write(ends[WRITE], "x", 1), 1);
    CHECK_EQUAL(pipe_read(second, &byte, 1), 1);
    MUST(pipe_close(second));
    MUST(pipe_close(ends[READ]));
    CHECK_EQUAL(pipe_write(ends[WRITE], "x", 1), 1);
    CHECK_EQUAL(pipe_read(third, &byte, 1), 1);
    second = (int)MUST(handle_duplicate(third, RIGHT_ALL, 0));
    MUST(pipe_close(third));
    peer = PEER(read_nothing, kind, HART_OF(kind), second, other[READ]);
    PEER_DONE(peer);
    FAILS(pipe_read(second, &byte, 1), EAGAIN); /* the peer has changed its own only */
}

/* All sizes, at all alignments, so that the ring wraps around at all places. */
static void order(uint64_t kind)
{
    static char in[CAPACITY + 16], out[CAPACITY + 16];
    uint32_t written = 0, read = 0, state = 5;
    int ends[2];

    MUST(pipe_open(ends, KIND(kind) | HANDLE_NONBLOCK));
    for (unsigned i = 0; i < 2000; i++) {
        size_t size = test_random(&state) % (i % 2 ? 60 : CAPACITY) + 1;
        char *from = in + test_random(&state) % 16, *to = out + test_random(&state) % 16;
        ssize_t done;

        for (size_t k = 0; k < size; k++) {
            from[k] = (char)((written + k) * 31 >> 3);
        }
        done = pipe_write(ends[WRITE], from, size);
        written += done > 0 ? (uint32_t)done : 0;
        size = test_random(&state) % 1500 + 1;
        to[size] = 0x55;
        done = pipe_read(ends[READ], to, size);
        CHECK(done >= -1 && (size_t)(done + 1) <= size + 1);
        CHECK_EQUAL(to[size], 0x55);
        for (ssize_t k = 0; k < done; k++, read++) {
            CHECK_EQUAL(to[k], (char)(read * 31 >> 3));
        }
    }
    CHECK(written > 100000 && written - read <= CAPACITY);
}

static void ends_close(uint64_t kind)
{
    char text[20];
    int ends[2], second;

    MUST(pipe_open(ends, KIND(kind)));
    second = (int)MUST(handle_duplicate(ends[WRITE], RIGHT_ALL, 0));
    CHECK_EQUAL(pipe_write(second, "left", 4), 4);
    CHECK_EQUAL(pipe_write(ends[WRITE], " over", 5), 5); /* the same end by another handle */
    MUST(pipe_close(ends[WRITE]));
    CHECK_EQUAL(pipe_read(ends[READ], text, 1), 1);
    MUST(pipe_close(second));
    CHECK_EQUAL(pipe_read(ends[READ], text, 3), 3); /* first what is in it */
    CHECK_EQUAL(pipe_read(ends[READ], text, 20), 5);
    CHECK(memcmp(text, " over", 5) == 0);
    CHECK_EQUAL(pipe_read(ends[READ], text, 20), 0); /* then its end, again and again */
    CHECK_EQUAL(pipe_read(ends[READ], text, 20), 0);
    CHECK_EQUAL(pipe_read(ends[READ], text, 0), 0);
    MUST(pipe_close(ends[READ]));
    MUST(pipe_open(ends, KIND(kind)));
    MUST(pipe_close(ends[READ]));
    FAILS(pipe_write(ends[WRITE], text, 1), EPIPE);
    FAILS(pipe_write(ends[WRITE], text, 0), EPIPE);
    MUST(pipe_open(ends, KIND(kind) | HANDLE_NONBLOCK));
    CHECK_EQUAL(pipe_write(ends[WRITE], text, 1), 1);
    second = (int)MUST(handle_duplicate(ends[READ], 0, 0)); /* can't read: doesn't count */
    MUST(pipe_close(ends[READ]));
    FAILS(pipe_write(ends[WRITE], text, 1), EPIPE);
}

/* What nobody has read goes with the pipe, used or not: the runner looks. */
static void unread(uint64_t kind)
{
    struct system_info before = test_info();
    static char data[CAPACITY];
    int ends[2];

    for (unsigned i = 0; i < 20; i++) {
        MUST(pipe_open(ends, KIND(kind)));
        if (i % 2) {
            CHECK_EQUAL(pipe_write(ends[WRITE], data, CAPACITY), CAPACITY);
        }
        if (i % 3) {
            CHECK_EQUAL(pipe_read(ends[READ], data, 0), 0);
        }
        MUST(pipe_close(ends[i % 2]));
        MUST(pipe_close(ends[!(i % 2)]));
    }
    CHECK_EQUAL(test_info().objects, before.objects);
    if (KIND(kind)) {
        CHECK(test_info().free_pages + 20 > before.free_pages); /* the heap's, and a table */
    } else {
        CHECK_EQUAL(test_info().free_pages, before.free_pages);
    }
}

/* ---- Much ---- */

#define MEGABYTE (1u << 20)

static uint32_t checksum(uint32_t sum, const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        sum = (sum << 5 | sum >> 27) + (uint8_t)data[i];
    }
    return sum;
}

static void write_megabyte(uint64_t kind)
{
    static char data[10000];
    uint32_t sum = 0, state = 1;

    (void)kind;
    for (uint32_t left = MEGABYTE; left > 0;) {
        size_t size = test_random(&state) % (left % 3 ? sizeof(data) : ATOMIC) + 1;
        ssize_t done;

        size = size < left ? size : left;
        test_fill(data, size, left);
        done = pipe_write(PEER_HANDLE(0), data, size);
        CHECK(done > 0 && (size_t)done <= size && (size > ATOMIC || (size_t)done == size));
        sum = checksum(sum, data, (size_t)done);
        left -= (uint32_t)done;
    }
    test_set(&shared->flags[0], sum);
}

static void megabyte(uint64_t argument)
{
    static char data[7000];
    uint32_t sum = 0, total = 0, state = 4;
    ssize_t size;
    int ends[2], peer;

    test_pin(0);
    MUST(pipe_open(ends, KIND(argument)));
    peer = PEER(write_megabyte, argument, HART_OF(argument), ends[WRITE]);
    MUST(pipe_close(ends[WRITE]));
    while ((size = MUST(pipe_read(ends[READ], data, test_random(&state) % sizeof(data) + 1))) > 0) {
        sum = checksum(sum, data, (size_t)size);
        total += (uint32_t)size;
    }
    PEER_DONE(peer);
    CHECK_EQUAL(total, MEGABYTE);
    CHECK_EQUAL(sum, shared->flags[0]);
}

/* A chain of processes, each a reader and a writer, and the first one both of all. */
#define LINKS 3

static void pass_along(uint64_t number)
{
    char data[300];
    ssize_t size;

    (void)number;
    while ((size = MUST(pipe_read(PEER_HANDLE(0), data, sizeof(data)))) > 0) {
        for (ssize_t i = 0; i < size; i++) {
            data[i]++;
        }
        CHECK_EQUAL(pipe_write(PEER_HANDLE(1), data, (size_t)size), size);
    }
}

static void chain(uint64_t argument)
{
    unsigned harts = argument & ON_HART_1 ? test_harts() : 1;
    int ends[LINKS + 1][2], peers[LINKS];
    char data[500], back[500];

    test_pin(0);
    for (unsigned i = 0; i <= LINKS; i++) {
        MUST(pipe_open(ends[i], KIND(argument)));
    }
    for (unsigned i = 0; i < LINKS; i++) {
        peers[i] = PEER(pass_along, i, (i + 1) % harts, ends[i][READ], ends[i + 1][WRITE]);
        MUST(pipe_close(ends[i][READ]));
        MUST(pipe_close(ends[i + 1][WRITE]));
    }
    for (unsigned i = 0; i < 200; i++) {
        size_t got = 0, size = i * 7 % sizeof(data) + 1;

        test_fill(data, size, i);
        CHECK_EQUAL(pipe_write(ends[0][WRITE], data, size), size);
        while (got < size) {
            got += (size_t)MUST(pipe_read(ends[LINKS][READ], back + got, size - got));
        }
        CHECK(test_is_filled(back, size, i + LINKS));
    }
    MUST(pipe_close(ends[0][WRITE]));
    CHECK_EQUAL(pipe_read(ends[LINKS][READ], data, 1), 0);
    for (unsigned i = 0; i < LINKS; i++) {
        PEER_DONE(peers[i]);
    }
}

const struct test_case conform_pipe_cases[] = {
    ON_BOTH("conform-pipe-open-errors", open_errors),
    ON_BOTH("conform-pipe-use-errors", use_errors),
    ON_BOTH("conform-pipe-nonblocking", nonblocking),
    ON_BOTH_AND_CROSS("conform-pipe-flag", flag_is_the_handles),
    ON_BOTH("conform-pipe-order", order),
    ON_BOTH("conform-pipe-ends-close", ends_close),
    ON_BOTH("conform-pipe-unread", unread),
    ON_BOTH_AND_CROSS("conform-pipe-megabyte", megabyte),
    ON_BOTH_AND_CROSS("conform-pipe-chain", chain),
    END_OF_CASES,
};
