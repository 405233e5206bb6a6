// SPDX-License-Identifier: MIT
/* Shared memory. */
#include <string.h>

#include "lib/ecall.h"
#include "tests/test.h"

#define LARGEST    (4ul << 20)
#define READ_WRITE (MAP_READ | MAP_WRITE)
#define PLACE      ((char *)0x2000000000)

static char *map(size_t size, unsigned protection, int memory)
{
    char *address = memory_map(NULL, size, protection, memory);

    CHECK(address != NULL);
    return address;
}

/* memory_map()'s way to fail, as the other calls have it. */
static long try_map(size_t size, unsigned protection, int memory)
{
    return memory_map(NULL, size, protection, memory) ? 0 : -1;
}

static void create_errors(uint64_t argument)
{
    (void)argument;
    FAILS(memory_create(0), EINVAL);
    FAILS(memory_create(LARGEST + 1), EINVAL);
    FAILS(memory_create(UINT64_MAX), EINVAL);
}

static void map_errors(uint64_t argument)
{
    int memory = (int)MUST(memory_create(PAGE_SIZE + 1)); /* two pages */
    int readable = (int)MUST(handle_duplicate(memory, RIGHT_READ, 0));
    int writable = (int)MUST(handle_duplicate(memory, RIGHT_WRITE, 0));
    int closed = (int)MUST(memory_create(1));

    (void)argument;
    MUST(handle_close(closed));
    FAILS(try_map(PAGE_SIZE, MAP_READ, closed), EBADF);
    FAILS(try_map(3 * PAGE_SIZE, MAP_READ, memory), EINVAL);
    FAILS(try_map(2 * PAGE_SIZE + 1, MAP_READ, memory), EINVAL);
    FAILS(try_map(PAGE_SIZE, READ_WRITE, readable), EACCES);
    FAILS(try_map(PAGE_SIZE, MAP_READ, writable), EACCES);
    FAILS(try_map(PAGE_SIZE, MAP_WRITE, writable), EACCES); /* writable implies readable */
    FAILS(try_map(PAGE_SIZE, MAP_WRITE | MAP_EXECUTE, memory), EACCES);
    MUST(try_map(2 * PAGE_SIZE, MAP_READ, readable));
    MUST(try_map(2 * PAGE_SIZE, MAP_READ | MAP_EXECUTE, readable));
    MUST(try_map(2 * PAGE_SIZE, READ_WRITE, memory));
}

/* Several mappings of one object are the same memory; part of it can be mapped. */
static void aliases(uint64_t argument)
{
    int memory = (int)MUST(memory_create(3 * PAGE_SIZE));
    char *whole = map(3 * PAGE_SIZE, READ_WRITE, memory);
    char *part = map(2 * PAGE_SIZE, MAP_READ, memory);

    (void)argument;
    for (unsigned i = 0; i < 3 * PAGE_SIZE; i++) {
        CHECK_EQUAL(whole[i], 0);
    }
    test_fill(whole, 3 * PAGE_SIZE, 1);
    CHECK(test_is_filled(part, 2 * PAGE_SIZE, 1));
    MUST(memory_unmap(whole, 3 * PAGE_SIZE));
    CHECK(test_is_filled(part, 2 * PAGE_SIZE, 1));
    CHECK(test_is_filled(map(3 * PAGE_SIZE, MAP_READ, memory), 3 * PAGE_SIZE, 1));
}

/* Pages belong to the object and to each mapping: the last one frees them. */
static void accounting(uint64_t argument)
{
    uint64_t before;
    char *first, *second;
    int memory;

    (void)argument;
    MUST(memory_unmap(map(20 * PAGE_SIZE, MAP_READ, -1), 20 * PAGE_SIZE)); /* the tables for it */
    memory = (int)MUST(memory_create(1)); /* and the kernel's page for small objects */
    before = test_info().free_pages;
    {
        int other = (int)MUST(memory_create(8 * PAGE_SIZE));
        uint64_t created = test_info().free_pages;

        CHECK_EQUAL(before - created, 9); /* with the object's own table */
        first = map(8 * PAGE_SIZE, READ_WRITE, other);
        second = map(8 * PAGE_SIZE, READ_WRITE, other);
        CHECK_EQUAL(test_info().free_pages, created); /* mappings take none */
        MUST(handle_close(other));
    }
    CHECK_EQUAL(before - test_info().free_pages, 8);
    MUST(memory_unmap(first, 8 * PAGE_SIZE));
    CHECK_EQUAL(before - test_info().free_pages, 8);
    second[7 * PAGE_SIZE] = 1;
    MUST(memory_unmap(second, 4 * PAGE_SIZE));
    CHECK_EQUAL(before - test_info().free_pages, 4);
    CHECK_EQUAL(second[7 * PAGE_SIZE], 1);
    MUST(memory_unmap(second, 8 * PAGE_SIZE));
    CHECK_EQUAL(test_info().free_pages, before);
    MUST(handle_close(memory));
}

static void largest(uint64_t argument)
{
    int memory = (int)MUST(memory_create(LARGEST));
    char *first = map(LARGEST, READ_WRITE, memory), *second = map(LARGEST, MAP_READ, memory);

    (void)argument;
    for (size_t at = 0; at < LARGEST; at += PAGE_SIZE) {
        *(size_t *)(first + at) = at;
    }
    for (size_t at = 0; at < LARGEST; at += PAGE_SIZE) {
        CHECK_EQUAL(*(size_t *)(second + at), at);
    }
}

/* A counter that many increment atomically, each in its own process. */
#define PEERS  4
#define ROUNDS 20000

static void count(uint64_t argument)
{
    uint64_t *words = (uint64_t *)map(PAGE_SIZE, READ_WRITE, PEER_HANDLE(0));

    for (unsigned i = 0; i < ROUNDS; i++) {
        __atomic_fetch_add(&words[0], 1, __ATOMIC_RELAXED);
        words[argument + 1]++;
    }
}

static void between_processes(uint64_t hart)
{
    int memory = (int)MUST(memory_create(PAGE_SIZE)), peers[PEERS];
    uint64_t *words = (uint64_t *)map(PAGE_SIZE, MAP_READ, memory);

    for (unsigned i = 0; i < PEERS; i++) {
        peers[i] = PEER(count, i, i % 2 ? hart : 0, memory);
    }
    for (unsigned i = 0; i < PEERS; i++) {
        PEER_DONE(peers[i]);
        CHECK_EQUAL(words[i + 1], ROUNDS);
    }
    CHECK_EQUAL(words[0], PEERS * ROUNDS);
}

/* What the maker wrote is there for others after its death. */
static void make_and_die(uint64_t argument)
{
    char *memory = map(2 * PAGE_SIZE, READ_WRITE, PEER_HANDLE(0));

    test_fill(memory, 2 * PAGE_SIZE, (uint32_t)argument);
}

static void outlives_writer(uint64_t argument)
{
    int memory = (int)MUST(memory_create(2 * PAGE_SIZE));

    (void)argument;
    PEER_DONE(PEER(make_and_die, 77, 0, memory));
    CHECK(test_is_filled(map(2 * PAGE_SIZE, MAP_READ, memory), 2 * PAGE_SIZE, 77));
}

/* A page can have 65535 uses; the map that would be one more leaves everything as it was. */
static void too_many_mappings(uint64_t argument)
{
    int memory = (int)MUST(memory_create(PAGE_SIZE));
    char *at = PLACE;

    (void)argument;
    while (memory_map(at, PAGE_SIZE, READ_WRITE, memory)) {
        at += PAGE_SIZE;
    }
    CHECK_EQUAL(errno, ENOMEM);
    CHECK_EQUAL((at - PLACE) / PAGE_SIZE, 65534); /* one use is the object's */
    CHECK(test_info().free_pages > 1000);
    at[-1] = 'z';
    CHECK_EQUAL(PLACE[PAGE_SIZE - 1], 'z');
    FAILS(futex_wake((volatile uint32_t *)at, 0), EFAULT);
    MUST(memory_unmap(PLACE, PAGE_SIZE));
    MUST(memory_map(at, PAGE_SIZE, READ_WRITE, memory) ? 0 : -1); /* there is room for one again */
}

/* Code written through one mapping runs through another: writable and executable, but not both. */
static void code(uint64_t argument)
{
    int memory = (int)MUST(memory_create(PAGE_SIZE));
    uint32_t *written = (uint32_t *)map(PAGE_SIZE, READ_WRITE, memory);
    long (*run)(long) = (long (*)(long))map(PAGE_SIZE, MAP_READ | MAP_EXECUTE, memory);

    (void)argument;
    for (uint32_t i = 0; i < 100; i++) {
        written[0] = 0x00050513 | i << 20; /* addi a0, a0, i */
        written[1] = 0x00008067;           /* ret */
        __asm__ volatile("fence.i" : : : "memory");
        CHECK_EQUAL(run(1000), 1000 + i);
    }
}

const struct test_case shm_cases[] = {
    CASE("shm-create-errors", create_errors),
    CASE("shm-map-errors", map_errors),
    CASE("shm-aliases", aliases),
    CASE("shm-accounting", accounting),
    CASE("shm-largest", largest),
    SAME_AND_CROSS("shm-between-processes", between_processes),
    CASE("shm-outlives-writer", outlives_writer),
    CASE("shm-too-many-mappings", too_many_mappings),
    CASE("shm-code", code),
    END_OF_CASES,
};
