/* SPDX-License-Identifier: MIT */
/*
 * Copies between the kernel and a process. Every page is looked up in the process's table and must
 * be a user page with the right permission; the kernel then uses its own mapping, so no user
 * address is ever dereferenced. 0 or -EFAULT, then an unknown part may have been copied.
 */
#ifndef CORE_USERCOPY_H
#define CORE_USERCOPY_H

#include <stddef.h>
#include <stdint.h>

struct process;

/* The current process. */
int copy_from_user(void *to, uint64_t from, size_t size);
int copy_to_user(uint64_t to, const void *from, size_t size);

/* From one process's memory to another's. */
enum copy_outcome { COPY_DONE, COPY_BAD_SOURCE, COPY_BAD_TARGET };

enum copy_outcome copy_between(struct process *to_process, uint64_t to,
                               struct process *from_process, uint64_t from, size_t size);

/*
 * A zero-terminated string of less than `size` bytes: its length, -ENAMETOOLONG when it is longer,
 * -EFAULT.
 */
long copy_string_from_user(char *to, uint64_t from, size_t size);

#endif
