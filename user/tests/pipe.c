// SPDX-License-Identifier: MIT
/* Pipes. */
#include <string.h>
#include <unistd.h>

#include "tests/test.h"

#define CAPACITY 4096
#define ATOMIC   512
#define READ     0
#define WRITE    1

static void errors(uint64_t argument)
{
    char *pages = test_map(2 * PAGE_SIZE);
    struct system_info before, after;
    int ends[2] = { -7, -7 };
    char byte = 0;

    (void)argument;
    before = test_info();
    FAILS(pipe_create(ends, 2), EINVAL);
    FAILS(pipe_create(ends, UINT32_MAX), EINVAL);
    FAILS(pipe_create(NULL, 0), EFAULT);
    FAILS(pipe_create(READ_ONLY, 0), EFAULT);
    FAILS(pipe_create(KERNEL, HANDLE_NONBLOCK), EFAULT);
    after = test_info();
    CHECK(ends[0] == -7 && ends[1] == -7);
    CHECK(after.objects == before.objects && after.handles == before.handles);
    CHECK_EQUAL(after.free_pages, before.free_pages);
    MUST(pipe_create(ends, 0));
    FAILS(handle_read(ends[WRITE], &byte, 1), EACCES);
    FAILS(handle_write(ends[READ], &byte, 1), EACCES);
    FAILS(handle_write(ends[WRITE], KERNEL, 1), EFAULT);
    CHECK_EQUAL(handle_write(ends[WRITE], KERNEL, 0), 0);
    CHECK_EQUAL(handle_read(ends[READ], KERNEL, 0), 0);
    CHECK_EQUAL(handle_write(ends[WRITE], "0123456789", 10), 10);
    FAILS(handle_read(ends[READ], KERNEL, 1), EFAULT);
    FAILS(handle_read(ends[READ], READ_ONLY, 1), EFAULT);
    MUST(memory_unmap(pages + PAGE_SIZE, PAGE_SIZE));
    FAILS(handle_read(ends[READ], pages + PAGE_SIZE - 5, 10), EFAULT); /* only half of it fits */
    FAILS(handle_write(ends[WRITE], pages + PAGE_SIZE - 5, 10), EFAULT);
    CHECK_EQUAL(handle_read(ends[READ], pages, 20), 10); /* nothing was lost or added */
    CHECK(memcmp(pages, "0123456789", 10) == 0);
}

static void nonblocking(uint64_t argument)
{
    static char data[2 * CAPACITY];
    int ends[2];

    (void)argument;
    MUST(pipe_create(ends, HANDLE_NONBLOCK));
    FAILS(handle_read(ends[READ], data, 1), EAGAIN);
    CHECK_EQUAL(handle_write(ends[WRITE], data, sizeof(data)), CAPACITY); /* what fits */
    FAILS(handle_write(ends[WRITE], data, 1), EAGAIN);
    FAILS(handle_write(ends[WRITE], data, sizeof(data)), EAGAIN);
    CHECK_EQUAL(handle_read(ends[READ], data, 100), 100);
    FAILS(handle_write(ends[WRITE], data, 101), EAGAIN); /* all or nothing */
    FAILS(handle_write(ends[WRITE], data, ATOMIC), EAGAIN);
    CHECK_EQUAL(handle_write(ends[WRITE], data, ATOMIC + 1), 100); /* a larger one: what fits */
    CHECK_EQUAL(handle_read(ends[READ], data, ATOMIC), ATOMIC);
    CHECK_EQUAL(handle_write(ends[WRITE], data, ATOMIC), ATOMIC);
    CHECK_EQUAL(handle_read(ends[READ], data, sizeof(data)), CAPACITY);
    FAILS(handle_read(ends[READ], data, 1), EAGAIN);
}

/* All sizes, so that the ring wraps around at all places. */
static void order(uint64_t argument)
{
    static char in[CAPACITY], out[CAPACITY];
    uint32_t written = 0, read = 0, state = 5;
    int ends[2];

    (void)argument;
    MUST(pipe_create(ends, HANDLE_NONBLOCK));
    for (unsigned i = 0; i < 2000; i++) {
        size_t size = test_random(&state) % (i % 2 ? 60 : CAPACITY) + 1;
        ssize_t done;

        for (size_t k = 0; k < size; k++) {
            in[k] = (char)((written + k) * 31 >> 3);
        }
        done = handle_write(ends[WRITE], in, size);
        written += done > 0 ? (uint32_t)done : 0;
        done = handle_read(ends[READ], out, test_random(&state) % 1500 + 1);
        for (ssize_t k = 0; k < done; k++, read++) {
            CHECK_EQUAL(out[k], (char)(read * 31 >> 3));
        }
    }
    CHECK(written > 100000 && written - read <= CAPACITY);
}

static void ends_close(uint64_t argument)
{
    char text[20];
    int ends[2], second;

    (void)argument;
    MUST(pipe_create(ends, 0));
    second = (int)MUST(handle_duplicate(ends[WRITE], RIGHT_ALL, 0));
    CHECK_EQUAL(handle_write(second, "left over", 9), 9);
    MUST(handle_close(ends[WRITE]));
    MUST(handle_close(second));
    CHECK_EQUAL(handle_read(ends[READ], text, 4), 4); /* first what is in it */
    CHECK_EQUAL(handle_read(ends[READ], text, 20), 5);
    CHECK_EQUAL(handle_read(ends[READ], text, 20), 0); /* then its end, again and again */
    CHECK_EQUAL(handle_read(ends[READ], text, 20), 0);
    MUST(pipe_create(ends, 0));
    MUST(handle_close(ends[READ]));
    FAILS(handle_write(ends[WRITE], text, 1), EPIPE);
    FAILS(handle_write(ends[WRITE], text, 0), EPIPE);
    MUST(pipe_create(ends, HANDLE_NONBLOCK));
    second = (int)MUST(handle_duplicate(ends[READ], 0, 0)); /* can't read: doesn't count */
    MUST(handle_close(ends[READ]));
    FAILS(handle_write(ends[WRITE], text, 1), EPIPE);
}

/* ---- Waiting ---- */

static void read_when_told(uint64_t size)
{
    char text[100];
    ssize_t done;

    test_set(&shared->flags[0], 1);
    done = handle_read(PEER_HANDLE(0), text, sizeof(text));
    CHECK_EQUAL(done, size);
    CHECK(test_is_filled(text, size, 3));
}

static void reader_waits(uint64_t hart)
{
    char text[100];
    int ends[2], peer;

    for (unsigned size = 0; size <= 100; size += 50) { /* 0: the last writer goes */
        MUST(pipe_create(ends, 0));
        test_set(&shared->flags[0], 0);
        peer = PEER(read_when_told, size, hart, ends[READ]);
        MUST(handle_close(ends[READ]));
        test_until_blocked(&shared->flags[0], (unsigned)hart);
        test_fill(text, size, 3);
        if (size) {
            CHECK_EQUAL(handle_write(ends[WRITE], text, size), size);
        }
        MUST(handle_close(ends[WRITE]));
        PEER_DONE(peer);
    }
}

/* 0: expects the last reader to go. */
static void write_when_told(uint64_t size)
{
    static char data[CAPACITY];

    CHECK_EQUAL(handle_write(PEER_HANDLE(0), data, CAPACITY), CAPACITY);
    test_set(&shared->flags[0], 1);
    if (size) {
        CHECK_EQUAL(handle_write(PEER_HANDLE(0), data, size), size);
        test_set(&shared->flags[1], 1);
    } else {
        FAILS(handle_write(PEER_HANDLE(0), data, 1), EPIPE);
    }
}

static void writer_waits(uint64_t hart)
{
    static char data[CAPACITY];
    int ends[2], peer;

    for (unsigned size = 0; size <= ATOMIC; size += ATOMIC / 2) {
        MUST(pipe_create(ends, 0));
        test_set(&shared->flags[0], 0);
        test_set(&shared->flags[1], 0);
        peer = PEER(write_when_told, size, hart, ends[WRITE]);
        MUST(handle_close(ends[WRITE]));
        test_until_blocked(&shared->flags[0], (unsigned)hart);
        if (size) {
            CHECK_EQUAL(handle_read(ends[READ], data, size - 1), size - 1);
            test_until_blocked(&shared->flags[0], (unsigned)hart);
            CHECK_EQUAL(shared->flags[1], 0); /* not yet room for all of it */
            CHECK_EQUAL(handle_read(ends[READ], data, 1), 1);
            WAIT_UNTIL(shared->flags[1]);
        }
        MUST(handle_close(ends[READ]));
        PEER_DONE(peer);
    }
}

/* The end that one waits at is closed by another thread: EBADF once there is a reason to look. */
static int waited_at;

static void read_closed(void *unused)
{
    char byte;

    (void)unused;
    test_set(&shared->flags[0], 1);
    FAILS(handle_read(waited_at, &byte, 1), EBADF);
}

static void own_end_closes(uint64_t hart)
{
    struct thread thread;
    int ends[2], second;

    for (unsigned i = 0; i < 2; i++) {
        MUST(pipe_create(ends, 0));
        second = i ? (int)MUST(handle_duplicate(ends[READ], RIGHT_ALL, 0)) : -1;
        waited_at = ends[READ];
        test_set(&shared->flags[0], 0);
        test_thread(&thread, read_closed, NULL, (unsigned)hart);
        test_until_blocked(&shared->flags[0], (unsigned)hart);
        MUST(handle_close(ends[READ]));
        if (i) { /* another reader is left: the pipe itself has news first */
            char byte;

            CHECK_EQUAL(handle_write(ends[WRITE], "x", 1), 1);
            thread_join(&thread);
            CHECK_EQUAL(handle_read(second, &byte, 1), 1); /* not taken by the other */
        } else {
            thread_join(&thread);
        }
        MUST(handle_close(ends[WRITE]));
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

static void write_megabyte(uint64_t argument)
{
    static char data[10000];
    uint32_t sum = 0, state = 1;

    (void)argument;
    for (uint32_t left = MEGABYTE; left > 0;) {
        size_t size = test_random(&state) % sizeof(data) + 1;

        size = size < left ? size : left;
        test_fill(data, size, left);
        sum = checksum(sum, data, size);
        CHECK_EQUAL(write(PEER_HANDLE(0), data, size), size); /* the library's: all of it */
        left -= (uint32_t)size;
    }
    test_set(&shared->flags[0], sum);
}

static void megabyte(uint64_t hart)
{
    static char data[7000];
    uint32_t sum = 0, total = 0;
    ssize_t size;
    int ends[2], peer;

    test_pin(0);
    MUST(pipe_create(ends, 0));
    peer = PEER(write_megabyte, 0, hart, ends[WRITE]);
    MUST(handle_close(ends[WRITE]));
    while ((size = MUST(handle_read(ends[READ], data, sizeof(data)))) > 0) {
        sum = checksum(sum, data, (size_t)size);
        total += (uint32_t)size;
    }
    PEER_DONE(peer);
    CHECK_EQUAL(total, MEGABYTE);
    CHECK_EQUAL(sum, shared->flags[0]);
}

/* Records of several writers, each written at once: never mixed. */
#define WRITERS 4
#define RECORDS 200

static void write_records(uint64_t number)
{
    char record[ATOMIC];
    uint32_t state = (uint32_t)number + 1;

    for (unsigned i = 0; i < RECORDS; i++) {
        size_t size = i % 3 ? test_random(&state) % ATOMIC + 1 : ATOMIC;

        size = size < 4 ? 4 : size;
        memset(record, (int)number + 1, size);
        memcpy(record, &(uint16_t){ (uint16_t)size }, 2);
        CHECK_EQUAL(handle_write(PEER_HANDLE(0), record, size), size);
    }
}

static void read_fully(int end, char *data, size_t size)
{
    while (size > 0) {
        ssize_t done = MUST(handle_read(end, data, size));

        CHECK(done > 0);
        data += done;
        size -= (size_t)done;
    }
}

static void atomic_writes(uint64_t hart)
{
    char record[ATOMIC];
    unsigned counts[WRITERS + 1] = { 0 };
    int ends[2], peers[WRITERS];

    MUST(pipe_create(ends, 0));
    for (unsigned i = 0; i < WRITERS; i++) {
        peers[i] = PEER(write_records, i, i % 2 ? hart : 0, ends[WRITE]);
    }
    MUST(handle_close(ends[WRITE]));
    for (unsigned i = 0; i < WRITERS * RECORDS; i++) {
        uint16_t size;

        read_fully(ends[READ], (char *)&size, 2);
        CHECK(size >= 4 && size <= ATOMIC);
        read_fully(ends[READ], record, size - 2u);
        CHECK(record[0] >= 1 && record[0] <= WRITERS);
        for (unsigned k = 1; k < size - 2u; k++) {
            CHECK_EQUAL(record[k], record[0]);
        }
        counts[(unsigned)record[0]]++;
    }
    CHECK_EQUAL(handle_read(ends[READ], record, 1), 0);
    for (unsigned i = 0; i < WRITERS; i++) {
        CHECK_EQUAL(counts[i + 1], RECORDS);
        PEER_DONE(peers[i]);
    }
}

/* Several readers: each byte comes to one of them. */
static void add_bytes(uint64_t number)
{
    uint8_t data[100];
    ssize_t size;
    uint64_t sum = 0;

    while ((size = MUST(handle_read(PEER_HANDLE(0), data, number * 10 + 1))) > 0) {
        for (ssize_t i = 0; i < size; i++) {
            sum += data[i];
        }
    }
    shared->values[number] = sum;
}

static void several_readers(uint64_t hart)
{
    char data[1000];
    uint64_t expected = 0;
    int ends[2], peers[4];

    MUST(pipe_create(ends, 0));
    for (unsigned i = 0; i < 4; i++) {
        peers[i] = PEER(add_bytes, i, i % 2 ? hart : 0, ends[READ]);
    }
    MUST(handle_close(ends[READ]));
    for (unsigned i = 0; i < 50; i++) {
        test_fill(data, sizeof(data), i);
        for (unsigned k = 0; k < sizeof(data); k++) {
            expected += (uint8_t)data[k];
        }
        CHECK_EQUAL(write(ends[WRITE], data, sizeof(data)), sizeof(data));
    }
    MUST(handle_close(ends[WRITE]));
    for (unsigned i = 0; i < 4; i++) {
        PEER_DONE(peers[i]);
        expected -= shared->values[i];
    }
    CHECK_EQUAL(expected, 0);
}

const struct test_case pipe_cases[] = {
    CASE("pipe-errors", errors),
    CASE("pipe-nonblocking", nonblocking),
    CASE("pipe-order", order),
    CASE("pipe-ends-close", ends_close),
    SAME_AND_CROSS("pipe-reader-waits", reader_waits),
    SAME_AND_CROSS("pipe-writer-waits", writer_waits),
    SAME_AND_CROSS("pipe-own-end-closes", own_end_closes),
    SAME_AND_CROSS("pipe-megabyte", megabyte),
    SAME_AND_CROSS("pipe-atomic-writes", atomic_writes),
    SAME_AND_CROSS("pipe-several-readers", several_readers),
    END_OF_CASES,
};
