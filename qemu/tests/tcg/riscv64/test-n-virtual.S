/*
 * With V=1: every CSR of the extension and uret raise a virtual-instruction
 * exception, and nothing is taken into VU mode by a user-level trap.
 *
 * Rules: NCSR-11 NCSR-12 NDEL-9 NTRAP-4 NTRAP-17
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintr-test.inc"

    .macro all_virtual
    .irp csr, CSR_USTATUS, CSR_UIE, CSR_UTVEC, CSR_USCRATCH, CSR_UEPC, \
        CSR_UCAUSE, CSR_UTVAL, CSR_UIP, CSR_SEDELEG, CSR_SIDELEG
    CHECK_VIRTUAL(csrr a0, \csr)
    CHECK_VIRTUAL(csrrw x0, \csr, x0)
    .endr
    CHECK_VIRTUAL(URET)
    .endm

test_main:
    csrr    a0, misa
    andi    a0, a0, 1 << 7
    CHECK_EQ(a0, 1 << 7)
    li      s1, U_INTS
    DELEGATE_TO_U()

    GOTO_VS()
    all_virtual
    /* VS mode's own sstatus, sie and sip have no U bits. */
    csrsi   sstatus, STATUS_UIE | STATUS_UPIE
    CHECK_CSR_BITS(sstatus, STATUS_UIE | STATUS_UPIE, 0)
    csrs    sie, s1
    CHECK_CSR_BITS(sie, U_INTS, 0)
    csrs    sip, s1
    CHECK_CSR_BITS(sip, U_INTS, 0)
    EXPECT_NONE()
    TO_M()
    CHECK_CSR_BITS(mstatus, STATUS_UIE | STATUS_UPIE, 0)
    CHECK_CSR_BITS(mie, U_INTS, 0)
    CHECK_CSR_BITS(mip, U_INTS, 0)

    GOTO_VU()
    all_virtual
    TO_M()

    /* hideleg cannot hand them to VS mode. */
    csrs    hideleg, s1
    CHECK_CSR_BITS(hideleg, U_INTS, 0)

    /* Delegated interrupts wait for U mode. */
    csrs    mip, s1
    csrs    mie, s1
    csrsi   CSR_USTATUS, STATUS_UIE
    GOTO_VU()
    nop
    EXPECT_NONE()
    TO_M()
    GOTO_VS()
    nop
    EXPECT_NONE()
    TO_M()
    CHECK_CSR_BITS(mip, U_INTS, U_INTS)
    GOTO_U()
    EXPECT_TRAPS(MODE_U, 3, IRQ(UTI))
    TO_M()

    /* Undelegated ones are HS mode's and come at once. */
    csrw    CSR_SIDELEG, x0
    .irp irq, USI, UTI, UEI
    li      a1, 1 << \irq
    csrw    mie, a1
    GOTO_VU()
    EXPECT_TRAP(MODE_S, IRQ(\irq))
    TO_M()
    csrw    mie, a1
    GOTO_VS()
    EXPECT_TRAP(MODE_S, IRQ(\irq))
    TO_M()
    .endr

    /* Exceptions of VU and VS mode: sedeleg is not for them. */
    li      a1, 1 << EXC_BREAKPOINT
    csrw    medeleg, a1
    csrw    CSR_SEDELEG, a1
    csrw    mie, x0
    GOTO_VU()
    ebreak
    EXPECT_TRAP(MODE_S, EXC_BREAKPOINT)
    TO_M()
    GOTO_VS()
    ebreak
    EXPECT_TRAP(MODE_S, EXC_BREAKPOINT)
    TO_M()
    GOTO_U()
    ebreak
    EXPECT_TRAP(MODE_U, EXC_BREAKPOINT)
    TO_M()

    /* Nor with hedeleg, which hands them to VS mode. */
    csrw    hedeleg, a1
    lla     a1, s_vector
    csrw    vstvec, a1
    GOTO_VU()
    ebreak
    EXPECT_TRAP(MODE_S, EXC_BREAKPOINT)
    TO_M()
    csrr    a0, vscause
    CHECK_EQ(a0, EXC_BREAKPOINT)
    PASS
