// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/print.h"
#include "mock.h"
#include "unit.h"

char mock_message[256];

static jmp_buf landing;
static bool panic_expected;

void console_write(const char *text, size_t length)
{
    printf("%.*s", (int)length, text);
}

void kprintf(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    vsnprintf(mock_message, sizeof(mock_message), format, list);
    va_end(list);
    printf("%s", mock_message);
}

void panic(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    vsnprintf(mock_message, sizeof(mock_message), format, list);
    va_end(list);
    if (panic_expected) {
        longjmp(landing, 1);
    }
    FAIL("kernel panic: %s", mock_message);
}

void panic_exit(void)
{
    FAIL("kernel panic");
}

void check_panics(void (*function)(void *argument), void *argument, const char *text)
{
    panic_expected = true;
    if (!setjmp(landing)) {
        function(argument);
        FAIL("no panic \"%s\"", text);
    }
    panic_expected = false;
    if (!strstr(mock_message, text)) {
        FAIL("not the panic \"%s\" but \"%s\"", text, mock_message);
    }
}
