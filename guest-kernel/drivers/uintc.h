/* SPDX-License-Identifier: MIT */
/*
 * The user-interrupt controller's registers. Every access is one 64-bit access and atomic against
 * all others, harts' `uipi` instructions included. Who may do what when is in ipc/uintr_switch.c.
 */
#ifndef DRIVERS_UINTC_H
#define DRIVERS_UINTC_H

#include <stdint.h>

/* LOW */
#define UINTC_ACTIVE         (1ul << 0)
#define UINTC_MODE_64        (1ul << 1)
#define UINTC_KN             (1ul << 2)
#define UINTC_HART_SHIFT     16
#define UINTC_HART_MASK      (0xfffful << UINTC_HART_SHIFT)
#define UINTC_THRESHOLD_MASK (0x3ful << 32)
#define UINTC_THRESHOLD(low) (((low)&UINTC_THRESHOLD_MASK) >> 32)
#define UINTC_TAG_SHIFT      48

#define UINTC_NO_DOORBELL    UINT64_MAX

/* Maps and checks the device; panics when it is not version 1. */
void uintc_init(void);
unsigned uintc_receivers(void);

uint64_t uintc_read_low(unsigned slot);
void uintc_write_low(unsigned slot, uint64_t low);

/* Pending vectors: take reads and clears them, put adds them back without any notification. */
uint64_t uintc_take_pending(unsigned slot);
void uintc_put_pending(unsigned slot, uint64_t vectors);

/* Posts a vector, whoever the slot's receiver is. */
void uintc_send(unsigned slot, unsigned vector);

/* The lowest slot whose doorbell rang, now taken back, or UINTC_NO_DOORBELL. */
uint64_t uintc_claim_doorbell(void);

#endif
