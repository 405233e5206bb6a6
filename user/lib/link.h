/* SPDX-License-Identifier: MIT */
/*
 * Links, bare: shared memory of two sides, and who is interrupted on each. lib/channel.h, lib/pipe.h,
 * lib/queue.h and lib/signals.h are made of them. docs/syscalls.md has the calls in full. -1 and errno on
 * an error.
 */
#ifndef LIB_LINK_H
#define LIB_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "uapi/link.h"

/* ends[0] is a handle of side 0, ends[1] of side 1; the bytes of memory that each side writes. */
int link_create(int ends[LINK_SIDES], size_t size0, size_t size1);

/* Maps what a side writes: for writing by handles of that side, for reading by the others'. NULL: errno. */
void *link_map(int end, unsigned side);

/*
 * From now on the calling thread, a receiver, gets `vector` from the other side, and `gone` when that
 * goes. LINK_DETACH instead of a vector: no more. EBUSY: another thread does.
 */
int link_attach(int end, unsigned side, uint64_t vector, uint64_t gone);

/* pipe_open(), queue_open(): on user interrupts and not in the kernel. */
#define IPC_UINTR 256

/*
 * Whether the calling thread is lazy: another thread that sleeps is told of what this one does to pipes and
 * queues with IPC_UINTR only when this one waits for one of them itself or is told EAGAIN, calls ipc_flush() or
 * ends. The other one then gets the hart directly: request and answer of two that only wait for each
 * other cost half to two thirds. Threads are not lazy to begin with: one that is must not do anything else
 * for long.
 */
void ipc_set_lazy(bool lazy);
void ipc_flush(void);

/* An index for uipi_send() to the party of `side`. EAGAIN: nobody has attached; EPIPE: nobody can. */
int link_connect(int end, unsigned side);

int link_info(int end, struct link_info *info);

#endif
