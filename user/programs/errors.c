// SPDX-License-Identifier: MIT
/* Calls every system call wrongly; a line for each case, the exit status counts surprises. */
#include <errno.h>
#include <stdio.h>

#include "lib/syscall.h"
#include "lib/uintr.h"

#define KERNEL_ADDRESS   0xffffffc080200000
#define UNMAPPED_ADDRESS 0x1000
#define STACK_TOP        0x3ffffff000 /* nothing is mapped from here on */
#define TABLE_ENTRIES    512

static int surprises;

static void report(int holds, const char *what)
{
    printf("errors: %s %s\n", holds ? "ok" : "WRONG", what);
    surprises += !holds;
}

#define FAILS_WITH(call, error)                                                                    \
    do {                                                                                           \
        errno = 0;                                                                                 \
        report((call) == -1 && errno == (error), #call " fails with " #error);                     \
    } while (0)

#define SUCCEEDS(call) report((call) >= 0, #call " succeeds")

static void handler(uint64_t vectors)
{
    (void)vectors;
}

static void test_general(void)
{
    FAILS_WITH(write_console((const char *)KERNEL_ADDRESS, 8), EFAULT);
    FAILS_WITH(write_console((const char *)UNMAPPED_ADDRESS, 8), EFAULT);
    FAILS_WITH(write_console((const char *)STACK_TOP - 8, 16), EFAULT);
    FAILS_WITH(write_console((const char *)UINT64_MAX - 7, 16), EFAULT);
    FAILS_WITH(uintr_read_stats((struct uintr_stats *)KERNEL_ADDRESS), EFAULT);
    FAILS_WITH(uintr_read_stats((struct uintr_stats *)(uintptr_t)test_general), EFAULT);
    FAILS_WITH(spawn((const char *)UNMAPPED_ADDRESS, 0), EFAULT);
    FAILS_WITH(spawn("no-such-program", 0), ENOENT);
    FAILS_WITH(spawn("errors", 8), EINVAL);
    FAILS_WITH(wait_process(12345), ECHILD);
    FAILS_WITH(give_handle(0, 0), EBADF);
    FAILS_WITH(give_handle(0, -1), EBADF);
}

static void test_without_handler(void)
{
    FAILS_WITH(uintr_register_handler(KERNEL_ADDRESS, 0), EFAULT);
    FAILS_WITH(uintr_register_handler(UNMAPPED_ADDRESS, 0), EFAULT);
    FAILS_WITH(uintr_register_handler((uint64_t)&surprises & -4ul, 0), EFAULT);
    FAILS_WITH(uintr_register_handler((uint64_t)handler & -4ul, 1), EINVAL);
    FAILS_WITH(uintr_unregister_handler(0), EINVAL);
    FAILS_WITH(uintr_create_fd(1, 0), EINVAL);
    FAILS_WITH(uintr_wait(0), EOPNOTSUPP);
    FAILS_WITH(uintr_wait(1), EINVAL);
    report(uipi_send(0) == UIPI_REFUSED, "uipi.send without a table is refused");
}

static void test_with_handler(void)
{
    int handle, index;

    SUCCEEDS(uintr_set_handler(handler));
    FAILS_WITH(uintr_set_handler(handler), EBUSY);
    FAILS_WITH(uintr_create_fd(64, 0), ENOSPC);
    FAILS_WITH(uintr_create_fd(1, 1), EINVAL);
    SUCCEEDS(handle = uintr_create_fd(63, 0));
    FAILS_WITH(uintr_create_fd(63, 0), EBUSY);
    FAILS_WITH(give_handle(0, handle), ESRCH);
    FAILS_WITH(uintr_register_sender(handle, 1), EINVAL);
    FAILS_WITH(uintr_register_sender(handle + 1, 0), EBADF);
    FAILS_WITH(uintr_register_sender(-1, 0), EBADF);
    FAILS_WITH(uintr_register_sender(16, 0), EBADF);
    SUCCEEDS(index = uintr_register_sender(handle, 0));
    FAILS_WITH(uintr_register_sender(handle, 0), EISCONN);
    report(uipi_send((uint64_t)index) == UIPI_DELIVERED, "uipi.send to itself is delivered");
    report(uipi_send((uint64_t)index + 1) == UIPI_REFUSED, "an empty entry is refused");
    report(uipi_send(TABLE_ENTRIES) == UIPI_REFUSED, "an index past the table is refused");
    report(uipi_send(UINT64_MAX / 8 + 1) == UIPI_REFUSED, "an index that wraps is refused");
    FAILS_WITH(uintr_wait(0), EINTR); /* the vector above is pending: interrupts are off */
    FAILS_WITH(uintr_unregister_sender(index, 1), EINVAL);
    FAILS_WITH(uintr_unregister_sender(index + 1, 0), EINVAL);
    FAILS_WITH(uintr_unregister_sender(-1, 0), EINVAL);
    FAILS_WITH(uintr_unregister_sender(TABLE_ENTRIES, 0), EINVAL);
    SUCCEEDS(uintr_unregister_sender(index, 0));
    report(uipi_send((uint64_t)index) == UIPI_REFUSED, "an unregistered sender is refused");
    SUCCEEDS(index = uintr_register_sender(handle, 0));
    SUCCEEDS(uintr_unregister_handler(0));
    report(uipi_send((uint64_t)index) == UIPI_REFUSED, "a receiver that left refuses");
    FAILS_WITH(uintr_unregister_handler(0), EINVAL);
    SUCCEEDS(uintr_set_handler(handler));
    report(uipi_send((uint64_t)index) == UIPI_REFUSED, "its slot's next owner refuses too");
    SUCCEEDS(uintr_unregister_sender(index, 0));
    FAILS_WITH(uintr_register_sender(handle, 0), ESHUTDOWN);
}

int main(void)
{
    test_general();
    test_without_handler();
    test_with_handler();
    printf("errors: %d surprises\n", surprises);
    return surprises;
}
