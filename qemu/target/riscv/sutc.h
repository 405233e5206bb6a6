/*
 * The user timer: utimecmp
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Specification: docs/specs/riscv-uintr.rst, "User timer"
 */

#ifndef RISCV_SUTC_H
#define RISCV_SUTC_H

#include "cpu.h"

/* Give a hart with x-sutc its timer, once. */
void riscv_sutc_init(RISCVCPU *cpu);

void riscv_sutc_reset(CPURISCVState *env);

/* Compare again: utimecmp or the time that it is compared with changed. */
void riscv_sutc_update(CPURISCVState *env);

/* Predicate and operation of utimecmp */
RISCVException riscv_sutc_csr(CPURISCVState *env, int csrno);
RISCVException rmw_utimecmp(CPURISCVState *env, int csrno,
                            target_ulong *ret_val,
                            target_ulong new_val, target_ulong wr_mask);

#endif /* RISCV_SUTC_H */
