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

/* A receiver's registers. */
struct uintc_slot {
    volatile uint64_t send, low, high, active;
};

extern struct uintc_slot *uintc_slots; /* set once at boot */

/* Maps and checks the device; panics when it is not version 1. */
void uintc_init(void);
unsigned uintc_receivers(void);

/*
 * The registers are strongly ordered among themselves (docs/spec.md, 9); the fences order them against memory:
 * what a lock guards, what a sender wrote.
 */
static inline uint64_t uintc_read_low(struct uintc_slot *slot)
{
    uint64_t low = slot->low;

    __asm__ volatile("fence i, iorw" : : : "memory");
    return low;
}

static inline void uintc_write_low(struct uintc_slot *slot, uint64_t low)
{
    __asm__ volatile("fence iorw, o" : : : "memory");
    slot->low = low;
}

/* Pending vectors: take reads and clears them, put adds them back without any notification. */
static inline uint64_t uintc_take_pending(struct uintc_slot *slot)
{
    uint64_t pending = slot->high;

    __asm__ volatile("fence i, iorw" : : : "memory");
    return pending;
}

static inline void uintc_put_pending(struct uintc_slot *slot, uint64_t vectors)
{
    __asm__ volatile("fence iorw, o" : : : "memory");
    slot->high = vectors;
}

/* Posts a vector, whoever the slot's receiver is. */
static inline void uintc_send(struct uintc_slot *slot, unsigned vector)
{
    __asm__ volatile("fence iorw, o" : : : "memory");
    slot->send = vector;
}

/* The lowest slot whose doorbell rang, now taken back, or UINTC_NO_DOORBELL. */
uint64_t uintc_claim_doorbell(void);

#endif
