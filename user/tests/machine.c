// SPDX-License-Identifier: MIT
/* The calls that tell about the machine, time, and numbers that are no call. */
#include <string.h>

#include "lib/clock.h"
#include "lib/ecall.h"
#include "tests/test.h"

static void no_such_call(uint64_t argument)
{
    (void)argument;
    FAILS(ecall_result(ecall_0(0)), ENOSYS);
    FAILS(ecall_result(ecall_0(-1)), ENOSYS);
    FAILS(ecall_result(ecall_0(SYS_console_foreground + 1)), ENOSYS);
    FAILS(ecall_result(ecall_0(SYS_uintr_register_handler - 1)), ENOSYS);
    FAILS(ecall_result(ecall_0(SYS_uintr_alt_stack + 1)), ENOSYS);
    FAILS(ecall_result(ecall_0(SYS_link_info + 1)), ENOSYS);
    FAILS(ecall_result(ecall_0(SYS_yield | 1l << 32)), ENOSYS);
}

/* All registers but a0 are the caller's again after a call. */
static void registers_survive(uint64_t argument)
{
    uint64_t in[12], out[12];

    (void)argument;
    for (unsigned i = 0; i < 12; i++) {
        in[i] = ~0ul / (i + 2);
    }
    __asm__ volatile("mv t6, %0\n"
                     "mv a7, %2\n"
                     "ld t0, 0(t6)\n"
                     "ld t1, 8(t6)\n"
                     "ld t2, 16(t6)\n"
                     "ld t3, 24(t6)\n"
                     "ld t4, 32(t6)\n"
                     "ld t5, 40(t6)\n"
                     "ld a1, 48(t6)\n"
                     "ld a2, 56(t6)\n"
                     "ld a3, 64(t6)\n"
                     "ld a4, 72(t6)\n"
                     "ld a5, 80(t6)\n"
                     "ld a6, 88(t6)\n"
                     "mv t6, %1\n"
                     "ecall\n"
                     "sd t0, 0(t6)\n"
                     "sd t1, 8(t6)\n"
                     "sd t2, 16(t6)\n"
                     "sd t3, 24(t6)\n"
                     "sd t4, 32(t6)\n"
                     "sd t5, 40(t6)\n"
                     "sd a1, 48(t6)\n"
                     "sd a2, 56(t6)\n"
                     "sd a3, 64(t6)\n"
                     "sd a4, 72(t6)\n"
                     "sd a5, 80(t6)\n"
                     "sd a6, 88(t6)\n"
                     :
                     : "r"(in), "r"(out), "r"((long)SYS_yield)
                     : "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a0", "a1", "a2", "a3", "a4", "a5",
                       "a6", "a7", "memory");
    CHECK(memcmp(in, out, sizeof(in)) == 0);
}

static void info(uint64_t argument)
{
    char *page = test_map(2 * PAGE_SIZE);
    struct system_info now;

    (void)argument;
    FAILS(system_info(KERNEL), EFAULT);
    FAILS(system_info(NULL), EFAULT);
    FAILS(system_info(READ_ONLY), EFAULT);
    FAILS(system_info((void *)(STACK_TOP - 8)), EFAULT);
    MUST(memory_unmap(page + PAGE_SIZE, PAGE_SIZE));
    FAILS(system_info((void *)(page + PAGE_SIZE - 16)), EFAULT);
    MUST(system_info(&now));
    CHECK(now.harts >= 1 && now.harts <= 8);
    CHECK(now.processes >= 3); /* init, the runner, this case */
    CHECK(now.threads >= now.processes);
    CHECK(now.free_pages > 0 && now.free_pages < now.total_pages);
    CHECK(now.receiver_slots >= now.harts);
    CHECK(now.timebase > 0);
}

/* What is counted is what one does. */
static void info_counts(uint64_t argument)
{
    struct system_info before = test_info(), now;
    int handle;
    void *page;

    (void)argument;
    handle = (int)MUST(eventfd_create(0, 0));
    now = test_info();
    CHECK_EQUAL(now.handles - before.handles, 1);
    CHECK_EQUAL(now.objects - before.objects, 1);
    MUST(handle_close(handle));
    CHECK_EQUAL(test_info().objects, before.objects);
    page = test_map(PAGE_SIZE); /* with its tables */
    MUST(memory_unmap(page, PAGE_SIZE));
    before = test_info();
    page = test_map(PAGE_SIZE);
    CHECK_EQUAL(before.free_pages - test_info().free_pages, 1);
    MUST(memory_unmap(page, PAGE_SIZE));
    CHECK_EQUAL(before.free_pages, test_info().free_pages);
}

static void program_names(uint64_t argument)
{
    bool found = false;
    char name[100];
    unsigned count = 0;

    (void)argument;
    while (program_name(count, name, sizeof(name)) >= 0) {
        found |= strcmp(name, "usertests") == 0;
        CHECK_EQUAL(program_name(count, name, strlen(name) + 1), strlen(name));
        FAILS(program_name(count, name, strlen(name)), ERANGE);
        count++;
    }
    CHECK_EQUAL(errno, ENOENT);
    CHECK(found);
    FAILS(program_name(count + 1, name, sizeof(name)), ENOENT);
    FAILS(program_name(UINT32_MAX, name, sizeof(name)), ENOENT);
    FAILS(ecall_result(ecall_3(SYS_program_name, 1l << 32, (uint64_t)name, sizeof(name))), ENOENT);
    FAILS(program_name(0, KERNEL, sizeof(name)), EFAULT);
    FAILS(program_name(0, READ_ONLY, sizeof(name)), EFAULT);
    FAILS(program_name(0, NULL, 0), ERANGE);
}

static void hart_number(uint64_t argument)
{
    (void)argument;
    for (unsigned hart = 0; hart < test_harts(); hart++) {
        test_pin(hart);
        CHECK_EQUAL(thread_get_hart(), hart);
    }
}

static void sleep_lasts(uint64_t argument)
{
    static const uint64_t times[] = { 1, 1000, 100000, 3000000, 20000000 };

    (void)argument;
    for (unsigned i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        uint64_t start = clock_ticks();

        CHECK_EQUAL(thread_sleep(times[i]), 0);
        CHECK(clock_to_nanoseconds(clock_ticks() - start + 1) >= times[i]);
    }
    CHECK_EQUAL(thread_sleep(0), 0);
    CHECK_EQUAL(thread_yield(), 0);
}

/* Those with the nearest deadline wake first, whoever went to sleep first. */
static uint32_t order[8], woken;
static uint64_t first_deadline; /* far enough away that everybody sleeps by then */

static void sleep_and_note(void *number)
{
    uint64_t deadline = first_deadline + (7 - (uintptr_t)number) * 2 * MILLISECOND;

    thread_sleep(deadline - clock_nanoseconds());
    order[__atomic_fetch_add(&woken, 1, __ATOMIC_RELAXED)] = (uint32_t)(uintptr_t)number;
}

static void sleep_order(uint64_t argument)
{
    struct thread threads[8];

    (void)argument;
    first_deadline = clock_nanoseconds() + 300 * MILLISECOND;
    for (uintptr_t i = 0; i < 8; i++) {
        test_thread(&threads[i], sleep_and_note, (void *)i, 0);
    }
    for (unsigned i = 0; i < 8; i++) {
        thread_join(&threads[i]);
    }
    for (unsigned i = 0; i < 8; i++) {
        CHECK_EQUAL(order[i], 7 - i);
    }
}

static void sleep_for_ever(void *nanoseconds)
{
    test_set(&shared->flags[0], 1);
    thread_sleep(*(uint64_t *)nanoseconds);
    test_set(&shared->flags[1], 1);
}

/* Times too long for the clock are for ever, not short. */
static void sleep_overflow(uint64_t argument)
{
    static uint64_t times[] = { WAIT_FOREVER, WAIT_FOREVER - 1, 1ul << 63 };
    struct thread threads[3];

    (void)argument;
    for (unsigned i = 0; i < 3; i++) {
        test_set(&shared->flags[0], 0);
        test_thread(&threads[i], sleep_for_ever, &times[i], 0);
        test_until_blocked(&shared->flags[0], 0);
        thread_sleep(5 * MILLISECOND);
        CHECK_EQUAL(shared->flags[1], 0);
    }
}

const struct test_case machine_cases[] = {
    CASE("syscall-unknown-number", no_such_call),
    CASE("syscall-registers", registers_survive),
    CASE("info", info),
    CASE("info-counts", info_counts),
    CASE("program-name", program_names),
    CASE("get-hart", hart_number),
    CASE("sleep-lasts", sleep_lasts),
    CASE("sleep-order", sleep_order),
    CASE("sleep-overflow", sleep_overflow),
    END_OF_CASES,
};
