/*
 * Random test of user interrupts: the instructions, and the state in which
 * they may run
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "test-random.h"

static const uint8_t exit_cause[EXIT_KINDS] = {
    EXC_ECALL, EXC_ILLEGAL, EXC_BREAKPOINT
};
static const uint32_t exit_insn[EXIT_KINDS] = {
    INSN_ECALL, INSN_ILLEGAL, INSN_EBREAK
};

/* U mode reaches M mode from this page of exits, over S mode perhaps. */
static bool leaves_u(unsigned kind)
{
    return !(model.medeleg & model.sedeleg & BIT(exit_cause[kind]));
}

static bool in_exits(reg_t pc)
{
    return !(pc & 3) && pc >= EXITS &&
           pc < EXIT_PAGE(EXIT_KINDS - 1) + EXIT_BYTES / 2 &&
           (pc & (EXIT_BYTES - 1)) < EXIT_BYTES / 2;
}

/* Whoever gets into U mode gets out again. */
static void repair_utvec(void)
{
    reg_t base = model.utvec & ~(reg_t)3;
    unsigned kind = below(EXIT_KINDS);

    if (in_exits(base) && leaves_u((base - EXITS) / EXIT_BYTES)) {
        return;
    }
    if (!leaves_u(kind)) {
        poke_csr(SEDELEG, model.sedeleg & ~BIT(exit_cause[kind]));
    }
    poke_csr(UTVEC, EXIT_PAGE(kind) + 4 * below(512) + below(2));
}

/* Reads of a table somewhere could hit a device. */
static void repair_suist(void)
{
    uint64_t ppn = model.suist & ((1ULL << 44) - 1);

    if ((model.has & HAS_UINTR) && !(ppn >> 43) && ppn - (TABLE >> 12) >= 4) {
        poke_csr(SUIST, 1ULL << 63 | 1ULL << 44 | TABLE >> 12);
    }
}

static uint32_t random_rd(void)
{
    return one_in(4) ? 0 : below(32) << 7;
}

static uint32_t with_rs1(uint32_t insn, reg_t value)
{
    unsigned rs1 = one_in(8) ? 0 : below(32);

    if (rs1) {
        model.x[rs1] = value;
    }
    return insn | rs1 << 15;
}

/* One that exists for somebody, or a neighbour that does not */
static unsigned random_csr(void)
{
    static const uint16_t user[] = {
        USTATUS, USTATUS, USTATUS, UIE, UIE, UTVEC, UTVEC, USCRATCH, UEPC,
        UCAUSE, UTVAL, UIP, UIP, UIP, UTIMECMP, UTIMECMP,
    };
    static const uint16_t above[] = {
        SSTATUS, SSTATUS, SEDELEG, SIDELEG, SIDELEG, SIE, SIE, SIP, SIP,
        SUIST, SUIRS, SUIRS, SUICFG, MSTATUS, MSTATUS, MEDELEG, MIDELEG,
        MIE, MIP, MIP,
    };
    static const uint16_t nobody[] = {
        0x006, 0x007, 0x03f, 0x045, 0x046, 0x1af, 0x1b3, 0x8af, 0x8b1,
    };

    if (one_in(32)) {
        return nobody[below(ARRAY_SIZE(nobody))];
    }
    return one_in(2) ? user[below(ARRAY_SIZE(user))] :
                       above[below(ARRAY_SIZE(above))];
}

static uint32_t random_immediate(unsigned csr, unsigned *funct3)
{
    uint32_t value = below(32);

    switch (csr) {
    case MIDELEG:
    case MIE:
    case MIP:
        /* Bit 2 is VS mode's, and without H in nobody's way. */
        value &= ~4;
        break;
    case UTVEC:
        /* Only a reserved mode can be written without getting lost. */
        if (*funct3 == 5 && model.prv == PRV_U) {
            value |= 2;
        }
        break;
    }
    return value;
}

/* Writes that may make an interrupt deliverable */
static uint32_t trigger_step(void)
{
    static const uint16_t csrs[] = {
        USTATUS, UIE, UIP, SSTATUS, SIE, SIP, SIDELEG, MSTATUS, MIE, MIP,
    };
    unsigned csr = csrs[below(one_in(2) ? 3 : ARRAY_SIZE(csrs))];
    reg_t bits = csr == USTATUS || csr == SSTATUS || csr == MSTATUS ?
                 ST_USER | ST_SIE | ST_MIE : ALL_INTS;

    if ((model.has & HAS_SUTC) && one_in(8)) {
        return UTIMECMP << 20 | 5 << 12 | OP_SYSTEM;
    }
    return with_rs1(csr << 20 | 2 << 12 | random_rd() | OP_SYSTEM, bits);
}

static uint32_t csr_step(void)
{
    unsigned csr = random_csr();
    unsigned funct3 = 1 + below(3) + 4 * one_in(3);
    uint32_t insn = csr << 20 | random_rd() | OP_SYSTEM;
    reg_t value;

    if (funct3 > 4) {
        insn |= random_immediate(csr, &funct3) << 15;
        return insn | funct3 << 12;
    }
    value = random_operand(csr);
    if (csr == UTVEC && model.prv == PRV_U) {
        if (funct3 == 1) {
            /* It stays a page that leads out, or is not written. */
            value = (model.utvec & ~(reg_t)0x3ff) | (value & 0x3ff);
        } else {
            value &= 0x3ff;
        }
    }
    insn = with_rs1(insn | funct3 << 12, value);
    if (csr == UTVEC && model.prv == PRV_U && funct3 == 1 &&
        !(insn & 31 << 15)) {
        insn |= 2 << 12;
    }
    return insn;
}

static uint32_t uipi_step(void)
{
    unsigned op = one_in(2) ? 0 : below(7);
    uint32_t insn = random_rd() | OP_UIPI;
    reg_t value = op == 0 ? random_index() : random_operand(USCRATCH);

    repair_suist();
    if (op == 0 && (model.has & HAS_UINTR) && one_in(2)) {
        value = poke_good_entry();
    }
    switch (below(8)) {
    case 0:
        return with_rs1(insn | (rnd() & 0xfff07000), value);
    case 1:
        insn |= below(32) << 20 | (op + 8 * one_in(4)) << 25 | 6 << 12;
        return with_rs1(insn, value);
    case 2:
        return with_rs1(insn | below(8) << 20 | 2 << 12, value);
    case 3:
        return with_rs1(insn | below(16) << 25 | below(8) << 12, value);
    case 4:
        return with_rs1(insn | below(5) << 20 | 2 << 12, value);
    default:
        return with_rs1(insn | op << 25 | 6 << 12, value);
    }
}

static uint32_t return_step(void)
{
    unsigned which = below(model.v ? 2 : 8);

    if (which == 1 && (!model.v || model.prv == PRV_U)) {
        if (!in_exits(model.sepc)) {
            poke_csr(SEPC, random_operand(SEPC));
        }
        if (model.has & HAS_H) {
            poke_spv(one_in(3));
        }
        return INSN_SRET;
    }
    if (which == 2) {
        return INSN_MRET;
    }
    if (!in_exits(model.uepc)) {
        poke_csr(UEPC, EXIT_PAGE(below(EXIT_KINDS)) + 4 * below(512));
    }
    return INSN_URET;
}

static uint32_t exception_step(void)
{
    bool denied = model.prv != PRV_M;
    unsigned rs1 = 1 + below(31);
    uint32_t fields = rs1 << 15;

    model.x[rs1] = DENIED + 8 * below(64);
    switch (below(8)) {
    case 0:
        return denied ? OP_LOAD | 3 << 12 | random_rd() | fields : INSN_NOP;
    case 1:
        return denied ? OP_STORE | 2 << 12 | fields : INSN_NOP;
    case 2:
        return denied ? OP_JALR | fields : INSN_NOP;
    case 3:
        /* lr.w; across 16 bytes, which no extension makes atomic */
        model.x[rs1] = TABLE + 13 + below(3);
        return OP_AMO | 2 << 12 | 2 << 27 | random_rd() | fields;
    case 4:
        /* amoadd.w with x0 */
        model.x[rs1] = TABLE + 13 + below(3);
        return OP_AMO | 2 << 12 | random_rd() | fields;
    case 5:
        if (model.prv != PRV_U && !model.v && (model_mip() & model.mie)) {
            return INSN_WFI;
        }
        return INSN_NOP;
    default:
        return exit_insn[below(EXIT_KINDS)];
    }
}

static void random_mode(void)
{
    unsigned kind = below(20);

    model.v = (model.has & HAS_H) && kind < 3;
    model.prv = model.v ? below(2) : kind < 11 ? PRV_U :
                kind < 17 ? PRV_S : PRV_M;
}

static void random_status(void)
{
    reg_t mstatus = model.mstatus;

    if (one_in(2)) {
        mstatus &= ~ST_SUPERVISOR;
        mstatus |= rnd() & ST_SUPERVISOR;
    }
    mstatus &= ~(ST_MPIE | ST_MPP | ST_MPRV);
    mstatus |= (reg_t)model.prv << ST_MPP_SHIFT;
    mstatus |= one_in(3) ? ST_MPIE : 0;
    mstatus |= one_in(3) ? ST_MPRV : 0;
    if (model.v) {
        mstatus &= ~ST_SPP;
        mstatus |= model.prv == PRV_S ? ST_SPP : 0;
    }
    model.mstatus = mstatus;
}

/*
 * While the instruction is made, prv and v are the mode of the step; pokes
 * do not depend on them. V=1 is entered by sret.
 */
bool make_step(void)
{
    unsigned class = below(16);
    uint32_t insn, exit;
    bool by_sret;

    random_mode();
    random_status();
    repair_utvec();
    if (class < 2) {
        insn = trigger_step();
    } else if (class < 8) {
        insn = csr_step();
    } else if (class < 12) {
        insn = uipi_step();
    } else if (class < 14) {
        insn = return_step();
    } else {
        insn = exception_step();
    }
    exit = exit_insn[below(EXIT_KINDS)];
    put64(SLOT, insn | (uint64_t)exit << 32);
    note(EV_STEP, insn | (uint64_t)(model.prv + 4 * model.v) << 32,
         model.x[(insn >> 15) & 31]);
    note(EV_EXIT, exit, 0);
    by_sret = model.v;
    model.prv = PRV_M;
    model.v = false;
    if (by_sret) {
        poke_csr(SEPC, SLOT);
        poke_spv(true);
    } else {
        model.mepc = SLOT;
    }
    return by_sret;
}
