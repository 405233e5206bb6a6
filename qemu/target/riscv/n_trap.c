/*
 * Traps of the N extension: user-level traps
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Specification: docs/specs/riscv-uintr.rst, "The N extension"
 */

#include "qemu/osdep.h"
#include "n_trap.h"

bool riscv_n_irq_enabled(CPURISCVState *env)
{
    return env->priv == PRV_U && !env->virt_enabled &&
           (env->mstatus & MSTATUS_UIE);
}

int riscv_n_pending_to_irq(uint64_t pending)
{
    if (pending & MIP_UEIP) {
        return IRQ_U_EXT;
    }
    if (pending & MIP_USIP) {
        return IRQ_U_SOFT;
    }
    if (pending & MIP_UTIP) {
        return IRQ_U_TIMER;
    }

    return RISCV_EXCP_NONE;
}

void riscv_n_enter_trap(CPURISCVState *env, bool async, target_ulong cause,
                        target_ulong tval)
{
    int uxlen = 16 << env->xl;

    env->mstatus = set_field(env->mstatus, MSTATUS_UPIE,
                             get_field(env->mstatus, MSTATUS_UIE));
    env->mstatus = set_field(env->mstatus, MSTATUS_UIE, 0);
    env->n.ucause = cause | ((target_ulong)async << (uxlen - 1));
    env->n.uepc = env->pc;
    env->n.utval = tval;
    env->pc = (env->n.utvec >> 2 << 2) +
              ((async && (env->n.utvec & 3) == 1) ? cause * 4 : 0);
    riscv_cpu_set_mode(env, PRV_U, false);
}
