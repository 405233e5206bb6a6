/* SPDX-License-Identifier: MIT */
/* Starting programs and waiting for them, the usual way. The calls themselves are in
 * lib/syscall.h. */
#ifndef LIB_PROCESS_H
#define LIB_PROCESS_H

#include <stdint.h>

/* As priority: DEFAULT_PRIORITY, or the best one that the caller may give if that is worse. */
#define PROCESS_DEFAULT_PRIORITY UINT32_MAX

struct process_options {
    const int *handles; /* become the child's 0, 1, ...; -1: none at that place */
    unsigned handle_count;
    uint32_t priority; /* of its first thread, and the best that any may have */
    uint64_t harts;    /* bit h: its first thread may run on hart h; 0: on all */
};

/* The caller's handles 0, 1 and 2, the default priority, all harts. */
extern const struct process_options process_defaults;

/*
 * Starts a program of the initrd: arguments[0] is its name, NULL ends the list. options NULL: the
 * defaults. Returns a handle of the child, -1 with errno as process_spawn().
 */
int process_start(const char *const arguments[], const struct process_options *options);

/* Waits for a child's end, however often it is interrupted, and closes the handle. Returns the
 * status, see process_wait(); -1 with errno if the handle is no process. */
int process_finish(int process);

#endif
