/* SPDX-License-Identifier: MIT */
/* Console output and the end of the world. Under the kernel lock, but for a panic. */
#ifndef CORE_PRINT_H
#define CORE_PRINT_H

#include <stddef.h>

/* Writes raw bytes. */
void console_write(const char *text, size_t length);

/* One message of at most 255 characters, written in one piece. */
void kprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Powers the machine off with EXIT_PANIC, for those who have printed their message. */
_Noreturn void panic_exit(void);

/* Prints the message and the callers and powers the machine off with EXIT_PANIC. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
