/*
 * Random test of user interrupts: random values, and what the driver
 * changes between the steps
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "test-random.h"

uint64_t random_state;

/* splitmix64 */
uint64_t rnd(void)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

unsigned below(unsigned n)
{
    return (rnd() >> 32) * n >> 32;
}

bool one_in(unsigned n)
{
    return below(n) == 0;
}

static uint64_t random_value(void)
{
    switch (below(8)) {
    case 0:
        return 0;
    case 1:
        return ~0ULL;
    case 2:
        return 1ULL << below(64);
    case 3:
        return below(16);
    default:
        return rnd();
    }
}

/* Expired, or out of reach, whatever bits of such values are combined */
static uint64_t random_deadline(void)
{
    switch (below(4)) {
    case 0:
        return 0;
    case 1:
        return ~0ULL;
    case 2:
        return 1ULL << (50 + below(14));
    default:
        return rnd() << 50;
    }
}

static reg_t random_exit(void)
{
    return EXIT_PAGE(below(EXIT_KINDS)) + 4 * below(512);
}

static uint64_t random_suist(void)
{
    uint64_t value = 1ULL << 63 | (uint64_t)below(4) << 44;

    switch (below(16)) {
    case 0:
        return rnd();
    case 1:
        /* No memory there */
        return value | 1ULL << 43 | (rnd() & ((1ULL << 44) - 1));
    case 2:
        return (value & ~(1ULL << 63)) | TABLE >> 12;
    case 3:
        return value | 0xfffULL << 44 | TABLE >> 12;
    case 4:
        return value | (TABLE + 0x1000 * below(4)) >> 12;
    case 5:
        return value | (rnd() & (0x7fULL << 56)) | TABLE >> 12;
    default:
        return value | 1ULL << 44 | TABLE >> 12;
    }
}

static uint64_t random_suirs(void)
{
    switch (below(8)) {
    case 0:
        return rnd();
    case 1:
        return below(RECEIVERS);
    case 2:
        return 1ULL << 63 | (RECEIVERS + below(2));
    default:
        return 1ULL << 63 | below(RECEIVERS);
    }
}

uint64_t random_index(void)
{
    uint64_t end = ((model.suist >> 22 >> 22) & 0xfff) * 512;

    switch (below(8)) {
    case 0:
        return end - 1 + below(3);
    case 1:
        return below(2048);
    case 2:
        /* Times 8 this is an index of the table. */
        return (1ULL + below(7)) << 61 | below(16);
    case 3:
        return (uint64_t)below(16) << below(60);
    default:
        return below(16);
    }
}

static uint64_t random_vector(void)
{
    switch (below(8)) {
    case 0:
        return rnd() & 0xffff;
    case 1:
        return 64 + below(2);
    case 2:
        return 31 + below(2);
    default:
        return below(64);
    }
}

static unsigned random_tag(void)
{
    return one_in(8) ? rnd() & 0xffff : one_in(4) ? 0xffff : below(2);
}

static uint64_t random_entry(void)
{
    uint64_t receiver = one_in(16) ? rnd() & 0xffff : below(RECEIVERS + 1);
    uint64_t tag = random_tag();

    if (receiver < RECEIVERS && !one_in(8)) {
        tag = model.receivers[receiver].tag;
    }
    return receiver << 48 | tag << 32 | random_vector() << 16 |
           (rnd() & 0xfffe) | !one_in(8);
}

/* Bits that a write through this CSR may hold */
static reg_t allowed_bits(unsigned csr)
{
    switch (csr) {
    case MSTATUS:
        return ST_MACHINE & ~ST_MPV;
    case SSTATUS:
        return ST_SUPERVISOR;
    case SIE:
    case SIP:
    case MIE:
    case MIP:
        return ALL_INTS;
    case MIDELEG:
        return ALL_INTS;
    case MEDELEG:
        return M_DELEGABLE & ~(model.has & HAS_H ? 0 : BIT(22));
    default:
        return ALL_ONES;
    }
}

/* A value that makes sense to write to this CSR, or to set or clear in it */
reg_t random_operand(unsigned csr)
{
    reg_t value;

    switch (csr) {
    case UTVEC:
        return one_in(4) ? random_value() : random_exit() | below(4);
    case UEPC:
        return one_in(4) ? random_value() : random_exit();
    case STVEC:
        return EXIT_PAGE(0) + 4 * below(512) + below(2);
    case SEPC:
        return random_exit();
    case UTIMECMP:
        return random_deadline();
    case SUIST:
        return random_suist();
    case SUIRS:
        return random_suirs();
    }
    value = random_value() & allowed_bits(csr);
    if ((csr == MIP || csr == SIP) && one_in(2)) {
        /* An access to another bit leaves USIP's latch alone. */
        value &= ~USIP;
    }
    if (csr == MSTATUS) {
        /* Not the reserved mode */
        value = value & BIT(12) ? value | ST_MPP : value & ~ST_MPP;
    }
    return value;
}

void poke_csr(unsigned csr, reg_t value)
{
    note(EV_CSR, csr, value);
    real_write(csr, value);
    csr_write(csr, value, ALL_ONES);
}

void poke_spv(bool spv)
{
    reg_t hstatus = real_read(HSTATUS) & ~HST_SPV;

    model.spv = spv;
    real_write(HSTATUS, spv ? hstatus | HST_SPV : hstatus);
}

static void poke_word(enum event event, uint64_t what, uintptr_t address,
                      uint64_t value)
{
    note(event, what, value);
    put64(address, value);
}

/* Interrupts of M and S mode now and then, or nothing else is seen */
static void poke_interrupts(void)
{
    reg_t allowed = one_in(4) ? ALL_INTS : U_INTS;

    if (one_in(2)) {
        poke_csr(MIE, rnd() & allowed);
    }
    if (one_in(3)) {
        poke_csr(MIP, rnd() & (one_in(4) ? ALL_INTS : U_INTS));
    }
    if (one_in(8)) {
        uint32_t msip = one_in(4);

        note(EV_MSIP, 0, msip);
        put32(ACLINT_MSIP, msip);
        model.latch = (model.latch & ~BIT(3)) | msip << 3;
    }
    if (one_in(8)) {
        bool expired = one_in(4);

        note(EV_MTIMECMP, 0, expired);
        put64(ACLINT_MTIMECMP, expired ? 0 : ~0ULL);
        model.latch = (model.latch & ~BIT(7)) | (reg_t)expired << 7;
    }
}

static void poke_csrs(void)
{
    static const struct {
        uint16_t csr;
        uint8_t rarely;
        uint8_t needs;
    } pokes[] = {
        { MIDELEG, 8, 0 }, { MEDELEG, 6, 0 }, { SEDELEG, 6, 0 },
        { SIDELEG, 8, 0 }, { UTVEC, 8, 0 }, { UEPC, 8, 0 },
        { USCRATCH, 64, 0 }, { UCAUSE, 64, 0 }, { UTVAL, 64, 0 },
        { STVEC, 8, 0 }, { SEPC, 8, 0 }, { SUIST, 8, HAS_UINTR },
        { SUIRS, 6, HAS_UINTR }, { UTIMECMP, 8, HAS_SUTC },
    };

    for (unsigned i = 0; i < ARRAY_SIZE(pokes); i++) {
        if (one_in(pokes[i].rarely) &&
            (model.has & pokes[i].needs) == pokes[i].needs) {
            poke_csr(pokes[i].csr, random_operand(pokes[i].csr));
        }
    }
    if (one_in(6)) {
        poke_csr(SIDELEG, U_INTS);
    }
}

static uint64_t random_low(void)
{
    uint64_t hartid = one_in(8) ? 1 : one_in(8) ? rnd() & 0xffff : 0;
    uint64_t threshold = one_in(3) ? below(64) : 0;

    return (uint64_t)random_tag() << 48 | threshold << 32 | hartid << 16 |
           (one_in(8) ? rnd() & 0xffff : rnd() & 7) |
           (one_in(8) ? rnd() & (0x3ffULL << 38) : 0);
}

static void poke_uintc(void)
{
    unsigned i = below(RECEIVERS);
    struct receiver *r = &model.receivers[i];
    uint64_t value;

    switch (below(16)) {
    case 0:
    case 1:
    case 2:
        value = random_vector();
        if (one_in(16)) {
            value |= 1ULL << (32 + below(32));
        }
        poke_word(EV_SEND, i, UINTC_SEND(i), value);
        uintc_post(r, value);
        break;
    case 3:
        value = random_vector();
        note(EV_SEND, i, value);
        put32(UINTC_SEND(i), value);
        uintc_post(r, value);
        break;
    case 4:
    case 5:
    case 6:
        value = random_low();
        poke_word(EV_LOW, i, UINTC_LOW(i), value);
        uintc_set_low(r, value);
        break;
    case 7:
        value = random_value();
        poke_word(EV_HIGH, i, UINTC_HIGH(i), value);
        uintc_or_pending(r, value);
        break;
    case 8:
        value = random_value();
        poke_word(EV_ACTIVE, i, UINTC_ACTIVE(i), value);
        r->active |= value & 1;
        break;
    case 9:
        value = get64(UINTC_DOORBELL);
        note(EV_DOORBELL, 0, value);
        /* Another one than wanted shows in the count, or in a later claim. */
        if (value != uintc_claim_doorbell()) {
            print("  wrong doorbell claimed\n");
            print_events();
            finish(1);
        }
        break;
    }
}

/* Somewhere in a table of the largest size */
static void poke_entry(uint64_t index)
{
    if (index < 4095 * 512) {
        poke_word(EV_ENTRY, index, (uintptr_t)(TABLE + index * 8),
                  random_entry());
    }
}

/* Most sends of this index post. */
uint64_t poke_good_entry(void)
{
    uint64_t index = below(512);

    poke_csr(SUIST, 1ULL << 63 | 1ULL << 44 | TABLE >> 12);
    poke_entry(index);
    return index;
}

/* Nothing waits and everything is enabled: the instruction decides. */
static void poke_quiet(void)
{
    poke_csr(MIE, one_in(4) ? ALL_INTS : U_INTS);
    poke_csr(MIP, 0);
    poke_csr(SIDELEG, U_INTS);
    if (model.has & HAS_SUTC) {
        poke_csr(UTIMECMP, ALL_ONES);
    }
}

/* Much waits at once: the order counts. */
static void poke_crowd(void)
{
    poke_csr(MIE, one_in(2) ? U_INTS | S_INTS : ALL_INTS);
    poke_csr(MIP, (rnd() | rnd()) & ALL_INTS);
    poke_csr(MIDELEG, one_in(2) ? S_INTS : rnd() & S_INTS);
    poke_csr(SIDELEG, rnd());
}

void make_pokes(void)
{
    poke_interrupts();
    poke_csrs();
    if (model.has & HAS_UINTC) {
        poke_uintc();
    }
    if ((model.has & HAS_UINTR) && one_in(2)) {
        poke_entry(one_in(4) ? random_index() : below(16));
    }
    if (one_in(4)) {
        poke_quiet();
    } else if (one_in(8)) {
        poke_crowd();
    }
}
