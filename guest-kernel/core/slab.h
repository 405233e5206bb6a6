/* SPDX-License-Identifier: MIT */
/*
 * Kernel memory for small objects: size classes up to half a page, each served from whole pages that
 * go back when their last object does; larger ones, up to a page, are a page. Guarded by the
 * kernel lock.
 */
#ifndef CORE_SLAB_H
#define CORE_SLAB_H

#include <stddef.h>

/* Zeroed memory, 16-byte aligned; NULL when memory is out or size is above a page. */
void *slab_alloc(size_t size);

/* Frees what slab_alloc(size) returned; NULL is allowed. */
void slab_free(void *memory, size_t size);

#endif
