// SPDX-License-Identifier: MIT
/* SYS_spawn: errors, and what a program begins with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/ecall.h"
#include "lib/process.h"
#include "tests/test.h"

#define MAX_PROCESSES 64

static const char *const list_nothing[] = { "usertests", "-l", "none" };

/* One that can be started as it is. */
static struct spawn good(void)
{
    return (struct spawn){ .arguments = (uint64_t)list_nothing,
                           .count = 3,
                           .priority = DEFAULT_PRIORITY };
}

static int finish(int process)
{
    return (int)MUST(process_finish((int)MUST(process)));
}

/* ---- Errors ---- */

static void errors(uint64_t argument)
{
    struct spawn spawn = good();
    char *pages = test_map(2 * PAGE_SIZE);

    (void)argument;
    FAILS(process_spawn(NULL), EFAULT);
    FAILS(process_spawn(KERNEL), EFAULT);
    MUST(memory_unmap(pages + PAGE_SIZE, PAGE_SIZE));
    FAILS(process_spawn((void *)(pages + PAGE_SIZE - 8)), EFAULT);
    spawn.reserved = 1;
    FAILS(process_spawn(&spawn), EINVAL);
    spawn = good();
    spawn.priority = PRIORITIES;
    FAILS(process_spawn(&spawn), EINVAL);
    spawn.priority = UINT32_MAX;
    FAILS(process_spawn(&spawn), EINVAL);
    spawn.priority = DEFAULT_PRIORITY - 1;
    FAILS(process_spawn(&spawn), EPERM);
    spawn.priority = 0;
    FAILS(process_spawn(&spawn), EPERM);
    spawn = good();
    spawn.harts = HART(test_harts());
    FAILS(process_spawn(&spawn), EINVAL);
    spawn.harts = 1ul << 63;
    FAILS(process_spawn(&spawn), EINVAL);
    spawn = good();
    CHECK_EQUAL(finish(process_spawn(&spawn)), 0);
}

static void argument_errors(uint64_t argument)
{
    static char text[SPAWN_MAX_TEXT + 2];
    const char *words[SPAWN_MAX_ARGUMENTS + 1];
    struct spawn spawn = good();
    char *pages = test_map(2 * PAGE_SIZE);

    (void)argument;
    spawn.count = 0;
    FAILS(process_spawn(&spawn), E2BIG);
    for (unsigned i = 0; i <= SPAWN_MAX_ARGUMENTS; i++) {
        words[i] = "usertests";
    }
    spawn.arguments = (uint64_t)words;
    spawn.count = SPAWN_MAX_ARGUMENTS + 1;
    FAILS(process_spawn(&spawn), E2BIG);
    spawn.count = UINT32_MAX;
    FAILS(process_spawn(&spawn), E2BIG);
    memset(text, 'x', sizeof(text));
    text[SPAWN_MAX_TEXT - sizeof("usertests")] = 0; /* its end doesn't fit by one */
    words[1] = text;
    spawn.count = 2;
    FAILS(process_spawn(&spawn), E2BIG);
    text[sizeof(text) - 1] = 0;
    text[SPAWN_MAX_TEXT - sizeof("usertests")] = 'x';
    FAILS(process_spawn(&spawn), E2BIG);
    words[1] = KERNEL;
    FAILS(process_spawn(&spawn), EFAULT);
    words[1] = NULL;
    FAILS(process_spawn(&spawn), EFAULT);
    MUST(memory_unmap(pages + PAGE_SIZE, PAGE_SIZE));
    words[1] = pages + PAGE_SIZE - 4;
    memset(pages + PAGE_SIZE - 4, 'x', 4); /* no end before the page's */
    FAILS(process_spawn(&spawn), EFAULT);
    spawn.arguments = (uint64_t)KERNEL;
    FAILS(process_spawn(&spawn), EFAULT);
    spawn.arguments = (uint64_t)(pages + PAGE_SIZE - 8);
    *(const char **)spawn.arguments = "usertests";
    FAILS(process_spawn(&spawn), EFAULT); /* the second pointer isn't there */
}

static void program_errors(uint64_t argument)
{
    const char *const bad[] = { "no-such-program",
                                "usertest",
                                "usertestss",
                                "",
                                "/usertests",
                                "a-name-of-16-abc",
                                "a-name-that-is-longer-than-any-program's-may-be" };

    (void)argument;
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        FAILS(process_start((const char *const[]){ bad[i], NULL }, NULL), ENOENT);
    }
    FAILS(process_start((const char *const[]){ "kernel.sym", NULL }, NULL), ENOEXEC);
}

static void handle_errors(uint64_t argument)
{
    int numbers[SPAWN_MAX_HANDLES + 1] = { 0 };
    int given = (int)MUST(eventfd_create(0, 0));
    int kept = (int)MUST(handle_duplicate(given, RIGHT_READ | RIGHT_WRITE, 0));
    struct spawn spawn = good();
    struct system_info before = test_info(), after;

    (void)argument;
    spawn.handles = (uint64_t)numbers;
    spawn.handle_count = SPAWN_MAX_HANDLES + 1;
    FAILS(process_spawn(&spawn), EINVAL);
    spawn.handle_count = UINT32_MAX;
    FAILS(process_spawn(&spawn), EINVAL);
    spawn.handle_count = 3;
    spawn.handles = (uint64_t)KERNEL;
    FAILS(process_spawn(&spawn), EFAULT);
    spawn.handles = (uint64_t)numbers;
    numbers[2] = NO_HANDLE;
    FAILS(process_spawn(&spawn), EBADF);
    numbers[2] = MAX_HANDLES;
    FAILS(process_spawn(&spawn), EBADF);
    numbers[2] = -2;
    FAILS(process_spawn(&spawn), EBADF);
    numbers[2] = kept; /* may not be given away */
    FAILS(process_spawn(&spawn), EACCES);
    numbers[2] = -1;
    CHECK_EQUAL(finish(process_spawn(&spawn)), 0);
    after = test_info();
    CHECK_EQUAL(after.handles, before.handles);
    CHECK_EQUAL(after.free_pages, before.free_pages);
    CHECK_EQUAL(after.processes, before.processes);
}

/* ---- Arguments ---- */

/* Starts a peer whose further words are its business. */
static int start(peer_function function, const char *const words[], unsigned count)
{
    const char *all[SPAWN_MAX_ARGUMENTS] = { "usertests", "--peer", NULL, "0" };
    const int handles[] = { 0, 1, 2, 3 };
    struct spawn spawn = {
        .arguments = (uint64_t)all,
        .count = count + 4,
        .priority = DEFAULT_PRIORITY,
        .handles = (uint64_t)handles,
        .handle_count = 4,
    };
    char address[20];

    snprintf(address, sizeof(address), "%lx", (unsigned long)function);
    all[2] = address;
    for (unsigned i = 0; i < count; i++) {
        all[i + 4] = words[i];
    }
    return (int)MUST(process_spawn(&spawn));
}

static const char *const odd_words[] = { "", "one",        " two words ",
                                         "", "\xff\x01\n", "0123456789abcdef",
                                         "" };

#define ODD_WORDS (sizeof(odd_words) / sizeof(odd_words[0]))

static void check_odd_words(uint64_t argument)
{
    (void)argument;
    CHECK_EQUAL(test_argc, ODD_WORDS + 4);
    CHECK_EQUAL((uint64_t)test_argv % 8, 0);
    for (unsigned i = 0; i < ODD_WORDS; i++) {
        CHECK(strcmp(test_argv[i + 4], odd_words[i]) == 0);
    }
    CHECK(test_argv[test_argc] == NULL);
}

static void check_most_words(uint64_t argument)
{
    (void)argument;
    CHECK_EQUAL(test_argc, SPAWN_MAX_ARGUMENTS);
    for (int i = 4; i < test_argc; i++) {
        CHECK_EQUAL(atoi(test_argv[i]), i);
    }
}

/* The longest word that fits beside the others. */
static size_t longest(void)
{
    char address[20];

    return SPAWN_MAX_TEXT - sizeof("usertests") - sizeof("--peer") - sizeof("0") - 1 -
           ((size_t)snprintf(address, sizeof(address), "%lx", (unsigned long)errors) + 1);
}

static void check_longest_word(uint64_t argument)
{
    (void)argument;
    CHECK(strlen(test_argv[4]) == longest());
    CHECK(strspn(test_argv[4], "z") == longest());
}

static void arguments(uint64_t argument)
{
    static char text[SPAWN_MAX_TEXT], numbers[SPAWN_MAX_ARGUMENTS][4];
    const char *words[SPAWN_MAX_ARGUMENTS];

    (void)argument;
    CHECK_EQUAL(finish(start(check_odd_words, odd_words, ODD_WORDS)), 0);
    for (unsigned i = 4; i < SPAWN_MAX_ARGUMENTS; i++) {
        snprintf(numbers[i], sizeof(numbers[i]), "%u", i);
        words[i - 4] = numbers[i];
    }
    CHECK_EQUAL(finish(start(check_most_words, words, SPAWN_MAX_ARGUMENTS - 4)), 0);
    memset(text, 'z', longest());
    words[0] = text;
    CHECK_EQUAL(finish(start(check_longest_word, words, 1)), 0);
}

/* ---- Handles, priority, harts ---- */

static void check_handles(uint64_t argument)
{
    uint64_t word;

    (void)argument;
    for (int i = 1; i < 10; i += 2) {
        FAILS(handle_set_flags(PEER_HANDLE(i), 0), EBADF); /* holes stay */
    }
    CHECK_EQUAL(handle_read(PEER_HANDLE(0), &word, 8), 8);
    CHECK_EQUAL(word, 123);
    FAILS(handle_read(PEER_HANDLE(0), &word, 8), EAGAIN);  /* with its flags */
    FAILS(handle_write(PEER_HANDLE(2), &word, 8), EACCES); /* and its rights */
    FAILS(handle_read(PEER_HANDLE(4), &word, 8), EACCES);
    CHECK_EQUAL(handle_write(PEER_HANDLE(4), &word, 8), 8);
    FAILS(handle_close(PEER_HANDLE(12)), EBADF);
}

static void handles(uint64_t argument)
{
    int event = (int)MUST(eventfd_create(123, HANDLE_NONBLOCK));
    int readable = (int)MUST(handle_duplicate(event, RIGHT_READ | RIGHT_TRANSFER, 0));
    int writable = (int)MUST(handle_duplicate(event, RIGHT_WRITE | RIGHT_TRANSFER, 0));
    uint64_t word;

    (void)argument;
    PEER_DONE(PEER(check_handles, 0, 0, event, -1, readable, -1, writable, -1, event, -1, event, -1,
                   event, event));
    CHECK_EQUAL(handle_read(event, &word, 8), 8);
    CHECK_EQUAL(word, 123);
}

static void check_place(uint64_t hart)
{
    CHECK_EQUAL(thread_get_hart(), hart);
    FAILS(thread_set_priority(DEFAULT_PRIORITY), EPERM);
    MUST(thread_set_affinity(~0ul)); /* a wish of the starter's, no bound */
}

static void place(uint64_t argument)
{
    (void)argument;
    for (unsigned hart = 0; hart < test_harts(); hart++) {
        PEER_DONE(peer_start(check_place, hart,
                             &(struct peer_options){ .harts = HART(hart) | 1ul << 40,
                                                     .priority = DEFAULT_PRIORITY + 1 }));
    }
}

/* ---- A program's memory ---- */

static uint64_t in_bss[1000], in_data[] = { 1, 2, 3 };

static void check_fresh(uint64_t argument)
{
    (void)argument;
    for (unsigned i = 0; i < 1000; i++) {
        CHECK_EQUAL(in_bss[i], 0);
        in_bss[i] = ~0ul;
    }
    CHECK(in_data[0] == 1 && in_data[1] == 2 && in_data[2] == 3);
    in_data[1] = 99;
}

static void fresh_memory(uint64_t argument)
{
    in_bss[5] = 5;
    in_data[0] = 100;
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQUAL(peer_run(check_fresh, argument), 0);
    }
    CHECK_EQUAL(in_data[0], 100);
}

/* ---- Many ---- */

static void wait_for_go(uint64_t argument)
{
    (void)argument;
    while (!test_get(&shared->flags[0])) {
        futex_wait(&shared->flags[0], 0, WAIT_FOREVER);
    }
}

static void limit(uint64_t argument)
{
    const struct peer_options options = { .priority = DEFAULT_PRIORITY };
    struct spawn spawn = good();
    unsigned before = test_info().processes, count = 0;

    (void)argument;
    while (before + count < MAX_PROCESSES) {
        peer_forget(peer_start(wait_for_go, 0, &options)); /* they are more than handles */
        count++;
    }
    FAILS(process_spawn(&spawn), EAGAIN);
    CHECK_EQUAL(test_info().processes, MAX_PROCESSES);
    test_set(&shared->flags[0], 1);
    MUST(futex_wake(&shared->flags[0], 1));
    WAIT_UNTIL(test_info().processes < MAX_PROCESSES);
    CHECK_EQUAL(finish(process_spawn(&spawn)), 0);
    MUST(futex_wake(&shared->flags[0], UINT32_MAX));
    WAIT_UNTIL(test_info().processes == before);
}

static void one_after_another(uint64_t argument)
{
    struct spawn spawn = good();
    uint64_t pages = 0;

    (void)argument;
    for (unsigned i = 0; i < 60; i++) {
        CHECK_EQUAL(finish(process_spawn(&spawn)), 0);
        if (i == 0) {
            pages = test_info().free_pages;
        }
    }
    CHECK_EQUAL(test_info().free_pages, pages);
}

/* A peer's peer's peer, each waiting for its own. */
static void start_next(uint64_t depth)
{
    if (depth > 0) {
        CHECK_EQUAL(peer_run(start_next, depth - 1), 0);
    }
    __atomic_fetch_add(&shared->flags[0], 1, __ATOMIC_RELAXED);
}

static void nested(uint64_t argument)
{
    (void)argument;
    CHECK_EQUAL(peer_run(start_next, 10), 0);
    CHECK_EQUAL(shared->flags[0], 11);
}

const struct test_case spawn_cases[] = {
    CASE("spawn-errors", errors),
    CASE("spawn-argument-errors", argument_errors),
    CASE("spawn-program-errors", program_errors),
    CASE("spawn-handle-errors", handle_errors),
    CASE("spawn-arguments", arguments),
    CASE("spawn-handles", handles),
    CASE("spawn-place", place),
    CASE("spawn-fresh-memory", fresh_memory),
    CASE("spawn-limit", limit),
    CASE("spawn-one-after-another", one_after_another),
    CASE("spawn-nested", nested),
    END_OF_CASES,
};
