// SPDX-License-Identifier: MIT
/* SYS_map and SYS_unmap, by what the kernel says and what a program sees. Faults: protection.c. */
#include <string.h>

#include "lib/ecall.h"
#include "tests/test.h"

#define PLACE      ((char *)0x2000000000) /* nobody else maps anything here */
#define USER_END   0x4000000000
#define MAP_BASE   0x1000000000
#define READ_WRITE (MAP_READ | MAP_WRITE)

/* The result as the kernel gives it. */
static long map(void *address, uint64_t size, uint64_t protection, int memory)
{
    return ecall_result(ecall_4(SYS_map, (uint64_t)address, size, protection, (uint64_t)memory));
}

static long unmap(void *address, uint64_t size)
{
    return ecall_result(ecall_2(SYS_unmap, (uint64_t)address, size));
}

/* By asking the kernel, which looks the address up without a fault. */
static bool is_mapped(const char *address)
{
    return futex_wake((volatile uint32_t *)address, 0) == 0;
}

static void map_errors(uint64_t argument)
{
    (void)argument;
    FAILS(map(NULL, 0, MAP_READ, -1), EINVAL);
    FAILS(map(NULL, MAP_MAX_SIZE + 1, MAP_READ, -1), EINVAL);
    FAILS(map(NULL, UINT64_MAX, MAP_READ, -1), EINVAL);
    FAILS(map(NULL, PAGE_SIZE, 0, -1), EINVAL);
    FAILS(map(NULL, PAGE_SIZE, 8, -1), EINVAL);
    FAILS(map(NULL, PAGE_SIZE, MAP_READ | 1ul << 32, -1), EINVAL);
    FAILS(map(NULL, PAGE_SIZE, MAP_WRITE | MAP_EXECUTE, -1), EACCES);
    FAILS(map(NULL, PAGE_SIZE, MAP_READ | MAP_WRITE | MAP_EXECUTE, -1), EACCES);
    FAILS(map(PLACE + 1, PAGE_SIZE, MAP_READ, -1), EINVAL);
    FAILS(map(PLACE + PAGE_SIZE / 2, PAGE_SIZE, MAP_READ, -1), EINVAL);
    FAILS(map((void *)PAGE_SIZE, PAGE_SIZE, MAP_READ, -1), EINVAL);
    FAILS(map((void *)(0x10000 - PAGE_SIZE), PAGE_SIZE, MAP_READ, -1), EINVAL);
    FAILS(map((void *)(USER_END - PAGE_SIZE), 2 * PAGE_SIZE, MAP_READ, -1), EINVAL);
    FAILS(map((void *)USER_END, PAGE_SIZE, MAP_READ, -1), EINVAL);
    FAILS(map(KERNEL, PAGE_SIZE, MAP_READ, -1), EINVAL);
    FAILS(map((void *)-(uint64_t)PAGE_SIZE, PAGE_SIZE, MAP_READ, -1), EINVAL);
    FAILS(map(NULL, PAGE_SIZE, MAP_READ, -2), EBADF);
    FAILS(map(NULL, PAGE_SIZE, MAP_READ, NO_HANDLE), EBADF);
    FAILS(map(NULL, PAGE_SIZE, MAP_READ, 1), EINVAL); /* the console is no memory */
    CHECK(!is_mapped(PLACE));
}

static void map_overlap(uint64_t argument)
{
    uint64_t pages;

    (void)argument;
    CHECK_EQUAL(map(PLACE + 2 * PAGE_SIZE, PAGE_SIZE, READ_WRITE, -1), PLACE + 2 * PAGE_SIZE);
    PLACE[2 * PAGE_SIZE] = 'x';
    pages = test_info().free_pages;
    FAILS(map(PLACE, 3 * PAGE_SIZE, MAP_READ, -1), EEXIST);
    FAILS(map(PLACE, 5 * PAGE_SIZE, MAP_READ, -1), EEXIST);
    FAILS(map(PLACE + 2 * PAGE_SIZE, PAGE_SIZE, MAP_READ, -1), EEXIST);
    FAILS(map((void *)0x10000, PAGE_SIZE, MAP_READ, -1), EEXIST); /* the program */
    FAILS(map(STACK_TOP - PAGE_SIZE, PAGE_SIZE, MAP_READ, -1), EEXIST);
    CHECK_EQUAL(test_info().free_pages, pages);
    CHECK(!is_mapped(PLACE) && !is_mapped(PLACE + PAGE_SIZE) && !is_mapped(PLACE + 3 * PAGE_SIZE));
    CHECK_EQUAL(PLACE[2 * PAGE_SIZE], 'x');
}

/* The lowest and the highest page, sizes that are no whole pages. */
static void map_places(uint64_t argument)
{
    char *last = (char *)USER_END - PAGE_SIZE;

    (void)argument;
    CHECK_EQUAL(map(last, PAGE_SIZE, READ_WRITE, -1), last);
    last[PAGE_SIZE - 1] = 1;
    CHECK_EQUAL(map(PLACE, 1, READ_WRITE, -1), PLACE);
    PLACE[PAGE_SIZE - 1] = 1;
    CHECK_EQUAL(map(PLACE + PAGE_SIZE, PAGE_SIZE + 1, READ_WRITE, -1), PLACE + PAGE_SIZE);
    CHECK(is_mapped(PLACE + 2 * PAGE_SIZE) && !is_mapped(PLACE + 3 * PAGE_SIZE));
    MUST(unmap(PLACE + PAGE_SIZE, 1));
    CHECK(!is_mapped(PLACE + PAGE_SIZE) && is_mapped(PLACE + 2 * PAGE_SIZE));
    CHECK_EQUAL(PLACE[PAGE_SIZE - 1], 1);
}

/* Each mapping that the kernel places has nothing below it and nothing above. */
static void map_gaps(uint64_t argument)
{
    static const size_t sizes[] = { 1, 3, 1, 200, 600, 2, 1 };
    char *at[7];

    (void)argument;
    for (unsigned i = 0; i < 7; i++) {
        at[i] = (char *)MUST(map(NULL, sizes[i] * PAGE_SIZE, READ_WRITE, -1));
        CHECK((uint64_t)at[i] >= MAP_BASE && (uint64_t)at[i] % PAGE_SIZE == 0);
    }
    for (unsigned i = 0; i < 7; i++) {
        CHECK(!is_mapped(at[i] - PAGE_SIZE) && !is_mapped(at[i] + sizes[i] * PAGE_SIZE));
        CHECK(is_mapped(at[i]) && is_mapped(at[i] + (sizes[i] - 1) * PAGE_SIZE));
    }
    MUST(unmap(at[2], PAGE_SIZE)); /* what became free is used again */
    CHECK_EQUAL(MUST(map(NULL, PAGE_SIZE, MAP_READ, -1)), at[2]);
}

/* A page that had something in it is zero when it comes back, whoever had it. */
static void map_zeroed(uint64_t argument)
{
    const size_t size = 64 * PAGE_SIZE;

    (void)argument;
    for (unsigned round = 0; round < 3; round++) {
        uint64_t *memory = test_map(size);

        for (size_t i = 0; i < size / sizeof(*memory); i++) {
            CHECK_EQUAL(memory[i], 0);
            memory[i] = ~0ul;
        }
        MUST(memory_unmap(memory, size));
    }
}

static void map_largest(uint64_t argument)
{
    char *memory = test_map(MAP_MAX_SIZE);
    uint64_t pages = test_info().free_pages;

    (void)argument;
    for (size_t at = 0; at < MAP_MAX_SIZE; at += PAGE_SIZE) {
        *(uint64_t *)(memory + at) = at;
    }
    for (size_t at = 0; at < MAP_MAX_SIZE; at += PAGE_SIZE) {
        CHECK_EQUAL(*(uint64_t *)(memory + at), at);
    }
    MUST(memory_unmap(memory, MAP_MAX_SIZE));
    CHECK_EQUAL(test_info().free_pages - pages, MAP_MAX_SIZE / PAGE_SIZE);
}

/* What the kernel may do with a page follows its protection. */
static void map_protection(uint64_t argument)
{
    char *readable = (char *)MUST(map(NULL, PAGE_SIZE, MAP_READ, -1));
    char *writable = (char *)MUST(map(NULL, PAGE_SIZE, MAP_WRITE, -1));
    char *code = (char *)MUST(map(NULL, PAGE_SIZE, MAP_EXECUTE, -1));
    int ends[2];

    (void)argument;
    MUST(pipe_create(ends, 0));
    CHECK_EQUAL(handle_write(ends[1], readable, 100), 100);
    CHECK_EQUAL(handle_write(ends[1], writable, 100), 100);
    CHECK_EQUAL(handle_write(ends[1], code, 100), 100);
    FAILS(handle_read(ends[0], readable, 1), EFAULT);
    FAILS(handle_read(ends[0], code, 1), EFAULT);
    CHECK_EQUAL(handle_read(ends[0], writable, PAGE_SIZE), 300); /* nothing was lost */
    CHECK_EQUAL(*readable | *writable | *code, 0);
}

static void unmap_errors(uint64_t argument)
{
    char *memory = test_map(PAGE_SIZE);

    (void)argument;
    FAILS(unmap(memory, 0), EINVAL);
    FAILS(unmap(memory + 1, PAGE_SIZE), EINVAL);
    FAILS(unmap(memory, UINT64_MAX), EINVAL);
    FAILS(unmap(memory, -(uint64_t)memory), EINVAL);
    FAILS(unmap(NULL, PAGE_SIZE), EINVAL);
    FAILS(unmap((void *)(0x10000 - PAGE_SIZE), 2 * PAGE_SIZE), EINVAL);
    FAILS(unmap((void *)USER_END, PAGE_SIZE), EINVAL);
    FAILS(unmap((void *)(USER_END - PAGE_SIZE), 2 * PAGE_SIZE), EINVAL);
    FAILS(unmap(KERNEL, PAGE_SIZE), EINVAL);
    CHECK_EQUAL(*memory, 0);
    MUST(unmap(PLACE, PAGE_SIZE)); /* nothing there: nothing to do */
    MUST(unmap(memory, PAGE_SIZE));
    MUST(unmap(memory, PAGE_SIZE));
    CHECK(!is_mapped(memory));
}

/* Pages out of the middle, and a range with holes. */
static void unmap_parts(uint64_t argument)
{
    char *memory = test_map(9 * PAGE_SIZE);
    uint64_t pages = test_info().free_pages;

    (void)argument;
    for (unsigned i = 0; i < 9; i++) {
        memory[i * PAGE_SIZE] = (char)i;
    }
    MUST(unmap(memory + 1 * PAGE_SIZE, PAGE_SIZE));
    MUST(unmap(memory + 4 * PAGE_SIZE, 2 * PAGE_SIZE));
    CHECK_EQUAL(test_info().free_pages, pages + 3);
    CHECK_EQUAL(memory[0] + memory[2 * PAGE_SIZE] + memory[3 * PAGE_SIZE] + memory[6 * PAGE_SIZE],
                11);
    MUST(unmap(memory, 8 * PAGE_SIZE));
    CHECK_EQUAL(test_info().free_pages, pages + 8);
    CHECK_EQUAL(memory[8 * PAGE_SIZE], 8);
}

/* One call for nearly all there is; the report goes too, so the exit status tells. */
static void unmap_all(uint64_t argument)
{
    (void)argument;
    test_map(MAP_MAX_SIZE);
    MUST(map(PLACE, 100 * PAGE_SIZE, READ_WRITE, -1) < 0 ? -1 : 0);
    if (unmap((void *)MAP_BASE, 0x3ff0000000 - MAP_BASE) < 0 || is_mapped(PLACE) ||
        is_mapped((char *)MAP_BASE + PAGE_SIZE)) {
        ecall_1(SYS_exit, 3);
    }
    ecall_1(SYS_exit, 0);
}

/* The same addresses again and again: the tables for them are not made anew each time. */
static void map_again(uint64_t argument)
{
    uint64_t pages;

    (void)argument;
    MUST(map(PLACE, 50 * PAGE_SIZE, READ_WRITE, -1) < 0 ? -1 : 0);
    MUST(unmap(PLACE, 50 * PAGE_SIZE));
    pages = test_info().free_pages;
    for (unsigned i = 0; i < 200; i++) {
        CHECK_EQUAL(map(PLACE, 50 * PAGE_SIZE, READ_WRITE, -1), PLACE);
        PLACE[(i % 50) * PAGE_SIZE] = 1;
        MUST(unmap(PLACE, 50 * PAGE_SIZE));
    }
    CHECK_EQUAL(test_info().free_pages, pages);
}

/* All addresses have something within reach, by one page mapped over and over: memory isn't out. */
static void no_room(uint64_t argument)
{
    int memory = (int)MUST(memory_create(PAGE_SIZE));

    (void)argument;
    for (uint64_t at = MAP_BASE; at < USER_END; at += MAP_MAX_SIZE) {
        if (map((void *)at, PAGE_SIZE, MAP_READ, memory) < 0) {
            CHECK_EQUAL(errno, EEXIST);
        }
    }
    CHECK(test_info().free_pages > MAP_MAX_SIZE / PAGE_SIZE);
    FAILS(map(NULL, MAP_MAX_SIZE, MAP_READ, -1), ENOMEM);
    FAILS(map(NULL, MAP_MAX_SIZE - PAGE_SIZE, MAP_READ, -1), ENOMEM); /* no gap left below */
    MUST(map(NULL, MAP_MAX_SIZE - 2 * PAGE_SIZE, MAP_READ, -1) < 0 ? -1 : 0);
}

const struct test_case memory_cases[] = {
    CASE("map-errors", map_errors),
    CASE("map-overlap", map_overlap),
    CASE("map-places", map_places),
    CASE("map-gaps", map_gaps),
    CASE("map-zeroed", map_zeroed),
    CASE("map-largest", map_largest),
    CASE("map-protection", map_protection),
    CASE("map-again", map_again),
    CASE("map-no-room", no_room),
    CASE("unmap-errors", unmap_errors),
    CASE("unmap-parts", unmap_parts),
    CASE("unmap-all", unmap_all),
    END_OF_CASES,
};
