/* SPDX-License-Identifier: MIT */
/* What a process has to send user interrupts: see ipc/uintr_sender.c. */
#ifndef IPC_UINTR_SENDER_H
#define IPC_UINTR_SENDER_H

#include <stdint.h>

#include "core/list.h"

struct uintr_vector;

/* In struct process: the hardware's table and, entry by entry, what the kernel knows of it. */
struct uintr_senders {
    uint64_t *table;               /* one page, read by uipi.send; NULL: none */
    struct uintr_vector **vectors; /* one page; NULL where the entry isn't valid */
    uint64_t suist;                /* register value while the process runs */
    struct list node;              /* all processes that have a table */
};

#endif
