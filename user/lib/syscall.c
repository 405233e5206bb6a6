// SPDX-License-Identifier: MIT
#include "lib/syscall.h"

#include "lib/ecall.h"

#define ADDRESS(pointer) ((uint64_t)(uintptr_t)(pointer))

int thread_create(void (*entry)(void *), void *stack_top, void *argument, void *thread_local_block)
{
    return (int)ecall_result(ecall_4(SYS_thread_create, ADDRESS(entry), ADDRESS(stack_top),
                                     ADDRESS(argument), ADDRESS(thread_local_block)));
}

void thread_end(uint32_t *word)
{
    ecall_1(SYS_thread_exit, ADDRESS(word));
    __builtin_trap();
}

int thread_yield(void)
{
    return (int)ecall_result(ecall_0(SYS_yield));
}

int thread_sleep(uint64_t nanoseconds)
{
    return (int)ecall_result(ecall_1(SYS_sleep, nanoseconds));
}

int thread_set_priority(unsigned priority)
{
    return (int)ecall_result(ecall_1(SYS_set_priority, priority));
}

int thread_set_affinity(uint64_t harts)
{
    return (int)ecall_result(ecall_1(SYS_set_affinity, harts));
}

int thread_get_hart(void)
{
    return (int)ecall_result(ecall_0(SYS_get_hart));
}

int process_spawn(const struct spawn *spawn)
{
    return (int)ecall_result(ecall_1(SYS_spawn, ADDRESS(spawn)));
}

int process_self(void)
{
    return (int)ecall_result(ecall_0(SYS_process_self));
}

int process_id(int process)
{
    return (int)ecall_result(ecall_1(SYS_process_id, (uint64_t)process));
}

int process_wait(int process, int *status, unsigned flags)
{
    return (int)ecall_result(ecall_3(SYS_wait, (uint64_t)process, ADDRESS(status), flags));
}

int process_kill(int process, int signal)
{
    return (int)ecall_result(ecall_2(SYS_kill, (uint64_t)process, (uint64_t)signal));
}

ssize_t handle_read(int handle, void *buffer, size_t size)
{
    return ecall_result(ecall_3(SYS_read, (uint64_t)handle, ADDRESS(buffer), size));
}

ssize_t handle_write(int handle, const void *buffer, size_t size)
{
    return ecall_result(ecall_3(SYS_write, (uint64_t)handle, ADDRESS(buffer), size));
}

int handle_duplicate(int handle, unsigned rights, uint32_t badge)
{
    return (int)ecall_result(ecall_3(SYS_dup, (uint64_t)handle, rights, badge));
}

int handle_set_flags(int handle, unsigned flags)
{
    return (int)ecall_result(ecall_2(SYS_set_flags, (uint64_t)handle, flags));
}

int handle_close(int handle)
{
    return (int)ecall_result(ecall_1(SYS_close, (uint64_t)handle));
}

void *memory_map(void *address, size_t size, unsigned protection, int memory)
{
    long result =
        ecall_result(ecall_4(SYS_map, ADDRESS(address), size, protection, (uint64_t)memory));

    return result < 0 ? NULL : (void *)result;
}

int memory_unmap(void *address, size_t size)
{
    return (int)ecall_result(ecall_2(SYS_unmap, ADDRESS(address), size));
}

int memory_create(size_t size)
{
    return (int)ecall_result(ecall_1(SYS_shm_create, size));
}

int endpoint_create(void)
{
    return (int)ecall_result(ecall_0(SYS_endpoint_create));
}

int pipe_create(int handles[2], unsigned flags)
{
    return (int)ecall_result(ecall_2(SYS_pipe, ADDRESS(handles), flags));
}

int eventfd_create(uint64_t value, unsigned flags)
{
    return (int)ecall_result(ecall_2(SYS_eventfd, value, flags));
}

int queue_create(unsigned messages, size_t size)
{
    return (int)ecall_result(ecall_2(SYS_mq_create, messages, size));
}

int queue_send(int queue, const void *message, size_t size, unsigned priority)
{
    return (int)ecall_result(
        ecall_4(SYS_mq_send, (uint64_t)queue, ADDRESS(message), size, priority));
}

ssize_t queue_receive(int queue, void *buffer, size_t size, unsigned *priority)
{
    return ecall_result(
        ecall_4(SYS_mq_receive, (uint64_t)queue, ADDRESS(buffer), size, ADDRESS(priority)));
}

int futex_wait(volatile uint32_t *word, uint32_t value, uint64_t nanoseconds)
{
    return (int)ecall_result(ecall_3(SYS_futex_wait, ADDRESS(word), value, nanoseconds));
}

int futex_wake(volatile uint32_t *word, unsigned threads)
{
    return (int)ecall_result(ecall_2(SYS_futex_wake, ADDRESS(word), threads));
}

int system_info(struct system_info *info)
{
    return (int)ecall_result(ecall_1(SYS_system_info, ADDRESS(info)));
}

int program_name(unsigned index, char *name, size_t size)
{
    return (int)ecall_result(ecall_3(SYS_program_name, index, ADDRESS(name), size));
}

int console_foreground(int process)
{
    return (int)ecall_result(ecall_1(SYS_console_foreground, (uint64_t)process));
}
