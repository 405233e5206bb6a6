/* SPDX-License-Identifier: MIT */
/*
 * Pipes: bytes through a ring of one page. Reading from a pipe without writers gives 0, writing to
 * one without readers -EPIPE.
 *
 * A write of up to PIPE_ATOMIC bytes waits until all of it fits and is never mixed with others'. A
 * larger one waits for room at all, writes what fits and returns that length, even if it may wait:
 * a call that has had an effect never waits on. The user library's loop writes the rest.
 */
#ifndef IPC_PIPE_H
#define IPC_PIPE_H

#include <stdint.h>

#include "core/syscall.h"

#define PIPE_CAPACITY 4096
#define PIPE_ATOMIC   512

/* Stores the numbers of the end to read from and of the end to write to. */
SYSCALL long pipe_sys_create(uint64_t handles, uint64_t flags);

#endif
