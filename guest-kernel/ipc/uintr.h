/* SPDX-License-Identifier: MIT */
/*
 * User interrupts of processes. The system calls (uintr.c) act on the current thread and return a
 * value or -errno; the rest (uintr_switch.c) is for the scheduler and the doorbell's interrupt.
 */
#ifndef IPC_UINTR_H
#define IPC_UINTR_H

#include <stdint.h>

#include "core/thread.h"

struct uintr_stats;

/* Takes the device's slots into use; boot hart, before any process exists. */
void uintr_init(void);

int uintr_register_handler(uint64_t handler, unsigned flags);
int uintr_unregister_handler(unsigned flags);
int uintr_create_fd(uint64_t vector, unsigned flags);
int uintr_register_sender(int handle, unsigned flags);
int uintr_unregister_sender(int index, unsigned flags);
int uintr_wait(unsigned flags);

/* Ends all sending and receiving of the current thread, for good. */
void uintr_exit(struct thread *thread);

/* Around every switch, on the thread's own hart with interrupts off. */
void uintr_switch_out(struct thread *thread);
void uintr_switch_in(struct thread *thread);

/* Serves the UINTC's interrupt: wakes the receivers whose doorbell rang. */
void uintr_doorbell(void);

void uintr_read_stats(struct uintr_stats *stats);

#endif
