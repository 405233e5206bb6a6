/* SPDX-License-Identifier: MIT */
/*
 * Shared memory: an object that has zeroed pages, which SYS_map maps into as many address spaces as
 * one likes. The object has one use of each page (core/page.h) and each mapping another one, so
 * mappings outlive the handles.
 */
#ifndef IPC_SHM_H
#define IPC_SHM_H

#include <stddef.h>
#include <stdint.h>

#include "core/syscall.h"

#include "core/object.h"

#define SHM_MAX_SIZE (4ul << 20)

extern const struct object_type shm_type;

/* Of an object of this type: its size in bytes, whole pages, and one of its pages. */
size_t shm_size(const struct object *object);
void *shm_page(const struct object *object, size_t index);

/* A new one with one reference: 0, -EINVAL for the size, -ENOMEM. 1..SHM_MAX_SIZE bytes, rounded up. */
int shm_new(uint64_t size, struct object **memory);

/* 1..SHM_MAX_SIZE bytes, rounded up to pages. */
SYSCALL long shm_sys_create(uint64_t size);

#endif
