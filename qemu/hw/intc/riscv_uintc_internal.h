/*
 * RISC-V user-interrupt controller (UINTC): what its files share
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Specification: docs/specs/riscv-uintr.rst, "UINTC"
 */

#ifndef HW_RISCV_UINTC_INTERNAL_H
#define HW_RISCV_UINTC_INTERNAL_H

#include "hw/intc/riscv_uintc.h"
#include "hw/registerfields.h"
#include "target/riscv/uintr.h"

/* Registers of a receiver's slot */
REG64(SEND, 0x00)
REG64(LOW, 0x08)
    FIELD(LOW, ACTIVE, 0, 1)
    FIELD(LOW, MODE64, 1, 1)
    FIELD(LOW, KN, 2, 1)
    FIELD(LOW, HARTID, 16, 16)
    FIELD(LOW, THRESHOLD, 32, 6)
    FIELD(LOW, TAG, 48, 16)
REG64(HIGH, 0x10)
REG64(ACTIVE, 0x18)

/* The bits of LOW that exist; the others read 0 */
#define LOW_MASK (R_LOW_ACTIVE_MASK | R_LOW_MODE64_MASK | R_LOW_KN_MASK | \
                  R_LOW_HARTID_MASK | R_LOW_THRESHOLD_MASK | R_LOW_TAG_MASK)

static inline bool uintc_is_active(const RISCVUINTCReceiver *r)
{
    return FIELD_EX64(r->low, LOW, ACTIVE);
}

static inline unsigned uintc_vectors(const RISCVUINTCReceiver *r)
{
    return FIELD_EX64(r->low, LOW, MODE64) ? 64 : 32;
}

static inline bool uintc_has_bell(const RISCVUINTCState *s, uint32_t index)
{
    return qatomic_read(&s->bells[index / 64]) & BIT_ULL(index % 64);
}

/*
 * Delivery: riscv_uintc_delivery.c.  @index and @hart are in range.  The
 * caller holds the BQL, except where it says otherwise.
 */

/* What USIP of a hart is to be, from the state of the receiver it runs */
bool uintc_hart_level(RISCVUINTCState *s, int hart);
/* The hart's suirs or, after a reset, its receiver may have changed. */
void uintc_refresh_hart(RISCVUINTCState *s, int hart);

/*
 * Post a vector, with or without the BQL: a RISCV_UIPI_ result.  The receiver
 * must have this Tag, but for UINTC_ANY_TAG.
 */
#define UINTC_ANY_TAG (-1)
unsigned uintc_post(RISCVUINTCState *s, uint32_t index, int tag,
                    uint64_t vector);
uint64_t uintc_read_pending(RISCVUINTCState *s, uint32_t index);
void uintc_write_pending(RISCVUINTCState *s, uint32_t index, uint64_t vectors);
void uintc_write_low(RISCVUINTCState *s, uint32_t index, uint64_t val);
void uintc_set_active(RISCVUINTCState *s, uint32_t index, bool active);

/* The lowest receiver whose doorbell rang, all ones if there is none */
uint64_t uintc_claim_doorbell(RISCVUINTCState *s);

/* The same things for the uipi instruction */
extern const RISCVUINTCOps uintc_ops;

#endif /* HW_RISCV_UINTC_INTERNAL_H */
