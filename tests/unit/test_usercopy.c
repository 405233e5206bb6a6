// SPDX-License-Identifier: MIT
#include "core/usercopy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arch/mmu.h"
#include "fixture.h"

#define TOP ((uint64_t)USER_END - 2 * PAGE_SIZE) /* the last two pages that there are */

static struct process *process;
static uint64_t memory; /* three pages: writable, writable, read only */
static unsigned char pattern[3 * PAGE_SIZE];

static void set_up(void)
{
    kernel_up(1);
    process = new_process();
    run(new_thread(process));
    memory = user_memory(process, 2 * PAGE_SIZE);
    CHECK_IS(address_space_map_new(&process->space, memory + 2 * PAGE_SIZE, PAGE_SIZE, PTE_R), 0);
    CHECK_IS(address_space_map_new(&process->space, TOP, 2 * PAGE_SIZE, PTE_R | PTE_W), 0);
    unit_random_bytes(pattern, sizeof(pattern));
    poke(process, memory, pattern, 3 * PAGE_SIZE);
}

static void from_user(void)
{
    static const size_t sizes[] = { 1, 7, PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 1, 2 * PAGE_SIZE };

    set_up();
    for (unsigned i = 0; i < 6; i++) {
        for (size_t at = 0; at < PAGE_SIZE; at += 511) {
            unsigned char *copy = malloc(sizes[i]);

            CHECK_IS(copy_from_user(copy, memory + at, sizes[i]), 0);
            CHECK(!memcmp(copy, pattern + at, sizes[i]));
            free(copy);
        }
    }
}

static void to_user(void)
{
    static unsigned char data[2 * PAGE_SIZE], found[2 * PAGE_SIZE];

    set_up();
    unit_random_bytes(data, sizeof(data));
    for (size_t at = 0; at < 2 * PAGE_SIZE; at += 123) {
        size_t size = sizeof(data) - at;

        poke(process, memory, pattern, sizeof(data));
        CHECK_IS(copy_to_user(memory + at, data, size), 0);
        peek(process, memory, found, sizeof(found));
        CHECK(!memcmp(found, pattern, at));
        CHECK(!memcmp(found + at, data, size));
    }
}

static void unmapped(void)
{
    static const uint64_t wrong[] = {
        0, NO_MEMORY, USER_END, KERNEL_OFFSET, UINT64_MAX, 1ul << 63
    };
    char byte = 0;

    set_up();
    for (unsigned i = 0; i < 6; i++) {
        CHECK_IS(copy_from_user(&byte, wrong[i], 1), -EFAULT);
        CHECK_IS(copy_to_user(wrong[i], &byte, 1), -EFAULT);
        CHECK_IS(copy_from_user(&byte, wrong[i], 0), 0);
        CHECK_IS(copy_to_user(wrong[i], &byte, 0), 0);
    }
}

static void partly_unmapped(void)
{
    static unsigned char data[4 * PAGE_SIZE];

    set_up();
    CHECK_IS(copy_from_user(data, memory, 3 * PAGE_SIZE), 0);
    CHECK_IS(copy_from_user(data, memory, 3 * PAGE_SIZE + 1), -EFAULT);
    CHECK_IS(copy_from_user(data, memory - 1, 2), -EFAULT);
    CHECK_IS(copy_from_user(data, memory + 3 * PAGE_SIZE - 1, 1), 0);
    CHECK_IS(copy_to_user(memory - 1, data, 2), -EFAULT);
    address_space_unmap(&process->space, memory + PAGE_SIZE, PAGE_SIZE);
    CHECK_IS(copy_from_user(data, memory, 3 * PAGE_SIZE), -EFAULT);
}

static void read_only(void)
{
    char data[2] = "x";

    set_up();
    CHECK_IS(copy_to_user(memory + 2 * PAGE_SIZE - 1, data, 1), 0);
    CHECK_IS(copy_to_user(memory + 2 * PAGE_SIZE, data, 1), -EFAULT);
    CHECK_IS(copy_to_user(memory + 2 * PAGE_SIZE - 1, data, 2), -EFAULT);
    CHECK_IS(copy_from_user(data, memory + 2 * PAGE_SIZE - 1, 2), 0);
}

static void end_of_user_addresses(void)
{
    static char data[3 * PAGE_SIZE];

    set_up();
    CHECK_IS(copy_to_user(TOP, data, 2 * PAGE_SIZE), 0);
    CHECK_IS(copy_to_user(TOP + 1, data, 2 * PAGE_SIZE), -EFAULT);
    CHECK_IS(copy_from_user(data, TOP + 1, 2 * PAGE_SIZE), -EFAULT);
    CHECK_IS(copy_from_user(data, (uint64_t)-10, 20), -EFAULT); /* around the end of all */
}

static void between_processes(void)
{
    static unsigned char found[2 * PAGE_SIZE];
    struct process *second;
    uint64_t target;

    set_up();
    second = new_process();
    target = user_memory(second, 2 * PAGE_SIZE);
    for (int round = 0; round < 200; round++) {
        size_t from = unit_random(2 * PAGE_SIZE), to = unit_random(PAGE_SIZE);
        size_t size = 1 + unit_random(PAGE_SIZE);

        CHECK_IS(copy_between(second, target + to, process, memory + from, size), COPY_DONE);
        peek(second, target + to, found, size);
        CHECK(!memcmp(found, pattern + from, size));
    }
}

static void between_processes_by_blame(void)
{
    struct process *second;
    uint64_t target;

    set_up();
    second = new_process();
    target = user_memory(second, PAGE_SIZE);
    CHECK_IS(copy_between(second, target, process, NO_MEMORY, 1), COPY_BAD_SOURCE);
    CHECK_IS(copy_between(second, NO_MEMORY, process, memory, 1), COPY_BAD_TARGET);
    CHECK_IS(copy_between(second, NO_MEMORY, process, NO_MEMORY, 1), COPY_BAD_SOURCE);
    CHECK_IS(copy_between(second, NO_MEMORY, process, NO_MEMORY, 0), COPY_DONE);
    CHECK_IS(copy_between(second, target, process, memory + 3 * PAGE_SIZE - 1, 2), COPY_BAD_SOURCE);
    CHECK_IS(copy_between(second, target + PAGE_SIZE - 1, process, memory, 2), COPY_BAD_TARGET);
    /* A page may be read but not written. */
    CHECK_IS(copy_between(process, memory + 2 * PAGE_SIZE, second, target, 1), COPY_BAD_TARGET);
    CHECK_IS(copy_between(second, target, process, memory + 2 * PAGE_SIZE, 1), COPY_DONE);
}

/* As if by a copy in between: a process may send itself a message in one buffer. */
static void overlapping(void)
{
    static const unsigned distances[] = { 0, 1, 8, 30, 64, 72, 99 };
    unsigned char found[100];

    set_up();
    for (unsigned i = 0; i < 7; i++) {
        for (unsigned up = 0; up < 2; up++) {
            uint64_t from = memory + (up ? 0 : distances[i]), to = memory + (up ? distances[i] : 0);

            poke(process, memory, pattern, 200);
            CHECK_IS(copy_between(process, to, process, from, 100), COPY_DONE);
            peek(process, to, found, sizeof(found));
            CHECK(!memcmp(found, pattern + (from - memory), sizeof(found)));
        }
    }
}

/* A string in user memory of exactly the size that is allowed; the copy's block is no larger. */
static long copy_string(uint64_t from, size_t size, const char *expected)
{
    char *copy = malloc(size ? size : 1);
    long length = copy_string_from_user(copy, from, size);

    if (length >= 0) {
        CHECK_IS(length, strlen(expected));
        CHECK(!strcmp(copy, expected));
    }
    free(copy);
    return length;
}

static void strings(void)
{
    set_up();
    poke(process, memory, "hello", 6);
    CHECK_IS(copy_string(memory, 100, "hello"), 5);
    CHECK_IS(copy_string(memory, 6, "hello"), 5);
    CHECK_IS(copy_string(memory, 5, ""), -ENAMETOOLONG);
    CHECK_IS(copy_string(memory, 0, ""), -ENAMETOOLONG);
    CHECK_IS(copy_string(memory + 5, 1, ""), 0);
    CHECK_IS(copy_string(NO_MEMORY, 10, ""), -EFAULT);
}

static void strings_at_borders(void)
{
    set_up();
    poke(process, memory + PAGE_SIZE - 3, "across", 7);
    CHECK_IS(copy_string(memory + PAGE_SIZE - 3, 100, "across"), 6);
    CHECK_IS(copy_string(memory + PAGE_SIZE - 3, 3, ""), -ENAMETOOLONG);
    CHECK_IS(copy_string(memory + PAGE_SIZE - 3, 6, ""), -ENAMETOOLONG);
    poke(process, memory + 3 * PAGE_SIZE - 4, "end", 4); /* nothing behind it */
    CHECK_IS(copy_string(memory + 3 * PAGE_SIZE - 4, 100, "end"), 3);
    poke(process, memory + 3 * PAGE_SIZE - 4, "ends", 4);
    CHECK_IS(copy_string(memory + 3 * PAGE_SIZE - 4, 100, ""), -EFAULT);
    CHECK_IS(copy_string(memory + 3 * PAGE_SIZE - 4, 4, ""), -ENAMETOOLONG);
}

/* As long as the memory from there on. */
static void long_string(void)
{
    static char text[PAGE_SIZE + 10];

    set_up();
    memset(text, 'x', sizeof(text) - 1);
    poke(process, memory + 2 * PAGE_SIZE - 10, text, sizeof(text));
    CHECK_IS(copy_string(memory + 2 * PAGE_SIZE - 10, 3 * PAGE_SIZE, text), PAGE_SIZE + 9);
    CHECK_IS(copy_string(memory + 2 * PAGE_SIZE - 10, PAGE_SIZE + 10, text), PAGE_SIZE + 9);
    CHECK_IS(copy_string(memory + 2 * PAGE_SIZE - 10, PAGE_SIZE + 9, ""), -ENAMETOOLONG);
}

static const struct unit_case cases[] = {
    {"from-user",                   from_user                 },
    { "to-user",                    to_user                   },
    { "unmapped",                   unmapped                  },
    { "partly-unmapped",            partly_unmapped           },
    { "read-only",                  read_only                 },
    { "end-of-user-addresses",      end_of_user_addresses     },
    { "between-processes",          between_processes         },
    { "between-processes-by-blame", between_processes_by_blame},
    { "overlapping",                overlapping               },
    { "strings",                    strings                   },
    { "strings-at-borders",         strings_at_borders        },
    { "long-string",                long_string               },
};

UNIT("usercopy", cases)
