/* SPDX-License-Identifier: MIT */
/* System calls for a process's memory. */
#ifndef CORE_MEMORY_H
#define CORE_MEMORY_H

#include <stdint.h>

#include "core/syscall.h"

SYSCALL long memory_sys_map(uint64_t address, uint64_t size, uint64_t protection, uint64_t handle);
SYSCALL long memory_sys_unmap(uint64_t address, uint64_t size);

#endif
