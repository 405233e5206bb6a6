// SPDX-License-Identifier: MIT
/* SYS_futex_wait and SYS_futex_wake. What is built on them: sync.c. */
#include <string.h>

#include "lib/clock.h"
#include "lib/ecall.h"
#include "tests/test.h"

#define READ_WRITE (MAP_READ | MAP_WRITE)
#define WAITERS    5

static uint32_t word, other_word;

static void errors(uint64_t argument)
{
    uint32_t *page = test_map(2 * PAGE_SIZE);

    (void)argument;
    for (unsigned i = 1; i < 4; i++) {
        FAILS(futex_wait((uint32_t *)((char *)page + i), 0, 0), EINVAL);
        FAILS(futex_wake((uint32_t *)((char *)page + i), 1), EINVAL);
    }
    FAILS(futex_wait(NULL, 0, 0), EFAULT);
    FAILS(futex_wake(NULL, 1), EFAULT);
    FAILS(futex_wait(KERNEL, 0, 0), EFAULT);
    FAILS(futex_wake(KERNEL, 1), EFAULT);
    FAILS(futex_wait((uint32_t *)STACK_TOP, 0, 0), EFAULT);
    MUST(memory_unmap((char *)page + PAGE_SIZE, PAGE_SIZE));
    FAILS(futex_wait(page + PAGE_SIZE / 4, 0, 0), EFAULT);
    FAILS(futex_wait(&word, 1, WAIT_FOREVER), EAGAIN);
    FAILS(futex_wait(&word, UINT32_MAX, WAIT_FOREVER), EAGAIN);
    CHECK_EQUAL(futex_wake(&word, 0), 0);
    CHECK_EQUAL(futex_wake(&word, UINT32_MAX), 0); /* nobody there */
    CHECK_EQUAL(ecall_2(SYS_futex_wake, (uint64_t)&word, ~0ul), 0);
}

/* Reading is enough. */
static void read_only_word(uint64_t argument)
{
    uint32_t *page = memory_map(NULL, PAGE_SIZE, MAP_READ, -1);

    (void)argument;
    CHECK(page != NULL);
    FAILS(futex_wait(page, 0, MILLISECOND), ETIMEDOUT);
    CHECK_EQUAL(futex_wake(page, 1), 0);
}

static void timeouts(uint64_t argument)
{
    static const uint64_t times[] = { 0, 1, 1000, MILLISECOND, 15 * MILLISECOND };

    (void)argument;
    for (unsigned i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        uint64_t start = clock_ticks();

        FAILS(futex_wait(&word, 0, times[i]), ETIMEDOUT);
        CHECK(clock_to_nanoseconds(clock_ticks() - start + 1) >= times[i]);
    }
}

/* ---- Waiters and wakers ---- */

static uint32_t order[WAITERS], ordered, flags[WAITERS];

static void wait_and_note(void *number)
{
    uintptr_t self = (uintptr_t)number;

    test_set(&flags[self], 1);
    MUST(futex_wait(&word, 0, WAIT_FOREVER));
    order[__atomic_fetch_add(&ordered, 1, __ATOMIC_RELAXED)] = (uint32_t)self;
    test_set(&flags[self], 2);
}

static void start_waiters(struct thread threads[WAITERS], unsigned hart)
{
    ordered = 0;
    memset(flags, 0, sizeof(flags));
    for (uintptr_t i = 0; i < WAITERS; i++) {
        test_thread(&threads[i], wait_and_note, (void *)i, hart);
        test_until_blocked(&flags[i], hart);
    }
}

/* As many as were asked for, those who came first. */
static void wakes_in_order(uint64_t hart)
{
    struct thread threads[WAITERS];

    start_waiters(threads, (unsigned)hart);
    CHECK_EQUAL(futex_wake(&word, 0), 0);
    CHECK_EQUAL(futex_wake(&other_word, 5), 0);
    for (unsigned i = 0; i < WAITERS; i++) {
        CHECK_EQUAL(futex_wake(&word, 1), 1);
        WAIT_UNTIL(flags[i] == 2);
        CHECK_EQUAL(ordered, i + 1);
    }
    CHECK_EQUAL(futex_wake(&word, 1), 0);
    for (unsigned i = 0; i < WAITERS; i++) {
        thread_join(&threads[i]);
    }
}

static void wakes_several(uint64_t hart)
{
    struct thread threads[WAITERS];

    start_waiters(threads, (unsigned)hart);
    CHECK_EQUAL(futex_wake(&word, 2), 2);
    WAIT_UNTIL(flags[0] == 2 && flags[1] == 2);
    thread_sleep(MILLISECOND);
    CHECK_EQUAL(ordered, 2);
    CHECK_EQUAL(futex_wake(&word, UINT32_MAX), WAITERS - 2);
    for (unsigned i = 0; i < WAITERS; i++) {
        thread_join(&threads[i]);
    }
}

/* Words of one page, in one kernel queue or not: only the one that is meant. */
static uint32_t words[PAGE_SIZE / 4];

static void wait_for_word(void *number)
{
    uintptr_t self = (uintptr_t)number;

    test_set(&flags[0], 1);
    MUST(futex_wait(&words[self], 0, WAIT_FOREVER));
    __atomic_fetch_add(&ordered, 1, __ATOMIC_RELAXED);
}

static void words_are_apart(uint64_t argument)
{
    enum { COUNT = 40 };
    struct thread threads[COUNT];

    (void)argument;
    ordered = 0;
    for (uintptr_t i = 0; i < COUNT; i++) {
        test_set(&flags[0], 0);
        test_thread(&threads[i], wait_for_word, (void *)(i * 25), 0);
        test_until_blocked(&flags[0], 0);
    }
    for (unsigned i = 0; i < PAGE_SIZE / 4; i++) {
        bool waited_for = i % 25 == 0 && i / 25 < COUNT;

        CHECK_EQUAL(futex_wake(&words[i], UINT32_MAX), waited_for);
        if (waited_for) {
            thread_join(&threads[i / 25]);
            CHECK_EQUAL(ordered, i / 25 + 1);
        }
    }
}

static uint32_t gave_up;

static void wait_a_moment(void *unused)
{
    (void)unused;
    test_set(&flags[0], 1);
    FAILS(futex_wait(&word, 0, 3 * MILLISECOND), ETIMEDOUT);
    test_set(&gave_up, 1);
}

/* Who has given up is in no queue any more, and a wake takes the next one. */
static void timed_out_are_gone(uint64_t hart)
{
    struct thread first, second;

    memset(flags, 0, sizeof(flags));
    test_thread(&first, wait_a_moment, NULL, (unsigned)hart);
    WAIT_UNTIL(flags[0]);
    test_thread(&second, wait_and_note, (void *)1, (unsigned)hart);
    WAIT_UNTIL(gave_up);
    test_until_blocked(&flags[1], (unsigned)hart);
    CHECK_EQUAL(futex_wake(&word, 1), 1);
    thread_join(&first);
    thread_join(&second);
}

/* ---- Between processes ---- */

static void wait_in_shared_memory(uint64_t offset)
{
    char *memory = memory_map(NULL, 3 * PAGE_SIZE, READ_WRITE, PEER_HANDLE(0));

    CHECK(memory != NULL);
    test_set(&shared->flags[0], 1);
    MUST(futex_wait((uint32_t *)(memory + offset), 7, WAIT_FOREVER));
}

/* The word is the same by whatever address it goes. */
static void between_processes(uint64_t hart)
{
    const uint64_t offset = 2 * PAGE_SIZE + 40;
    int memory = (int)MUST(memory_create(3 * PAGE_SIZE)), peer;
    char *first, *second;

    test_map(5 * PAGE_SIZE); /* so that the peer has it elsewhere */
    first = memory_map(NULL, 3 * PAGE_SIZE, READ_WRITE, memory);
    second = memory_map(NULL, 3 * PAGE_SIZE, MAP_READ, memory);
    *(uint32_t *)(first + offset) = 7;
    peer = PEER(wait_in_shared_memory, offset, hart, memory);
    test_until_blocked(&shared->flags[0], (unsigned)hart);
    CHECK_EQUAL(futex_wake((uint32_t *)(first + offset + 4), 1), 0);
    CHECK_EQUAL(futex_wake((uint32_t *)(second + offset), 1), 1);
    PEER_DONE(peer);
}

/* Words at one address in two processes are two. */
static void wait_for_own(uint64_t argument)
{
    (void)argument;
    test_set(&shared->flags[0], 1);
    FAILS(futex_wait(&word, 0, 30 * MILLISECOND), ETIMEDOUT);
}

static void private_words(uint64_t hart)
{
    int peer = PEER(wait_for_own, 0, hart, -1);

    test_until_blocked(&shared->flags[0], (unsigned)hart);
    CHECK_EQUAL(futex_wake(&word, UINT32_MAX), 0);
    PEER_DONE(peer);
}

static uint32_t *vanishing;

static void wait_for_vanishing(void *unused)
{
    (void)unused;
    test_set(&flags[0], 1);
    FAILS(futex_wait(vanishing, 0, 300 * MILLISECOND), ETIMEDOUT);
}

/* The page goes while somebody waits for a word in it: he just waits. */
static void page_goes(uint64_t hart)
{
    struct thread thread;

    vanishing = test_map(PAGE_SIZE);
    test_thread(&thread, wait_for_vanishing, NULL, (unsigned)hart);
    test_until_blocked(&flags[0], (unsigned)hart);
    MUST(memory_unmap(vanishing, PAGE_SIZE));
    FAILS(futex_wake(vanishing, 1), EFAULT);
    thread_join(&thread);
}

const struct test_case futex_cases[] = {
    CASE("futex-errors", errors),
    CASE("futex-read-only-word", read_only_word),
    CASE("futex-timeouts", timeouts),
    SAME_AND_CROSS("futex-wakes-in-order", wakes_in_order),
    SAME_AND_CROSS("futex-wakes-several", wakes_several),
    CASE("futex-words-are-apart", words_are_apart),
    SAME_AND_CROSS("futex-timed-out-are-gone", timed_out_are_gone),
    SAME_AND_CROSS("futex-between-processes", between_processes),
    SAME_AND_CROSS("futex-private-words", private_words),
    SAME_AND_CROSS("futex-page-goes", page_goes),
    END_OF_CASES,
};
