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
#include "uapi/link.h"
#include "uapi/syscall.h"

/* The head of the memory of each side. */
struct opened_words {
    struct peer_words words;
    uint64_t
        kind; /* what the link is used for: set when it is made, and each side believes its own */
};

struct opened;

struct opened_kind {
    uint64_t kind;                                              /* a number that is no other's */
    size_t size;                                                /* of what is kept of an end */
    int (*open)(struct opened *opened, int end, unsigned side); /* peer_open() and more; 0 or -1 */
    void (*settle)(struct opened *opened); /* what the last user, which may have died in the middle
                                              of something, has left; NULL: nothing to do */
};

/*
 * An end in use, by whichever of its handles; the first field of what pipes and queues keep of it. Its user's,
 * but for what says otherwise.
 */
struct opened {
    struct peer peer;
    unsigned flags; /* HANDLE_NONBLOCK, of the handle that is used now */
    uint64_t user;  /* the thread that is the party */
    /* Under the lock of lib/opened.c */
    const struct opened_kind *kind;
    uint64_t link;    /* its id */
    unsigned handles; /* of this process that have been used for it */
};

/* As link_create(); the memory of each side begins with a struct opened_words. */
int opened_create(int ends[2], size_t size0, size_t size1, unsigned flags,
                  const struct opened_kind *kind);

/* What is known of a handle: changed under the lock, and read by the thread that uses the handle. */
struct opened_entry {
    bool is_kernels;
    unsigned flags;
    struct opened *sides[LINK_SIDES]; /* NULL: not in use */
};

extern struct opened_entry opened_entries[MAX_HANDLES];

/* The calling thread's events_thread(), if it has used an end; 0: not yet. */
extern _Thread_local uint64_t opened_user;

/* opened_find() when it isn't as simple as that. */
struct opened *opened_find_first(int end, unsigned side, const struct opened_kind *kind);

/*
 * What a handle is for the calling thread, which becomes its party by this. NULL with errno 0: it is the
 * kernel's (or no handle, which the kernel says). NULL with errno: EACCES: it has not the right of this
 * side; EINVAL: it is used for something else; EBUSY; ENOMEM.
 */
static inline struct opened *opened_find(int end, unsigned side, const struct opened_kind *kind)
{
    if (__builtin_expect((unsigned)end < MAX_HANDLES, 1)) {
        struct opened_entry *entry = &opened_entries[end];
        struct opened *opened = entry->sides[side];

        if (__builtin_expect(opened && opened->user == opened_user && opened->kind == kind, 1)) {
            opened->flags = entry->flags;
            return opened;
        }
    }
    return opened_find_first(end, side, kind);
}

/* As handle_set_flags() and handle_close(), for handles of both kinds. */
int opened_set_flags(int end, unsigned flags);
int opened_close(int end);

#endif
