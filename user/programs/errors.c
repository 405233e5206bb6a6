// SPDX-License-Identifier: MIT
/* Calls every system call wrongly; a line for each case, the exit status counts surprises. */
#include <errno.h>
#include <stdio.h>

#include "lib/ecall.h"
#include "lib/ipc.h"
#include "lib/process.h"
#include "lib/signals.h"
#include "lib/uintr.h"
#include "lib/syscall.h"

#define KERNEL        ((void *)0xffffffc080200000)
#define UNMAPPED      ((void *)0x1000)
#define STACK_TOP     ((char *)0x3ffffff000) /* nothing is mapped from here on */
#define READ_ONLY     ((void *)(uintptr_t)report)
#define NO_HANDLE     60
#define TABLE_ENTRIES 512

static int surprises;

static void report(int holds, const char *what)
{
    printf("errors: %s %s\n", holds ? "ok" : "WRONG", what);
    surprises += !holds;
}

#define FAILS_WITH(call, error)                                                                    \
    do {                                                                                           \
        errno = 0;                                                                                 \
        report((long)(call) == -1 && errno == (error), #call " fails with " #error);               \
    } while (0)

#define SUCCEEDS(call) report((call) >= 0, #call " succeeds")

static ssize_t write_console(const char *text, size_t length)
{
    return handle_write(1, text, length);
}

static long map(void *address, size_t size, unsigned protection, int memory)
{
    void *result = memory_map(address, size, protection, memory);

    return result ? (long)result : -1;
}

static int start(const char *name, uint32_t priority, uint64_t harts)
{
    struct process_options options = process_defaults;

    options.priority = priority;
    options.harts = harts;
    return process_start((const char *[]){ name, NULL }, &options);
}

static void handler(uint64_t vectors)
{
    (void)vectors;
}

static void on_signal(int signal, struct signal_frame *frame)
{
    (void)signal;
    (void)frame;
}

static void test_addresses(void)
{
    FAILS_WITH(write_console(KERNEL, 8), EFAULT);
    FAILS_WITH(write_console(UNMAPPED, 8), EFAULT);
    FAILS_WITH(write_console(STACK_TOP - 8, 16), EFAULT);
    FAILS_WITH(write_console((const char *)UINT64_MAX - 7, 16), EFAULT);
    FAILS_WITH(system_info(KERNEL), EFAULT);
    FAILS_WITH(system_info(READ_ONLY), EFAULT);
    FAILS_WITH(process_spawn(UNMAPPED), EFAULT);
    FAILS_WITH(pipe_create(READ_ONLY, 0), EFAULT);
    FAILS_WITH(futex_wait(UNMAPPED, 0, 0), EFAULT);
    FAILS_WITH(futex_wait((uint32_t *)2, 0, 0), EINVAL);
    FAILS_WITH(futex_wake(KERNEL, 1), EFAULT);
    FAILS_WITH(ecall_result(ecall_0(0)), ENOSYS);
    FAILS_WITH(ecall_result(ecall_0(-1)), ENOSYS);
}

static void test_threads(void)
{
    FAILS_WITH(thread_create(KERNEL, NULL, NULL, NULL), EFAULT);
    FAILS_WITH(thread_create((void (*)(void *))(uintptr_t)report, (void *)8, NULL, NULL), EINVAL);
    FAILS_WITH(thread_set_priority(PRIORITIES), EINVAL);
    FAILS_WITH(thread_set_priority(0), EPERM);
    FAILS_WITH(thread_set_affinity(0), EINVAL);
    FAILS_WITH(thread_set_affinity(1ul << 63), EINVAL);
}

static void test_processes(void)
{
    int self, status;

    FAILS_WITH(start("no-such-program", PROCESS_DEFAULT_PRIORITY, 0), ENOENT);
    FAILS_WITH(start("a-name-that-is-too-long-for-a-program", PROCESS_DEFAULT_PRIORITY, 0), ENOENT);
    FAILS_WITH(start("errors", PROCESS_DEFAULT_PRIORITY, 1ul << 63), EINVAL);
    FAILS_WITH(start("errors", PRIORITIES, 0), EINVAL);
    FAILS_WITH(start("errors", 0, 0), EPERM);
    FAILS_WITH(process_start((const char *[]){ NULL }, NULL), E2BIG);
    FAILS_WITH(process_wait(NO_HANDLE, NULL, 0), EBADF);
    FAILS_WITH(process_wait(1, NULL, 0), EINVAL);
    FAILS_WITH(process_id(-1), EBADF);
    SUCCEEDS(self = process_self());
    FAILS_WITH(process_wait(self, &status, 0), EDEADLK);
    FAILS_WITH(process_wait(self, &status, 2), EINVAL);
    FAILS_WITH(process_kill(self, SIGNAL_MAX + 1), EINVAL);
    FAILS_WITH(process_kill(self, -1), EINVAL);
    FAILS_WITH(process_kill(1, SIGNAL_TERM), EINVAL);
    FAILS_WITH(signal_handle(SIGNAL_KILL, on_signal, 0, 0), EINVAL);
    FAILS_WITH(signal_handle(0, on_signal, 0, 0), EINVAL);
    FAILS_WITH(signal_handle(SIGNAL_USR1, on_signal, 8, 0), EINVAL);
    FAILS_WITH(signal_handle(SIGNAL_USR1, KERNEL, 0, 0), EFAULT);
    FAILS_WITH(signal_set_mask(3, 0), EINVAL);
    SUCCEEDS(handle_close(self));
}

static void test_handles(void)
{
    char text[8] = "";
    int ends[2] = { -1, -1 }, reader;

    FAILS_WITH(handle_read(NO_HANDLE, text, 1), EBADF);
    FAILS_WITH(handle_write(MAX_HANDLES, text, 1), EBADF);
    FAILS_WITH(handle_close(-1), EBADF);
    FAILS_WITH(handle_duplicate(1, RIGHT_ALL + 1, 0), EINVAL);
    FAILS_WITH(handle_set_flags(1, 4), EINVAL);
    FAILS_WITH(pipe_create(ends, 4), EINVAL);
    SUCCEEDS(pipe_create(ends, HANDLE_NONBLOCK));
    FAILS_WITH(handle_read(ends[0], text, 1), EAGAIN);
    FAILS_WITH(handle_read(ends[1], text, 1), EACCES);
    FAILS_WITH(handle_write(ends[0], text, 1), EACCES);
    FAILS_WITH(handle_write(ends[1], KERNEL, 1), EFAULT);
    SUCCEEDS(reader = handle_duplicate(ends[0], 0, 0));
    FAILS_WITH(handle_read(reader, text, 1), EACCES);
    SUCCEEDS(handle_close(ends[0]));
    FAILS_WITH(handle_write(ends[1], text, 1), EPIPE);
    SUCCEEDS(handle_close(ends[1]));
    SUCCEEDS(handle_close(reader));
}

static void test_memory(void)
{
    int memory;

    FAILS_WITH(map(NULL, 0, MAP_READ, -1), EINVAL);
    FAILS_WITH(map(NULL, 4096, 0, -1), EINVAL);
    FAILS_WITH(map(NULL, 4096, MAP_WRITE | MAP_EXECUTE, -1), EACCES);
    FAILS_WITH(map((void *)0x10000000, MAP_MAX_SIZE + 1, MAP_READ, -1), EINVAL);
    FAILS_WITH(map((void *)4096, 4096, MAP_READ, -1), EINVAL);
    FAILS_WITH(map((void *)0x10001, 4096, MAP_READ, -1), EINVAL);
    FAILS_WITH(map((void *)0x10000, 4096, MAP_READ, -1), EEXIST);
    FAILS_WITH(map(KERNEL, 4096, MAP_READ, -1), EINVAL);
    FAILS_WITH(map(NULL, 4096, MAP_READ, 1), EINVAL);
    FAILS_WITH(memory_unmap(KERNEL, 4096), EINVAL);
    FAILS_WITH(memory_create(0), EINVAL);
    SUCCEEDS(memory = memory_create(4096));
    FAILS_WITH(map(NULL, 8192, MAP_READ, memory), EINVAL);
    SUCCEEDS(handle_close(memory));
}

static void test_ipc(void)
{
    struct message message = { .handle = -1 };
    char text[16] = "";
    int ends[2] = { -1, -1 }, queue, counter;

    FAILS_WITH(ipc_reply(&message), ESRCH);
    FAILS_WITH(ipc_call(1, &message), EINVAL);
    SUCCEEDS(endpoint_pair(ends));
    FAILS_WITH(ipc_call(ends[0], &message), EACCES);
    FAILS_WITH(ipc_receive(ends[1], &message, NULL), EACCES);
    message.length = MESSAGE_MAX_DATA + 1;
    FAILS_WITH(ipc_call(ends[1], &message), EMSGSIZE);
    SUCCEEDS(handle_close(ends[1]));
    FAILS_WITH(ipc_receive(ends[0], &message, NULL), EPIPE);
    SUCCEEDS(handle_close(ends[0]));
    FAILS_WITH(queue_create(0, 16), EINVAL);
    FAILS_WITH(queue_create(1, 1 << 20), EINVAL);
    SUCCEEDS(queue = queue_create(1, sizeof(text)));
    SUCCEEDS(handle_set_flags(queue, HANDLE_NONBLOCK));
    FAILS_WITH(queue_receive(queue, text, sizeof(text), NULL), EAGAIN);
    FAILS_WITH(queue_receive(queue, text, 1, NULL), EMSGSIZE);
    FAILS_WITH(queue_send(queue, text, 1, 32), EINVAL);
    FAILS_WITH(queue_send(queue, KERNEL, 1, 0), EFAULT);
    FAILS_WITH(queue_send(queue, text, sizeof(text) + 1, 0), EMSGSIZE);
    SUCCEEDS(queue_send(queue, text, 1, 0));
    FAILS_WITH(queue_send(queue, text, 1, 0), EAGAIN);
    SUCCEEDS(handle_close(queue));
    FAILS_WITH(eventfd_create(0, 8), EINVAL);
    SUCCEEDS(counter = eventfd_create(0, HANDLE_NONBLOCK));
    FAILS_WITH(handle_read(counter, text, 4), EINVAL);
    FAILS_WITH(handle_read(counter, text, 8), EAGAIN);
    SUCCEEDS(handle_close(counter));
}

static void test_without_handler(void)
{
    FAILS_WITH(uintr_register_handler((uint64_t)KERNEL, 0), EFAULT);
    FAILS_WITH(uintr_register_handler((uint64_t)UNMAPPED, 0), EFAULT);
    FAILS_WITH(uintr_register_handler((uint64_t)&surprises & -4ul, 0), EFAULT);
    FAILS_WITH(uintr_register_handler((uint64_t)handler & -4ul, 1), EINVAL);
    FAILS_WITH(uintr_unregister_handler(0), EINVAL);
    FAILS_WITH(uintr_create_fd(1, 0), EINVAL);
    FAILS_WITH(uintr_register_self(1, 0), EINVAL);
    FAILS_WITH(uintr_alt_stack(STACK_TOP - 4096, 4096, 0), EINVAL);
    FAILS_WITH(uintr_wait(0), EOPNOTSUPP);
    FAILS_WITH(uintr_wait(1), EINVAL);
    report(uipi_send(0) == UIPI_REFUSED, "uipi.send without a table is refused");
}

static void test_with_handler(void)
{
    int handle, index;

    SUCCEEDS(uintr_set_handler(handler, 0));
    FAILS_WITH(uintr_set_handler(handler, 0), EBUSY);
    FAILS_WITH(uintr_alt_stack(KERNEL, 4096, 0), EFAULT);
    FAILS_WITH(uintr_alt_stack(STACK_TOP - 4096, 4096, 1), EINVAL);
    FAILS_WITH(uintr_create_fd(64, 0), ENOSPC);
    FAILS_WITH(uintr_create_fd(1, 1), EINVAL);
    SUCCEEDS(handle = uintr_create_fd(63, 0));
    FAILS_WITH(uintr_create_fd(63, 0), EBUSY);
    FAILS_WITH(uintr_register_self(63, 0), EBUSY);
    FAILS_WITH(uintr_register_sender(handle, 1), EINVAL);
    FAILS_WITH(uintr_register_sender(handle + 1, 0), EBADF);
    FAILS_WITH(uintr_register_sender(-1, 0), EBADF);
    FAILS_WITH(uintr_register_sender(MAX_HANDLES, 0), EBADF);
    FAILS_WITH(uintr_register_sender(1, 0), EINVAL);
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
    SUCCEEDS(uintr_set_handler(handler, 0));
    report(uipi_send((uint64_t)index) == UIPI_REFUSED, "its slot's next owner refuses too");
    SUCCEEDS(uintr_unregister_sender(index, 0));
    FAILS_WITH(uintr_register_sender(handle, 0), ESHUTDOWN);
}

int main(void)
{
    test_addresses();
    test_threads();
    test_processes();
    test_handles();
    test_memory();
    test_ipc();
    test_without_handler();
    test_with_handler();
    printf("errors: %d surprises\n", surprises);
    return surprises;
}
