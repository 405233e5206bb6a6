/* SPDX-License-Identifier: MIT */
/* Console output and the end of the world. Any hart, any context. */
#ifndef CORE_PRINT_H
#define CORE_PRINT_H

#include <stddef.h>

/* Writes raw bytes; calls from different harts don't mix. */
void console_write(const char *text, size_t length);

/* One message of at most 255 characters, written in one piece. */
void kprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints the message and powers the machine off with EXIT_PANIC. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
