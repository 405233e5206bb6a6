/*
 * UINTR: the hart's connection with its controller, and the CSRs of both
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Specification: docs/specs/riscv-uintr.rst, "UINTR"
 */

#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "qemu/main-loop.h"
#include "n_csr.h"
#include "uintr.h"

bool riscv_cpu_set_uintc(CPURISCVState *env, const RISCVUINTCOps *ops,
                         void *uintc, hwaddr base)
{
    if (!riscv_cpu_cfg(env)->ext_uintr) {
        return false;
    }

    env->uintr.ops = ops;
    env->uintr.uintc = uintc;
    env->uintr.base = base;

    return true;
}

void riscv_uintr_post(void *opaque, int n, int level)
{
    CPURISCVState *env = opaque;

    if (level) {
        riscv_n_update_mip(env, MIP_USIP, MIP_USIP);
        /* Last: who finds it set relies on mip */
        qatomic_store_release(&env->n.usip_latch, true);
    }
}

bool riscv_uintr_latched(const CPURISCVState *env)
{
    return qatomic_load_acquire(&env->n.usip_latch);
}

static void riscv_uintr_select(CPURISCVState *env)
{
    int receiver = env->uintr.suirs & SUIRS_ENABLE ?
                   env->uintr.suirs & SUIRS_INDEX : -1;

    if (env->uintr.ops) {
        BQL_LOCK_GUARD();
        env->uintr.ops->select(env->uintr.uintc, env->mhartid, receiver);
    }
}

void riscv_uintr_reset(CPURISCVState *env)
{
    env->uintr.suist = 0;
    env->uintr.suirs = 0;
    riscv_uintr_select(env);
}

RISCVException riscv_uintr_csr(CPURISCVState *env, int csrno)
{
    if (!riscv_cpu_cfg(env)->ext_uintr) {
        return RISCV_EXCP_ILLEGAL_INST;
    }
    if (env->virt_enabled) {
        return RISCV_EXCP_VIRT_INSTRUCTION_FAULT;
    }

    return RISCV_EXCP_NONE;
}

RISCVException rmw_suist(CPURISCVState *env, int csrno, target_ulong *ret_val,
                         target_ulong new_val, target_ulong wr_mask)
{
    if (ret_val) {
        *ret_val = env->uintr.suist;
    }
    wr_mask &= SUIST_ENABLE | SUIST_SIZE | SUIST_PPN;
    env->uintr.suist = (env->uintr.suist & ~wr_mask) | (new_val & wr_mask);

    return RISCV_EXCP_NONE;
}

RISCVException rmw_suirs(CPURISCVState *env, int csrno, target_ulong *ret_val,
                         target_ulong new_val, target_ulong wr_mask)
{
    if (ret_val) {
        *ret_val = env->uintr.suirs;
    }
    wr_mask &= SUIRS_ENABLE | SUIRS_INDEX;
    if (wr_mask) {
        env->uintr.suirs = (env->uintr.suirs & ~wr_mask) | (new_val & wr_mask);
        riscv_uintr_select(env);
    }

    return RISCV_EXCP_NONE;
}

RISCVException rmw_suicfg(CPURISCVState *env, int csrno, target_ulong *ret_val,
                          target_ulong new_val, target_ulong wr_mask)
{
    /* WARL with one legal value */
    if (ret_val) {
        *ret_val = env->uintr.base;
    }

    return RISCV_EXCP_NONE;
}
