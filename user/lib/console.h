/* SPDX-License-Identifier: MIT */
/* Lines from the console, which gives each byte as it is typed. */
#ifndef LIB_CONSOLE_H
#define LIB_CONSOLE_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Reads a line, which the user can edit: backspace, ^U erases it, ^D ends it (twice, or at its
 * start: the end of the input). Echoes to the same handle. Returns its length with the final
 * '\n', which an ended or full one lacks; 0: the end; -1 with errno, EINTR after a signal
 * handler ran: the line is given up. A prompt that is to be seen has been flushed before.
 */
ssize_t console_read_line(int handle, char *line, size_t size);

#endif
