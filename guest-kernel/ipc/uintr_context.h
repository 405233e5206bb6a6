/* SPDX-License-Identifier: MIT */
/* The part of struct thread that user interrupts need. See ipc/uintr_switch.c. */
#ifndef IPC_UINTR_CONTEXT_H
#define IPC_UINTR_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

struct uintr_receiver;

/* The U-level registers of a thread that has a receiver, while it isn't running. */
struct uintr_context {
    struct uintr_receiver *receiver; /* NULL: it has registered no handler */
    uint64_t uie, utvec, uscratch, uepc, ucause, utval;
    bool usip; /* the hart's USIP latch was set */
};

#endif
