/*
 * Random test of user interrupts: set-up and the loop
 *
 * The mailbox holds the seed, the number of steps and what the machine has.
 * The test ends at the first step that hart and model leave differently and
 * prints the last steps, with the numbers that reproduce it.
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "test-random.h"

struct context context;

static uint64_t seed, step;

static void print_place(void)
{
    print("seed ");
    print_dec(seed);
    print(" step ");
    print_dec(step);
    print("\n");
}

static void fail(void)
{
    print_events();
    print_place();
    finish(1);
}

void driver_trap(reg_t cause, reg_t epc, reg_t tval)
{
    print("trap in the driver: cause ");
    print_hex(cause);
    print(" epc ");
    print_hex(epc);
    print(" tval ");
    print_hex(tval);
    print("\n");
    fail();
}

static void read_mailbox(void)
{
    reg_t misa;

    asm volatile("csrr %0, misa" : "=r"(misa));
    seed = get64(MAILBOX);
    model.has = get64(MAILBOX + 16);
    model.has |= misa & BIT('H' - 'A') ? HAS_H : 0;
    model.has |= misa & BIT('C' - 'A') ? HAS_C : 0;
}

static void fill_exits(void)
{
    static const uint32_t insns[EXIT_KINDS] = {
        INSN_ECALL, INSN_ILLEGAL, INSN_EBREAK
    };

    for (unsigned i = 0; i < EXIT_KINDS * EXIT_BYTES / 4; i++) {
        put32(EXITS + 4 * i, insns[i / (EXIT_BYTES / 4)]);
    }
}

/* All memory for S and U mode, but for one page */
static void set_up_pmp(void)
{
    asm volatile("csrw pmpaddr0, %0" : : "r"(DENIED >> 2 | 0x1ff));
    asm volatile("csrw pmpaddr15, %0" : : "r"(ALL_ONES));
    asm volatile("csrw pmpcfg0, %0" : : "r"(0x18));
    if (XLEN == 64) {
        asm volatile("csrw pmpcfg2, %0" : : "r"(BIT(XLEN - 8) * 0x1f));
    } else {
        asm volatile("csrw pmpcfg3, %0" : : "r"(BIT(XLEN - 8) * 0x1f));
    }
}

static void reset_csrs(void)
{
    static const uint16_t zero[] = {
        MIE, MIP, MEDELEG, SEDELEG, SIDELEG, SEPC, SCAUSE, STVAL
    };

    /* The state after reset has its tests; here it starts as the model. */
    for (unsigned i = 0; i < ARRAY_SIZE(zero); i++) {
        real_write(zero[i], 0);
    }
    model.sstatus_rest = real_read(SSTATUS) & ~ST_SUPERVISOR;
    model.mstatus_rest = real_read(MSTATUS) & ~ST_MACHINE & ~ST_GVA;
    model.mstatus = real_read(MSTATUS) & ST_MACHINE;
    real_write(MIDELEG, 0);
    model.mideleg = U_INTS;
    /* With H the bits of VS mode read one. */
    model.mideleg_rest = model.has & HAS_H ? 0x1444 : 0;
    model.utimecmp = ~0ULL;
    poke_csr(STVEC, EXIT_PAGE(0));
    for (int i = 1; i < 32; i++) {
        model.x[i] = rnd();
    }
}

/* So that a small utimecmp is in the past */
static void let_time_pass(void)
{
    put64(ACLINT_MTIMECMP, ~0ULL);
    while (get64(ACLINT_MTIME) <= 1000) {
        continue;
    }
}

static void one_step(void)
{
    bool by_sret;

    make_pokes();
    by_sret = make_step();
    for (int i = 1; i < 32; i++) {
        context.x[i] = model.x[i];
    }
    real_write(MEPC, model.mepc);
    real_write(MSTATUS, model.mstatus | model.mstatus_rest);
    if (by_sret) {
        model_sret();
    } else {
        model_mret();
    }
    if (!model_run()) {
        print("the model got lost\n");
        fail();
    }
    if (by_sret) {
        enter_by_sret();
    } else {
        enter_by_mret();
    }
    if (check_step()) {
        fail();
    }
    real_write(MSTATUS, real_read(MSTATUS) & ~(ST_MPRV | ST_MPIE));
    clear_mpv();
    model.mstatus &= ~(ST_MPRV | ST_MPV);
    if ((model.has & HAS_UINTC) && one_in(32) && check_pending()) {
        fail();
    }
}

int main(void)
{
    uint64_t steps = get64(MAILBOX + 8);

    read_mailbox();
    random_state = seed;
    fill_exits();
    set_up_pmp();
    let_time_pass();
    reset_csrs();
    for (step = 1; step <= steps; step++) {
        one_step();
    }
    step = steps;
    print_place();
    if (!print_counts(steps)) {
        print("something was never reached\n");
        finish(1);
    }
    finish(0);
}
