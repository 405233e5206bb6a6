/* SPDX-License-Identifier: MIT */
/* Receivers; for ipc/uintr_*.c only. */
#ifndef IPC_UINTR_RECEIVER_H
#define IPC_UINTR_RECEIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/list.h"
#include "core/thread.h"
#include "uapi/process.h"

#define NO_SLOT (-1)

/*
 * A thread's receiver. It has a slot of the device while its thread runs, and keeps it until another
 * receiver needs it. `active`, `threshold` and `pending` are what the slot's registers hold otherwise;
 * the thread changes them there while it runs.
 */
struct uintr_receiver {
    unsigned references;   /* its thread's, and one for each vector */
    struct thread *thread; /* NULL: has unregistered or died */
    int slot;              /* or NO_SLOT */
    struct list node;      /* among those with a slot, the one that ran last at the end */
    bool active;        /* while the thread isn't running: whether it is to be Active when it is */
    bool armed;         /* waiting for a post: KN is set, or there is no slot */
    uint64_t threshold; /* while there is no slot: LOW's field, in place */
    uint64_t pending;   /* while there is no slot */
    uint64_t vectors;   /* bit n: vector n has a handle */
};

extern struct uintr_stats uintr_stats;

/* A reference less; the last one frees it. */
void receiver_put(struct uintr_receiver *receiver);

/* Gives the receiver of the thread that is to run a slot, by taking another's if need be. */
void receiver_take_slot(struct uintr_receiver *receiver);

/* The receiver of a slot, NULL when the slot is free. */
struct uintr_receiver *receiver_of_slot(uint64_t slot);

/* What a sender table's entry has to say of a receiver with a slot: Tag and receiver index. */
uint64_t receiver_entry(const struct uintr_receiver *receiver);

/* A post has come, or was found, for a receiver that is armed: ends its thread's wait. */
void receiver_wake(struct uintr_receiver *receiver);

/* ipc/uintr_sender.c: makes every entry that names a slot invalid, before its Tags come round. */
void senders_forget_slot(unsigned slot);

#endif
