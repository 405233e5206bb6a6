/*
 * Traps of the N extension: user-level traps
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef RISCV_N_TRAP_H
#define RISCV_N_TRAP_H

#include "cpu.h"

/* Can this hart take a U-level interrupt right now? */
bool riscv_n_irq_enabled(CPURISCVState *env);

/* The U-level interrupt in @pending to take first, or RISCV_EXCP_NONE. */
int riscv_n_pending_to_irq(uint64_t pending);

#ifndef CONFIG_USER_ONLY
/*
 * Does a trap that medeleg or mideleg gave to S mode go on to U mode?
 * @cause is without the interrupt bit.  Inline, as every trap asks.
 */
static inline bool riscv_n_delegates(CPURISCVState *env, bool async,
                                     target_ulong cause)
{
    uint64_t deleg = async ? env->n.sideleg : env->n.sedeleg;

    return deleg && cause < 64 && ((deleg >> cause) & 1) &&
           env->priv == PRV_U && !env->virt_enabled;
}
#endif

/* Take the trap in U mode: the U CSRs, the status bits and pc. */
void riscv_n_enter_trap(CPURISCVState *env, bool async, target_ulong cause,
                        target_ulong tval);

#endif /* RISCV_N_TRAP_H */
