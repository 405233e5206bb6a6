/* SPDX-License-Identifier: MIT */
/*
 * System call numbers, shared with user programs: number in a7, arguments in a0-a5, the result or
 * -errno in a0. The uintr_ calls follow the Linux proposal for user interrupts in argument order,
 * flags and errors.
 */
#ifndef UAPI_SYSCALL_H
#define UAPI_SYSCALL_H

#include <stdint.h>

enum {
    SYS_exit = 1,    /* (int status), no return */
    SYS_write,       /* (const char *text, size_t length) -> length written */
    SYS_yield,       /* () -> 0; lets others run or rests for a moment */
    SYS_getcpu,      /* () -> number of the hart the caller runs on */
    SYS_spawn,       /* (const char *command, unsigned hart) -> pid; the child inherits handles */
    SYS_wait,        /* (int pid) -> exit status of a child, once it has ended */
    SYS_give_handle, /* (int pid, int handle) -> 0; to a child, or with pid 0 to the parent */
    SYS_take_handle, /* () -> the next handle given to the caller, once there is one */
    SYS_uintr_stats, /* (struct uintr_stats *) -> 0 */
    SYS_uintr_register_handler = 471, /* (uint64_t handler, unsigned flags) -> 0 */
    SYS_uintr_unregister_handler,     /* (unsigned flags) -> 0 */
    SYS_uintr_create_fd,              /* (uint64_t vector, unsigned flags) -> handle */
    SYS_uintr_register_sender,        /* (int handle, unsigned flags) -> index for uipi.send */
    SYS_uintr_unregister_sender,      /* (int index, unsigned flags) -> 0 */
    SYS_uintr_wait,                   /* (unsigned flags) -> -EINTR, after a user interrupt */
};

/* What the kernel has done about blocked receivers since boot. */
struct uintr_stats {
    uint64_t blocked_now; /* receivers asleep in uintr_wait */
    uint64_t slept;       /* uintr_wait calls that slept */
    uint64_t not_slept;   /* uintr_wait calls that found a pending interrupt */
    uint64_t doorbells;   /* doorbells claimed from the UINTC */
    uint64_t woken;       /* of these, receivers woken */
};

#endif
