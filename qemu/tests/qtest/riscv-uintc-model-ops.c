/*
 * Random operations on the RISC-V user-interrupt controller
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "riscv-uintc-common.h"
#include "riscv-uintc-model-guest.h"
#include "riscv-uintc-model-ops.h"

#define CSR_UIP                 0x044
#define CSR_SUIST               0x1b0

static const struct {
    const char *name;
    uint32_t insn;
} kinds[KINDS] = {
    [LOAD_8] = { "ld", INSN_LOAD(3) },
    [LOAD_4] = { "lwu", INSN_LOAD(6) },
    [LOAD_2] = { "lhu", INSN_LOAD(5) },
    [LOAD_1] = { "lbu", INSN_LOAD(4) },
    [STORE_8] = { "sd", INSN_STORE(3) },
    [STORE_4] = { "sw", INSN_STORE(2) },
    [STORE_2] = { "sh", INSN_STORE(1) },
    [STORE_1] = { "sb", INSN_STORE(0) },
    [SUIRS] = { "csrrw suirs", INSN_CSRRW(CSR_SUIRS) },
    [SUIST] = { "csrrw suist", INSN_CSRRW(CSR_SUIST) },
    [MIP_WRITE] = { "csrrw mip", INSN_CSRRW(CSR_MIP) },
    [MIP_SET] = { "csrrs mip", INSN_CSRRS(CSR_MIP) },
    [MIP_CLEAR] = { "csrrc mip", INSN_CSRRC(CSR_MIP) },
    [SIP_CLEAR] = { "csrrc sip", INSN_CSRRC(CSR_SIP) },
    [UIP_CLEAR] = { "csrrc uip", INSN_CSRRC(CSR_UIP) },
    [SEND] = { "uipi.send", INSN_UIPI(0) },
    [TAKE] = { "uipi.read", INSN_UIPI(1) },
    [PUT] = { "uipi.write", INSN_UIPI(2) },
    [ACTIVATE] = { "uipi.activate", INSN_UIPI(3) },
    [DEACTIVATE] = { "uipi.deactivate", INSN_UIPI(4) },
    [CLAIM] = { "uipi.claim", INSN_UIPI(5) },
    [THRESHOLD] = { "uipi.thresh", INSN_UIPI(6) },
    [OLD_SEND] = { "uipi.send, I form", INSN_UIPI_I(0) },
    [OLD_TAKE] = { "uipi.read, I form", INSN_UIPI_I(1) },
    [OLD_PUT] = { "uipi.write, I form", INSN_UIPI_I(2) },
    [OLD_ACTIVATE] = { "uipi.activate, I form", INSN_UIPI_I(3) },
    [OLD_DEACTIVATE] = { "uipi.deactivate, I form", INSN_UIPI_I(4) },
};

uint32_t op_insn(Kind kind)
{
    return kinds[kind].insn;
}

const char *op_name(Kind kind)
{
    return kinds[kind].name;
}

unsigned op_access_size(Kind kind)
{
    return 8 >> (kind - (kind < STORE_8 ? LOAD_8 : STORE_8));
}

unsigned op_random(OpSource *s, unsigned limit)
{
    return g_rand_int(s->rand) % limit;
}

static bool one_in(OpSource *s, unsigned n)
{
    return op_random(s, n) == 0;
}

static uint64_t random64(OpSource *s)
{
    uint64_t high = g_rand_int(s->rand);

    return high << 32 | g_rand_int(s->rand);
}

/* Among them the first and the last, and two of one 64-bit word or of two */
void op_source_move(OpSource *s)
{
    unsigned n = s->model->receivers;
    unsigned i;

    s->hot[0] = one_in(s, 2) ? 0 : n - 1;
    s->hot[1] = op_random(s, n);
    s->hot[2] = (s->hot[1] ^ (1 << op_random(s, 7))) % n;
    for (i = 3; i < HOT_RECEIVERS; i++) {
        s->hot[i] = op_random(s, n);
    }
}

/* @value, or its neighbour that belongs to the hart */
static unsigned own(const OpSource *s, unsigned value)
{
    return value - value % s->model->harts + s->apart;
}

static unsigned pick_receiver(OpSource *s)
{
    if (s->at_once) {
        return own(s, op_random(s, s->model->receivers));
    }
    return one_in(s, 20) ? op_random(s, s->model->receivers)
                           : s->hot[op_random(s, HOT_RECEIVERS)];
}

/* One that may not exist */
static unsigned pick_index(OpSource *s)
{
    unsigned n = s->model->receivers;

    switch (op_random(s, 24)) {
    case 0:
        return n;
    case 1:
        return n + s->hot[0];
    case 2:
        return op_random(s, 0x10000) | (s->at_once ? 0x8000 : 0);
    default:
        return pick_receiver(s);
    }
}

static unsigned pick_hart(OpSource *s)
{
    static const uint16_t odd[] = { 4, 5, 7, 8, 64, 0x100, 0x8000, 0xffff };

    if (one_in(s, 12)) {
        return odd[op_random(s, ARRAY_SIZE(odd))];
    }
    return s->at_once ? s->apart : op_random(s, s->model->harts);
}

static unsigned pick_threshold(OpSource *s)
{
    static const uint8_t edges[] = { 0, 0, 0, 1, 5, 31, 32, 33, 62, 63 };

    return one_in(s, 3) ? op_random(s, 64)
                          : edges[op_random(s, ARRAY_SIZE(edges))];
}

/* A vector for @receiver: mostly around its threshold */
static uint64_t pick_vector(OpSource *s, unsigned receiver)
{
    static const uint64_t wild[] = {
        31, 32, 33, 63, 64, 65, 96, 127, 128, 1ULL << 32, (1ULL << 32) + 3,
        1ULL << 63, UINT64_MAX, UINT32_MAX,
    };
    unsigned threshold = 0;

    if (receiver < s->model->receivers) {
        threshold = s->model->receiver[receiver].threshold;
    }
    switch (op_random(s, 8)) {
    case 0:
        return wild[op_random(s, ARRAY_SIZE(wild))];
    case 1:
    case 2:
        return op_random(s, 64);
    case 3:
        return op_random(s, 8);
    default:
        return (threshold + 63 + op_random(s, 3)) % 64;
    }
}

static uint64_t pick_vectors(OpSource *s, unsigned receiver)
{
    return one_in(s, 4) ? random64(s)
                          : 1ULL << (pick_vector(s, receiver) & 63);
}

static uint64_t pick_low(OpSource *s)
{
    uint64_t value = LOW_HART(pick_hart(s)) |
                     LOW_THRESHOLD(pick_threshold(s)) |
                     LOW_TAG(one_in(s, 10) ? op_random(s, 0x10000)
                                             : op_random(s, 2)) |
                     op_random(s, 8);

    if (!one_in(s, 4)) {
        value |= LOW_MODE64;
    }
    return one_in(s, 4) ? value | (random64(s) & ~LOW_ALL) : value;
}

static void access_slot(Op *op, Kind kind, unsigned receiver, unsigned reg)
{
    op->kind = kind;
    op->a1 = uintc_slot(receiver, reg);
}

static void access_control(Op *op, Kind kind, unsigned reg)
{
    op->kind = kind;
    op->a1 = UINTC_BASE + UINTC_CONTROL + reg;
}

static void make_post(OpSource *s, Op *op)
{
    unsigned receiver = pick_receiver(s);

    access_slot(op, one_in(s, 3) ? STORE_4 : STORE_8, receiver, UINTC_SEND);
    op->a0 = pick_vector(s, receiver);
}

static void make_low(OpSource *s, Op *op)
{
    access_slot(op, STORE_8, pick_receiver(s), UINTC_LOW);
    op->a0 = pick_low(s);
}

static void make_high(OpSource *s, Op *op)
{
    unsigned receiver = pick_receiver(s);

    access_slot(op, STORE_8, receiver, UINTC_HIGH);
    op->a0 = pick_vectors(s, receiver);
}

static void make_active(OpSource *s, Op *op)
{
    access_slot(op, STORE_8, pick_receiver(s), UINTC_ACTIVE);
    op->a0 = one_in(s, 2) ? op_random(s, 4) : random64(s);
}

static void make_slot_read(OpSource *s, Op *op)
{
    static const unsigned regs[] = {
        UINTC_LOW, UINTC_LOW, UINTC_HIGH, UINTC_HIGH, UINTC_ACTIVE, UINTC_SEND
    };

    access_slot(op, LOAD_8, pick_receiver(s),
                regs[op_random(s, ARRAY_SIZE(regs))]);
}

static void make_control_read(OpSource *s, Op *op)
{
    access_control(op, LOAD_8,
                   s->at_once ? 8 * op_random(s, 2) :
                   one_in(s, 2) ? UINTC_DOORBELL : 8 * op_random(s, 5));
}

static void make_control_write(OpSource *s, Op *op)
{
    access_control(op, STORE_8, 8 * op_random(s, 5));
    op->a0 = one_in(s, 2) ? pick_index(s) : random64(s);
}

/* Any address and size, mostly near something */
static void make_wild(OpSource *s, Op *op)
{
    unsigned base;

    if (s->at_once) {
        make_post(s, op);
        return;
    }
    switch (op_random(s, 6)) {
    case 0:
        base = UINTC_CONTROL;
        break;
    case 1:
        base = UINTC_SIZE - 32;
        break;
    case 2:
        base = op_random(s, UINTC_SIZE);
        break;
    default:
        base = pick_index(s) * UINTC_SLOT_SIZE % UINTC_CONTROL;
        break;
    }
    op->kind = LOAD_8 + op_random(s, 8);
    op->a1 = UINTC_BASE + base + (one_in(s, 2) ? op_random(s, 40)
                                                 : 4 * op_random(s, 10));
    op->a0 = one_in(s, 2) ? op_random(s, 64) : random64(s);
}

static void make_suirs(OpSource *s, Op *op)
{
    op->kind = SUIRS;
    op->a0 = pick_index(s);
    if (!one_in(s, 6)) {
        op->a0 |= SUIRS_ENABLE;
    }
    if (one_in(s, 6)) {
        op->a0 |= random64(s) & 0x7fffffffffff0000;
    }
}

static void make_suist(OpSource *s, Op *op)
{
    uint64_t ppn = GUEST_TABLE >> 12;

    op->kind = SUIST;
    if (one_in(s, 8)) {
        ppn = 0xffffffffff0 + op_random(s, 16);
    }
    op->a0 = ppn | (uint64_t)op_random(s, 3) << 44;
    if (!one_in(s, 6)) {
        op->a0 |= 1ULL << 63;
    }
    if (one_in(s, 6)) {
        op->a0 |= (uint64_t)op_random(s, 0x80) << 56;
    }
}

static unsigned pick_entry(OpSource *s)
{
    unsigned entry = op_random(s, one_in(s, 8) ? MODEL_TABLE_ENTRIES : 8);

    return s->at_once ? own(s, entry) : entry;
}

static void make_entry(OpSource *s, Op *op)
{
    unsigned receiver = pick_index(s);
    uint64_t tag = one_in(s, 10) ? op_random(s, 0x10000) : op_random(s, 2);

    op->kind = STORE_8;
    op->a1 = GUEST_TABLE + 8 * pick_entry(s);
    if (!one_in(s, 3) && receiver < s->model->receivers) {
        tag = s->model->receiver[receiver].tag;
    }
    op->a0 = (uint64_t)receiver << 48 | tag << 32 |
             (pick_vector(s, receiver) & 0xffff) << 16 |
             (op_random(s, 0x10000) & 0xfffe) | !one_in(s, 8);
}

static void make_latch(OpSource *s, Op *op)
{
    op->kind = MIP_WRITE + op_random(s, 5);
    op->a0 = op_random(s, 4);
    if (op->kind >= MIP_CLEAR && !one_in(s, 4)) {
        op->a0 |= MIP_USIP;
    }
}

static void make_send(OpSource *s, Op *op)
{
    op->kind = one_in(s, 4) ? OLD_SEND : SEND;
    switch (op_random(s, 16)) {
    case 0:
        op->a0 = random64(s);
        break;
    case 1:
        op->a0 = s->at_once ? UINT64_MAX : 511 + op_random(s, 3);
        break;
    case 2:
        op->a0 = s->at_once ? 1024 : 1023 + op_random(s, 3);
        break;
    case 3:
        op->a0 = pick_entry(s) | 1ULL << (32 + op_random(s, 32));
        break;
    default:
        op->a0 = pick_entry(s);
        break;
    }
}

static void make_uipi(OpSource *s, Op *op)
{
    static const Kind choice[] = {
        TAKE, OLD_TAKE, PUT, PUT, OLD_PUT, ACTIVATE, ACTIVATE, OLD_ACTIVATE,
        DEACTIVATE, OLD_DEACTIVATE, CLAIM, CLAIM, CLAIM, CLAIM,
        THRESHOLD, THRESHOLD, THRESHOLD,
    };
    uint64_t suirs = s->model->hart[op->hart].suirs;

    op->kind = choice[op_random(s, ARRAY_SIZE(choice))];
    if (op->kind == THRESHOLD) {
        op->a0 = pick_threshold(s);
        if (one_in(s, 4)) {
            op->a0 |= random64(s) << 6;
        }
    } else {
        op->a0 = pick_vectors(s, suirs & 0xffff);
    }
}

static const struct {
    unsigned weight;
    void (*make)(OpSource *s, Op *op);
} makers[] = {
    { 14, make_post },
    { 10, make_low },
    { 4, make_high },
    { 3, make_active },
    { 8, make_slot_read },
    { 5, make_control_read },
    { 1, make_control_write },
    { 3, make_wild },
    /* From here on by harts only */
    { 6, make_suirs },
    { 1, make_suist },
    { 4, make_entry },
    { 10, make_latch },
    { 12, make_send },
    { 14, make_uipi },
};

#define OUTSIDE_WEIGHT          48
#define TOTAL_WEIGHT            95

void op_source_next(OpSource *s, Op *op, bool outside)
{
    int chosen = op_random(s, outside ? OUTSIDE_WEIGHT : TOTAL_WEIGHT);
    int i = 0;

    op->hart = s->at_once ? s->apart : op_random(s, s->model->harts);
    op->a0 = random64(s);
    op->a1 = 0;
    while (chosen >= makers[i].weight) {
        chosen -= makers[i].weight;
        i++;
    }
    makers[i].make(s, op);
}
