/*
 * RISC-V user-interrupt controller (UINTC): delivery
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Specification: docs/specs/riscv-uintr.rst, "UINTC"
 *
 * A hart that runs receiver i (suirs) sees mip.USIP at the level
 *
 *     UIRS[i].Active && UIRS[i].hartid is this hart && pending >> threshold
 *
 * and a post to an active receiver also strobes the latch of USIP.  A post
 * to one that isn't active leaves the vector pending and, if the kernel asked
 * for it (KN), rings the receiver's doorbell.
 */

#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/log.h"
#include "hw/irq.h"
#include "riscv_uintc_internal.h"
#include "trace.h"

/* The pending vectors at or above the threshold */
static uint64_t uintc_deliverable(const RISCVUINTCReceiver *r)
{
    unsigned threshold = FIELD_EX64(r->low, LOW, THRESHOLD);

    return r->pending >> threshold << threshold;
}

/* The number of the hart in our arrays, or -1 if it is none of ours. */
static int uintc_hart(RISCVUINTCState *s, uint64_t hartid)
{
    uint64_t hart = hartid - s->hartid_base;

    return hart < s->num_harts ? hart : -1;
}

bool uintc_hart_level(RISCVUINTCState *s, int hart)
{
    RISCVUINTCReceiver *r;

    if (s->selected[hart] < 0 || s->selected[hart] >= s->num_receivers) {
        return false;
    }
    r = &s->receivers[s->selected[hart]];

    return uintc_is_active(r) && uintc_deliverable(r) &&
           uintc_hart(s, FIELD_EX64(r->low, LOW, HARTID)) == hart;
}

void uintc_update_hart(RISCVUINTCState *s, int hart)
{
    bool level;

    if (hart < 0) {
        return;
    }
    level = uintc_hart_level(s, hart);
    if (level != s->level[hart]) {
        s->level[hart] = level;
        trace_riscv_uintc_deliver(s->hartid_base + hart, s->selected[hart],
                                  level);
        qemu_set_irq(s->usip[hart], level);
    }
}

/* A receiver's state changed: its hart is the only one that can see it. */
static void uintc_update(RISCVUINTCState *s, RISCVUINTCReceiver *r)
{
    uintc_update_hart(s, uintc_hart(s, FIELD_EX64(r->low, LOW, HARTID)));
}

/* Doorbells */

static void uintc_ring(RISCVUINTCState *s, uint32_t index)
{
    if (!uintc_has_bell(s, index)) {
        s->bells[index / 64] |= BIT_ULL(index % 64);
        s->num_bells++;
        trace_riscv_uintc_doorbell(index, s->num_bells);
        qemu_set_irq(s->doorbell, 1);
    }
}

uint64_t uintc_claim_doorbell(RISCVUINTCState *s)
{
    uint64_t index;
    uint32_t word;

    for (word = 0; word < s->num_bell_words; word++) {
        if (s->bells[word]) {
            index = word * 64 + ctz64(s->bells[word]);
            s->bells[word] &= s->bells[word] - 1;
            s->num_bells--;
            trace_riscv_uintc_claim_doorbell(index, s->num_bells);
            qemu_set_irq(s->doorbell, s->num_bells != 0);
            return index;
        }
    }

    return UINT64_MAX;
}

/* What registers and the uipi instruction have in common */

unsigned uintc_post(RISCVUINTCState *s, uint32_t index, uint64_t vector)
{
    RISCVUINTCReceiver *r = &s->receivers[index];
    unsigned result = RISCV_UIPI_POSTED;
    int hart;

    if (vector >= uintc_vectors(r)) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "riscv_uintc: receiver %u has no vector %" PRIu64 "\n",
                      index, vector);
        return RISCV_UIPI_NOT_POSTED;
    }

    r->pending |= BIT_ULL(vector);
    if (uintc_is_active(r)) {
        hart = uintc_hart(s, FIELD_EX64(r->low, LOW, HARTID));
        uintc_update_hart(s, hart);
        if (hart >= 0 && vector >= FIELD_EX64(r->low, LOW, THRESHOLD)) {
            qemu_irq_raise(s->post[hart]);
        }
    } else {
        result = RISCV_UIPI_INACTIVE;
        if (FIELD_EX64(r->low, LOW, KN)) {
            uintc_ring(s, index);
        }
    }
    trace_riscv_uintc_post(index, vector, result);

    return result;
}

uint64_t uintc_read_pending(RISCVUINTCState *s, uint32_t index)
{
    RISCVUINTCReceiver *r = &s->receivers[index];
    uint64_t pending = r->pending;

    r->pending = 0;
    uintc_update(s, r);

    return pending;
}

void uintc_write_pending(RISCVUINTCState *s, uint32_t index, uint64_t vectors)
{
    RISCVUINTCReceiver *r = &s->receivers[index];

    r->pending |= vectors & MAKE_64BIT_MASK(0, uintc_vectors(r));
    uintc_update(s, r);
}

void uintc_write_low(RISCVUINTCState *s, uint32_t index, uint64_t val)
{
    RISCVUINTCReceiver *r = &s->receivers[index];
    int old_hart = uintc_hart(s, FIELD_EX64(r->low, LOW, HARTID));

    r->low = val & LOW_MASK;
    uintc_update_hart(s, old_hart);
    uintc_update(s, r);
}

void uintc_set_active(RISCVUINTCState *s, uint32_t index, bool active)
{
    RISCVUINTCReceiver *r = &s->receivers[index];

    r->low = FIELD_DP64(r->low, LOW, ACTIVE, active);
    uintc_update(s, r);
}

/* The uipi instruction */

static RISCVUINTCReceiver *uintc_find(void *opaque, uint16_t index)
{
    RISCVUINTCState *s = opaque;

    return index < s->num_receivers ? &s->receivers[index] : NULL;
}

static unsigned uintc_op_send(void *opaque, uint16_t index, uint16_t tag,
                              uint16_t vector)
{
    RISCVUINTCReceiver *r = uintc_find(opaque, index);

    if (!r || FIELD_EX64(r->low, LOW, TAG) != tag) {
        return RISCV_UIPI_NOT_POSTED;
    }

    return uintc_post(opaque, index, vector);
}

static uint64_t uintc_op_read(void *opaque, uint16_t index)
{
    return uintc_find(opaque, index) ? uintc_read_pending(opaque, index) : 0;
}

static void uintc_op_write(void *opaque, uint16_t index, uint64_t vectors)
{
    if (uintc_find(opaque, index)) {
        uintc_write_pending(opaque, index, vectors);
    }
}

static void uintc_op_set_active(void *opaque, uint16_t index, bool active)
{
    if (uintc_find(opaque, index)) {
        uintc_set_active(opaque, index, active);
    }
}

static int64_t uintc_op_claim(void *opaque, uint16_t index)
{
    RISCVUINTCReceiver *r = uintc_find(opaque, index);
    int vector;

    if (!r || !uintc_deliverable(r)) {
        return -1;
    }
    vector = 63 - clz64(uintc_deliverable(r));
    r->pending &= ~BIT_ULL(vector);
    uintc_update(opaque, r);

    return vector;
}

static uint64_t uintc_op_set_threshold(void *opaque, uint16_t index,
                                       uint64_t threshold)
{
    RISCVUINTCReceiver *r = uintc_find(opaque, index);
    uint64_t old;

    if (!r) {
        return 0;
    }
    old = FIELD_EX64(r->low, LOW, THRESHOLD);
    r->low = FIELD_DP64(r->low, LOW, THRESHOLD, threshold & 0x3f);
    uintc_update(opaque, r);

    return old;
}

static void uintc_op_select(void *opaque, uint64_t hartid, int receiver)
{
    RISCVUINTCState *s = opaque;
    int hart = uintc_hart(s, hartid);

    s->selected[hart] = receiver;
    uintc_update_hart(s, hart);
}

const RISCVUINTCOps uintc_ops = {
    .send = uintc_op_send,
    .read = uintc_op_read,
    .write = uintc_op_write,
    .set_active = uintc_op_set_active,
    .claim = uintc_op_claim,
    .set_threshold = uintc_op_set_threshold,
    .select = uintc_op_select,
};
