/*
 * UIE and UPIE: the same two bits in ustatus, sstatus and mstatus.
 *
 * Rules: NCSR-2 NTRAP-14
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintr-test.inc"

#define BITS (STATUS_UIE | STATUS_UPIE)

    .macro views value
    CHECK_CSR(CSR_USTATUS, \value)
    CHECK_CSR_BITS(sstatus, BITS, \value)
    CHECK_CSR_BITS(mstatus, BITS, \value)
    .endm

test_main:
    views   0
    .irp csr, CSR_USTATUS, sstatus, mstatus
    .irp value, STATUS_UIE, STATUS_UPIE, BITS
    li      a1, \value
    csrs    \csr, a1
    views   \value
    csrc    \csr, a1
    views   0
    .endr
    .endr

    /* A write of ustatus leaves the rest of mstatus alone. */
    li      a1, STATUS_SPIE | STATUS_SPP | STATUS_MPIE
    csrs    mstatus, a1
    csrr    s1, mstatus
    li      a1, -1
    csrw    CSR_USTATUS, a1
    csrr    a2, mstatus
    xori    a2, a2, BITS
    CHECK_REG(a2, s1)
    csrw    CSR_USTATUS, x0
    csrr    a2, mstatus
    CHECK_REG(a2, s1)

    /* From S and from U mode */
    GOTO_S()
    csrsi   sstatus, STATUS_UIE
    CHECK_CSR(CSR_USTATUS, STATUS_UIE)
    csrsi   CSR_USTATUS, STATUS_UPIE
    CHECK_CSR_BITS(sstatus, BITS, BITS)
    csrci   sstatus, STATUS_UIE
    CHECK_CSR(CSR_USTATUS, STATUS_UPIE)
    TO_M()
    GOTO_U()
    CHECK_CSR(CSR_USTATUS, STATUS_UPIE)
    csrwi   CSR_USTATUS, STATUS_UIE
    TO_M()
    views   STATUS_UIE

    /* Traps to M and S mode leave them alone. */
    GOTO_U()
    csrwi   CSR_USTATUS, STATUS_UIE
    csrr    a0, mstatus
    EXPECT_TRAP(MODE_M, EXC_ILLEGAL)
    CHECK_CSR(CSR_USTATUS, STATUS_UIE)
    TO_M()
    li      a1, 1 << EXC_ILLEGAL
    csrw    medeleg, a1
    GOTO_U()
    csrr    a0, mstatus
    EXPECT_TRAP(MODE_S, EXC_ILLEGAL)
    CHECK_CSR(CSR_USTATUS, STATUS_UIE)
    TO_M()
    views   STATUS_UIE
    EXPECT_NONE()
    PASS
