/* SPDX-License-Identifier: MIT */
/* System calls for a process's memory. */
#ifndef CORE_MEMORY_H
#define CORE_MEMORY_H

#include <stdint.h>

#include "core/syscall.h"

struct object;

/* All of a shared memory (ipc/shm.h) into the current process, where there is room: address or -ENOMEM. */
long memory_map_all(struct object *memory, uint64_t protection);

SYSCALL long memory_sys_map(uint64_t address, uint64_t size, uint64_t protection, uint64_t handle);
SYSCALL long memory_sys_unmap(uint64_t address, uint64_t size);

#endif
