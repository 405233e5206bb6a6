/* SPDX-License-Identifier: MIT */
/*
 * What picolibc expects of a system, over handles. lib/posix.c also defines, with the prototypes
 * of <unistd.h> and <signal.h>: read() (handle_read() that goes on after EINTR), write()
 * (everything, or an error), close(), isatty(), lseek() (ESPIPE: nothing can), _exit(), raise()
 * (ends the process as the signal would).
 */
#ifndef LIB_POSIX_H
#define LIB_POSIX_H

#include <stdbool.h>

/*
 * Whether a handle is the console, whose input comes as typed: without echo, without lines. It
 * is the only object that can be read and written and takes any length, 0 included.
 */
bool handle_is_console(int handle);

#endif
