/*
 * Random test of user interrupts: the comparison of hart and model
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "test-random.h"

static unsigned wrong;

static void differ(const char *what, int number, uint64_t got, uint64_t want)
{
    wrong++;
    print("  ");
    print(what);
    if (number >= 0) {
        print(" ");
        print_dec(number);
    }
    print(": got ");
    print_hex(got);
    print(" want ");
    print_hex(want);
    print("\n");
}

static void compare(const char *what, int number, uint64_t got, uint64_t want)
{
    if (got != want) {
        differ(what, number, got, want);
    }
}

static void compare_csr(unsigned csr, reg_t want, reg_t open)
{
    compare(csr_name(csr), -1, real_read(csr) & ~open, want & ~open);
}

static void check_x(void)
{
    unsigned rd = model.rd_open_reg;

    if (rd) {
        model.x[rd] &= ~model.rd_open;
        model.x[rd] |= context.x[rd] & model.rd_open;
        model.rd_open_reg = 0;
    }
    for (int i = 1; i < 32; i++) {
        compare("x", i, context.x[i], model.x[i]);
    }
}

/* Those that csr_read() knows */
static void check_csrs(void)
{
    static const uint16_t always[] = {
        USTATUS, UIE, UTVEC, USCRATCH, UEPC, UCAUSE, UTVAL, UIP, SSTATUS,
        SIDELEG, SIE, SIP, MSTATUS, MEDELEG, MIDELEG, MIE, MIP,
    };
    static const uint16_t uintr[] = { SUIST, SUIRS, SUICFG };

    for (unsigned i = 0; i < ARRAY_SIZE(always); i++) {
        compare_csr(always[i], csr_read(always[i]),
                    csr_open_bits(always[i]));
    }
    /* What the hart says of the open bits counts from now on. */
    compare_csr(SEDELEG, model.sedeleg, model.sedeleg_open);
    model.sedeleg &= ~model.sedeleg_open;
    model.sedeleg |= real_read(SEDELEG) & model.sedeleg_open;
    if (model.has & HAS_UINTR) {
        for (unsigned i = 0; i < ARRAY_SIZE(uintr); i++) {
            compare_csr(uintr[i], csr_read(uintr[i]), 0);
        }
    }
    if (model.has & HAS_SUTC) {
        compare("UTIMECMP", -1, real_read(UTIMECMP), model.utimecmp);
    }
}

static void check_traps(void)
{
    compare_csr(MEPC, model.mepc, 0);
    compare_csr(MCAUSE, model.mcause, 0);
    compare_csr(MTVAL, model.mtval, 0);
    compare_csr(STVEC, model.stvec, 0);
    compare_csr(SEPC, model.sepc, 0);
    compare_csr(SCAUSE, model.scause, 0);
    compare_csr(STVAL, model.stval, 0);
    if (model.has & HAS_H) {
        compare("HSTATUS.SPV", -1, !!(real_read(HSTATUS) & HST_SPV),
                model.spv);
    }
}

static void check_uintc(void)
{
    for (int i = 0; i < RECEIVERS; i++) {
        compare("LOW", i, get64(UINTC_LOW(i)),
                uintc_low(&model.receivers[i]));
    }
    compare("doorbells", -1, get64(UINTC_COUNT), uintc_count());
}

/* The number of differences, each printed */
unsigned check_step(void)
{
    wrong = 0;
    check_csrs();
    check_traps();
    check_x();
    if (model.has & HAS_UINTC) {
        check_uintc();
    }
    return wrong;
}

/* Pending can only be read by taking it; it is put back. */
unsigned check_pending(void)
{
    wrong = 0;
    for (int i = 0; i < RECEIVERS; i++) {
        struct receiver *r = &model.receivers[i];
        uint64_t got = get64(UINTC_HIGH(i));

        compare("pending", i, got, r->pending);
        r->pending = 0;
        put64(UINTC_HIGH(i), got);
        uintc_or_pending(r, got);
    }
    return wrong;
}
