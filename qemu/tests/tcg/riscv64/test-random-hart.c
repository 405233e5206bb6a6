/*
 * Random test of user interrupts: the model's traps and instructions
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "test-random.h"

struct model model;

static bool in_m_handler;

static void move_bit(reg_t from, reg_t to)
{
    model.mstatus &= ~to;
    if (model.mstatus & from) {
        model.mstatus |= to;
    }
}

static void trap_to_m(reg_t cause, reg_t tval)
{
    note(EV_TRAP_M, cause, model.pc);
    model.mepc = model.pc;
    model.mcause = cause;
    model.mtval = tval;
    move_bit(ST_MIE, ST_MPIE);
    model.mstatus &= ~(ST_MIE | ST_MPP | ST_MPV);
    model.mstatus |= (reg_t)model.prv << ST_MPP_SHIFT;
    if (model.v) {
        model.mstatus |= ST_MPV;
    }
    model.prv = PRV_M;
    model.v = false;
    in_m_handler = true;
}

static reg_t vector(reg_t tvec, reg_t cause)
{
    reg_t base = tvec & ~(reg_t)3;

    return (tvec & 1) && (cause & TOP_BIT) ? base + 4 * (cause & 63) : base;
}

static void trap_to_s(reg_t cause, reg_t tval)
{
    note(EV_TRAP_S, cause, model.pc);
    model.sepc = model.pc;
    model.scause = cause;
    model.stval = tval;
    move_bit(ST_SIE, ST_SPIE);
    model.mstatus &= ~(ST_SIE | ST_SPP);
    if (model.prv == PRV_S) {
        model.mstatus |= ST_SPP;
    }
    model.spv = model.v;
    model.prv = PRV_S;
    model.v = false;
    model.pc = vector(model.stvec, cause);
}

/* NTRAP-8 to 14 */
static void trap_to_u(reg_t cause, reg_t tval)
{
    note(EV_TRAP_U, cause, model.pc);
    model.uepc = model.pc;
    model.ucause = cause;
    model.utval = tval;
    move_bit(ST_UIE, ST_UPIE);
    model.mstatus &= ~ST_UIE;
    model.pc = vector(model.utvec, cause);
}

static void exception(unsigned cause, reg_t tval)
{
    bool s = model.prv < PRV_M && (model.medeleg & BIT(cause));

    if (cause == EXC_VIRTUAL) {
        count(CNT_VIRTUAL);
    }
    if (s && model.prv == PRV_U && !model.v &&
        (model.sedeleg & BIT(cause))) {             /* NDEL-5, 6, 8, 9 */
        count(CNT_U_EXCEPTION);
        trap_to_u(cause, tval);
    } else if (s) {
        count(CNT_S_EXCEPTION);
        trap_to_s(cause, tval);
    } else {
        count(CNT_M_EXCEPTION);
        trap_to_m(cause, tval);
    }
}

static reg_t first_of(reg_t set, const uint8_t *order, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (set & BIT(order[i])) {
            return TOP_BIT | order[i];
        }
    }
    return 0;
}

/*
 * The order of the privileged specification is QEMU's only with AIA;
 * without it QEMU has always taken the lowest number of a level first.
 * The order of the U interrupts is NTRAP-6 and 7.
 */
static reg_t choose(reg_t set)
{
    static const uint8_t lowest[] = { 1, 3, 5, 7, 9, 11 };
    static const uint8_t aia[] = { 11, 3, 7, 9, 1, 5 };
    static const uint8_t user[] = { 8, 0, 4 };
    reg_t cause = first_of(set, model.has & HAS_AIA ? aia : lowest, 6);

    return cause ? cause : first_of(set, user, 3);
}

static void count_s_interrupt(reg_t cause)
{
    count(CNT_S_INTERRUPT);
    if (BIT(cause & 63) & U_INTS) {
        count(model.v ? CNT_V_USER_INTERRUPT : CNT_S_USER_INTERRUPT);
    }
}

static void count_u_interrupt(reg_t cause)
{
    unsigned number = cause & 63;

    count(number == 0 ? CNT_USI : number == 4 ? CNT_UTI : CNT_UEI);
    if (number == 0 && !(model.latch & USIP)) {
        count(CNT_LEVEL);
    }
    if (model.pc == SLOT + 4) {
        count(CNT_AT_ONCE);
    }
}

static bool take_interrupt(void)
{
    reg_t waiting = model_mip() & model.mie;
    reg_t m = waiting & ~model.mideleg;
    reg_t u = waiting & model.sideleg;
    reg_t s = waiting & model.mideleg & ~u;

    if (m && (model.prv < PRV_M || (model.mstatus & ST_MIE))) {
        count(CNT_M_INTERRUPT);
        trap_to_m(choose(m), 0);
        return true;
    }
    if (s && (model.v || model.prv == PRV_U ||
              (model.prv == PRV_S && (model.mstatus & ST_SIE)))) {
        count_s_interrupt(choose(s));
        trap_to_s(choose(s), 0);
        return true;
    }
    if (u && !model.v && model.prv == PRV_U && (model.mstatus & ST_UIE)) {
        count_u_interrupt(choose(u));
        trap_to_u(choose(u), 0);
        return true;
    }
    return false;
}

void model_mret(void)
{
    unsigned prv = (model.mstatus & ST_MPP) >> ST_MPP_SHIFT;

    model.pc = model.mepc;
    model.v = prv != PRV_M && (model.mstatus & ST_MPV);
    move_bit(ST_MPIE, ST_MIE);
    model.mstatus |= ST_MPIE;
    model.mstatus &= ~(ST_MPP | ST_MPV);
    if (prv != PRV_M) {
        model.mstatus &= ~ST_MPRV;
    }
    model.prv = prv;
    in_m_handler = false;
}

void model_sret(void)
{
    model.pc = model.sepc;
    model.v = model.spv;
    model.spv = false;
    model.prv = model.mstatus & ST_SPP ? PRV_S : PRV_U;
    move_bit(ST_SPIE, ST_SIE);
    model.mstatus |= ST_SPIE;
    model.mstatus &= ~(ST_SPP | ST_MPRV);
    in_m_handler = false;
}

/* NTRAP-15, 16, 18 */
static void uret(void)
{
    model.pc = model.uepc;
    move_bit(ST_UPIE, ST_UIE);
    model.mstatus |= ST_UPIE;
    if (model.prv != PRV_U) {
        model.mstatus &= ~ST_MPRV;
    }
    model.prv = PRV_U;
}

static void set_x(unsigned rd, reg_t value)
{
    if (rd) {
        model.x[rd] = value;
    }
}

static void csr_instruction(uint32_t insn)
{
    unsigned csr = insn >> 20;
    unsigned rs1 = (insn >> 15) & 31;
    unsigned rd = (insn >> 7) & 31;
    reg_t operand = insn & (1 << 14) ? rs1 : model.x[rs1];
    int bad = csr_check(csr);
    reg_t old;

    if (bad >= 0) {
        exception(bad, insn);
        return;
    }
    count(CNT_CSR);
    old = csr_read(csr);
    if (rd) {
        model.rd_open = csr_open_bits(csr);
        model.rd_open_reg = rd;
    }
    switch ((insn >> 12) & 3) {
    case 1:
        csr_write(csr, operand, ALL_ONES);
        break;
    case 2:
        if (rs1) {
            csr_write(csr, operand, operand);
        }
        break;
    case 3:
        if (rs1) {
            csr_write(csr, 0, operand);
        }
        break;
    }
    set_x(rd, old);
    model.pc += 4;
}

static void system_instruction(uint32_t insn)
{
    switch (insn) {
    case INSN_ECALL:
        exception(model.prv == PRV_S && model.v ? EXC_ECALL + 2 :
                  EXC_ECALL + model.prv, 0);
        return;
    case INSN_EBREAK:
        exception(EXC_BREAKPOINT, model.pc);
        return;
    case INSN_URET:
        if (model.v) {
            exception(EXC_VIRTUAL, insn);           /* NTRAP-17 */
        } else {
            count(CNT_URET);
            uret();
        }
        return;
    case INSN_SRET:
        if (model.prv == PRV_U) {
            exception(model.v ? EXC_VIRTUAL : EXC_ILLEGAL, insn);
        } else {
            model_sret();
        }
        return;
    case INSN_MRET:
        if (model.prv == PRV_M) {
            model_mret();
        } else {
            exception(EXC_ILLEGAL, insn);
        }
        return;
    case INSN_WFI:
        /* Only ever with an interrupt that ends it (NMIP-7) */
        model.pc += 4;
        return;
    }
    if ((insn >> 12) & 3) {
        csr_instruction(insn);
    } else {
        exception(EXC_ILLEGAL, insn);
    }
}

/* Loads and stores of the denied page, misaligned lr and amo, and jumps */
static void memory_instruction(uint32_t insn)
{
    reg_t address = model.x[(insn >> 15) & 31];

    switch (insn & 127) {
    case OP_LOAD:
        exception(EXC_LOAD_FAULT, address);
        break;
    case OP_STORE:
        exception(EXC_STORE_FAULT, address);
        break;
    case OP_AMO:
        exception(insn >> 27 == 2 ? EXC_LOAD_MISALIGNED :
                  EXC_STORE_MISALIGNED, address);
        break;
    case OP_JALR:
        model.pc = address;
        break;
    }
}

static void execute(uint32_t insn)
{
    unsigned rd = (insn >> 7) & 31;
    bool has_result = false;
    reg_t result;
    int bad;

    switch (insn & 127) {
    case OP_SYSTEM:
        system_instruction(insn);
        return;
    case OP_UIPI:
        bad = uipi(insn, model.x[(insn >> 15) & 31], &result, &has_result);
        if (bad >= 0) {
            /* UIPI-20: where the table is, is not for everybody. */
            exception(bad, bad == EXC_LOAD_FAULT ? 0 : insn);
            return;
        }
        count(CNT_UIPI);
        if (has_result) {
            set_x(rd, result);
        }
        model.pc += 4;
        return;
    case OP_LOAD:
    case OP_STORE:
    case OP_AMO:
    case OP_JALR:
        memory_instruction(insn);
        return;
    case INSN_NOP:
        model.pc += 4;
        return;
    default:
        exception(EXC_ILLEGAL, insn);
    }
}

static bool is_code(reg_t pc)
{
    return !(pc & 3) && ((pc >= SLOT && pc < SLOT + 8) ||
           (pc >= EXITS && pc < EXIT_PAGE(EXIT_KINDS)));
}

bool model_run(void)
{
    for (int i = 0; i < 16 && !in_m_handler; i++) {
        if (take_interrupt()) {
            continue;
        }
        if (model.pc >= DENIED && model.pc < DENIED_END) {
            exception(EXC_FETCH_FAULT, model.pc);
        } else if (is_code(model.pc)) {
            execute(get32(model.pc));
        } else {
            return false;
        }
    }
    return in_m_handler;
}
