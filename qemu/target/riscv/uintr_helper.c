/*
 * UINTR: the helpers of the uipi instruction
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Specification: docs/specs/riscv-uintr.rst, "uipi"
 *
 * The receiver's state is the controller's, whose locks make each operation
 * atomic against every other hart and the device's own registers.  What a
 * sender stored before uipi.send is visible to whoever takes those locks
 * after it, be it to deliver the interrupt or to read the pending vectors.
 */

#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/main-loop.h"
#include "hw/registerfields.h"
#include "exec/cputlb.h"
#include "exec/exec-all.h"
#include "exec/helper-proto.h"
#include "exec/page-protection.h"
#include "internals.h"
#include "pmp.h"
#include "uintr.h"

/* A sender status table entry; all other bits are ignored */
REG64(UISTE, 0)
    FIELD(UISTE, VALID, 0, 1)
    FIELD(UISTE, VECTOR, 16, 16)
    FIELD(UISTE, TAG, 32, 16)
    FIELD(UISTE, RECEIVER, 48, 16)

#define UISTE_PER_PAGE (4096 / sizeof(uint64_t))

static bool uintr_may_read(CPURISCVState *env, hwaddr addr, int size)
{
    pmp_priv_t allowed;

    return !riscv_cpu_cfg(env)->pmp ||
           pmp_hart_has_privs(env, addr, size, PMP_READ, &allowed, PRV_S);
}

bool riscv_uintr_tlb_fill(CPURISCVState *env, hwaddr addr, int size)
{
    hwaddr tlb_size = pmp_get_tlb_size(env, addr);

    if (!uintr_may_read(env, addr, size)) {
        return false;
    }
    tlb_set_page(env_cpu(env), addr & ~(tlb_size - 1), addr & ~(tlb_size - 1),
                 PAGE_READ, MMUIdx_UINTR, tlb_size);

    return true;
}

/*
 * Read a table entry as S mode does, or raise a load access fault.  The TLB
 * remembers where a table in RAM is: it is flushed when PMP or the memory
 * map change.
 */
static uint64_t uintr_load_uiste(CPURISCVState *env, hwaddr addr, uintptr_t ra)
{
    MemTxResult res = MEMTX_ACCESS_ERROR;
    CPUTLBEntryFull *full;
    uint64_t uiste = 0;
    void *host;

    if (!probe_access_full_mmu(env, addr, sizeof(uiste), MMU_DATA_LOAD,
                               MMUIdx_UINTR, &host, &full)) {
        return ldq_le_p(host);
    }

    /* No RAM, or only a part of the page allowed */
    if (uintr_may_read(env, addr, sizeof(uiste))) {
        uiste = address_space_ldq_le(env_cpu(env)->as, addr,
                                     MEMTXATTRS_UNSPECIFIED, &res);
    }
    if (res != MEMTX_OK) {
        /* The address is physical: not user mode's to know */
        env->badaddr = 0;
        env->two_stage_lookup = false;
        env->two_stage_indirect_lookup = false;
        riscv_raise_exception(env, RISCV_EXCP_LOAD_ACCESS_FAULT, ra);
    }

    return uiste;
}

target_ulong helper_uipi_send(CPURISCVState *env, target_ulong index)
{
    uint64_t suist = env->uintr.suist;
    uint64_t uiste;

    /* Compare the index before it becomes part of any address */
    if (!(suist & SUIST_ENABLE) ||
        index >= get_field(suist, SUIST_SIZE) * UISTE_PER_PAGE) {
        return RISCV_UIPI_NOT_POSTED;
    }

    uiste = uintr_load_uiste(env, (get_field(suist, SUIST_PPN) << 12) +
                                  index * sizeof(uiste), GETPC());
    if (!FIELD_EX64(uiste, UISTE, VALID) || !env->uintr.ops) {
        return RISCV_UIPI_NOT_POSTED;
    }

    return env->uintr.ops->send(env->uintr.uintc,
                                FIELD_EX64(uiste, UISTE, RECEIVER),
                                FIELD_EX64(uiste, UISTE, TAG),
                                FIELD_EX64(uiste, UISTE, VECTOR));
}

/* The operations on a hart's own receiver need one, and a controller. */
static bool uintr_has_receiver(CPURISCVState *env)
{
    return env->uintr.ops && (env->uintr.suirs & SUIRS_ENABLE);
}

static uint16_t uintr_receiver(CPURISCVState *env)
{
    return env->uintr.suirs & SUIRS_INDEX;
}

target_ulong helper_uipi_read(CPURISCVState *env)
{
    if (!uintr_has_receiver(env)) {
        return 0;
    }

    BQL_LOCK_GUARD();
    return env->uintr.ops->read(env->uintr.uintc, uintr_receiver(env));
}

void helper_uipi_write(CPURISCVState *env, target_ulong vectors)
{
    if (uintr_has_receiver(env)) {
        BQL_LOCK_GUARD();
        env->uintr.ops->write(env->uintr.uintc, uintr_receiver(env), vectors);
    }
}

void helper_uipi_activate(CPURISCVState *env)
{
    if (uintr_has_receiver(env)) {
        BQL_LOCK_GUARD();
        env->uintr.ops->set_active(env->uintr.uintc, uintr_receiver(env),
                                   true);
    }
}

void helper_uipi_deactivate(CPURISCVState *env)
{
    if (uintr_has_receiver(env)) {
        BQL_LOCK_GUARD();
        env->uintr.ops->set_active(env->uintr.uintc, uintr_receiver(env),
                                   false);
    }
}

target_ulong helper_uipi_claim(CPURISCVState *env)
{
    if (!uintr_has_receiver(env)) {
        return -1;
    }

    BQL_LOCK_GUARD();
    return env->uintr.ops->claim(env->uintr.uintc, uintr_receiver(env));
}

target_ulong helper_uipi_thresh(CPURISCVState *env, target_ulong threshold)
{
    if (!uintr_has_receiver(env)) {
        return 0;
    }

    BQL_LOCK_GUARD();
    return env->uintr.ops->set_threshold(env->uintr.uintc,
                                         uintr_receiver(env), threshold);
}
