// SPDX-License-Identifier: MIT
/* stdout for picolibc's stdio: gathers a line and writes it in one piece. */
#include <stdio.h>

#include "lib/syscall.h"

static char line[256];
static size_t used;

static int flush_line(FILE *file)
{
    (void)file;
    write_console(line, used);
    used = 0;
    return 0;
}

static int put(char c, FILE *file)
{
    line[used++] = c;
    if (c == '\n' || used == sizeof(line)) {
        flush_line(file);
    }
    return (unsigned char)c;
}

static FILE console = FDEV_SETUP_STREAM(put, NULL, flush_line, _FDEV_SETUP_WRITE);

FILE *const stdout = &console;
