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
#include "qemu/atomic.h"
#include "qemu/bitops.h"
#include "qemu/lockable.h"
#include "qemu/log.h"
#include "qemu/main-loop.h"
#include "hw/irq.h"
#include "riscv_uintc_internal.h"
#include "trace.h"

/* The receiver with this number, or NULL if there is none */
static RISCVUINTCReceiver *uintc_find(RISCVUINTCState *s, int64_t index)
{
    return index >= 0 && index < s->num_receivers ? &s->receivers[index] : NULL;
}

/* The pending vectors at or above the threshold */
static uint64_t uintc_deliverable(const RISCVUINTCReceiver *r)
{
    unsigned threshold = FIELD_EX64(r->low, LOW, THRESHOLD);

    return r->pending >> threshold << threshold;
}

/* The number in our arrays of the receiver's hart, or -1 if it is not ours */
static int uintc_hart(RISCVUINTCState *s, const RISCVUINTCReceiver *r)
{
    uint64_t hart = FIELD_EX64(r->low, LOW, HARTID) - (uint64_t)s->hartid_base;

    return hart < s->num_harts ? hart : -1;
}

bool uintc_hart_level(RISCVUINTCState *s, int hart)
{
    RISCVUINTCReceiver *r = uintc_find(s, s->selected[hart]);

    return r && uintc_is_active(r) && uintc_deliverable(r) &&
           uintc_hart(s, r) == hart;
}

/* The caller holds the lock of the receiver that the hart selects. */
static void uintc_update_hart(RISCVUINTCState *s, int hart)
{
    bool level = uintc_hart_level(s, hart);

    if (level != s->level[hart]) {
        s->level[hart] = level;
        trace_riscv_uintc_deliver(s->hartid_base + hart, s->selected[hart],
                                  level);
        qemu_set_irq(s->usip[hart], level);
    }
}

void uintc_refresh_hart(RISCVUINTCState *s, int hart)
{
    RISCVUINTCReceiver *r = uintc_find(s, s->selected[hart]);

    if (r) {
        qemu_spin_lock(&r->lock);
    }
    uintc_update_hart(s, hart);
    if (r) {
        qemu_spin_unlock(&r->lock);
    }
}

/* A receiver's state changed: @hart, -1 for none, sees that if it runs it */
static void uintc_tell_hart(RISCVUINTCState *s, const RISCVUINTCReceiver *r,
                            int hart)
{
    if (hart >= 0 && uintc_find(s, s->selected[hart]) == r) {
        uintc_update_hart(s, hart);
    }
}

static void uintc_update(RISCVUINTCState *s, const RISCVUINTCReceiver *r)
{
    uintc_tell_hart(s, r, uintc_hart(s, r));
}

/* Doorbells */

static void uintc_ring(RISCVUINTCState *s, uint32_t index)
{
    uint32_t word = index / 64;

    if (!uintc_has_bell(s, index)) {
        qatomic_set(&s->bells[word], s->bells[word] | BIT_ULL(index % 64));
        s->belled[word / 64] |= BIT_ULL(word % 64);
        s->num_bells++;
        trace_riscv_uintc_doorbell(index, s->num_bells);
        qemu_set_irq(s->doorbell, 1);
    }
}

uint64_t uintc_claim_doorbell(RISCVUINTCState *s)
{
    uint64_t index, bells;
    uint32_t group, word;

    for (group = 0; group < ARRAY_SIZE(s->belled); group++) {
        if (s->belled[group]) {
            word = group * 64 + ctz64(s->belled[group]);
            index = word * 64 + ctz64(s->bells[word]);
            bells = s->bells[word] & (s->bells[word] - 1);
            qatomic_set(&s->bells[word], bells);
            if (!bells) {
                s->belled[group] &= ~BIT_ULL(word % 64);
            }
            s->num_bells--;
            trace_riscv_uintc_claim_doorbell(index, s->num_bells);
            qemu_set_irq(s->doorbell, s->num_bells != 0);
            return index;
        }
    }

    return UINT64_MAX;
}

/* Posts */

/* What a try may give besides a RISCV_UIPI_ result; nothing has changed then */
enum {
    NEEDS_BQL = -1,
    NO_SUCH_VECTOR = -2,
};

/*
 * With the receiver's lock held.  The BQL is needed if more than the pending
 * vectors changes.  Else this lock makes the post one step: nobody can look
 * at the receiver, its hart's line follows from it as ever, and the latch or
 * the bell is found as the post leaves it.
 */
static int uintc_try_post(RISCVUINTCState *s, uint32_t index, int tag,
                          uint64_t vector, bool bql)
{
    RISCVUINTCReceiver *r = &s->receivers[index];
    int hart = uintc_hart(s, r);
    bool tell;

    if (tag != UINTC_ANY_TAG && tag != FIELD_EX64(r->low, LOW, TAG)) {
        return RISCV_UIPI_NOT_POSTED;
    }
    if (vector >= uintc_vectors(r)) {
        return NO_SUCH_VECTOR;
    }

    if (!uintc_is_active(r)) {
        tell = FIELD_EX64(r->low, LOW, KN) && !uintc_has_bell(s, index);
        if (tell && !bql) {
            return NEEDS_BQL;
        }
        r->pending |= BIT_ULL(vector);
        if (tell) {
            uintc_ring(s, index);
        }
        return RISCV_UIPI_INACTIVE;
    }

    tell = hart >= 0 && vector >= FIELD_EX64(r->low, LOW, THRESHOLD) &&
           (!uintc_deliverable(r) || !riscv_uintr_latched(s->harts[hart]));
    if (tell && !bql) {
        return NEEDS_BQL;
    }
    r->pending |= BIT_ULL(vector);
    if (tell) {
        uintc_update(s, r);
        qemu_irq_raise(s->post[hart]);
    }
    return RISCV_UIPI_POSTED;
}

unsigned uintc_post(RISCVUINTCState *s, uint32_t index, int tag,
                    uint64_t vector)
{
    RISCVUINTCReceiver *r = &s->receivers[index];
    int result;

    qemu_spin_lock(&r->lock);
    result = uintc_try_post(s, index, tag, vector, bql_locked());
    qemu_spin_unlock(&r->lock);

    if (result == NEEDS_BQL) {
        /* The BQL comes first, and the receiver may change meanwhile */
        BQL_LOCK_GUARD();
        qemu_spin_lock(&r->lock);
        result = uintc_try_post(s, index, tag, vector, true);
        qemu_spin_unlock(&r->lock);
    }

    if (result == NO_SUCH_VECTOR) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "riscv_uintc: receiver %u has no vector %" PRIu64 "\n",
                      index, vector);
        result = RISCV_UIPI_NOT_POSTED;
    }
    if (result != RISCV_UIPI_NOT_POSTED) {
        trace_riscv_uintc_post(index, vector, result);
    }

    return result;
}

/* What else registers and the uipi instruction have in common */

uint64_t uintc_read_pending(RISCVUINTCState *s, uint32_t index)
{
    RISCVUINTCReceiver *r = &s->receivers[index];
    uint64_t pending;

    QEMU_LOCK_GUARD(&r->lock);
    pending = r->pending;
    r->pending = 0;
    uintc_update(s, r);

    return pending;
}

void uintc_write_pending(RISCVUINTCState *s, uint32_t index, uint64_t vectors)
{
    RISCVUINTCReceiver *r = &s->receivers[index];

    QEMU_LOCK_GUARD(&r->lock);
    r->pending |= vectors & MAKE_64BIT_MASK(0, uintc_vectors(r));
    uintc_update(s, r);
}

void uintc_write_low(RISCVUINTCState *s, uint32_t index, uint64_t val)
{
    RISCVUINTCReceiver *r = &s->receivers[index];
    int old_hart = uintc_hart(s, r);

    QEMU_LOCK_GUARD(&r->lock);
    r->low = val & LOW_MASK;
    uintc_tell_hart(s, r, old_hart);
    uintc_update(s, r);
}

void uintc_set_active(RISCVUINTCState *s, uint32_t index, bool active)
{
    RISCVUINTCReceiver *r = &s->receivers[index];

    QEMU_LOCK_GUARD(&r->lock);
    r->low = FIELD_DP64(r->low, LOW, ACTIVE, active);
    uintc_update(s, r);
}

/* The uipi instruction */

static unsigned uintc_op_send(void *opaque, uint16_t index, uint16_t tag,
                              uint16_t vector)
{
    return uintc_find(opaque, index) ?
           uintc_post(opaque, index, tag, vector) : RISCV_UIPI_NOT_POSTED;
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

    if (!r) {
        return -1;
    }
    QEMU_LOCK_GUARD(&r->lock);
    if (!uintc_deliverable(r)) {
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
    QEMU_LOCK_GUARD(&r->lock);
    old = FIELD_EX64(r->low, LOW, THRESHOLD);
    r->low = FIELD_DP64(r->low, LOW, THRESHOLD, threshold & 0x3f);
    uintc_update(opaque, r);

    return old;
}

static void uintc_op_select(void *opaque, uint64_t hartid, int receiver)
{
    RISCVUINTCState *s = opaque;
    int hart = hartid - s->hartid_base;

    s->selected[hart] = receiver;
    uintc_refresh_hart(s, hart);
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
