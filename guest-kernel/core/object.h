/* SPDX-License-Identifier: MIT */
/*
 * What a handle stands for. An object lives as long as it has references: one for each handle, and
 * those that kernel structures hold. All of it is guarded by the kernel lock (core/lock.h).
 */
#ifndef CORE_OBJECT_H
#define CORE_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct object;
struct thread;

/*
 * What can be done with a kind of object. read and write get user addresses of the current process
 * and answer as a system call does (core/syscall.h); NULL: -EINVAL.
 */
struct object_type {
    const char *name;
    long (*read)(struct object *object, uint64_t buffer, size_t size, unsigned flags);
    long (*write)(struct object *object, uint64_t buffer, size_t size, unsigned flags);
    /* The last handle with RIGHT_READ or with RIGHT_WRITE has been closed; may be NULL. */
    void (*hung_up)(struct object *object);
    /* The last reference is gone: free it. */
    void (*destroy)(struct object *object);
};

struct object {
    const struct object_type *type;
    uint32_t references;
    uint32_t readers; /* handles with RIGHT_READ */
    uint32_t writers; /* handles with RIGHT_WRITE */
};

/* Sets up a new object with one reference, which the caller holds. */
void object_init(struct object *object, const struct object_type *type);

struct object *object_get(struct object *object);

/* Gives a reference back; NULL is allowed. */
void object_put(struct object *object);

/* How many objects there are. */
unsigned object_count(void);

#endif
