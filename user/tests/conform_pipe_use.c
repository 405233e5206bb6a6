// SPDX-License-Identifier: MIT
/* Pipes of both kinds: interruptions, threads, and ends that come by message. */
#include "lib/events.h"
#include "lib/ipc.h"
#include "lib/pipe.h"
#include "lib/signals.h"
#include "lib/uintr.h"
#include "tests/conform.h"

#define CAPACITY 4096
#define READ     0
#define WRITE    1

enum { GO, BLOCKED, DONE }; /* flags */

static void begin(void)
{
    test_pin(0);
    for (unsigned i = 0; i <= DONE; i++) {
        test_set(&shared->flags[i], 0);
    }
}

/* ---- Interruptions ---- */

static void write_when_told(uint64_t size)
{
    char text[100];

    WAIT_UNTIL(shared->flags[GO]);
    test_fill(text, size, 8);
    CHECK_EQUAL(pipe_write(PEER_HANDLE(0), text, size), size);
}

/* A wait ends with EINTR when a handler has run, and nothing else has happened. */
static void reader_interrupted(uint64_t argument)
{
    unsigned hart = HART_OF(argument);
    char text[100];
    int ends[2], writer;

    conform_interruptible();
    for (unsigned i = 0; i < 4; i++) {
        begin();
        MUST(pipe_open(ends, KIND(argument)));
        writer = PEER(write_when_told, 50, hart, ends[WRITE]);
        conform_handled = 0;
        conform_interrupt_once(i % 2 ? BY_UINTR : BY_SIGNAL, i / 2 ? hart : 0);
        test_set(&conform_waits, 1);
        FAILS(pipe_read(ends[READ], text, 100), EINTR);
        CHECK_EQUAL(conform_handled, 1);
        conform_stop();
        test_set(&shared->flags[GO], 1);
        while (pipe_read(ends[READ], text, 20) < 0) {
            CHECK_EQUAL(errno, EINTR);
        }
        CHECK_EQUAL(pipe_read(ends[READ], text + 20, 80), 30);
        CHECK(test_is_filled(text, 50, 8));
        PEER_DONE(writer);
        MUST(pipe_close(ends[READ]));
        MUST(pipe_close(ends[WRITE]));
    }
}

static void read_when_told(uint64_t size)
{
    static char data[CAPACITY];
    size_t got = 0;

    WAIT_UNTIL(shared->flags[GO]);
    while (got < size) {
        got += (size_t)MUST(pipe_read(PEER_HANDLE(0), data, size - got));
    }
}

static void writer_interrupted(uint64_t argument)
{
    static char data[CAPACITY];
    unsigned hart = HART_OF(argument);
    int ends[2], reader;

    conform_interruptible();
    for (unsigned i = 0; i < 4; i++) {
        begin();
        MUST(pipe_open(ends, KIND(argument)));
        reader = PEER(read_when_told, CAPACITY + 100, hart, ends[READ]);
        CHECK_EQUAL(pipe_write(ends[WRITE], data, CAPACITY - 50), CAPACITY - 50);
        conform_handled = 0;
        conform_interrupt_once(i % 2 ? BY_UINTR : BY_SIGNAL, i / 2 ? hart : 0);
        test_set(&conform_waits, 1);
        FAILS(pipe_write(ends[WRITE], data, 100), EINTR); /* half of it would fit */
        CHECK_EQUAL(conform_handled, 1);
        conform_stop();
        CHECK_EQUAL(pipe_write(ends[WRITE], data, 50), 50);
        test_set(&shared->flags[GO], 1);
        while (pipe_write(ends[WRITE], data, 100) < 0) {
            CHECK_EQUAL(errno, EINTR);
        }
        PEER_DONE(reader);
        MUST(pipe_close(ends[READ]));
        MUST(pipe_close(ends[WRITE]));
    }
}

#define MUCH 200000

static void write_much(uint64_t unused)
{
    uint32_t state = 7;
    char data[600];

    (void)unused;
    for (uint32_t sent = 0; sent < MUCH;) {
        size_t size = test_random(&state) % sizeof(data) + 1;
        ssize_t done;

        for (size_t i = 0; i < size; i++) {
            data[i] = (char)((sent + i) * 31 >> 3);
        }
        done = MUST(pipe_write(PEER_HANDLE(0), data, size));
        sent += (uint32_t)done;
    }
}

static void read_much(uint64_t unused)
{
    char data[600];
    uint32_t got = 0;
    ssize_t size;

    (void)unused;
    while ((size = MUST(pipe_read(PEER_HANDLE(0), data, sizeof(data)))) > 0) {
        for (ssize_t i = 0; i < size; i++, got++) {
            CHECK_EQUAL(data[i], (char)(got * 31 >> 3));
        }
        if (got % 5 == 0) {
            thread_sleep(10000);
        }
    }
    CHECK(got >= MUCH);
}

/* Interrupted all the time: nothing is lost, twice or mixed up. */
static void reader_often_interrupted(uint64_t argument)
{
    char data[600];
    uint32_t got = 0;
    int ends[2], writer;

    begin();
    conform_interruptible();
    MUST(pipe_open(ends, KIND(argument)));
    writer = PEER(write_much, 0, HART_OF(argument), ends[WRITE]);
    MUST(pipe_close(ends[WRITE]));
    conform_interrupt_often(BY_EITHER, HART_OF(argument));
    for (;;) {
        ssize_t size = pipe_read(ends[READ], data, sizeof(data));

        if (size == 0) {
            break;
        }
        CHECK(size > 0 || errno == EINTR);
        for (ssize_t i = 0; i < size; i++, got++) {
            CHECK_EQUAL(data[i], (char)(got * 31 >> 3));
        }
    }
    conform_stop();
    CHECK(got >= MUCH);
    PEER_DONE(writer);
}

static void writer_often_interrupted(uint64_t argument)
{
    uint32_t state = 7;
    char data[600];
    int ends[2], reader;

    begin();
    conform_interruptible();
    MUST(pipe_open(ends, KIND(argument)));
    reader = PEER(read_much, 0, HART_OF(argument), ends[READ]);
    MUST(pipe_close(ends[READ]));
    conform_interrupt_often(BY_EITHER, HART_OF(argument));
    for (uint32_t sent = 0; sent < MUCH;) {
        size_t size = test_random(&state) % sizeof(data) + 1;
        ssize_t done;

        for (size_t i = 0; i < size; i++) {
            data[i] = (char)((sent + i) * 31 >> 3);
        }
        done = pipe_write(ends[WRITE], data, size);
        CHECK(done > 0 || errno == EINTR);
        sent += done > 0 ? (uint32_t)done : 0;
    }
    MUST(pipe_close(ends[WRITE]));
    conform_stop();
    while (process_wait(reader, NULL, 0) < 0) {
        CHECK_EQUAL(errno, EINTR);
    }
    PEER_DONE(reader);
}

/* With interrupts off it waits as well, and they are off afterwards. */
static void interrupts_off(uint64_t argument)
{
    char byte;
    int ends[2], writer;

    begin();
    conform_interruptible();
    MUST(pipe_open(ends, KIND(argument)));
    writer = PEER(write_when_told, 1, HART_OF(argument), ends[WRITE]);
    uintr_disable();
    test_set(&shared->flags[GO], 1);
    CHECK_EQUAL(pipe_read(ends[READ], &byte, 1), 1);
    uintr_disable();
    PEER_DONE(writer);
    uintr_enable();
}

/* ---- Threads ---- */

static int both[2];

static void read_five(void *unused)
{
    char byte;

    (void)unused;
    for (unsigned i = 0; i < 5; i++) {
        test_set(&shared->flags[BLOCKED], i == 4);
        CHECK_EQUAL(pipe_read(both[READ], &byte, 1), 1);
        test_set(&shared->flags[DONE], shared->flags[DONE] + 1);
        CHECK_EQUAL(byte, (char)shared->flags[DONE]);
    }
}

static void write_slowly(uint64_t count)
{
    for (uint64_t i = 1; i <= count; i++) {
        char byte = (char)i;

        if (i % 5 == 0) {
            WAIT_UNTIL(shared->flags[BLOCKED]);
            thread_sleep(100000);
        }
        CHECK_EQUAL(pipe_write(PEER_HANDLE(0), &byte, 1), 1);
        WAIT_UNTIL(shared->flags[DONE] >= i);
    }
}

/* One thread after the other uses an end; each has waited, and perhaps had the stack of the last. */
static void threads_in_turn(uint64_t argument)
{
    struct thread thread;
    int writer;

    begin();
    MUST(pipe_open(both, KIND(argument)));
    writer = PEER(write_slowly, 30, HART_OF(argument), both[WRITE]);
    for (unsigned i = 0; i < 5; i++) {
        test_thread(&thread, read_five, NULL, i % 2 ? HART_OF(argument) : 0);
        thread_join(&thread);
    }
    read_five(NULL);
    PEER_DONE(writer);
}

static void write_five(void *unused)
{
    static char data[CAPACITY];

    (void)unused;
    for (unsigned i = 0; i < 5; i++) {
        CHECK_EQUAL(pipe_write(both[WRITE], data, 512), 512);
    }
}

/* And the writing end. */
static void writers_in_turn(uint64_t argument)
{
    struct thread thread;
    int reader;

    begin();
    MUST(pipe_open(both, KIND(argument)));
    reader = PEER(read_when_told, 30 * 512, HART_OF(argument), both[READ]);
    test_set(&shared->flags[GO], 1);
    for (unsigned i = 0; i < 5; i++) {
        test_thread(&thread, write_five, NULL, i % 2 ? HART_OF(argument) : 0);
        thread_join(&thread);
    }
    write_five(NULL);
    PEER_DONE(reader);
}

static void read_one(void *error)
{
    char byte;

    if (error) {
        FAILS(pipe_read(both[READ], &byte, 1), EBUSY);
        FAILS(pipe_write(both[WRITE], &byte, 1), EBUSY);
    } else {
        CHECK_EQUAL(pipe_read(both[READ], &byte, 1), 1);
    }
}

static void try_to_use(uint64_t error)
{
    char byte;

    if (error) {
        FAILS(pipe_read(PEER_HANDLE(0), &byte, 1), EBUSY);
    } else {
        CHECK_EQUAL(pipe_read(PEER_HANDLE(0), &byte, 1), 1);
    }
}

/* An end on user interrupts has one user: others are told, threads and processes, until that closes it. */
static void busy(uint64_t argument)
{
    struct thread thread;
    int second;

    begin();
    MUST(pipe_open(both, IPC_UINTR));
    CHECK_EQUAL(pipe_write(both[WRITE], "abc", 3), 3);
    read_one(NULL);
    test_thread(&thread, read_one, &both, HART_OF(argument));
    thread_join(&thread);
    PEER_DONE(PEER(try_to_use, EBUSY, HART_OF(argument), both[READ]));
    second = (int)MUST(handle_duplicate(both[READ], RIGHT_ALL, 0));
    MUST(pipe_close(both[READ]));
    PEER_DONE(PEER(try_to_use, 0, HART_OF(argument), second));
    both[READ] = second;
    test_thread(&thread, read_one, NULL, HART_OF(argument));
    thread_join(&thread);
}

/* A copy of an end in the same process is the same end: closing one leaves the other one as it was. */
static void copy_closes(uint64_t argument)
{
    char byte;
    int ends[2], second, writer;

    begin();
    MUST(pipe_open(ends, KIND(argument)));
    second = (int)MUST(handle_duplicate(ends[READ], RIGHT_ALL, 0));
    writer = PEER(write_slowly, 3, HART_OF(argument), ends[WRITE]);
    CHECK_EQUAL(pipe_read(ends[READ], &byte, 1), 1);
    test_set(&shared->flags[DONE], 1);
    CHECK_EQUAL(pipe_read(second, &byte, 1), 1);
    MUST(pipe_close(second));
    test_set(&shared->flags[DONE], 2);
    CHECK_EQUAL(pipe_read(ends[READ], &byte, 1), 1);
    CHECK_EQUAL(byte, 3);
    test_set(&shared->flags[DONE], 3);
    PEER_DONE(writer);
}

/* ---- Ends by message ---- */

static void use_what_comes(uint64_t number)
{
    struct message message = { .handle = -1 };
    char byte;
    int end;

    MUST(ipc_receive(PEER_HANDLE(0), &message, NULL));
    end = message.handle;
    message.handle = -1;
    MUST(ipc_reply(&message));
    if (number == READ) {
        CHECK_EQUAL(pipe_read(end, &byte, 1), 1);
        CHECK_EQUAL(byte, 'm');
        CHECK_EQUAL(pipe_read(end, &byte, 1), 0);
    } else {
        CHECK_EQUAL(pipe_write(end, "m", 1), 1);
    }
    MUST(pipe_close(end));
}

static void by_message(uint64_t argument)
{
    int ends[2], meeting[2][2], peers[2];

    begin();
    MUST(pipe_open(ends, KIND(argument)));
    for (unsigned i = 0; i < 2; i++) {
        struct message message = { .handle = ends[i] };

        MUST(endpoint_pair(meeting[i]));
        peers[i] = PEER(use_what_comes, i, i ? HART_OF(argument) : 0, meeting[i][0]);
        MUST(ipc_call(meeting[i][1], &message));
        MUST(pipe_close(ends[i]));
    }
    PEER_DONE(peers[0]);
    PEER_DONE(peers[1]);
}

/* ---- Hostile writers and readers: only on user interrupts can they try ---- */

static void scribble(uint64_t side)
{
    volatile uint32_t *memory = link_map(PEER_HANDLE(0), (unsigned)side);

    CHECK(memory != NULL);
    for (unsigned i = 0; i < 48; i++) {
        memory[i] = 0x89abcdef;
    }
}

static void nonsense(uint64_t argument)
{
    char byte = 0;
    int ends[2];

    begin();
    for (unsigned side = 0; side < 2; side++) {
        MUST(pipe_open(ends, IPC_UINTR | HANDLE_NONBLOCK));
        CHECK_EQUAL(pipe_write(ends[WRITE], "ab", 2), 2);
        PEER_DONE(PEER(scribble, side, HART_OF(argument), ends[side]));
        if (side == WRITE) {
            FAILS(pipe_read(ends[READ], &byte, 1), EPROTO);
        } else {
            FAILS(pipe_write(ends[WRITE], &byte, 1), EPROTO);
        }
        MUST(pipe_close(ends[READ]));
        MUST(pipe_close(ends[WRITE]));
    }
}

const struct test_case conform_pipe_use_cases[] = {
    ON_BOTH_AND_CROSS("conform-pipe-reader-interrupted", reader_interrupted),
    ON_BOTH_AND_CROSS("conform-pipe-writer-interrupted", writer_interrupted),
    ON_BOTH_AND_CROSS("conform-pipe-reader-often", reader_often_interrupted),
    ON_BOTH_AND_CROSS("conform-pipe-writer-often", writer_often_interrupted),
    ON_BOTH_AND_CROSS("conform-pipe-interrupts-off", interrupts_off),
    ON_BOTH_AND_CROSS("conform-pipe-threads-in-turn", threads_in_turn),
    ON_BOTH_AND_CROSS("conform-pipe-writers-in-turn", writers_in_turn),
    CASE_WITH("conform-pipe-busy-same", busy, 0, 0, 0),
    CASE_WITH("conform-pipe-busy-cross", busy, ON_HART_1, 2, 0),
    ON_BOTH_AND_CROSS("conform-pipe-copy-closes", copy_closes),
    ON_BOTH_AND_CROSS("conform-pipe-by-message", by_message),
    CASE_WITH("conform-pipe-nonsense-same", nonsense, 0, 0, 0),
    CASE_WITH("conform-pipe-nonsense-cross", nonsense, ON_HART_1, 2, 0),
    END_OF_CASES,
};
