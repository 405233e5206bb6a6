/* SPDX-License-Identifier: MIT */
/* The system calls, by number from uapi/syscall.h; called by arch/trap.c. */
#ifndef CORE_SYSCALL_H
#define CORE_SYSCALL_H

struct trap_frame;

/* Takes number and arguments from a7 and a0-a5, puts the result, a value or -errno, into a0. */
void syscall_dispatch(struct trap_frame *frame);

#endif
