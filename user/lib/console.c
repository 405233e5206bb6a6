// SPDX-License-Identifier: MIT
#include "lib/console.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "lib/syscall.h"

#define CONTROL(letter) ((letter) - '@')
#define DELETE          0x7f
#define ESCAPE          0x1b

static void echo(int handle, const char *text)
{
    write(handle, text, strlen(text));
}

/* Takes the last character off the line: all bytes of it, if it is UTF-8. */
static size_t erase(int handle, const char *line, size_t length)
{
    if (length == 0) {
        return 0;
    }
    do {
        length--;
    } while (length > 0 && ((unsigned char)line[length] & 0xc0) == 0x80);
    echo(handle, "\b \b");
    return length;
}

/* Cursor keys and the like send ESC [ parameters letter: nothing that is edited here. */
static bool skip_escape(int handle)
{
    char c;

    if (handle_read(handle, &c, 1) != 1) {
        return false;
    }
    if (c != '[' && c != 'O') {
        return true;
    }
    do {
        if (handle_read(handle, &c, 1) != 1) {
            return false;
        }
    } while (c < '@');
    return true;
}

ssize_t console_read_line(int handle, char *line, size_t size)
{
    size_t length = 0;

    while (length < size) {
        char c;
        ssize_t result = handle_read(handle, &c, 1);

        if (result <= 0) {
            return result;
        }
        if (c == '\r' || c == '\n') {
            echo(handle, "\n");
            line[length++] = '\n';
            return (ssize_t)length;
        }
        if (c == CONTROL('D')) {
            return (ssize_t)length;
        }
        if (c == DELETE || c == '\b') {
            length = erase(handle, line, length);
        } else if (c == CONTROL('U')) {
            while (length > 0) {
                length = erase(handle, line, length);
            }
        } else if (c == ESCAPE) {
            if (!skip_escape(handle)) {
                return -1;
            }
        } else if ((unsigned char)c >= ' ' || c == '\t') {
            line[length++] = c;
            write(handle, &c, 1);
        }
    }
    return (ssize_t)length;
}
