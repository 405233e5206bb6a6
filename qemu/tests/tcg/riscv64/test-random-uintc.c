/*
 * Random test of user interrupts: the model's UINTC and uipi
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "test-random.h"

/* The receiver that the hart's suirs names, if it names one */
static struct receiver *selected(void)
{
    reg_t index = model.suirs & 0xffff;

    if (!(model.has & HAS_UINTC) || !(model.suirs & TOP_BIT) ||
        index >= RECEIVERS) {
        return NULL;                                /* UIPI-30, 31, 32 */
    }
    return &model.receivers[index];
}

/* UDLV-1, 6, 7; this hart is number 0 and the only one. */
bool uintc_level(void)
{
    struct receiver *r = selected();

    return r && r->hartid == 0 && r->active && r->pending >> r->threshold;
}

static uint64_t vectors(const struct receiver *r)
{
    return r->mode64 ? 64 : 32;
}

/* A vector that is too large is the caller's business. */
static void post(struct receiver *r, uint64_t vector)
{
    r->pending |= 1ULL << vector;
    if (r->active) {
        if (vector >= r->threshold && r->hartid == 0) {
            model.latch |= USIP;                    /* UDLV-3 */
        }
    } else if (r->kn) {
        r->doorbell = true;                         /* UDLV-10 */
    }
}

void uintc_post(struct receiver *r, uint64_t vector)
{
    if (vector < vectors(r)) {                      /* UREG-5, 6 */
        post(r, vector);
    }
}

uint64_t uintc_low(const struct receiver *r)
{
    return (uint64_t)r->tag << 48 | (uint64_t)r->threshold << 32 |
           (uint64_t)r->hartid << 16 | r->kn << 2 | r->mode64 << 1 |
           r->active;
}

void uintc_set_low(struct receiver *r, uint64_t value)
{
    r->active = value & 1;
    r->mode64 = value & 2;
    r->kn = value & 4;
    r->hartid = value >> 16;
    r->threshold = (value >> 32) & 63;
    r->tag = value >> 48;
}

void uintc_or_pending(struct receiver *r, uint64_t value)
{
    r->pending |= r->mode64 ? value : (uint32_t)value;  /* UREG-10 */
}

uint64_t uintc_count(void)
{
    uint64_t count = 0;

    for (int i = 0; i < RECEIVERS; i++) {
        count += model.receivers[i].doorbell;
    }
    return count;
}

uint64_t uintc_claim_doorbell(void)
{
    for (int i = 0; i < RECEIVERS; i++) {
        if (model.receivers[i].doorbell) {
            model.receivers[i].doorbell = false;
            return i;
        }
    }
    return ~0ULL;
}

/* -1, or the exception that reading this entry raises (UIPI-20, 21) */
static int read_entry(uint64_t address, uint64_t *entry)
{
    if (address < RAM || address >= RAM_END ||
        (address >= DENIED && address < DENIED_END)) {
        return EXC_LOAD_FAULT;
    }
    *entry = get64(address);
    return -1;
}

static int try_send(uint64_t index, reg_t *result)
{
    uint64_t suist = model.suist;
    uint64_t size = (suist >> 44) & 0xfff;
    uint64_t ppn = suist & ((1ULL << 44) - 1);
    struct receiver *r;
    uint64_t entry, vector;
    int exception;

    *result = 1;
    if (!(suist >> 63) || index >= size * 512) {
        return -1;
    }
    exception = read_entry(ppn * 4096 + index * 8, &entry);
    if (exception >= 0) {
        return exception;
    }
    if (!(entry & 1) || !(model.has & HAS_UINTC) ||
        entry >> 48 >= RECEIVERS) {
        return -1;
    }
    r = &model.receivers[entry >> 48];
    vector = (entry >> 16) & 0xffff;
    if (r->tag != ((entry >> 32) & 0xffff) || vector >= vectors(r)) {
        return -1;
    }
    post(r, vector);
    *result = r->active ? 0 : 2;
    return -1;
}

static int send(uint64_t index, reg_t *result)
{
    int bad = try_send(index, result);

    count(bad >= 0 ? CNT_SEND_FAULT : *result == 0 ? CNT_SEND_0 :
          *result == 1 ? CNT_SEND_1 : CNT_SEND_2);
    return bad;
}

static reg_t claim(struct receiver *r)
{
    for (int i = 63; i >= r->threshold; i--) {
        if (r->pending & (1ULL << i)) {
            r->pending &= ~(1ULL << i);
            return i;
        }
    }
    return ALL_ONES;
}

static void operate(struct receiver *r, unsigned op, reg_t rs1, reg_t *result)
{
    switch (op) {
    case 1:
        *result = r->pending;
        r->pending = 0;
        break;
    case 2:
        uintc_or_pending(r, rs1);
        break;
    case 3:
        r->active = true;
        break;
    case 4:
        r->active = false;
        break;
    case 5:
        *result = claim(r);
        break;
    case 6:
        *result = r->threshold;
        r->threshold = rs1 & 63;
        break;
    }
}

int uipi(uint32_t insn, reg_t rs1, reg_t *result, bool *has_result)
{
    unsigned funct3 = (insn >> 12) & 7;
    unsigned op;

    if (!(model.has & HAS_UINTR)) {
        return EXC_ILLEGAL;                         /* UIPI-8 */
    }
    if (funct3 == 6 && ((insn >> 20) & 31) == 0 && insn >> 25 <= 6) {
        op = insn >> 25;
    } else if (funct3 == 2 && insn >> 20 <= 4) {
        op = insn >> 20;
    } else {
        return EXC_ILLEGAL;                         /* UIPI-3, 4 */
    }
    if (model.v) {
        return EXC_VIRTUAL;                         /* UIPI-6 */
    }
    *has_result = op == 0 || op == 1 || op == 5 || op == 6;
    if (op == 0) {
        return send(rs1, result);
    }
    *result = op == 5 ? ALL_ONES : 0;
    if (selected()) {
        operate(selected(), op, rs1, result);
    }
    return -1;
}
