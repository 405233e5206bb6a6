// SPDX-License-Identifier: MIT
#include "core/print.h"

#include <stdarg.h>
#include <stdio.h>

#include "arch/backtrace.h"
#include "drivers/finisher.h"
#include "drivers/uart.h"

void console_write(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        uart_putchar(text[i]);
    }
}

static void print_list(const char *format, va_list list)
{
    char line[256];
    int length = vsnprintf(line, sizeof(line), format, list);

    if (length > 0) {
        console_write(line, (size_t)length < sizeof(line) ? (size_t)length : sizeof(line) - 1);
    }
}

void kprintf(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    print_list(format, list);
    va_end(list);
}

void panic_exit(void)
{
    finisher_exit(EXIT_PANIC);
}

void panic(const char *format, ...)
{
    va_list list;

    kprintf("\nkernel panic: ");
    va_start(list, format);
    print_list(format, list);
    va_end(list);
    kprintf("\n");
    backtrace_print((uint64_t)__builtin_return_address(0) - 1,
                    ((uint64_t *)__builtin_frame_address(0))[-2]);
    panic_exit();
}
