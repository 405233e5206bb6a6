/*
 * suist, suirs and suicfg: writable bits, reset values, who may access.
 *
 * Rules: UCSR-1 UCSR-2 UCSR-3 UCSR-4 UCSR-5 USTATE-1 CFG-7
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-test.inc"

    .macro masks
    CHECK_WRITE(CSR_SUIST, -1, 0x80ffffffffffffff)
    CHECK_WRITE(CSR_SUIST, 0x7fffffffffffffff, 0x00ffffffffffffff)
    CHECK_WRITE(CSR_SUIST, 0x8123456789abcdef, 0x8023456789abcdef)
    li      a1, 0x0020000000000001
    csrrc   a0, CSR_SUIST, a1
    CHECK_EQ(a0, 0x8023456789abcdef)
    CHECK_CSR(CSR_SUIST, 0x8003456789abcdee)
    csrrsi  a0, CSR_SUIST, 1
    csrrw   x0, CSR_SUIST, x0
    CHECK_CSR(CSR_SUIST, 0)
    CHECK_WRITE(CSR_SUIRS, -1, 0x800000000000ffff)
    CHECK_WRITE(CSR_SUIRS, 0x7fffffffffffffff, 0xffff)
    CHECK_WRITE(CSR_SUIRS, 0x8000000012345678, 0x8000000000005678)
    csrrci  a0, CSR_SUIRS, 8
    CHECK_EQ(a0, 0x8000000000005678)
    csrrsi  a0, CSR_SUIRS, 1
    CHECK_EQ(a0, 0x8000000000005670)
    csrrw   x0, CSR_SUIRS, x0
    CHECK_CSR(CSR_SUIRS, 0)
    CHECK_CSR(CSR_SUICFG, UINTC_BASE)
    CHECK_WRITE(CSR_SUICFG, -1, UINTC_BASE)
    CHECK_WRITE(CSR_SUICFG, 0, UINTC_BASE)
    csrrw   x0, CSR_SUICFG, x0
    CHECK_CSR(CSR_SUICFG, UINTC_BASE)
    EXPECT_NONE()
    .endm

test_main:
    CHECK_CSR(CSR_SUIST, 0)
    CHECK_CSR(CSR_SUIRS, 0)
    /* x-uintr brings the N extension. */
    CHECK_WRITE(CSR_SIDELEG, -1, U_INTS)
    masks
    GOTO_S()
    masks
    TO_M()
    li      s1, 0x5678
    csrw    CSR_SUIRS, s1
    GOTO_U()
    .irp csr, CSR_SUIST, CSR_SUIRS, CSR_SUICFG
    CHECK_ILLEGAL(csrr a0, \csr)
    CHECK_ILLEGAL(csrrw x0, \csr, x0)
    .endr
    TO_M()
    CHECK_CSR(CSR_SUIRS, 0x5678)
    GOTO_VS()
    .irp csr, CSR_SUIST, CSR_SUIRS, CSR_SUICFG
    CHECK_VIRTUAL(csrr a0, \csr)
    CHECK_VIRTUAL(csrrw x0, \csr, x0)
    .endr
    TO_M()
    GOTO_VU()
    .irp csr, CSR_SUIST, CSR_SUIRS, CSR_SUICFG
    CHECK_VIRTUAL(csrr a0, \csr)
    CHECK_VIRTUAL(csrrw x0, \csr, x0)
    .endr
    TO_M()
    CHECK_CSR(CSR_SUIRS, 0x5678)
    PASS
