// SPDX-License-Identifier: MIT
/* Lazy threads: when the other side of a pipe or queue with IPC_UINTR is told, and by what. */
#include "lib/pipe.h"
#include "lib/queue.h"
#include "tests/conform.h"

#define READ  0
#define WRITE 1

enum { BLOCKED, GOT }; /* flags */

static void read_and_say(uint64_t unused)
{
    uint64_t number;

    (void)unused;
    test_set(&shared->flags[BLOCKED], 1);
    while (pipe_read(PEER_HANDLE(0), &number, sizeof(number)) == sizeof(number)) {
        test_set(&shared->flags[GOT], (uint32_t)number);
        test_set(&shared->flags[BLOCKED], (uint32_t)number + 1);
    }
}

/* A reader on hart 0 that sleeps, and the end to write to. */
static int sleeping_reader(int *end)
{
    int ends[2], peer;

    MUST(pipe_open(ends, IPC_UINTR));
    peer = PEER(read_and_say, 0, 0, ends[READ]);
    MUST(pipe_close(ends[READ]));
    test_until_blocked(&shared->flags[BLOCKED], 0);
    *end = ends[WRITE];
    return peer;
}

static void write_number(int end, uint64_t number)
{
    CHECK_EQUAL(pipe_write(end, &number, sizeof(number)), sizeof(number));
}

/* The reader has had every opportunity, on this hart. */
static bool has_got(uint64_t number)
{
    for (unsigned i = 0; i < 20; i++) {
        thread_sleep(50000);
    }
    return shared->flags[GOT] == number;
}

enum way_to_tell { BY_FLUSH, BY_DILIGENCE, BY_CLOSE, BY_ANOTHER };

static void told(uint64_t way)
{
    int end, other, peer;

    test_pin(0);
    peer = sleeping_reader(&end);
    write_number(end, 7); /* who isn't lazy tells at once */
    CHECK(has_got(7));
    ipc_set_lazy(true);
    write_number(end, 8);
    CHECK(has_got(7));
    switch (way) {
    case BY_FLUSH:
        ipc_flush();
        break;
    case BY_DILIGENCE:
        ipc_set_lazy(false);
        break;
    case BY_CLOSE:
        MUST(pipe_close(end));
        break;
    default: /* a second reader is owed something: the first one needs be told */
        test_set(&shared->flags[BLOCKED], 0);
        peer_forget(peer);
        peer = sleeping_reader(&other);
        write_number(other, 9);
        CHECK(has_got(8));
        MUST(pipe_close(other));
        CHECK(has_got(9));
        break;
    }
    if (way != BY_ANOTHER) {
        CHECK(has_got(8));
    }
    if (way != BY_CLOSE) {
        MUST(pipe_close(end));
    }
    PEER_DONE(peer);
}

/* ---- By waiting: the hart goes over ---- */

#define ROUNDS 200

static void echo(uint64_t lazy)
{
    uint64_t number;

    ipc_set_lazy(lazy);
    while (queue_take(PEER_HANDLE(0), &number, sizeof(number), NULL) == sizeof(number)) {
        number++;
        MUST(queue_put(PEER_HANDLE(1), &number, sizeof(number), 3));
    }
}

static void ping_pong(uint64_t hart)
{
    int there[2], back[2], peer;
    struct system_info before, after;
    uint64_t number;

    test_pin(0);
    MUST(queue_open(there, 4, sizeof(number), IPC_UINTR));
    MUST(queue_open(back, 4, sizeof(number), IPC_UINTR));
    peer = PEER(echo, true, hart, there[READ], back[WRITE]);
    MUST(queue_close(there[READ]));
    MUST(queue_close(back[WRITE]));
    ipc_set_lazy(true);
    before = test_info();
    for (uint64_t i = 0; i < ROUNDS; i++) {
        MUST(queue_put(there[WRITE], &i, sizeof(i), 3));
        CHECK_EQUAL(queue_take(back[READ], &number, sizeof(number), NULL), sizeof(number));
        CHECK_EQUAL(number, i + 1);
    }
    after = test_info();
    if (hart == 0) { /* both ways but for the first few */
        CHECK(after.uintr.handed_over - before.uintr.handed_over >= 2 * ROUNDS - 10);
    }
    MUST(queue_close(there[WRITE]));
    MUST(queue_close(back[READ]));
    PEER_DONE(peer);
}

/* ---- By the thread's end ---- */

static void write_and_end(void *end)
{
    ipc_set_lazy(true);
    write_number(*(int *)end, 5);
}

static void thread_ends(uint64_t argument)
{
    struct thread thread;
    int end, peer;

    (void)argument;
    test_pin(0);
    peer = sleeping_reader(&end);
    test_thread(&thread, write_and_end, &end, 0);
    thread_join(&thread);
    CHECK(has_got(5));
    MUST(pipe_close(end));
    PEER_DONE(peer);
}

const struct test_case lazy_cases[] = { CASE_WITH("lazy-flush", told, BY_FLUSH, 0, 0),
                                        CASE_WITH("lazy-no-more", told, BY_DILIGENCE, 0, 0),
                                        CASE_WITH("lazy-close", told, BY_CLOSE, 0, 0),
                                        CASE_WITH("lazy-another", told, BY_ANOTHER, 0, 0),
                                        SAME_AND_CROSS("lazy-ping-pong", ping_pong),
                                        CASE("lazy-thread-ends", thread_ends),
                                        END_OF_CASES };
