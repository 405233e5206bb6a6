/* SPDX-License-Identifier: MIT */
/*
 * Copying and clearing by words. picolibc's memcpy() and memset() for this machine are built for
 * size and go byte by byte, which is most of the cost of a message or a new page.
 */
#ifndef CORE_COPY_H
#define CORE_COPY_H

#include <stddef.h>

/* As memmove(), and fast where both are aligned to 8 bytes and `to` doesn't lie within `from`. */
void copy_memory(void *to, const void *from, size_t size);

/* Aligned to 8 bytes, as is the size. */
void clear_memory(void *memory, size_t size);

#endif
