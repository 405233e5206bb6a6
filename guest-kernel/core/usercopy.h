/* SPDX-License-Identifier: MIT */
/*
 * Copies between the kernel and the current process. Every page is looked up in the process's table
 * and must be a user page with the right permission; the kernel then uses its own mapping, so no
 * user address is ever dereferenced. 0 or -EFAULT, then an unknown part may have been copied.
 */
#ifndef CORE_USERCOPY_H
#define CORE_USERCOPY_H

#include <stddef.h>
#include <stdint.h>

int copy_from_user(void *to, uint64_t from, size_t size);
int copy_to_user(uint64_t to, const void *from, size_t size);

/* A zero-terminated string of less than `size` bytes; -ENAMETOOLONG when it is longer. */
int copy_string_from_user(char *to, uint64_t from, size_t size);

#endif
