/* SPDX-License-Identifier: MIT */
/* Receivers; for ipc/uintr_*.c only. */
#ifndef IPC_UINTR_RECEIVER_H
#define IPC_UINTR_RECEIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/list.h"
#include "core/thread.h"
#include "drivers/uintc.h"
#include "uapi/process.h"

/*
 * A thread's receiver. It has a slot of the device while its thread runs, and keeps it until another
 * receiver needs it. While the thread runs it may change `active`, `threshold` and `pending` in the slot's
 * registers, and only those are right.
 */
struct uintr_receiver {
    unsigned references;     /* its thread's, and one for each vector */
    struct thread *thread;   /* NULL: has unregistered or died */
    struct uintc_slot *slot; /* NULL: none at present */
    bool recent;             /* has run since find_slot() last came by */
    bool active;             /* whether it is to be Active when its thread runs */
    bool armed;              /* waiting for a post: KN is set, or there is no slot */
    uint64_t low;            /* LOW without hart, KN and Active: Tag, threshold, Mode */
    uint64_t pending;        /* while there is no slot */
    uint64_t vectors;        /* bit n: vector n has a handle */
    struct list parties;     /* vectors by which it is a link's party (ipc/link.h) */
};

extern struct uintr_stats uintr_stats;

/* A reference less; the last one frees it. */
void receiver_put(struct uintr_receiver *receiver);

/* Gives the receiver of the thread that is to run a slot, by taking another's. */
__attribute__((noinline)) void receiver_take_slot(struct uintr_receiver *receiver);

/* The receiver of a slot, NULL when the slot is free. */
struct uintr_receiver *receiver_of_slot(uint64_t slot);

static inline bool receiver_wants(const struct uintr_receiver *receiver, uint64_t pending)
{
    return pending >> UINTC_THRESHOLD(receiver->low);
}

/* What a sender table's entry has to say of a receiver with a slot: Tag and receiver index. */
uint64_t receiver_entry(const struct uintr_receiver *receiver);

/* A post has come, or was found, for a receiver that is armed: ends its thread's wait. */
void receiver_wake(struct uintr_receiver *receiver);

/* What its thread has made of LOW until now, when it stops running. */
static inline void receiver_remember(struct uintr_receiver *receiver, uint64_t low)
{
    receiver->active = low & UINTC_ACTIVE;
    receiver->low = low & ~(UINTC_HART_MASK | UINTC_KN | UINTC_ACTIVE);
}

/*
 * The current thread's receiver is about to wait: from here on a post wakes it. False: one is pending
 * already, the thread must not wait. The order of the device accesses is what the head of
 * ipc/uintr_switch.c argues about. The caller counts it (uintr_stats).
 */
static inline bool receiver_arm(struct uintr_receiver *receiver)
{
    struct uintc_slot *slot = receiver->slot;
    uint64_t low = uintc_read_low(slot), pending;

    uintc_write_low(slot, (low & ~UINTC_ACTIVE) | UINTC_KN);
    receiver_remember(receiver, low);
    pending = uintc_take_pending(slot);
    if (__builtin_expect(pending != 0, 0)) {
        uintc_put_pending(slot, pending);
        if (receiver_wants(receiver, pending)) {
            uintc_write_low(slot, low); /* Active again: the level raises USIP */
            return false;
        }
    }
    receiver->armed = true;
    return true;
}

/* ipc/uintr_sender.c: makes every entry that names a slot invalid, before its Tags come round. */
void senders_forget_slot(uint64_t slot);

#endif
