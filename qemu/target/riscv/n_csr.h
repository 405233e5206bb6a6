/*
 * CSRs of the N extension: user-level traps
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef RISCV_N_CSR_H
#define RISCV_N_CSR_H

#include "cpu.h"

/* Predicate of every CSR of the extension. */
RISCVException riscv_n_csr(CPURISCVState *env, int csrno);

/*
 * Give the U-level bits of mip in @mask these values, with the BQL held.
 * Unlike riscv_cpu_update_mip() it leaves a hart alone that has them already.
 */
void riscv_n_update_mip(CPURISCVState *env, uint64_t mask, uint64_t val);

/*
 * Write the U-level bits of mip in @mask and return what all three read
 * before.  USIP and UEIP write their latch: the wire stays as it is.
 */
uint64_t riscv_n_rmw_mip(CPURISCVState *env, uint64_t new_val, uint64_t mask);

/* The bits that uepc can hold: bit 1 only where instructions are 16-bit. */
target_ulong riscv_n_uepc_mask(CPURISCVState *env);

RISCVException rmw_ustatus(CPURISCVState *env, int csrno, target_ulong *ret_val,
                           target_ulong new_val, target_ulong wr_mask);
RISCVException rmw_uie(CPURISCVState *env, int csrno, target_ulong *ret_val,
                       target_ulong new_val, target_ulong wr_mask);
RISCVException rmw_utvec(CPURISCVState *env, int csrno, target_ulong *ret_val,
                         target_ulong new_val, target_ulong wr_mask);
RISCVException rmw_uscratch(CPURISCVState *env, int csrno,
                            target_ulong *ret_val,
                            target_ulong new_val, target_ulong wr_mask);
RISCVException rmw_uepc(CPURISCVState *env, int csrno, target_ulong *ret_val,
                        target_ulong new_val, target_ulong wr_mask);
RISCVException rmw_ucause(CPURISCVState *env, int csrno, target_ulong *ret_val,
                          target_ulong new_val, target_ulong wr_mask);
RISCVException rmw_utval(CPURISCVState *env, int csrno, target_ulong *ret_val,
                         target_ulong new_val, target_ulong wr_mask);
RISCVException rmw_uip(CPURISCVState *env, int csrno, target_ulong *ret_val,
                       target_ulong new_val, target_ulong wr_mask);
RISCVException rmw_sedeleg(CPURISCVState *env, int csrno, target_ulong *ret_val,
                           target_ulong new_val, target_ulong wr_mask);
RISCVException rmw_sideleg(CPURISCVState *env, int csrno, target_ulong *ret_val,
                           target_ulong new_val, target_ulong wr_mask);

#endif /* RISCV_N_CSR_H */
