/*
 * utvec: direct and vectored mode; the reserved modes keep the old value.
 *
 * Rules: NCSR-6 NTRAP-12 NTRAP-13
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintr-test.inc"

    /* Each entry leaves its number in uscratch. */
    .macro entry n
    csrwi   CSR_USCRATCH, \n
    j       u_vector
    .endm

test_main:
    lla     s1, direct
    lla     s2, vectored
    csrw    CSR_UTVEC, s1
    csrr    a0, CSR_UTVEC
    CHECK_REG(a0, s1)
    ori     s3, s2, 1
    csrw    CSR_UTVEC, s3
    csrr    a0, CSR_UTVEC
    CHECK_REG(a0, s3)
    /* Modes 2 and 3, with another base: nothing of it is taken. */
    ori     a1, s1, 2
    csrw    CSR_UTVEC, a1
    csrr    a0, CSR_UTVEC
    CHECK_REG(a0, s3)
    ori     a1, s1, 3
    csrw    CSR_UTVEC, a1
    csrr    a0, CSR_UTVEC
    CHECK_REG(a0, s3)
    csrsi   CSR_UTVEC, 2
    csrr    a0, CSR_UTVEC
    CHECK_REG(a0, s3)
    csrrw   x0, CSR_UTVEC, s1
    csrr    a0, CSR_UTVEC
    CHECK_REG(a0, s1)

    li      a1, U_INTS
    csrw    CSR_SIDELEG, a1
    li      a1, 1 << EXC_BREAKPOINT
    csrw    medeleg, a1
    csrw    CSR_SEDELEG, a1

    /* Direct: all go to the base. */
    csrw    CSR_UTVEC, s1
    csrsi   CSR_USTATUS, STATUS_UIE
    .irp irq, USI, UTI, UEI
    li      a1, 1 << \irq
    csrs    mip, a1
    csrs    mie, a1
    csrwi   CSR_USCRATCH, 0
    GOTO_U()
    EXPECT_TRAP(MODE_U, IRQ(\irq))
    TO_M()
    CHECK_CSR(CSR_USCRATCH, 31)
    csrw    mip, x0
    .endr
    GOTO_U()
    ebreak
    EXPECT_TRAP(MODE_U, EXC_BREAKPOINT)
    CHECK_CSR(CSR_USCRATCH, 31)
    TO_M()

    /* Vectored: interrupts by their number, exceptions to the base. */
    csrw    CSR_UTVEC, s3
    .irp irq, USI, UTI, UEI
    li      a1, 1 << \irq
    csrs    mip, a1
    csrs    mie, a1
    csrwi   CSR_USCRATCH, 0
    GOTO_U()
    EXPECT_TRAP(MODE_U, IRQ(\irq))
    TO_M()
    CHECK_CSR(CSR_USCRATCH, 16 + \irq)
    csrw    mip, x0
    .endr
    csrwi   CSR_USCRATCH, 0
    GOTO_U()
    ebreak
    EXPECT_TRAP(MODE_U, EXC_BREAKPOINT)
    CHECK_CSR(CSR_USCRATCH, 16)
    TO_M()
    PASS

    .balign 64
direct:
    entry   31

    .balign 64
vectored:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
    j       entry\n
    .endr
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
entry\n:
    entry   16 + \n
    .endr
