// SPDX-License-Identifier: MIT
/* What only the kernel's pipes have: EFAULT, several readers and writers. The rest: conform_pipe.c. */
#include <string.h>
#include <unistd.h>

#include "tests/test.h"

#define ATOMIC 512
#define READ   0
#define WRITE  1

static void errors(uint64_t argument)
{
    char *pages = test_map(2 * PAGE_SIZE);
    int ends[2] = { -7, -7 };

    (void)argument;
    FAILS(pipe_create(ends, UINT32_MAX), EINVAL);
    CHECK(ends[0] == -7 && ends[1] == -7);
    MUST(pipe_create(ends, 0));
    FAILS(handle_write(ends[WRITE], KERNEL, 1), EFAULT);
    CHECK_EQUAL(handle_write(ends[WRITE], "0123456789", 10), 10);
    FAILS(handle_read(ends[READ], KERNEL, 1), EFAULT);
    FAILS(handle_read(ends[READ], READ_ONLY, 1), EFAULT);
    MUST(memory_unmap(pages + PAGE_SIZE, PAGE_SIZE));
    FAILS(handle_read(ends[READ], pages + PAGE_SIZE - 5, 10), EFAULT); /* only half of it fits */
    FAILS(handle_write(ends[WRITE], pages + PAGE_SIZE - 5, 10), EFAULT);
    CHECK_EQUAL(handle_read(ends[READ], pages, 20), 10); /* nothing was lost or added */
    CHECK(memcmp(pages, "0123456789", 10) == 0);
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
    static char data[10000];
    uint64_t expected = 0;
    int ends[2], peers[4];

    MUST(pipe_create(ends, 0));
    for (unsigned i = 0; i < 4; i++) {
        peers[i] = PEER(add_bytes, i, i % 2 ? hart : 0, ends[READ]);
    }
    MUST(handle_close(ends[READ]));
    for (unsigned i = 0; i < 20; i++) {
        test_fill(data, sizeof(data), i);
        for (unsigned k = 0; k < sizeof(data); k++) {
            expected += (uint8_t)data[k];
        }
        CHECK_EQUAL(write(ends[WRITE], data, sizeof(data)), sizeof(data)); /* the library's: all */
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
    SAME_AND_CROSS("pipe-own-end-closes", own_end_closes),
    SAME_AND_CROSS("pipe-atomic-writes", atomic_writes),
    SAME_AND_CROSS("pipe-several-readers", several_readers),
    END_OF_CASES,
};
