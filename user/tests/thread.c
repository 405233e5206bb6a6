// SPDX-License-Identifier: MIT
/* Threads: making and ending them. How they share the harts: schedule.c. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/ecall.h"
#include "lib/process.h"
#include "tests/test.h"

#define MAX_THREADS 1024 /* of all processes together */

static long create(uint64_t pc, uint64_t sp)
{
    return ecall_result(ecall_4(SYS_thread_create, pc, sp, 0, 0));
}

static __attribute__((naked)) void end_at_once(void)
{
    __asm__ volatile("li a0, 0\n"
                     "li a7, %0\n"
                     "ecall" ::"i"(SYS_thread_exit));
}

/* a0 is a futex word: waits until it is not 0, without a stack. */
static __attribute__((naked)) void wait_for_word(void)
{
    __asm__ volatile("mv s0, a0\n"
                     "1: mv a0, s0\n"
                     "li a1, 0\n"
                     "li a2, -1\n"
                     "li a7, %0\n"
                     "ecall\n"
                     "lw t0, 0(s0)\n"
                     "beqz t0, 1b\n"
                     "li a0, 0\n"
                     "li a7, %1\n"
                     "ecall" ::"i"(SYS_futex_wait),
                     "i"(SYS_thread_exit));
}

static void wait_for_threads(unsigned number)
{
    WAIT_UNTIL(test_info().threads == number);
}

static void create_errors(uint64_t argument)
{
    uint64_t entry = (uint64_t)end_at_once;
    unsigned threads = test_info().threads;

    (void)argument;
    FAILS(create(entry + 1, 0), EINVAL);
    FAILS(create(entry, 8), EINVAL);
    FAILS(create(entry, 0x4000000001), EINVAL);
    FAILS(create(0x4000000000, 0), EFAULT);
    FAILS(create((uint64_t)KERNEL, 0), EFAULT);
    FAILS(create(entry, 0x4000000010), EFAULT);
    FAILS(create(entry, (uint64_t)KERNEL), EFAULT);
    CHECK_EQUAL(test_info().threads, threads);
    MUST(create(entry, 0x4000000000));
    wait_for_threads(threads);
}

/* What a thread begins with: what its maker said, and zeros. */
static uint64_t first_registers[32];

static __attribute__((naked)) void store_registers(void)
{
    __asm__ volatile("csrr x0, time\n" /* nothing: the first instruction may be any */
                     "sd x1, 8(x10)\n"
                     "sd x2, 16(x10)\n"
                     "sd x3, 24(x10)\n"
                     "sd x4, 32(x10)\n"
                     "sd x5, 40(x10)\n"
                     "sd x6, 48(x10)\n"
                     "sd x7, 56(x10)\n"
                     "sd x8, 64(x10)\n"
                     "sd x9, 72(x10)\n"
                     "sd x10, 80(x10)\n"
                     "sd x11, 88(x10)\n"
                     "sd x12, 96(x10)\n"
                     "sd x13, 104(x10)\n"
                     "sd x14, 112(x10)\n"
                     "sd x15, 120(x10)\n"
                     "sd x16, 128(x10)\n"
                     "sd x17, 136(x10)\n"
                     "sd x18, 144(x10)\n"
                     "sd x19, 152(x10)\n"
                     "sd x20, 160(x10)\n"
                     "sd x21, 168(x10)\n"
                     "sd x22, 176(x10)\n"
                     "sd x23, 184(x10)\n"
                     "sd x24, 192(x10)\n"
                     "sd x25, 200(x10)\n"
                     "sd x26, 208(x10)\n"
                     "sd x27, 216(x10)\n"
                     "sd x28, 224(x10)\n"
                     "sd x29, 232(x10)\n"
                     "sd x30, 240(x10)\n"
                     "sd x31, 248(x10)\n"
                     "li a0, 0\n"
                     "li a7, %0\n"
                     "ecall" ::"i"(SYS_thread_exit));
}

static void registers(uint64_t argument)
{
    unsigned threads = test_info().threads;
    void *block = (void *)0x123456789;

    (void)argument;
    memset(first_registers, 0xff, sizeof(first_registers));
    MUST(thread_create((void (*)(void *))store_registers, STACK_TOP - 64, first_registers, block));
    wait_for_threads(threads);
    for (unsigned i = 1; i < 32; i++) {
        CHECK_EQUAL(first_registers[i], i == 2    ? (long)STACK_TOP - 64
                                        : i == 4  ? (long)block
                                        : i == 10 ? (long)first_registers
                                                  : 0);
    }
}

/* Numbers are different. */
static void numbers(uint64_t argument)
{
    unsigned threads = test_info().threads;
    long last = 0;

    (void)argument;
    for (unsigned i = 0; i < 20; i++) {
        long number = MUST(create((uint64_t)end_at_once, 0));

        CHECK(number > last);
        last = number;
    }
    wait_for_threads(threads);
}

/* --- The word that SYS_thread_exit sets to 0 --- */

struct ending {
    void *word;
    uint32_t go;
};

static void end_with(void *argument)
{
    struct ending *ending = argument;

    test_set(&ending->go, 1);
    thread_end(ending->word);
}

static void run_ending(void *word)
{
    struct ending ending = { word, 0 };
    unsigned threads = test_info().threads;
    void *stack = test_map(PAGE_SIZE);

    MUST(thread_create(end_with, (char *)stack + PAGE_SIZE, &ending, NULL));
    wait_for_threads(threads);
    CHECK_EQUAL(ending.go, 1);
    MUST(memory_unmap(stack, PAGE_SIZE));
}

static void exit_word(uint64_t argument)
{
    uint32_t *word = test_map(2 * PAGE_SIZE);

    (void)argument;
    word[0] = word[1] = word[2] = 5;
    run_ending(&word[1]);
    CHECK(word[0] == 5 && word[1] == 0 && word[2] == 5);
    run_ending((char *)word + 1); /* not aligned: it ends all the same */
    CHECK(word[0] == 5 && word[1] == 0 && word[2] == 5);
    run_ending(NULL);
    run_ending(KERNEL);
    run_ending(READ_ONLY);
    MUST(memory_unmap((char *)word + PAGE_SIZE, PAGE_SIZE));
    run_ending((char *)word + PAGE_SIZE);
}

/* Whoever waits for the word wakes up; all of them. */
static uint32_t awaited = 1;

static void wait_for_end(void *flag)
{
    test_set(flag, 1);
    while (__atomic_load_n(&awaited, __ATOMIC_ACQUIRE)) {
        futex_wait(&awaited, 1, WAIT_FOREVER);
    }
}

static void exit_wakes(uint64_t hart)
{
    struct thread threads[3];
    uint32_t flags[3] = { 0 };

    for (unsigned i = 0; i < 3; i++) {
        test_thread(&threads[i], wait_for_end, &flags[i], (unsigned)hart);
        test_until_blocked(&flags[i], (unsigned)hart);
    }
    MUST(thread_create(end_with, (char *)test_map(PAGE_SIZE) + PAGE_SIZE,
                       &(struct ending){ &awaited, 0 }, NULL));
    for (unsigned i = 0; i < 3; i++) {
        thread_join(&threads[i]);
    }
}

/* --- Many --- */

static void count_up(void *counter)
{
    __atomic_fetch_add((uint32_t *)counter, 1, __ATOMIC_RELAXED);
}

static void create_and_join(uint64_t argument)
{
    struct thread threads[10];
    uint32_t counter = 0;
    uint64_t pages = 0;

    (void)argument;
    for (unsigned round = 0; round < 50; round++) {
        for (unsigned i = 0; i < 10; i++) {
            MUST(thread_start(&threads[i], count_up, &counter));
        }
        for (unsigned i = 0; i < 10; i++) {
            thread_join(&threads[i]);
        }
        CHECK_EQUAL(counter, (round + 1) * 10);
        wait_for_threads(test_info().threads); /* joined is before freed */
        if (round == 0) {
            thread_sleep(MILLISECOND);
            pages = test_info().free_pages;
        }
    }
    thread_sleep(MILLISECOND);
    CHECK_EQUAL(test_info().free_pages, pages);
}

/* As many as the kernel has, then none more until one has gone. */
static void limit(uint64_t argument)
{
    static uint32_t go, go_first;
    const char *const words[] = { "usertests", "-l", NULL };
    unsigned before = test_info().threads, made = 1;

    (void)argument;
    MUST(thread_create((void (*)(void *))wait_for_word, NULL, &go_first, NULL));
    while (thread_create((void (*)(void *))wait_for_word, NULL, &go, NULL) >= 0) {
        made++;
    }
    CHECK_EQUAL(errno, EAGAIN);
    CHECK_EQUAL(before + made, MAX_THREADS);
    CHECK_EQUAL(test_info().threads, MAX_THREADS);
    FAILS(process_start(words, NULL), EAGAIN); /* its first thread would be one more */
    test_set(&go_first, 1);
    MUST(futex_wake(&go_first, 1));
    wait_for_threads(MAX_THREADS - 1);
    MUST(thread_create((void (*)(void *))wait_for_word, NULL, &go, NULL));
    FAILS(thread_create((void (*)(void *))wait_for_word, NULL, &go, NULL), EAGAIN);
    test_set(&go, 1);
    MUST(futex_wake(&go, UINT32_MAX));
    wait_for_threads(before);
}

/* Each thread's errno, and so every thread-local variable, is its own. */
static void change_errno(void *number)
{
    for (unsigned i = 0; i < 30; i++) {
        errno = (int)(uintptr_t)number;
        thread_yield();
        CHECK_EQUAL(errno, (uintptr_t)number);
    }
}

static void thread_local_variables(uint64_t argument)
{
    struct thread threads[8];

    (void)argument;
    for (uintptr_t i = 0; i < 8; i++) {
        MUST(thread_start(&threads[i], change_errno, (void *)(1000 + i)));
    }
    for (unsigned i = 0; i < 8; i++) {
        thread_join(&threads[i]);
    }
}

/* --- Ends --- */

static void be_in_some_state(void *number)
{
    __atomic_fetch_add(&shared->flags[0], 1, __ATOMIC_RELEASE);
    switch ((uintptr_t)number % 4) {
    case 0:
        for (;;) {
            __asm__ volatile("");
        }
    case 1:
        thread_sleep(WAIT_FOREVER);
        break;
    case 2:
        futex_wait(&shared->flags[1], 0, WAIT_FOREVER);
        break;
    default:
        for (;;) {
            thread_yield();
        }
    }
}

static void exit_with_threads(uint64_t argument)
{
    static struct thread threads[12];

    for (uintptr_t i = 0; i < 12; i++) {
        MUST(thread_start(&threads[i], be_in_some_state, (void *)i));
    }
    WAIT_UNTIL(shared->flags[0] == 12);
    _exit((int)argument);
}

/* SYS_exit takes the other threads along, running, ready and waiting ones. */
static void exit_ends_all(uint64_t argument)
{
    (void)argument;
    for (unsigned i = 0; i < 3; i++) {
        test_set(&shared->flags[0], 0);
        CHECK_EQUAL(peer_run(exit_with_threads, 70 + i), 70 + i);
    }
}

static void exit_later(void *status)
{
    thread_sleep(2 * MILLISECOND);
    test_set(&shared->flags[0], 1);
    _exit((int)(uintptr_t)status);
}

static void end_first_thread(uint64_t argument)
{
    static struct thread other;
    static uint32_t word;

    if (argument) {
        MUST(thread_start(&other, exit_later, (void *)(uintptr_t)argument));
    }
    thread_end(&word);
}

/* The process goes on without its first thread, and ends with its last. */
static void first_thread_ends(uint64_t argument)
{
    (void)argument;
    CHECK_EQUAL(peer_run(end_first_thread, 44), 44);
    CHECK_EQUAL(shared->flags[0], 1);
    CHECK_EQUAL(peer_run(end_first_thread, 0), 0);
}

static unsigned recurse(unsigned depth)
{
    volatile char space[512];

    space[0] = (char)depth;
    return depth == ~0u ? 0 : recurse(depth + 1) + (unsigned)space[0];
}

static void overflow(void *unused)
{
    (void)unused;
    recurse(0);
}

static void overflow_in_thread(uint64_t argument)
{
    static struct thread threads[3];

    (void)argument;
    MUST(thread_start(&threads[0], exit_later, NULL)); /* its stack is the neighbour */
    MUST(thread_start(&threads[1], overflow, NULL));
    thread_sleep(WAIT_FOREVER);
}

static void stack_guard(uint64_t argument)
{
    (void)argument;
    CHECK_EQUAL(peer_run(overflow_in_thread, 0), STATUS_FAULT(15));
}

const struct test_case thread_cases[] = {
    CASE("thread-create-errors", create_errors),
    CASE("thread-registers", registers),
    CASE("thread-numbers", numbers),
    CASE("thread-exit-word", exit_word),
    SAME_AND_CROSS("thread-exit-wakes", exit_wakes),
    CASE("thread-create-and-join", create_and_join),
    CASE("thread-limit", limit),
    CASE("thread-local-variables", thread_local_variables),
    CASE("thread-exit-ends-all", exit_ends_all),
    CASE("thread-first-ends", first_thread_ends),
    CASE("thread-stack-guard", stack_guard),
    END_OF_CASES,
};
