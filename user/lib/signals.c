// SPDX-License-Identifier: MIT
#include "lib/signals.h"

#include "lib/ecall.h"
#include "uapi/syscall.h"

/* A handler returns here, with sp at the frame that the kernel has put there. */
static __attribute__((naked)) void restorer(void)
{
    __asm__ volatile("mv a0, sp\n"
                     "li a7, %0\n"
                     "ecall"
                     :
                     : "i"(SYS_sigreturn));
}

int signal_handle(int signal, signal_handler handler, unsigned flags, uint64_t mask)
{
    struct signal_action action = {
        .handler = (uint64_t)handler,
        .restorer = (uint64_t)restorer,
        .mask = mask,
        .flags = flags,
    };

    return (int)ecall_result(ecall_3(SYS_sigaction, (uint64_t)signal, (uint64_t)&action, 0));
}

long signal_set_mask(unsigned how, uint64_t mask)
{
    return ecall_result(ecall_2(SYS_sigprocmask, how, mask));
}

int signal_suspend(uint64_t mask)
{
    return (int)ecall_result(ecall_1(SYS_sigsuspend, mask));
}

int signal_set_stack(void *base, size_t size)
{
    return (int)ecall_result(ecall_2(SYS_sigaltstack, (uint64_t)base, size));
}
