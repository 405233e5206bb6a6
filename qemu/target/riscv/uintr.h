/*
 * UINTR: what a hart and the user-interrupt controller want of each other
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Specification: docs/specs/riscv-uintr.rst, "UINTR"
 */

#ifndef RISCV_UINTR_H
#define RISCV_UINTR_H

#include "cpu.h"

/* Results of uipi.send */
enum {
    RISCV_UIPI_POSTED = 0,      /* to an active receiver */
    RISCV_UIPI_NOT_POSTED = 1,  /* nothing happened */
    RISCV_UIPI_INACTIVE = 2,    /* posted, the receiver does not run */
};

/*
 * The controller's side of the uipi instruction.  The hart has looked the
 * sender's table entry up; everything after that is the controller's.  The
 * device calls riscv_cpu_set_uintc() once for each hart.  All functions but
 * send are called with the BQL held.  A receiver index that does not exist is
 * legal everywhere: reads return what a disabled suirs gives, writes do
 * nothing.
 */
struct RISCVUINTCOps {
    /*
     * Post @vector to @receiver if its Tag is @tag: a RISCV_UIPI_ result.
     * Called without the BQL, which it takes if anybody must hear of it.
     */
    unsigned (*send)(void *uintc, uint16_t receiver, uint16_t tag,
                     uint16_t vector);
    /* The pending vectors, which are cleared */
    uint64_t (*read)(void *uintc, uint16_t receiver);
    /* OR @vectors into the pending vectors; this is no post */
    void (*write)(void *uintc, uint16_t receiver, uint64_t vectors);
    void (*set_active)(void *uintc, uint16_t receiver, bool active);
    /* The highest vector at or above the threshold, cleared; -1 if none */
    int64_t (*claim)(void *uintc, uint16_t receiver);
    /* Set the threshold to @threshold[5:0], return the old one */
    uint64_t (*set_threshold)(void *uintc, uint16_t receiver,
                              uint64_t threshold);
    /* suirs of hart @hartid now names @receiver, or none if it is negative */
    void (*select)(void *uintc, uint64_t hartid, int receiver);
};

/*
 * Connect a hart with its controller at physical address @base, which is
 * what suicfg reads.  False, and nothing done, if the hart has no UINTR.
 */
bool riscv_cpu_set_uintc(CPURISCVState *env, const RISCVUINTCOps *ops,
                         void *uintc, hwaddr base);

/*
 * Name of the input that a post to the hart's receiver strobes: it sets the
 * latch of mip.USIP.  The level of USIP is the ordinary input IRQ_U_SOFT.
 */
#define RISCV_UINTR_POST_GPIO "riscv.cpu.uintr-post"
void riscv_uintr_post(void *opaque, int n, int level);

/* Is that latch set?  Needs no lock; if it is, mip shows USIP. */
bool riscv_uintr_latched(const CPURISCVState *env);

/*
 * Fill the TLB of MMUIdx_UINTR, in which the sender status table is read at
 * its physical address @addr; false if S mode may not read it.
 */
bool riscv_uintr_tlb_fill(CPURISCVState *env, hwaddr addr, int size);

void riscv_uintr_reset(CPURISCVState *env);

/* Predicate and operations of suist, suirs and suicfg */
RISCVException riscv_uintr_csr(CPURISCVState *env, int csrno);
RISCVException rmw_suist(CPURISCVState *env, int csrno, target_ulong *ret_val,
                         target_ulong new_val, target_ulong wr_mask);
RISCVException rmw_suirs(CPURISCVState *env, int csrno, target_ulong *ret_val,
                         target_ulong new_val, target_ulong wr_mask);
RISCVException rmw_suicfg(CPURISCVState *env, int csrno, target_ulong *ret_val,
                          target_ulong new_val, target_ulong wr_mask);

#endif /* RISCV_UINTR_H */
