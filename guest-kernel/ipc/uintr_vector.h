/* SPDX-License-Identifier: MIT */
/* One vector of one receiver, and posting it through the kernel; for ipc/uintr_*.c and ipc/link.c. */
#ifndef IPC_UINTR_VECTOR_H
#define IPC_UINTR_VECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/layout.h"
#include "core/list.h"
#include "core/object.h"
#include "ipc/uintr_sender.h"

struct link;
struct uintr_receiver;

#define MAX_VECTORS        64
#define TABLE_ENTRIES      (PAGE_SIZE / sizeof(uint64_t))

/* What uipi.send, SYS_uintr_send and receiver_post() answer, docs/spec.md, 4.4 */
#define SEND_POSTED_ACTIVE 0
#define SEND_REFUSED       1
#define SEND_POSTED        2

/* What a handle of SYS_uintr_create_fd stands for, or a link's party. */
struct uintr_vector {
    struct object object;
    struct uintr_receiver *receiver; /* a reference */
    uint8_t number;
    bool exclusive; /* nothing else stands for this vector of the receiver */
    bool revoked;   /* a link's party that has gone: every send is refused */
    /* A link's party */
    struct link *link;
    struct list node; /* among its receiver's */
    uint8_t gone;     /* the vector that says that the other party has gone */
};

/*
 * A vector of the current thread, with one reference: 0, -EINVAL for a thread that is no receiver, -ENOSPC
 * for no vector, -ENOMEM; -EBUSY for an exclusive one that there is already.
 */
int vector_create(uint64_t number, bool exclusive, struct uintr_vector **created);

/*
 * The lowest free entry of the current process's table is the vector's now, with a reference to it. Its
 * index; -EISCONN if it has an entry, which *index tells, too; -ENOSPC, -ENOMEM.
 */
long vector_connect(struct uintr_vector *vector, unsigned *index);

/* No sender, whoever it is, reaches its receiver by it any more. */
void vector_revoke(struct uintr_vector *vector);

/* Posts a vector, and wakes the receiver if that waits. SEND_... */
uint64_t receiver_post(struct uintr_receiver *receiver, unsigned vector);

/* What a table's entry means, NULL: nothing. */
static inline struct uintr_vector *vector_at(const struct uintr_senders *senders, uint64_t index)
{
    return index < TABLE_ENTRIES && senders->table ? senders->vectors[index] : NULL;
}

#endif
