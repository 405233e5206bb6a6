/* SPDX-License-Identifier: MIT */
/*
 * The kernel's system calls for programs. Like libc's, each returns -1 and sets errno on an error.
 * What each does is said at its number in guest-kernel/uapi/syscall.h.
 */
#ifndef LIB_SYSCALL_H
#define LIB_SYSCALL_H

#include <stddef.h>
#include <stdint.h>

#include "uapi/syscall.h"

_Noreturn void exit_program(int status);
long write_console(const char *text, size_t length);
int yield(void);
int get_cpu(void);
int spawn(const char *command, unsigned hart);
int wait_process(int pid);
int give_handle(int pid, int handle);
int take_handle(void);
int uintr_read_stats(struct uintr_stats *stats);

#endif
