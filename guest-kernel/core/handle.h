/* SPDX-License-Identifier: MIT */
/*
 * A process's handles: small numbers for objects, each with the rights it carries. Guarded by the
 * kernel lock. Functions answer a handle number or 0, or -errno.
 */
#ifndef CORE_HANDLE_H
#define CORE_HANDLE_H

#include "core/object.h"
#include "uapi/syscall.h"

struct handle {
    struct object *object; /* NULL: free */
    uint8_t rights;        /* RIGHT_... */
    uint8_t flags;         /* HANDLE_NONBLOCK */
    uint32_t badge;        /* an endpoint's receiver sees it; 0: not set */
};

struct handle_table {
    unsigned used;
    struct handle handles[MAX_HANDLES];
};

/* The lowest free number now stands for the object: -EMFILE when there is none. Takes a reference. */
int handle_add(struct handle_table *table, struct object *object, unsigned rights);

/* A copy of a handle, which may lie in another table; at a number that is free. */
int handle_copy(struct handle_table *table, const struct handle *handle);
void handle_copy_to(struct handle_table *table, unsigned number, const struct handle *handle);

/*
 * The handle if there is one with this number, of this type (NULL: any), with all these rights:
 * 0, -EBADF, -EINVAL for another type, -EACCES for a missing right.
 */
int handle_find(struct handle_table *table, int number, const struct object_type *type,
                unsigned rights, struct handle **found);

int handle_close(struct handle_table *table, int number);
void handle_close_all(struct handle_table *table);

/* Handles of all processes together. */
unsigned handle_count(void);

#endif
