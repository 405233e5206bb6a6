/*
 * utimecmp: reset value, width, and who may access it.
 *
 * Rules: UTIMER-1 UTIMER-6 UTIMER-7 UTIMER-8 CFG-8
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintr-test.inc"

    .macro accessible
    csrw    CSR_UTIMECMP, s1
    csrr    a0, CSR_UTIMECMP
    CHECK_REG(a0, s1)
    csrrw   a0, CSR_UTIMECMP, s2
    CHECK_REG(a0, s1)
    csrrw   x0, CSR_UTIMECMP, s2
    csrrsi  a0, CSR_UTIMECMP, 1
    CHECK_REG(a0, s2)
    csrrci  a0, CSR_UTIMECMP, 1
    addi    a0, a0, -1
    CHECK_REG(a0, s2)
    csrr    a0, CSR_UTIMECMP
    CHECK_REG(a0, s2)
    EXPECT_NONE()
    .endm

test_main:
    li      s1, 0x7edcba9876543210
    li      s2, 0xfedcba9876543210
    CHECK_CSR(CSR_UTIMECMP, -1)
    /* x-sutc brings the N extension. */
    CHECK_WRITE(CSR_SIDELEG, -1, U_INTS)

    .irp deleg, 0, USIP | UEIP, UTIP
    li      a1, \deleg
    csrw    CSR_SIDELEG, a1
    accessible
    GOTO_S()
    accessible
    TO_M()
    GOTO_U()
    .if \deleg == UTIP
    accessible
    .else
    CHECK_ILLEGAL(csrr a0, CSR_UTIMECMP)
    CHECK_ILLEGAL(csrw CSR_UTIMECMP, x0)
    CHECK_ILLEGAL(csrrw a0, CSR_UTIMECMP, s1)
    .endif
    TO_M()
    csrr    a0, CSR_UTIMECMP
    CHECK_REG(a0, s2)
    .endr

    .irp deleg, 0, UTIP
    li      a1, \deleg
    csrw    CSR_SIDELEG, a1
    GOTO_VS()
    CHECK_VIRTUAL(csrr a0, CSR_UTIMECMP)
    CHECK_VIRTUAL(csrw CSR_UTIMECMP, x0)
    TO_M()
    GOTO_VU()
    CHECK_VIRTUAL(csrr a0, CSR_UTIMECMP)
    CHECK_VIRTUAL(csrw CSR_UTIMECMP, x0)
    TO_M()
    .endr
    csrr    a0, CSR_UTIMECMP
    CHECK_REG(a0, s2)
    PASS
