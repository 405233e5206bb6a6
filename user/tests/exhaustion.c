// SPDX-License-Identifier: MIT
/*
 * When memory is out. Every call that needs some is tried with 0, 1, 2... free pages until it
 * succeeds: each time it fails it says so and has taken nothing.
 */
#include <string.h>

#include "lib/ecall.h"
#include "lib/signals.h"
#include "lib/uintr.h"
#include "tests/test.h"

#define PLACE      ((char *)0x2000000000)
#define ELSEWHERE  ((char *)0x3000000000) /* no tables exist for it */
#define POOL       256                    /* pages that are given back one by one */
#define MAX_BLOCKS 64
#define READ_WRITE (MAP_READ | MAP_WRITE)

static struct {
    char *at;
    size_t size;
} blocks[MAX_BLOCKS];
static unsigned block_count;
static unsigned pool; /* pages mapped from PLACE on; the rest of POOL is free address space */

static void take_blocks(void)
{
    for (size_t size = MAP_MAX_SIZE; size >= PAGE_SIZE; size /= 2) {
        char *at;

        while (block_count < MAX_BLOCKS && (at = memory_map(NULL, size, READ_WRITE, -1))) {
            blocks[block_count].at = at;
            blocks[block_count++].size = size;
        }
    }
    CHECK(block_count < MAX_BLOCKS);
}

static bool pool_grow(void)
{
    return pool < POOL && memory_map(PLACE + pool * PAGE_SIZE, PAGE_SIZE, READ_WRITE, -1) &&
           ++pool > 0;
}

/* Takes all pages there are, but `leave`. The pool's tables exist, so its pages cost one each. */
static void leave_pages(unsigned leave)
{
    while (test_info().free_pages > leave) {
        CHECK(pool_grow());
    }
    while (test_info().free_pages < leave) {
        pool--;
        MUST(memory_unmap(PLACE + pool * PAGE_SIZE, PAGE_SIZE));
    }
}

static void take_all(void)
{
    while (pool < POOL / 2) {
        CHECK(pool_grow());
    }
    take_blocks();
    leave_pages(0);
}

static void give_all(void)
{
    MUST(memory_unmap(PLACE, POOL * PAGE_SIZE));
    pool = 0;
    while (block_count > 0) {
        block_count--;
        MUST(memory_unmap(blocks[block_count].at, blocks[block_count].size));
    }
}

/* ---- The calls: each returns -1 with errno, or undoes what it did ---- */

static long drop(long handle)
{
    return handle < 0 ? -1 : handle_close((int)handle);
}

static long try_map(void)
{
    return memory_map(ELSEWHERE, 4 * PAGE_SIZE, READ_WRITE, -1)
               ? memory_unmap(ELSEWHERE, 4 * PAGE_SIZE)
               : -1;
}

static long try_shm(void)
{
    return drop(memory_create(6 * PAGE_SIZE));
}

static long try_pipe(void)
{
    int ends[2];

    if (pipe_create(ends, 0) < 0) {
        return -1;
    }
    drop(ends[0]);
    return drop(ends[1]);
}

static __attribute__((naked)) void end_at_once(__attribute__((unused)) void *argument)
{
    __asm__ volatile("li a0, 0\n"
                     "li a7, %0\n"
                     "ecall" ::"i"(SYS_thread_exit));
}

/* Several: a page has room for some threads. */
static long try_threads(void)
{
    for (unsigned i = 0; i < 8; i++) {
        unsigned before = test_info().threads;

        if (thread_create(end_at_once, NULL, NULL, NULL) < 0) {
            return -1;
        }
        WAIT_UNTIL(test_info().threads == before);
    }
    return 0;
}

static long try_spawn(void)
{
    const char *const words[] = { "sleep", "0", NULL }; /* small: page by page takes its time */
    struct spawn spawn = { .arguments = (uint64_t)words, .count = 2, .priority = DEFAULT_PRIORITY };
    int process = process_spawn(&spawn), status = -1;

    if (process < 0) {
        return -1;
    }
    MUST(process_wait(process, &status, 0));
    CHECK_EQUAL(status, 0);
    return drop(process);
}

static long try_queue(void)
{
    int queue = queue_create(2, 4000);
    long result = queue < 0 ? -1 : queue_send(queue, (void *)(uintptr_t)try_spawn, 4000, 0);
    int error = errno;

    drop(queue);
    errno = error;
    return result;
}

static void handler(uint64_t vectors)
{
    (void)vectors;
}

static long try_receiver(void)
{
    long index = -1;
    int error;

    if (uintr_set_handler(handler, 0) < 0) {
        return -1;
    }
    index = uintr_register_self(5, 0);
    error = errno;
    if (index >= 0) {
        uintr_unregister_sender((int)index, 0);
    }
    uintr_unregister_handler(0);
    errno = error;
    return index;
}

static const struct {
    const char *name;
    long (*call)(void);
    int error;
    uint64_t kept; /* pages at most that stay allocated after a failure: tables */
} calls[] = {
    {"map",                   try_map,      ENOMEM, 2},
    { "shm_create",           try_shm,      ENOMEM, 0},
    { "pipe",                 try_pipe,     ENOMEM, 0},
    { "mq_create or mq_send", try_queue,    ENOMEM, 0},
    { "thread_create",        try_threads,  EAGAIN, 0},
    { "spawn",                try_spawn,    EAGAIN, 0},
    { "uintr_register",       try_receiver, ENOMEM, 2},
};

/* spawn's own errors: ENOMEM for a page, EAGAIN for a process or thread. */
static bool is_expected(int error, int expected)
{
    return error == expected || (expected == EAGAIN && error == ENOMEM);
}

static bool same_use(const struct system_info *before, const struct system_info *after)
{
    return after->objects == before->objects && after->handles == before->handles &&
           after->threads == before->threads && after->processes == before->processes &&
           after->receivers == before->receivers;
}

/* Whether the call succeeded with so many free pages. */
static bool try_with(unsigned number, unsigned free)
{
    struct system_info before, after;
    long result;
    int error;

    leave_pages(free);
    before = test_info();
    result = calls[number].call();
    error = errno;
    after = test_info();
    if (result < 0 && !is_expected(error, calls[number].error)) {
        test_fail(__FILE_NAME__, __LINE__, strerror(calls[number].error), "%s with %u pages: %s",
                  calls[number].name, free, strerror(error));
    }
    if (!same_use(&before, &after) ||
        (result < 0 && before.free_pages - after.free_pages > calls[number].kept)) {
        test_fail(__FILE_NAME__, __LINE__, "nothing taken", "%s with %u pages: leaks",
                  calls[number].name, free);
    }
    return result >= 0;
}

static void page_by_page(uint64_t argument)
{
    (void)argument;
    take_all();
    for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        unsigned free = 0;

        while (!try_with(i, free)) {
            free++;
            CHECK(free < POOL / 2);
        }
    }
    give_all();
}

/* ---- All of it ---- */

static void take_and_give(uint64_t argument)
{
    uint64_t before;

    (void)argument;
    take_all(); /* makes the tables, which stay */
    give_all();
    before = test_info().free_pages;
    take_all();
    FAILS(try_map(), ENOMEM);
    leave_pages(100); /* more than there is in one call takes none of it */
    FAILS(memory_map(NULL, 101 * PAGE_SIZE, READ_WRITE, -1) ? 0 : -1, ENOMEM);
    FAILS(memory_create(200 * PAGE_SIZE), ENOMEM);
    CHECK_EQUAL(test_info().free_pages, 100);
    give_all();
    CHECK_EQUAL(test_info().free_pages, before);
}

/* A process that has taken everything dies of its own, and everything comes back: the runner
 * looks. */
static void take_and_die(uint64_t argument)
{
    (void)argument;
    take_all();
    *(volatile char *)NULL = 1;
}

static void dies_with_all(uint64_t argument)
{
    uint64_t before = test_info().free_pages;

    (void)argument;
    CHECK_EQUAL(peer_run(take_and_die, 0), STATUS_FAULT(15));
    CHECK_EQUAL(test_info().free_pages, before);
}

/* Small objects until there is no page for more: messages here, 256 to a queue. */
static void small_objects(uint64_t argument)
{
    unsigned sent = 0;
    int queues[8];

    (void)argument;
    for (unsigned i = 0; i < 8; i++) {
        queues[i] = (int)MUST(queue_create(256, 400));
    }
    take_all();
    leave_pages(10);
    while (queue_send(queues[sent / 256], "small", 5 + sent % 300, 0) == 0) {
        sent++;
        CHECK(sent < 8 * 256);
    }
    CHECK_EQUAL(errno, ENOMEM);
    CHECK(sent >= 70);
    leave_pages(1);
    MUST(queue_send(queues[sent / 256], "small", 5 + sent % 300, 0)); /* goes on with a page more */
    for (unsigned i = 0; i < 8; i++) {
        MUST(handle_close(queues[i]));
    }
    CHECK(test_info().free_pages >= 10);
    give_all();
}

/* Makes objects of a kind until there is no memory: `most` of them are less than fit into a table. */
static void make_until_out(int (*make)(void), unsigned most)
{
    int handles[MAX_HANDLES];
    unsigned count = 0;

    while ((handles[count] = make()) >= 0) {
        CHECK(++count <= most);
    }
    CHECK_EQUAL(errno, ENOMEM);
    while (count > 0) {
        MUST(handle_close(handles[--count]));
    }
}

static int make_eventfd(void)
{
    return eventfd_create(0, 0);
}

static int make_queue(void)
{
    return queue_create(1, 1);
}

/* Kinds that share pages: those that are in use have room for some more. */
static void objects(uint64_t argument)
{
    unsigned vectors = 0;

    (void)argument;
    MUST(uintr_set_handler(handler, 0));
    MUST(uintr_register_self(63, 0)); /* makes the table */
    take_all();
    make_until_out(make_eventfd, 50);
    make_until_out(make_queue, 20);
    while (uintr_register_self(vectors, 0) >= 0) {
        CHECK(++vectors < 63);
    }
    CHECK_EQUAL(errno, ENOMEM);
    FAILS(uintr_create_fd(vectors, 0), ENOMEM);
    leave_pages(1);
    MUST(handle_close((int)MUST(endpoint_create())));
    CHECK_EQUAL(test_info().free_pages, 1);
    MUST(uintr_create_fd(vectors, 0));
    give_all();
}

/* ---- Vector registers ---- */

#define USERS 9 /* more than a page of the kernel's has room for */

enum { STARTED, TURN, USED, END = USED + USERS };

static void use_vectors(uint64_t number)
{
    __atomic_fetch_add(&shared->flags[STARTED], 1, __ATOMIC_RELEASE);
    WAIT_UNTIL(test_get(&shared->flags[TURN]) > number);
    __asm__ volatile(".insn i 0x73, 2, t0, x0, -0x3de" ::: "t0"); /* csrr t0, vlenb */
    test_set(&shared->flags[USED + number], 1);
    WAIT_UNTIL(test_get(&shared->flags[END]));
}

/* Memory for them is taken at their first use; who gets none dies of it, nobody else. */
static void vectors(uint64_t argument)
{
    int peers[USERS], status = -1;
    unsigned number;

    (void)argument;
    for (number = 0; number < USERS; number++) {
        peers[number] = PEER(use_vectors, number, 0, -1);
    }
    WAIT_UNTIL(test_get(&shared->flags[STARTED]) == USERS);
    take_all();
    for (number = 0; number < USERS; number++) {
        test_set(&shared->flags[TURN], number + 1);
        while (!test_get(&shared->flags[USED + number]) &&
               process_wait(peers[number], &status, WAIT_NOHANG) < 0) {
            thread_sleep(20000);
        }
        if (!shared->flags[USED + number]) {
            break;
        }
    }
    CHECK(number < USERS);
    CHECK_EQUAL(status, STATUS_SIGNAL(SIGNAL_KILL));
    give_all();
    test_set(&shared->flags[TURN], USERS); /* the rest of them */
    test_set(&shared->flags[END], 1);
    for (unsigned i = 0; i < USERS; i++) {
        CHECK_EQUAL(peer_wait(peers[i]), i == number ? status : 0);
    }
}

const struct test_case exhaustion_cases[] = {
    CASE("exhaustion-take-and-give", take_and_give),
    CASE("exhaustion-dies-with-all", dies_with_all),
    CASE("exhaustion-small-objects", small_objects),
    CASE("exhaustion-objects", objects),
    CASE("exhaustion-page-by-page", page_by_page),
    VECTOR_CASE("exhaustion-vector", vectors, 0, 0),
    END_OF_CASES,
};
