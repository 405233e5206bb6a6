/*
 * The user timer: utimecmp
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Specification: docs/specs/riscv-uintr.rst, "User timer"
 *
 * mip.UTIP is time >= utimecmp.  Whoever changes it, the timer or the hart,
 * holds the BQL, so an expiry can't overtake a new value of utimecmp.
 */

#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "qemu/timer.h"
#include "sutc.h"
#include "time_helper.h"

static void riscv_sutc_expired(void *opaque)
{
    RISCVCPU *cpu = opaque;

    riscv_cpu_update_mip(&cpu->env, MIP_UTIP, MIP_UTIP);
}

void riscv_sutc_init(RISCVCPU *cpu)
{
    cpu->env.utimer = timer_new_ns(QEMU_CLOCK_VIRTUAL, riscv_sutc_expired,
                                   cpu);
}

void riscv_sutc_reset(CPURISCVState *env)
{
    env->utimecmp = UINT64_MAX;
    timer_del(env->utimer);
}

void riscv_sutc_update(CPURISCVState *env)
{
    if (riscv_cpu_cfg(env)->ext_sutc && env->rdtime_fn) {
        BQL_LOCK_GUARD();
        riscv_timer_write_timecmp(env, env->utimer, env->utimecmp, 0,
                                  MIP_UTIP);
    }
}

RISCVException riscv_sutc_csr(CPURISCVState *env, int csrno)
{
    if (!riscv_cpu_cfg(env)->ext_sutc) {
        return RISCV_EXCP_ILLEGAL_INST;
    }
    /* gdb asks for the CSRs before the board has connected a time source */
    if (!env->rdtime_fn && !env->debugger) {
        return RISCV_EXCP_ILLEGAL_INST;
    }
    if (env->virt_enabled) {
        return RISCV_EXCP_VIRT_INSTRUCTION_FAULT;
    }
    /* User mode owns the timer only while it gets its interrupt */
    if (env->priv == PRV_U && !(env->n.sideleg & MIP_UTIP) &&
        !env->debugger) {
        return RISCV_EXCP_ILLEGAL_INST;
    }

    return RISCV_EXCP_NONE;
}

RISCVException rmw_utimecmp(CPURISCVState *env, int csrno,
                            target_ulong *ret_val,
                            target_ulong new_val, target_ulong wr_mask)
{
    if (ret_val) {
        *ret_val = env->utimecmp;
    }
    if (wr_mask) {
        BQL_LOCK_GUARD();

        env->utimecmp = (env->utimecmp & ~(uint64_t)wr_mask) |
                        (new_val & wr_mask);
        riscv_sutc_update(env);
    }

    return RISCV_EXCP_NONE;
}
