/* SPDX-License-Identifier: MIT */
/* The initial RAM disk: a cpio archive in "newc" format, read where the loader put it. */
#ifndef CORE_INITRD_H
#define CORE_INITRD_H

#include <stdbool.h>
#include <stddef.h>

struct initrd_file {
    const char *name;
    const void *contents;
    size_t size;
};

/* File number `index` in the archive's order: false past the last. */
bool initrd_file(unsigned index, struct initrd_file *file);

/* The file's bytes and its size, NULL when there is no such file. */
const void *initrd_find(const char *name, size_t *size);

#endif
