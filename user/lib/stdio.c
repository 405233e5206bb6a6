// SPDX-License-Identifier: MIT
/*
 * stdin, stdout and stderr for picolibc, over handles 0, 1 and 2.
 *
 * Output is gathered line by line, and a line is written in one piece. Each thread gathers its
 * own, so that needs no lock, and lines of threads and processes do not get mixed. An unfinished
 * one is written by fflush(), by reading from stdin, and when its thread or, in the thread that
 * calls exit(), the program ends.
 *
 * Input is shared by the threads of a program; only one of them should read.
 */
#include <stdio.h>
#include <unistd.h>

#include "lib/console.h"
#include "lib/posix.h"

#define LINE_SIZE  256
#define INPUT_SIZE 512

struct line {
    size_t used;
    char text[LINE_SIZE];
};

static _Thread_local struct line lines[2]; /* of handles 1 and 2 */

static int put(char c, FILE *file);
static int flush(FILE *file);
static int get(FILE *file);

static FILE files[3] = {
    FDEV_SETUP_STREAM(NULL, get, NULL, _FDEV_SETUP_READ),
    FDEV_SETUP_STREAM(put, NULL, flush, _FDEV_SETUP_WRITE),
    FDEV_SETUP_STREAM(put, NULL, flush, _FDEV_SETUP_WRITE),
};

FILE *const stdin = &files[0];
FILE *const stdout = &files[1];
FILE *const stderr = &files[2];

static int flush(FILE *file)
{
    int handle = (int)(file - files);
    struct line *line = &lines[handle - 1];
    size_t used = line->used;

    line->used = 0;
    if (used > 0 && write(handle, line->text, used) != (ssize_t)used) {
        file->flags |= __SERR;
        return EOF;
    }
    return 0;
}

static int put(char c, FILE *file)
{
    struct line *line = &lines[file - files - 1];

    line->text[line->used++] = c;
    if ((c == '\n' || line->used == LINE_SIZE) && flush(file) != 0) {
        return EOF;
    }
    return (unsigned char)c;
}

static int get(FILE *file)
{
    static char input[INPUT_SIZE];
    static ssize_t size, next;

    (void)file;
    if (next == size) {
        fflush(stdout);
        next = 0;
        size = handle_is_console(0) ? console_read_line(0, input, sizeof(input))
                                    : read(0, input, sizeof(input));
        if (size <= 0) {
            int result = size == 0 ? _FDEV_EOF : _FDEV_ERR;

            size = 0;
            return result;
        }
    }
    return (unsigned char)input[next++];
}

static __attribute__((destructor)) void flush_at_exit(void)
{
    fflush(stdout);
    fflush(stderr);
}
