/*
 * CSRs of the N extension: user-level traps
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Specification: docs/specs/riscv-uintr.rst, "The N extension"
 */

#include "qemu/osdep.h"
#include "qemu/log.h"
#include "qemu/main-loop.h"
#include "n_csr.h"

/* What a program in U mode can raise, and so what sedeleg can hold. */
#define U_MODE_EXCPS ((1ULL << RISCV_EXCP_INST_ADDR_MIS) | \
                      (1ULL << RISCV_EXCP_INST_ACCESS_FAULT) | \
                      (1ULL << RISCV_EXCP_ILLEGAL_INST) | \
                      (1ULL << RISCV_EXCP_BREAKPOINT) | \
                      (1ULL << RISCV_EXCP_LOAD_ADDR_MIS) | \
                      (1ULL << RISCV_EXCP_LOAD_ACCESS_FAULT) | \
                      (1ULL << RISCV_EXCP_STORE_AMO_ADDR_MIS) | \
                      (1ULL << RISCV_EXCP_STORE_AMO_ACCESS_FAULT) | \
                      (1ULL << RISCV_EXCP_U_ECALL) | \
                      (1ULL << RISCV_EXCP_INST_PAGE_FAULT) | \
                      (1ULL << RISCV_EXCP_LOAD_PAGE_FAULT) | \
                      (1ULL << RISCV_EXCP_STORE_PAGE_FAULT))

RISCVException riscv_n_csr(CPURISCVState *env, int csrno)
{
    if (!riscv_cpu_cfg(env)->ext_n) {
        return RISCV_EXCP_ILLEGAL_INST;
    }

    /* There is no virtual U level: VS and VU mode must not see the host's. */
    if (env->virt_enabled) {
        return RISCV_EXCP_VIRT_INSTRUCTION_FAULT;
    }

    return RISCV_EXCP_NONE;
}

void riscv_n_update_mip(CPURISCVState *env, uint64_t mask, uint64_t val)
{
    if ((env->mip ^ val) & mask) {
        riscv_cpu_update_mip(env, mask, val);
    }
}

uint64_t riscv_n_rmw_mip(CPURISCVState *env, uint64_t new_val, uint64_t mask)
{
    uint64_t old, val;

    if (!mask) {
        return env->mip & U_MODE_INTERRUPTS;
    }

    /* Another hart's post must not come between the latch and mip. */
    BQL_LOCK_GUARD();

    old = env->mip & U_MODE_INTERRUPTS;
    val = new_val & MIP_UTIP;
    if (mask & MIP_USIP) {
        qatomic_set(&env->n.usip_latch, (new_val & MIP_USIP) != 0);
    }
    if (mask & MIP_UEIP) {
        env->n.ueip_latch = new_val & MIP_UEIP;
    }
    val |= env->n.usip_latch || env->n.usip_wire ? MIP_USIP : 0;
    val |= env->n.ueip_latch || env->n.ueip_wire ? MIP_UEIP : 0;
    riscv_n_update_mip(env, mask, val);

    return old;
}

target_ulong riscv_n_uepc_mask(CPURISCVState *env)
{
    return riscv_cpu_allow_16bit_insn(riscv_cpu_cfg(env), env->priv_ver,
                                      env->misa_ext) ?
           ~(target_ulong)1 : ~(target_ulong)3;
}

/* The common case: a plain register of which @legal bits can be written. */
static RISCVException rmw_reg(target_ulong *reg, target_ulong legal,
                              target_ulong *ret_val, target_ulong new_val,
                              target_ulong wr_mask)
{
    if (ret_val) {
        *ret_val = *reg;
    }
    wr_mask &= legal;
    *reg = (*reg & ~wr_mask) | (new_val & wr_mask);

    return RISCV_EXCP_NONE;
}

RISCVException rmw_ustatus(CPURISCVState *env, int csrno, target_ulong *ret_val,
                           target_ulong new_val, target_ulong wr_mask)
{
    uint64_t mask = MSTATUS_UIE | MSTATUS_UPIE;

    if (ret_val) {
        *ret_val = env->mstatus & mask;
    }
    mask &= wr_mask;
    env->mstatus = (env->mstatus & ~mask) | (new_val & mask);

    return RISCV_EXCP_NONE;
}

RISCVException rmw_uie(CPURISCVState *env, int csrno, target_ulong *ret_val,
                       target_ulong new_val, target_ulong wr_mask)
{
    uint64_t mask = env->n.sideleg;

    if (ret_val) {
        *ret_val = env->mie & mask;
    }
    mask &= wr_mask;
    env->mie = (env->mie & ~mask) | (new_val & mask);

    return RISCV_EXCP_NONE;
}

RISCVException rmw_utvec(CPURISCVState *env, int csrno, target_ulong *ret_val,
                         target_ulong new_val, target_ulong wr_mask)
{
    target_ulong val = (env->n.utvec & ~wr_mask) | (new_val & wr_mask);

    if (ret_val) {
        *ret_val = env->n.utvec;
    }
    /* bits [1:0] encode mode; 0 = direct, 1 = vectored, 2 >= reserved */
    if ((val & 3) < 2) {
        env->n.utvec = val;
    } else {
        qemu_log_mask(LOG_UNIMP, "CSR_UTVEC: reserved mode not supported\n");
    }

    return RISCV_EXCP_NONE;
}

RISCVException rmw_uscratch(CPURISCVState *env, int csrno,
                            target_ulong *ret_val,
                            target_ulong new_val, target_ulong wr_mask)
{
    return rmw_reg(&env->n.uscratch, -1, ret_val, new_val, wr_mask);
}

RISCVException rmw_uepc(CPURISCVState *env, int csrno, target_ulong *ret_val,
                        target_ulong new_val, target_ulong wr_mask)
{
    target_ulong mask = riscv_n_uepc_mask(env);
    RISCVException ret = rmw_reg(&env->n.uepc, mask, ret_val, new_val, wr_mask);

    /* misa.C may have been cleared since the last write */
    if (ret_val) {
        *ret_val &= mask;
    }

    return ret;
}

RISCVException rmw_ucause(CPURISCVState *env, int csrno, target_ulong *ret_val,
                          target_ulong new_val, target_ulong wr_mask)
{
    return rmw_reg(&env->n.ucause, -1, ret_val, new_val, wr_mask);
}

RISCVException rmw_utval(CPURISCVState *env, int csrno, target_ulong *ret_val,
                         target_ulong new_val, target_ulong wr_mask)
{
    return rmw_reg(&env->n.utval, -1, ret_val, new_val, wr_mask);
}

RISCVException rmw_uip(CPURISCVState *env, int csrno, target_ulong *ret_val,
                       target_ulong new_val, target_ulong wr_mask)
{
    uint64_t old;

    /* U mode clears and sets USIP only, and only once it is delegated. */
    old = riscv_n_rmw_mip(env, new_val, wr_mask & env->n.sideleg & MIP_USIP);
    if (ret_val) {
        *ret_val = old & env->n.sideleg;
    }

    return RISCV_EXCP_NONE;
}

RISCVException rmw_sedeleg(CPURISCVState *env, int csrno, target_ulong *ret_val,
                           target_ulong new_val, target_ulong wr_mask)
{
    uint64_t excps = U_MODE_EXCPS;

    if (riscv_cpu_cfg(env)->ext_zicfiss) {
        excps |= 1ULL << RISCV_EXCP_SW_CHECK;
    }

    return rmw_reg(&env->n.sedeleg, env->medeleg & excps,
                   ret_val, new_val, wr_mask);
}

RISCVException rmw_sideleg(CPURISCVState *env, int csrno, target_ulong *ret_val,
                           target_ulong new_val, target_ulong wr_mask)
{
    uint64_t mask = wr_mask & U_MODE_INTERRUPTS;

    if (ret_val) {
        *ret_val = env->n.sideleg;
    }
    env->n.sideleg = (env->n.sideleg & ~mask) | (new_val & mask);

    return RISCV_EXCP_NONE;
}
