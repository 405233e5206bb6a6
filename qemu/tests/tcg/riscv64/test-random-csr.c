/*
 * Random test of user interrupts: the model's CSRs
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "test-random.h"

/*
 * time is above 1000 from the first step on and does not reach 2 to the
 * power of 40: the step generator uses no utimecmp in between.
 */
static bool timer_expired(void)
{
    return model.utimecmp <= 1000;
}

reg_t model_mip(void)
{
    reg_t mip = model.latch;

    if (uintc_level()) {
        mip |= USIP;
    }
    if (model.has & HAS_SUTC) {
        mip = (mip & ~UTIP) | (timer_expired() ? UTIP : 0);
    }
    return mip;
}

/* UTIP is read-only when utimecmp drives it. */
static reg_t writable_u_ints(void)
{
    return model.has & HAS_SUTC ? U_INTS & ~UTIP : U_INTS;
}

static int check_level(unsigned prv, bool virtual)
{
    if (model.v && virtual) {
        return EXC_VIRTUAL;
    }
    return model.prv < prv ? EXC_ILLEGAL : -1;
}

int csr_check(unsigned csr)
{
    switch (csr) {
    case USTATUS:
    case UIE:
    case UTVEC:
    case USCRATCH:
    case UEPC:
    case UCAUSE:
    case UTVAL:
    case UIP:
        return check_level(PRV_U, true);            /* NCSR-9, 11 */
    case SEDELEG:
    case SIDELEG:
        return check_level(PRV_S, true);            /* NCSR-10, 11 */
    case SUIST:
    case SUIRS:
    case SUICFG:                                    /* UCSR-4, 5, 6 */
        return model.has & HAS_UINTR ? check_level(PRV_S, true) :
               EXC_ILLEGAL;
    case UTIMECMP:                                  /* UTIMER-6, 7, 8 */
        if (!(model.has & HAS_SUTC)) {
            return EXC_ILLEGAL;
        }
        if (!model.v && model.prv == PRV_U && !(model.sideleg & UTIP)) {
            return EXC_ILLEGAL;
        }
        return check_level(PRV_U, true);
    case SSTATUS:
    case SIE:
    case SIP:
        if (model.v && model.prv == PRV_U) {
            return EXC_VIRTUAL;
        }
        return check_level(PRV_S, false);
    case MSTATUS:
    case MEDELEG:
    case MIDELEG:
    case MIE:
    case MIP:
        return check_level(PRV_M, false);
    default:
        return EXC_ILLEGAL;
    }
}

/*
 * In VS mode sstatus, sie and sip are the guest's own, which the model
 * does not have; but none of them shows a U bit (NCSR-12).
 */
reg_t csr_open_bits(unsigned csr)
{
    switch (csr) {
    case SSTATUS:
        return model.v ? ~ST_USER : 0;
    case SIE:
    case SIP:
        return model.v ? ~U_INTS : 0;
    case MSTATUS:
        return ST_GVA;
    case SEDELEG:
        return model.sedeleg_open;
    default:
        return 0;
    }
}

reg_t csr_read(unsigned csr)
{
    if (model.v && (csr == SSTATUS || csr == SIE || csr == SIP)) {
        return 0;
    }
    switch (csr) {
    case USTATUS:
        return model.mstatus & ST_USER;
    case UIE:
        return model.mie & model.sideleg;
    case UTVEC:
        return model.utvec;
    case USCRATCH:
        return model.uscratch;
    case UEPC:
        return model.uepc;
    case UCAUSE:
        return model.ucause;
    case UTVAL:
        return model.utval;
    case UIP:
        return model_mip() & model.sideleg;
    case SSTATUS:
        return (model.mstatus & ST_SUPERVISOR) | model.sstatus_rest;
    case SEDELEG:
        return model.sedeleg;
    case SIDELEG:
        return model.sideleg;
    case SIE:
        return model.mie & model.mideleg;
    case SIP:
        return model_mip() & model.mideleg;
    case SUIST:
        return model.suist;
    case SUIRS:
        return model.suirs;
    case SUICFG:
        return model.has & HAS_UINTC ? UINTC : 0;
    case UTIMECMP:
        return model.utimecmp;
    case MSTATUS:
        return model.mstatus | model.mstatus_rest;
    case MEDELEG:
        return model.medeleg;
    case MIDELEG:
        return model.mideleg | model.mideleg_rest;
    case MIE:
        return model.mie;
    case MIP:
        return model_mip();
    }
    return 0;
}

static void set_bits(reg_t *field, reg_t value, reg_t mask)
{
    *field = (*field & ~mask) | (value & mask);
}

/*
 * Bits of sedeleg whose medeleg bit is 0 are without effect, and what they
 * read is open, also after the medeleg bit was set again.
 */
static void write_medeleg(reg_t value, reg_t mask)
{
    set_bits(&model.medeleg, value, mask & M_DELEGABLE);
    model.sedeleg_open |= model.sedeleg & ~model.medeleg;
}

static void write_sedeleg(reg_t value, reg_t mask)
{
    set_bits(&model.sedeleg, value, mask);
    model.sedeleg &= U_EXCEPTIONS & (model.medeleg | model.sedeleg_open);
    model.sedeleg_open &= ~(mask & model.medeleg);
}

/* mask: which bits the instruction writes */
void csr_write(unsigned csr, reg_t value, reg_t mask)
{
    reg_t whole;

    if (model.v && (csr == SSTATUS || csr == SIE || csr == SIP)) {
        return;
    }
    switch (csr) {
    case USTATUS:
        set_bits(&model.mstatus, value, mask & ST_USER);
        break;
    case UIE:
        set_bits(&model.mie, value, mask & model.sideleg);
        break;
    case UTVEC:                                     /* NCSR-6 */
        whole = (model.utvec & ~mask) | (value & mask);
        if (!(whole & 2)) {
            model.utvec = whole;
        }
        break;
    case USCRATCH:
        set_bits(&model.uscratch, value, mask);
        break;
    case UEPC:                                      /* NCSR-8 */
        set_bits(&model.uepc, value, mask);
        model.uepc &= model.has & HAS_C ? ~(reg_t)1 : ~(reg_t)3;
        break;
    case UCAUSE:
        set_bits(&model.ucause, value, mask);
        break;
    case UTVAL:
        set_bits(&model.utval, value, mask);
        break;
    case UIP:                                       /* NMIP-2, 3, 4 */
        set_bits(&model.latch, value, mask & model.sideleg & USIP);
        break;
    case SSTATUS:
        set_bits(&model.mstatus, value, mask & ST_SUPERVISOR);
        break;
    case SEDELEG:
        write_sedeleg(value, mask);
        break;
    case SIDELEG:                                   /* NDEL-2 */
        set_bits(&model.sideleg, value, mask & U_INTS);
        break;
    case SIE:
        set_bits(&model.mie, value, mask & model.mideleg);
        break;
    case STVEC:
        set_bits(&model.stvec, value, mask);
        break;
    case SEPC:
        set_bits(&model.sepc, value, mask);
        break;
    case SIP:
        set_bits(&model.latch, value,
                 mask & model.mideleg & (writable_u_ints() | BIT(1)));
        break;
    case SUIST:                                     /* UCSR-1 */
        set_bits(&model.suist, value, mask & ~((reg_t)0x7f << (XLEN - 8)));
        break;
    case SUIRS:                                     /* UCSR-2 */
        set_bits(&model.suirs, value, mask & (TOP_BIT | 0xffff));
        break;
    case UTIMECMP:
        model.utimecmp = (model.utimecmp & ~(uint64_t)mask) | (value & mask);
        break;
    case MSTATUS:
        /* QEMU lets nobody write MPV. */
        set_bits(&model.mstatus, value, mask & ST_MACHINE & ~ST_MPV);
        break;
    case MEDELEG:
        write_medeleg(value, mask);
        break;
    case MIDELEG:                                   /* NDEL-1 */
        set_bits(&model.mideleg, value, mask & S_INTS);
        break;
    case MIE:
        set_bits(&model.mie, value, mask & ALL_INTS);
        break;
    case MIP:
        set_bits(&model.latch, value, mask & (writable_u_ints() | S_INTS));
        break;
    }
}
