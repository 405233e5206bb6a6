/* SPDX-License-Identifier: MIT */
/*
 * What the library knows of a process's handles for pipes and queues: whether the kernel moves their data or
 * the library does. For lib/pipe.c and lib/queue.c.
 */
#ifndef LIB_OPENED_H
#define LIB_OPENED_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/peer.h"

/* A link's handle in use; the first field of what pipes and queues keep of it. */
struct opened {
    struct peer peer;
    void *user;     /* tp of the thread that is the party; NULL: none yet */
    unsigned flags; /* HANDLE_NONBLOCK */
};

/* How a handle's link is used. */
struct opened_kind {
    size_t size;                                                /* of the structure */
    int (*open)(struct opened *opened, int end, unsigned side); /* peer_open() and more; 0 or -1 */
};

/*
 * What a handle is for the calling thread, which becomes its party by this. NULL with errno 0: it is the
 * kernel's (or no handle, which the kernel says). NULL with errno: EACCES: it has not the right of this
 * side; EBUSY; ENOMEM.
 */
struct opened *opened_find(int end, unsigned side, const struct opened_kind *kind);

/* Sets a flag that lies with the library: false: it lies with the kernel. */
bool opened_set_flags(int end, unsigned flags);

/* Closes the handle and forgets it. As handle_close(). */
int opened_close(int end);

#endif
