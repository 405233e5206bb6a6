/* SPDX-License-Identifier: MIT */
/*
 * Event counters, as Linux's eventfd: a write adds a 64-bit number, a read takes all (with
 * EVENTFD_SEMAPHORE 1) and waits while the counter is 0. The counter holds at most UINT64_MAX - 1;
 * a write that would exceed it waits. A wait that no handle is left to end is -EPIPE.
 */
#ifndef IPC_EVENTFD_H
#define IPC_EVENTFD_H

#include <stdint.h>

#include "core/syscall.h"

/* Flags: HANDLE_NONBLOCK, EVENTFD_SEMAPHORE. */
SYSCALL long eventfd_sys_create(uint64_t value, uint64_t flags);

#endif
