// SPDX-License-Identifier: MIT
/* Handle tables: numbers, rights, flags, copies. */
#include "lib/ecall.h"
#include "lib/ipc.h"
#include "tests/test.h"

static void bad_numbers(uint64_t argument)
{
    static const int numbers[] = { -1,       -2, INT32_MIN, NO_HANDLE, MAX_HANDLES, MAX_HANDLES + 1,
                                   INT32_MAX };
    char byte = 0;

    (void)argument;
    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        FAILS(handle_read(numbers[i], &byte, 1), EBADF);
        FAILS(handle_write(numbers[i], &byte, 1), EBADF);
        FAILS(handle_close(numbers[i]), EBADF);
        FAILS(handle_duplicate(numbers[i], RIGHT_ALL, 0), EBADF);
        FAILS(handle_set_flags(numbers[i], 0), EBADF);
    }
}

/* Neither read nor written, whatever rights the handle has. */
static void no_stream(uint64_t argument)
{
    int handles[] = {
        (int)MUST(endpoint_create()),
        (int)MUST(memory_create(1)),
        (int)MUST(queue_create(1, 1)),
        (int)MUST(process_self()),
    };
    uint64_t word = 1;

    (void)argument;
    for (unsigned i = 0; i < sizeof(handles) / sizeof(handles[0]); i++) {
        FAILS(handle_read(handles[i], &word, sizeof(word)), EINVAL);
        FAILS(handle_write(handles[i], &word, sizeof(word)), EINVAL);
    }
}

/* The lowest free number is the next one. */
static void lowest_number(uint64_t argument)
{
    int first = (int)MUST(eventfd_create(0, 0));
    int second = (int)MUST(endpoint_create());
    int third = (int)MUST(memory_create(1));

    (void)argument;
    CHECK_EQUAL(second, first + 1);
    CHECK_EQUAL(third, first + 2);
    MUST(handle_close(second));
    FAILS(handle_close(second), EBADF);
    CHECK_EQUAL(MUST(queue_create(1, 1)), second);
    MUST(handle_close(first));
    MUST(handle_close(third));
    CHECK_EQUAL(MUST(process_self()), first);
    CHECK_EQUAL(MUST(process_self()), third);
}

static void duplicate_errors(uint64_t argument)
{
    int endpoint = (int)MUST(endpoint_create());
    int badged;

    (void)argument;
    FAILS(handle_duplicate(endpoint, RIGHT_ALL + 1, 0), EINVAL);
    FAILS(handle_duplicate(endpoint, UINT32_MAX, 0), EINVAL);
    FAILS(ecall_result(ecall_3(SYS_dup, (uint64_t)endpoint, 1ul << 32, 0)), EINVAL);
    FAILS(handle_duplicate(endpoint, RIGHT_ALL, (uint32_t)INT32_MAX + 1), EINVAL);
    FAILS(ecall_result(ecall_3(SYS_dup, (uint64_t)endpoint, 0, 1ul << 32)), EINVAL);
    badged = (int)MUST(handle_duplicate(endpoint, RIGHT_ALL, INT32_MAX));
    FAILS(handle_duplicate(badged, RIGHT_ALL, 1), EINVAL);
    FAILS(handle_duplicate(badged, RIGHT_ALL, INT32_MAX), EINVAL);
    MUST(handle_duplicate(badged, RIGHT_ALL, 0)); /* keeps its badge */
    test_fill_handles(0);
    FAILS(handle_duplicate(endpoint, RIGHT_ALL, 0), EMFILE);
}

/* A copy has what both the original and the caller's wish have. */
static void duplicate_rights(uint64_t argument)
{
    uint64_t word = 1;
    int all = (int)MUST(eventfd_create(1, 0));

    (void)argument;
    for (unsigned rights = 0; rights <= RIGHT_ALL; rights++) {
        int copy = (int)MUST(handle_duplicate(all, rights, 0));
        int again = (int)MUST(handle_duplicate(copy, RIGHT_ALL, 0));

        if (rights & RIGHT_WRITE) {
            CHECK_EQUAL(handle_write(copy, &word, 8), 8);
            CHECK_EQUAL(handle_write(again, &word, 8), 8);
        } else {
            FAILS(handle_write(copy, &word, 8), EACCES);
            FAILS(handle_write(again, &word, 8), EACCES);
        }
        if (rights & RIGHT_READ) {
            CHECK_EQUAL(handle_read(again, &word, 8), 8);
            word = 1;
            CHECK_EQUAL(handle_write(all, &word, 8), 8);
        } else {
            FAILS(handle_read(copy, &word, 8), EACCES);
            FAILS(handle_read(again, &word, 8), EACCES);
        }
        MUST(handle_close(copy));
        MUST(handle_close(again));
    }
}

/* Copies share the object, but each has its flags. */
static void duplicate_flags(uint64_t argument)
{
    int first = (int)MUST(eventfd_create(0, HANDLE_NONBLOCK));
    int second = (int)MUST(handle_duplicate(first, RIGHT_ALL, 0));
    uint64_t word = 5;

    (void)argument;
    FAILS(handle_read(second, &word, 8), EAGAIN); /* copied with it */
    MUST(handle_set_flags(second, 0));
    FAILS(handle_read(first, &word, 8), EAGAIN); /* and its own from then on */
    CHECK_EQUAL(handle_write(second, &word, 8), 8);
    MUST(handle_close(second));
    CHECK_EQUAL(handle_read(first, &word, 8), 8);
    CHECK_EQUAL(word, 5);
}

static void flag_errors(uint64_t argument)
{
    int handle = (int)MUST(eventfd_create(1, 0));
    int weak = (int)MUST(handle_duplicate(handle, 0, 0));

    (void)argument;
    FAILS(handle_set_flags(handle, 2), EINVAL);
    FAILS(handle_set_flags(handle, 4), EINVAL);
    FAILS(handle_set_flags(handle, UINT32_MAX), EINVAL);
    FAILS(ecall_result(ecall_2(SYS_set_flags, (uint64_t)handle, 1ul << 32)), EINVAL);
    MUST(handle_set_flags(weak, HANDLE_NONBLOCK));
    MUST(handle_set_flags(weak, 0));
}

/* Every call that makes a handle, with room for none and with room for one: nothing is left
 * behind. */
static void full_table(uint64_t argument)
{
    const char *const words[] = { "usertests", "-l", NULL };
    struct spawn spawn = { .arguments = (uint64_t)words, .count = 2, .priority = DEFAULT_PRIORITY };
    struct system_info before, after;
    int ends[2] = { -7, -7 };
    char byte = 0;

    (void)argument;
    test_fill_handles(0);
    before = test_info();
    FAILS(eventfd_create(0, 0), EMFILE);
    FAILS(endpoint_create(), EMFILE);
    FAILS(memory_create(5 * PAGE_SIZE), EMFILE);
    FAILS(queue_create(1, 1), EMFILE);
    FAILS(process_self(), EMFILE);
    FAILS(pipe_create(ends, 0), EMFILE);
    FAILS(process_spawn(&spawn), EMFILE);
    after = test_info();
    CHECK_EQUAL(after.objects, before.objects);
    CHECK_EQUAL(after.free_pages, before.free_pages);
    CHECK_EQUAL(after.processes, before.processes);
    test_drop_handles();
    test_fill_handles(1);
    FAILS(pipe_create(ends, 0), EMFILE);
    CHECK_EQUAL(ends[0], -7);
    ends[0] = (int)MUST(eventfd_create(1, 0)); /* the one number is free again */
    FAILS(handle_write(NO_HANDLE + 1, &byte, 1), EBADF);
}

/* An object lives until its last handle goes. */
static void last_handle(uint64_t argument)
{
    unsigned objects = test_info().objects;
    int handles[10];

    (void)argument;
    handles[0] = (int)MUST(eventfd_create(0, 0));
    for (unsigned i = 1; i < 10; i++) {
        handles[i] = (int)MUST(handle_duplicate(handles[i - 1], RIGHT_ALL, 0));
    }
    for (unsigned i = 0; i < 10; i++) {
        CHECK_EQUAL(test_info().objects, objects + 1);
        MUST(handle_close(handles[i]));
    }
    CHECK_EQUAL(test_info().objects, objects);
}

/* What a process leaves open closes with it: the case's own table full of all kinds. */
static void open_at_exit(uint64_t argument)
{
    int ends[2];

    (void)argument;
    MUST(pipe_create(ends, 0));
    CHECK_EQUAL(handle_write(ends[1], "unread", 6), 6);
    MUST(eventfd_create(7, 0));
    MUST(endpoint_create());
    MUST(memory_map(NULL, PAGE_SIZE, MAP_READ, (int)MUST(memory_create(3 * PAGE_SIZE))) ? 0 : -1);
    MUST(queue_send((int)MUST(queue_create(4, 4000)), test_fill_handles, 4000, 3));
    MUST(process_self());
    test_fill_handles(0);
}

const struct test_case handle_cases[] = {
    CASE("handle-bad-number", bad_numbers),
    CASE("handle-no-stream", no_stream),
    CASE("handle-lowest-number", lowest_number),
    CASE("dup-errors", duplicate_errors),
    CASE("dup-rights", duplicate_rights),
    CASE("dup-flags", duplicate_flags),
    CASE("set-flags-errors", flag_errors),
    CASE("handle-table-full", full_table),
    CASE("handle-last-one", last_handle),
    CASE("handle-open-at-exit", open_at_exit),
    END_OF_CASES,
};
