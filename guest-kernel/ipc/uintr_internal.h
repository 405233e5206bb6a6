/* SPDX-License-Identifier: MIT */
/* Shared by uintr.c and uintr_switch.c only. */
#ifndef IPC_UINTR_INTERNAL_H
#define IPC_UINTR_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/spinlock.h"
#include "core/thread.h"

#define MAX_RECEIVERS 32

/*
 * One per UINTC slot; its index is the slot's. The slot's LOW register is written by the hart the
 * receiver's thread lives on and by nobody else, so reading and writing it back is safe there.
 */
struct uintr_receiver {
    struct thread *thread; /* NULL: free; uintr_lock */
    uint16_t tag;          /* the slot's Tag; uintr_lock. Only ever grows: see release_receiver() */
    bool waiting;          /* asleep in uintr_wait; uintr_lock */
    uint64_t vectors;      /* those with a handle; the receiver's thread only */
};

/* Guards receivers[] and makes blocking and the claiming of doorbells exclude each other. */
extern struct spinlock uintr_lock;
extern struct uintr_receiver receivers[MAX_RECEIVERS];

static inline unsigned receiver_slot(const struct uintr_receiver *receiver)
{
    return (unsigned)(receiver - receivers);
}

/* Loads the hart's receiver registers for its current thread. */
void uintr_activate(struct thread *thread);

/* Takes the hart's receiver registers away from its current thread. */
void uintr_deactivate(struct thread *thread);

#endif
