/* SPDX-License-Identifier: MIT */
/* The initial RAM disk: a cpio archive in "newc" format, read where the loader put it. */
#ifndef CORE_INITRD_H
#define CORE_INITRD_H

#include <stddef.h>

/* The file's bytes and its size, NULL when there is no such file. */
const void *initrd_find(const char *name, size_t *size);

#endif
