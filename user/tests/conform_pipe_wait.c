// SPDX-License-Identifier: MIT
/* Pipes of both kinds: who waits, and who comes, goes and dies meanwhile. */
#include "lib/ipc.h"
#include "lib/pipe.h"
#include "tests/conform.h"

#define CAPACITY 4096
#define ATOMIC   512
#define READ     0
#define WRITE    1

enum { BLOCKED, DONE, COUNT, SLEEPS, GO }; /* flags */

static void begin(void)
{
    test_pin(0);
    for (unsigned i = 0; i <= GO; i++) {
        test_set(&shared->flags[i], 0);
    }
}

/* ---- Waiting for the other side ---- */

static void read_when_told(uint64_t size)
{
    char text[100];

    test_set(&shared->flags[BLOCKED], 1);
    CHECK_EQUAL(pipe_read(PEER_HANDLE(0), text, sizeof(text)), size);
    CHECK(test_is_filled(text, size, 3));
}

static void reader_waits(uint64_t argument)
{
    char text[100];
    int ends[2], peer;

    for (unsigned size = 0; size <= 100; size += 50) { /* 0: the last writer goes */
        begin();
        MUST(pipe_open(ends, KIND(argument)));
        peer = PEER(read_when_told, size, HART_OF(argument), ends[READ]);
        MUST(pipe_close(ends[READ]));
        test_until_blocked(&shared->flags[BLOCKED], HART_OF(argument));
        test_fill(text, size, 3);
        if (size) {
            CHECK_EQUAL(pipe_write(ends[WRITE], text, size), size);
        }
        MUST(pipe_close(ends[WRITE]));
        PEER_DONE(peer);
    }
}

/* 0: expects the last reader to go. */
static void write_when_told(uint64_t size)
{
    static char data[CAPACITY];

    CHECK_EQUAL(pipe_write(PEER_HANDLE(0), data, CAPACITY), CAPACITY);
    test_set(&shared->flags[BLOCKED], 1);
    if (size) {
        CHECK_EQUAL(pipe_write(PEER_HANDLE(0), data, size), size);
        test_set(&shared->flags[DONE], 1);
    } else {
        FAILS(pipe_write(PEER_HANDLE(0), data, 1), EPIPE);
    }
}

static void writer_waits(uint64_t argument)
{
    static char data[CAPACITY];
    unsigned hart = HART_OF(argument);
    int ends[2], peer;

    for (unsigned size = 0; size <= ATOMIC; size += ATOMIC / 2) {
        begin();
        MUST(pipe_open(ends, KIND(argument)));
        peer = PEER(write_when_told, size, hart, ends[WRITE]);
        MUST(pipe_close(ends[WRITE]));
        test_until_blocked(&shared->flags[BLOCKED], hart);
        if (size) {
            CHECK_EQUAL(pipe_read(ends[READ], data, size - 1), size - 1);
            test_until_blocked(&shared->flags[BLOCKED], hart);
            CHECK_EQUAL(shared->flags[DONE], 0); /* not yet room for all of it */
            CHECK_EQUAL(pipe_read(ends[READ], data, 1), 1);
            WAIT_UNTIL(shared->flags[DONE]);
        }
        MUST(pipe_close(ends[READ]));
        PEER_DONE(peer);
    }
}

/* ---- Death ---- */

/* 0: has not used its end at all. */
static void write_and_sleep(uint64_t size)
{
    char text[100];

    test_fill(text, sizeof(text), 3);
    if (size) {
        CHECK_EQUAL(pipe_write(PEER_HANDLE(0), text, size), size);
    }
    test_set(&shared->flags[SLEEPS], 1);
    thread_sleep(WAIT_FOREVER);
}

static int start_writer(uint64_t size, int ends[2], unsigned hart)
{
    int writer;

    writer = PEER(write_and_sleep, size, hart, ends[WRITE]);
    MUST(pipe_close(ends[WRITE]));
    test_until_blocked(&shared->flags[SLEEPS], hart);
    return writer;
}

static void read_to_the_end(uint64_t size)
{
    char text[100];

    if (size) {
        CHECK_EQUAL(pipe_read(PEER_HANDLE(0), text, sizeof(text)), size);
    }
    test_set(&shared->flags[BLOCKED], 1);
    CHECK_EQUAL(pipe_read(PEER_HANDLE(0), text, sizeof(text)), 0);
}

/* The last writer is killed: who waits to read gets the end; who has not read all, first that. */
static void writer_dies(uint64_t argument)
{
    unsigned hart = HART_OF(argument);
    char text[100];
    int ends[2], reader, writer;

    for (unsigned size = 0; size <= 50; size += 50) {
        begin();
        MUST(pipe_open(ends, KIND(argument)));
        writer = start_writer(size, ends, hart);
        reader = PEER(read_to_the_end, size, 0, ends[READ]);
        MUST(pipe_close(ends[READ]));
        test_until_blocked(&shared->flags[BLOCKED], 0);
        PEER_KILL(writer);
        PEER_DONE(reader);
    }
    begin();
    MUST(pipe_open(ends, KIND(argument)));
    PEER_KILL(start_writer(100, ends, hart));
    CHECK_EQUAL(pipe_read(ends[READ], text, 60), 60);
    CHECK_EQUAL(pipe_read(ends[READ], text + 60, 60), 40);
    CHECK(test_is_filled(text, 100, 3));
    CHECK_EQUAL(pipe_read(ends[READ], text, 60), 0);
}

static void read_twice(uint64_t unused)
{
    char byte;

    (void)unused;
    CHECK_EQUAL(pipe_read(PEER_HANDLE(0), &byte, 1), 1);
    test_set(&shared->flags[BLOCKED], 1);
    CHECK_EQUAL(pipe_read(PEER_HANDLE(0), &byte, 1), shared->flags[GO] ? 1 : 0);
    test_set(&shared->flags[DONE], 1);
}

/* It waits while the writer that it has read from dies: only the last one counts. */
static void one_writer_of_two_dies(uint64_t argument)
{
    unsigned hart = HART_OF(argument);
    int ends[2], reader, writer, second;

    for (unsigned i = 0; i < 2; i++) {
        begin();
        MUST(pipe_open(ends, KIND(argument)));
        second = (int)MUST(handle_duplicate(ends[WRITE], RIGHT_ALL, 0));
        writer = start_writer(1, ends, 0);
        reader = PEER(read_twice, 0, hart, ends[READ]);
        test_until_blocked(&shared->flags[BLOCKED], hart);
        PEER_KILL(writer);
        test_until_blocked(&shared->flags[BLOCKED], hart);
        CHECK_EQUAL(shared->flags[DONE], 0);
        test_set(&shared->flags[GO], i);
        if (i) {
            CHECK_EQUAL(pipe_write(second, "x", 1), 1);
        }
        MUST(pipe_close(second));
        PEER_DONE(reader);
        MUST(pipe_close(ends[READ]));
    }
}

/* The last reader is killed, whether it had read or not: who waits to write, or comes later, gets EPIPE. */
static void read_and_sleep(uint64_t size)
{
    char text[100];

    if (size) {
        CHECK_EQUAL(pipe_read(PEER_HANDLE(0), text, size), size);
    }
    test_set(&shared->flags[SLEEPS], 1);
    thread_sleep(WAIT_FOREVER);
}

static void reader_dies(uint64_t argument)
{
    unsigned hart = HART_OF(argument);
    int ends[2], reader, writer;

    begin();
    MUST(pipe_open(ends, KIND(argument)));
    reader = PEER(read_and_sleep, 0, hart, ends[READ]);
    MUST(pipe_close(ends[READ]));
    writer = PEER(write_when_told, 0, 0, ends[WRITE]);
    MUST(pipe_close(ends[WRITE]));
    test_until_blocked(&shared->flags[SLEEPS], hart);
    test_until_blocked(&shared->flags[BLOCKED], 0);
    PEER_KILL(reader);
    PEER_DONE(writer);
    begin();
    MUST(pipe_open(ends, KIND(argument)));
    reader = PEER(read_and_sleep, 5, hart, ends[READ]);
    MUST(pipe_close(ends[READ]));
    CHECK_EQUAL(pipe_write(ends[WRITE], "first", 5), 5);
    test_until_blocked(&shared->flags[SLEEPS], hart);
    CHECK_EQUAL(pipe_write(ends[WRITE], "second", 6), 6);
    PEER_KILL(reader);
    FAILS(pipe_write(ends[WRITE], "third", 5), EPIPE);
    FAILS(pipe_write(ends[WRITE], "", 0), EPIPE);
}

/* ---- Successors: an end lives on in another process ---- */

static void read_in_pieces(uint64_t piece)
{
    char text[100];

    for (;;) {
        test_set(&shared->flags[BLOCKED], 1);
        CHECK_EQUAL(pipe_read(PEER_HANDLE(0), text, piece), piece);
        CHECK(test_is_filled(text, piece, shared->flags[COUNT]));
        test_set(&shared->flags[COUNT], shared->flags[COUNT] + 1);
    }
}

/* A reader that waits is killed; the writer doesn't notice, and the next one gets what comes next. */
static void reader_follows(uint64_t argument)
{
    char text[100];
    int ends[2];

    begin();
    MUST(pipe_open(ends, KIND(argument)));
    for (unsigned i = 0; i < 6; i++) {
        unsigned hart = i % 2 ? 0 : HART_OF(argument);
        int reader;

        test_set(&shared->flags[BLOCKED], 0);
        reader = PEER(read_in_pieces, 50, hart, ends[READ]);
        for (unsigned k = 0; k < 3; k++) {
            uint32_t number = shared->flags[COUNT];

            test_fill(text, 50, number);
            CHECK_EQUAL(pipe_write(ends[WRITE], text, 50), 50);
            WAIT_UNTIL(shared->flags[COUNT] == number + 1);
        }
        test_until_blocked(&shared->flags[BLOCKED], hart);
        PEER_KILL(reader);
        CHECK_EQUAL(pipe_write(ends[WRITE], text, 0), 0); /* this process could still read */
    }
    MUST(pipe_close(ends[READ]));
    FAILS(pipe_write(ends[WRITE], text, 1), EPIPE);
}

static void fill_for_ever(uint64_t unused)
{
    char text[ATOMIC];

    (void)unused;
    for (;;) {
        test_fill(text, ATOMIC, shared->flags[COUNT]);
        CHECK_EQUAL(pipe_write(PEER_HANDLE(0), text, ATOMIC), ATOMIC);
        test_set(&shared->flags[COUNT], shared->flags[COUNT] + 1);
        test_set(&shared->flags[BLOCKED], shared->flags[COUNT] % (CAPACITY / ATOMIC) == 0);
    }
}

/* The same for writers, which are killed while the pipe is full; the reader never sees an end. */
static void writer_follows(uint64_t argument)
{
    char text[ATOMIC];
    uint32_t seen = 0;
    int ends[2];

    begin();
    MUST(pipe_open(ends, KIND(argument)));
    for (unsigned i = 0; i < 6; i++) {
        unsigned hart = i % 2 ? 0 : HART_OF(argument);
        int writer;

        test_set(&shared->flags[BLOCKED], 0);
        writer = PEER(fill_for_ever, 0, hart, ends[WRITE]);
        test_until_blocked(&shared->flags[BLOCKED], hart);
        PEER_KILL(writer);
        for (unsigned k = 0; k < CAPACITY / ATOMIC; k++, seen++) {
            CHECK_EQUAL(pipe_read(ends[READ], text, ATOMIC), ATOMIC);
            CHECK(test_is_filled(text, ATOMIC, seen));
        }
    }
    CHECK_EQUAL(seen, shared->flags[COUNT]);
    MUST(pipe_close(ends[WRITE]));
    CHECK_EQUAL(pipe_read(ends[READ], text, 1), 0);
}

/* Killed anywhere, not only while it waits: no byte is lost, twice or out of order. */
static void count_up(uint64_t unused)
{
    (void)unused;
    for (;;) {
        uint32_t next = shared->flags[COUNT];

        CHECK_EQUAL(pipe_write(PEER_HANDLE(0), &next, sizeof(next)), sizeof(next));
        test_set(&shared->flags[COUNT], next + 1);
    }
}

static void killed_anywhere(uint64_t argument)
{
    uint32_t value, before = UINT32_MAX, state = 3;
    int ends[2];

    begin();
    MUST(pipe_open(ends, KIND(argument)));
    for (unsigned i = 0; i < 40; i++) {
        int writer = PEER(count_up, 0, HART_OF(argument), ends[WRITE]);

        for (unsigned k = test_random(&state) % 3000; k > 0; k--) {
            CHECK_EQUAL(pipe_read(ends[READ], &value, sizeof(value)), sizeof(value));
            /* one may have been written and not counted: the next writer begins with it again */
            CHECK(value == before + 1 || (value == before && k > 0));
            before = value;
        }
        PEER_KILL(writer);
    }
    MUST(pipe_close(ends[WRITE]));
    while (MUST(pipe_read(ends[READ], &value, sizeof(value))) == sizeof(value)) {
        CHECK(value == before + 1 || value == before);
        before = value;
    }
    CHECK(before + 1 - shared->flags[COUNT] <= 1);
}

const struct test_case conform_pipe_wait_cases[] = {
    ON_BOTH_AND_CROSS("conform-pipe-reader-waits", reader_waits),
    ON_BOTH_AND_CROSS("conform-pipe-writer-waits", writer_waits),
    ON_BOTH_AND_CROSS("conform-pipe-writer-dies", writer_dies),
    ON_BOTH_AND_CROSS("conform-pipe-one-of-two-dies", one_writer_of_two_dies),
    ON_BOTH_AND_CROSS("conform-pipe-reader-dies", reader_dies),
    ON_BOTH_AND_CROSS("conform-pipe-reader-follows", reader_follows),
    ON_BOTH_AND_CROSS("conform-pipe-writer-follows", writer_follows),
    ON_BOTH_AND_CROSS("conform-pipe-killed-anywhere", killed_anywhere),
    END_OF_CASES,
};
