// SPDX-License-Identifier: MIT
#include "lib/syscall.h"

#include <errno.h>

#include "lib/uintr.h"

static long system_call(long number, uint64_t arg0, uint64_t arg1)
{
    register uint64_t a0 __asm__("a0") = arg0;
    register uint64_t a1 __asm__("a1") = arg1;
    register long a7 __asm__("a7") = number;

    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a7) : "memory");
    if ((long)a0 < 0) {
        errno = -(int)a0;
        return -1;
    }
    return (long)a0;
}

void exit_program(int status)
{
    system_call(SYS_exit, (uint64_t)status, 0);
    __builtin_unreachable();
}

long write_console(const char *text, size_t length)
{
    return system_call(SYS_write, (uint64_t)text, length);
}

int yield(void)
{
    return (int)system_call(SYS_yield, 0, 0);
}

int get_cpu(void)
{
    return (int)system_call(SYS_getcpu, 0, 0);
}

int spawn(const char *command, unsigned hart)
{
    return (int)system_call(SYS_spawn, (uint64_t)command, hart);
}

int wait_process(int pid)
{
    return (int)system_call(SYS_wait, (uint64_t)pid, 0);
}

int give_handle(int pid, int handle)
{
    return (int)system_call(SYS_give_handle, (uint64_t)pid, (uint64_t)handle);
}

int take_handle(void)
{
    return (int)system_call(SYS_take_handle, 0, 0);
}

int uintr_read_stats(struct uintr_stats *stats)
{
    return (int)system_call(SYS_uintr_stats, (uint64_t)stats, 0);
}

int uintr_register_handler(uint64_t handler, unsigned flags)
{
    return (int)system_call(SYS_uintr_register_handler, handler, flags);
}

int uintr_unregister_handler(unsigned flags)
{
    return (int)system_call(SYS_uintr_unregister_handler, flags, 0);
}

int uintr_create_fd(uint64_t vector, unsigned flags)
{
    return (int)system_call(SYS_uintr_create_fd, vector, flags);
}

int uintr_register_sender(int handle, unsigned flags)
{
    return (int)system_call(SYS_uintr_register_sender, (uint64_t)handle, flags);
}

int uintr_unregister_sender(int index, unsigned flags)
{
    return (int)system_call(SYS_uintr_unregister_sender, (uint64_t)index, flags);
}

int uintr_wait(unsigned flags)
{
    return (int)system_call(SYS_uintr_wait, flags, 0);
}
