// SPDX-License-Identifier: MIT
/* The calls of user interrupts: errors, what they give and take. */
#include "lib/uintr.h"

#include "lib/ecall.h"
#include "lib/sync.h"
#include "tests/test.h"

#define VECTORS       64
#define TABLE_ENTRIES 512

static void do_nothing(uint64_t vectors)
{
    (void)vectors;
}

static __attribute__((aligned(4))) void entry(void)
{
    __asm__ volatile("");
}

static long call(long number, uint64_t first, uint64_t second)
{
    return ecall_result(ecall_2(number, first, second));
}

static void register_handler(uint64_t argument)
{
    static uint64_t data[2];
    unsigned receivers = test_info().receivers;

    (void)argument;
    FAILS(uintr_register_handler((uint64_t)entry, 1), EINVAL);
    FAILS(call(SYS_uintr_register_handler, (uint64_t)entry, 1ul << 32), EINVAL);
    FAILS(uintr_register_handler((uint64_t)entry + 2, 0), EFAULT); /* utvec has no such address */
    FAILS(uintr_register_handler(0, 0), EFAULT);
    FAILS(uintr_register_handler((uint64_t)UNMAPPED, 0), EFAULT);
    FAILS(uintr_register_handler((uint64_t)KERNEL, 0), EFAULT);
    FAILS(uintr_register_handler((uint64_t)data, 0), EFAULT); /* no code */
    FAILS(uintr_register_handler((uint64_t)STACK_TOP - 64, 0), EFAULT);
    FAILS(uintr_unregister_handler(0), EINVAL);
    CHECK_EQUAL(test_info().receivers, receivers);
    MUST(uintr_register_handler((uint64_t)entry, 0));
    CHECK_EQUAL(test_info().receivers, receivers + 1);
    FAILS(uintr_register_handler((uint64_t)entry, 0), EBUSY);
    FAILS(uintr_unregister_handler(1), EINVAL);
    FAILS(call(SYS_uintr_unregister_handler, 1ul << 32, 0), EINVAL);
    MUST(uintr_unregister_handler(0));
    CHECK_EQUAL(test_info().receivers, receivers);
    FAILS(uintr_unregister_handler(0), EINVAL);
    for (unsigned i = 0; i < 20; i++) {
        MUST(uintr_set_handler(do_nothing, 0));
        MUST(uintr_unregister_handler(0));
    }
}

static void create_fd(uint64_t argument)
{
    uint64_t word;
    int handle, second;

    (void)argument;
    FAILS(uintr_create_fd(0, 0), EINVAL); /* no handler */
    MUST(uintr_set_handler(do_nothing, 0));
    FAILS(uintr_create_fd(0, 1), EINVAL);
    FAILS(uintr_create_fd(VECTORS, 0), ENOSPC);
    FAILS(uintr_create_fd(UINT64_MAX, 0), ENOSPC);
    FAILS(uintr_create_fd(1ul << 32, 0), ENOSPC);
    handle = (int)MUST(uintr_create_fd(VECTORS - 1, 0));
    FAILS(uintr_create_fd(VECTORS - 1, 0), EBUSY);
    FAILS(handle_read(handle, &word, 8), EINVAL); /* all it is good for is registering */
    FAILS(handle_write(handle, &word, 8), EINVAL);
    second = (int)MUST(handle_duplicate(handle, RIGHT_ALL, 0));
    MUST(handle_close(handle));
    FAILS(uintr_create_fd(VECTORS - 1, 0), EBUSY); /* there is a copy */
    MUST(handle_close(second));
    handle = (int)MUST(uintr_create_fd(VECTORS - 1, 0));
    test_fill_handles(0);
    FAILS(uintr_create_fd(5, 0), EMFILE);
    test_drop_handles();
    MUST(uintr_create_fd(5, 0)); /* the vector was not taken by that */
}

static void register_sender(uint64_t argument)
{
    int handle, weak, index;

    (void)argument;
    MUST(uintr_set_handler(do_nothing, 0));
    handle = (int)MUST(uintr_create_fd(3, 0));
    weak = (int)MUST(handle_duplicate(handle, RIGHT_READ | RIGHT_TRANSFER, 0));
    FAILS(uintr_register_sender(handle, 1), EINVAL);
    FAILS(call(SYS_uintr_register_sender, (uint64_t)handle, 1ul << 32), EINVAL);
    FAILS(uintr_register_sender(NO_HANDLE, 0), EBADF);
    FAILS(uintr_register_sender(-1, 0), EBADF);
    FAILS(uintr_register_sender(MAX_HANDLES, 0), EBADF);
    FAILS(uintr_register_sender(1, 0), EINVAL);
    FAILS(uintr_register_sender(weak, 0), EACCES);
    FAILS(uintr_unregister_sender(0, 0), EINVAL); /* there is no table yet */
    index = (int)MUST(uintr_register_sender(handle, 0));
    FAILS(uintr_register_sender(handle, 0), EISCONN);
    FAILS(uintr_register_sender((int)MUST(handle_duplicate(handle, RIGHT_ALL, 0)), 0), EISCONN);
    FAILS(uintr_unregister_sender(index, 1), EINVAL);
    FAILS(uintr_unregister_sender(index + 1, 0), EINVAL);
    FAILS(uintr_unregister_sender(-1, 0), EINVAL);
    FAILS(uintr_unregister_sender(TABLE_ENTRIES, 0), EINVAL);
    FAILS(call(SYS_uintr_unregister_sender, (uint64_t)index | 1ul << 32, 0), EINVAL);
    MUST(uintr_unregister_sender(index, 0));
    FAILS(uintr_unregister_sender(index, 0), EINVAL);
    CHECK_EQUAL(uintr_register_sender(handle, 0), index); /* the lowest is free again */
    MUST(uintr_unregister_handler(0));
    MUST(uintr_unregister_sender(index, 0));
    FAILS(uintr_register_sender(handle, 0), ESHUTDOWN);
    MUST(uintr_set_handler(do_nothing, 0));
    FAILS(uintr_register_sender(handle, 0), ESHUTDOWN); /* the new receiver isn't that one */
}

static void register_self(uint64_t argument)
{
    int index;

    (void)argument;
    FAILS(uintr_register_self(1, 0), EINVAL);
    MUST(uintr_set_handler(do_nothing, 0));
    FAILS(uintr_register_self(1, 1), EINVAL);
    FAILS(uintr_register_self(VECTORS, 0), ENOSPC);
    FAILS(uintr_register_self(UINT64_MAX, 0), ENOSPC);
    index = (int)MUST(uintr_register_self(1, 0));
    FAILS(uintr_register_self(1, 0), EBUSY);
    FAILS(uintr_create_fd(1, 0), EBUSY);
    MUST(uintr_unregister_sender(index, 0)); /* nobody can send it any more: it is free */
    MUST(uintr_create_fd(1, 0));
    FAILS(uintr_register_self(1, 0), EBUSY);
}

static void wait_errors(uint64_t argument)
{
    (void)argument;
    FAILS(uintr_wait(0), EOPNOTSUPP);
    FAILS(uintr_wait(1), EINVAL);
    MUST(uintr_set_handler(do_nothing, 0));
    FAILS(uintr_wait(1), EINVAL);
    FAILS(call(SYS_uintr_wait, 1ul << 32, 0), EINVAL);
    uipi_write(1);
    FAILS(uintr_wait(0), EINTR); /* something is pending: it doesn't wait */
    uipi_read();
    MUST(uintr_unregister_handler(0));
    FAILS(uintr_wait(0), EOPNOTSUPP);
}

static void alt_stack_errors(uint64_t argument)
{
    char *stack = test_map(2 * PAGE_SIZE);
    void *readable = memory_map(NULL, PAGE_SIZE, MAP_READ, -1);

    (void)argument;
    FAILS(uintr_alt_stack(stack, PAGE_SIZE, 0), EINVAL); /* no handler */
    MUST(uintr_set_handler(do_nothing, 0));
    FAILS(uintr_alt_stack(stack, PAGE_SIZE, 1), EINVAL);
    FAILS(uintr_alt_stack(KERNEL, PAGE_SIZE, 0), EFAULT);
    FAILS(uintr_alt_stack(UNMAPPED, 16, 0), EFAULT);
    FAILS(uintr_alt_stack(STACK_TOP, PAGE_SIZE, 0), EFAULT);
    FAILS(uintr_alt_stack(readable, PAGE_SIZE, 0), EFAULT);
    FAILS(uintr_alt_stack(stack, SIZE_MAX, 0), EFAULT);
    FAILS(uintr_alt_stack(stack, 8, 0), EFAULT); /* nothing is left of it, aligned */
    MUST(memory_unmap(stack + PAGE_SIZE, PAGE_SIZE));
    FAILS(uintr_alt_stack(stack, 2 * PAGE_SIZE, 0), EFAULT);
    MUST(uintr_alt_stack(stack, PAGE_SIZE, 0));
    MUST(uintr_alt_stack(NULL, 0, 0));
}

/* ---- Sending to nothing ---- */

static void check_refused(uint64_t index)
{
    CHECK_EQUAL(uipi_send_instruction(index), UIPI_REFUSED);
    CHECK_EQUAL(uintr_send(index), UIPI_REFUSED);
}

static void send_refused(uint64_t argument)
{
    int handle, index;

    (void)argument;
    check_refused(0); /* no table */
    check_refused(UINT64_MAX);
    MUST(uintr_set_handler(do_nothing, 0));
    handle = (int)MUST(uintr_create_fd(3, 0));
    index = (int)MUST(uintr_register_sender(handle, 0));
    check_refused((uint64_t)index + 1);
    check_refused(TABLE_ENTRIES - 1);
    check_refused(TABLE_ENTRIES);
    check_refused(UINT64_MAX);
    check_refused(1ul << 61); /* times 8 it would be entry 0 */
    CHECK_EQUAL(uipi_send((uint64_t)index), UIPI_DELIVERED);
    CHECK_EQUAL(uipi_read(), 1 << 3);
    MUST(uintr_unregister_sender(index, 0));
    check_refused((uint64_t)index);
    index = (int)MUST(uintr_register_sender(handle, 0));
    MUST(handle_close(handle)); /* the entry doesn't need it */
    CHECK_EQUAL(uipi_send((uint64_t)index), UIPI_DELIVERED);
    MUST(uintr_unregister_handler(0));
    check_refused((uint64_t)index);
    MUST(uintr_set_handler(do_nothing, 0));
    check_refused((uint64_t)index); /* the next one in that slot is not the one that was meant */
    CHECK_EQUAL(uipi_read(), 0);
}

/* ---- Full tables ---- */

static uint32_t vectors_made, ready, may_end;

static void make_vectors(void *unused)
{
    (void)unused;
    MUST(uintr_set_handler(do_nothing, 0));
    for (unsigned i = 0; i < VECTORS; i++) {
        if (uintr_register_self(i, 0) < 0) {
            CHECK_EQUAL(errno, ENOSPC);
            FAILS(uintr_register_self(i, 0), ENOSPC); /* the vector isn't taken by that */
            break;
        }
        __atomic_fetch_add(&vectors_made, 1, __ATOMIC_RELAXED);
    }
    __atomic_fetch_add(&ready, 1, __ATOMIC_RELEASE);
    while (!test_get(&may_end)) {
        thread_sleep(MILLISECOND);
    }
}

/* As many entries as a page has: nine receivers of 64 vectors are more than that. */
static void full_table(uint64_t argument)
{
    struct thread threads[9];
    unsigned receivers = test_info().receivers;
    int handle;

    (void)argument;
    for (unsigned i = 0; i < 9; i++) {
        unsigned expected = (i + 1) * VECTORS < TABLE_ENTRIES ? (i + 1) * VECTORS : TABLE_ENTRIES;

        MUST(thread_start(&threads[i], make_vectors, NULL));
        WAIT_UNTIL(test_get(&ready) == i + 1);
        CHECK_EQUAL(vectors_made, expected);
        CHECK_EQUAL(test_info().receivers, receivers + i + 1);
    }
    for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
        CHECK(uipi_send(i) != UIPI_REFUSED);
    }
    MUST(uintr_set_handler(do_nothing, 0));
    handle = (int)MUST(uintr_create_fd(0, 0));
    FAILS(uintr_register_sender(handle, 0), ENOSPC);
    MUST(uintr_unregister_sender(100, 0));
    CHECK_EQUAL(uintr_register_sender(handle, 0), 100);
    MUST(handle_close(handle));
    test_set(&may_end, 1);
    for (unsigned i = 0; i < 9; i++) {
        thread_join(&threads[i]);
    }
    WAIT_UNTIL(test_info().receivers == receivers + 8 + 1); /* entries keep all but the ninth's */
    for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
        CHECK_EQUAL(uipi_send(i), i == 100 ? UIPI_DELIVERED : UIPI_REFUSED);
        MUST(uintr_unregister_sender((int)i, 0));
    }
    WAIT_UNTIL(test_info().receivers == receivers + 1);
}

const struct test_case uintr_error_cases[] = {
    CASE("uintr-register-handler", register_handler),
    CASE("uintr-create-fd", create_fd),
    CASE("uintr-register-sender", register_sender),
    CASE("uintr-register-self", register_self),
    CASE("uintr-wait-errors", wait_errors),
    CASE("uintr-alt-stack-errors", alt_stack_errors),
    CASE("uintr-send-refused", send_refused),
    CASE("uintr-full-table", full_table),
    END_OF_CASES,
};
