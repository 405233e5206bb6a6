/* SPDX-License-Identifier: MIT */
/*
 * Message queues with priorities, of the kernel or without it: the same calls, chosen by one flag when the
 * queue is made.
 *
 *     queue_open(ends, 16, 128, IPC_UINTR);    ends[0] to receive, ends[1] to send; 0: in the kernel
 *
 * Both ends are handles, to be passed on as any other. Messages come by priority, the highest first, and in
 * order within one; the rest is as in lib/syscall.h's queue_send() and queue_receive(). With IPC_UINTR it is
 * different in the same ways as a pipe (lib/pipe.h).
 */
#ifndef LIB_QUEUE_H
#define LIB_QUEUE_H

#include <stddef.h>
#include <sys/types.h>

#include "lib/link.h"

/*
 * At most so many messages (1 to 256) of at most so many bytes (1 to 4032) each. 0, or -1 with errno. Flags:
 * IPC_UINTR, HANDLE_NONBLOCK for both ends. One in the kernel needs a third free handle for the moment.
 */
int queue_open(int ends[2], unsigned messages, size_t size, unsigned flags);

/* Priority 0 to 31. Waits while the queue is full. */
int queue_put(int end, const void *message, size_t size, unsigned priority);

/* Returns the message's length; priority may be NULL. Waits while the queue is empty. */
ssize_t queue_take(int end, void *buffer, size_t size, unsigned *priority);

/* HANDLE_NONBLOCK or 0. */
int queue_set_flags(int end, unsigned flags);

/* Must be used instead of handle_close() for a handle that any of the above has seen. */
int queue_close(int end);

#endif
