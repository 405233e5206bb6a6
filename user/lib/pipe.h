/* SPDX-License-Identifier: MIT */
/*
 * Pipes, of the kernel or without it: the same calls, chosen by one flag when the pipe is made.
 *
 *     pipe_open(ends, IPC_UINTR);      ends[0] to read, ends[1] to write; 0 instead: a kernel pipe
 *
 * Both ends are handles, to be passed to children and by messages as any other. Whoever has one just uses
 * it. 4096 bytes fit; a write of up to 512 is all or nothing, a larger one writes what fits and
 * returns that. Waiting, EAGAIN, EINTR, the end (0) and EPIPE are as in lib/syscall.h's handle_read() and
 * handle_write().
 *
 * What is different with IPC_UINTR:
 *
 *   - An end is used by one thread at a time. Another one, of whatever process, gets EBUSY until that has closed
 *     its handles of this end, or has ended.
 *   - Its handle must not be closed by a thread while another one is in a call with it.
 *   - The thread becomes a receiver (lib/events.h), and must stay one while it uses the end. Not for handlers of
 *     signals and user interrupts.
 *   - SIGNAL_RESTART repeats nothing: EINTR.
 *   - read(), write(), close() and stdio don't know it.
 *   - Threads that do nothing but wait for each other should be lazy (ipc_set_lazy(), lib/link.h).
 *   - A wild buffer is a fault, not EFAULT. With nothing to copy neither kind looks at it.
 *   - EPROTO: the other side has written nonsense into its memory.
 */
#ifndef LIB_PIPE_H
#define LIB_PIPE_H

#include <stddef.h>
#include <sys/types.h>

#include "lib/link.h"

/* 0, or -1 with errno: EINVAL for an unknown flag. Flags: IPC_UINTR, HANDLE_NONBLOCK for both ends. */
int pipe_open(int ends[2], unsigned flags);

ssize_t pipe_read(int end, void *buffer, size_t size);
ssize_t pipe_write(int end, const void *buffer, size_t size);

/* HANDLE_NONBLOCK or 0. */
int pipe_set_flags(int end, unsigned flags);

/* Must be used instead of handle_close() for a handle that any of the above has seen. */
int pipe_close(int end);

#endif
