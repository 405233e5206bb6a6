/* SPDX-License-Identifier: MIT */
/*
 * The console as programs see it: an object to read bytes from as they are typed, and to write to. ^C
 * is not read but becomes SIGNAL_INT for the foreground process, if there is one.
 */
#ifndef DRIVERS_CONSOLE_H
#define DRIVERS_CONSOLE_H

#include <stdint.h>

#include "core/syscall.h"

struct object;
struct process;

void console_init(void);
struct object *console_object(void);

/* The UART's interrupt. */
void console_receive(void);

/* Whoever was in the foreground is not any more. */
void console_process_ended(struct process *process);

/* System call: who gets SIGNAL_INT. */
SYSCALL long console_sys_foreground(uint64_t process);

#endif
