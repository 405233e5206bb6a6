/*
 * Handlers inside handlers: an interrupt in one that has saved uepc and
 * ucause, a trap to S mode, and an exception that is delegated.
 *
 * Rules: NTRAP-8 NTRAP-20 NTRAP-21 NDEL-6
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintr-test.inc"

test_main:
    DELEGATE_TO_U()
    li      s1, 0                       /* progress */
    li      a1, USIP | UTIP
    csrs    mip, a1
    csrsi   mie, USIP
    SET_HOOK(MODE_U, outer)
    GOTO_U()
    csrwi   CSR_USTATUS, STATUS_UIE
interrupted:
    CHECK_EQ(s1, 2)
    EXPECT_TRAPS(MODE_U, 2, IRQ(UTI))
    CHECK_CSR(CSR_USTATUS, STATUS_UIE | STATUS_UPIE)
    CHECK_CSR(CSR_UIE, 0)

    /* A trap to S mode inside a handler leaves the U level alone. */
    TO_M()
    li      a1, 1 << EXC_ILLEGAL
    csrw    medeleg, a1
    csrsi   mie, USIP
    SET_HOOK(MODE_U, to_s)
    GOTO_U()
2:
    CHECK_EQ(s1, 3)
    EXPECT_TRAP(MODE_U, IRQ(USI))

    /* A delegated exception inside a handler takes the one trap state. */
    TO_M()
    li      a1, 1 << EXC_BREAKPOINT
    csrs    medeleg, a1
    csrs    CSR_SEDELEG, a1
    csrsi   mie, USIP
    SET_HOOK(MODE_U, faulting)
    GOTO_U()
    FAIL()

outer:
    CLEAR_HOOK(MODE_U)
    csrci   CSR_UIE, USIP
    CHECK_EQ(s1, 0)
    CHECK_CSR(CSR_USTATUS, STATUS_UPIE)
    CHECK_CSR(CSR_UCAUSE, IRQ(USI))
    CHECK_EPC(MODE_U, interrupted)
    csrr    s2, CSR_UEPC
    csrr    s3, CSR_UCAUSE
    REG_L   s4, MODE_U + REC_T5(tp)
    REG_L   s5, MODE_U + REC_T6(tp)
    SET_HOOK(MODE_U, inner)
    csrsi   CSR_UIE, UTIP
    /* Masked until here */
    CHECK_EQ(s1, 0)
    csrsi   CSR_USTATUS, STATUS_UIE
inside:
    CHECK_EQ(s1, 1)
    csrci   CSR_USTATUS, STATUS_UIE
    csrsi   CSR_USTATUS, STATUS_UPIE
    li      s1, 2
    csrw    CSR_UEPC, s2
    csrw    CSR_UCAUSE, s3
    mv      t5, s4
    mv      t6, s5
    URET

inner:
    CLEAR_HOOK(MODE_U)
    li      s1, 1
    lla     t5, inside
    csrr    t6, CSR_UEPC
    CHECK_REG(t6, t5)
    CHECK_CSR(CSR_USTATUS, STATUS_UPIE)
    j       u_default

to_s:
    CLEAR_HOOK(MODE_U)
    csrci   CSR_UIE, USIP
    csrr    s2, CSR_UEPC
    csrr    a0, mstatus                 /* illegal */
    REG_L   a0, MODE_S + REC_COUNT(tp)
    CHECK_EQ(a0, 1)
    REG_S   zero, MODE_S + REC_COUNT(tp)
    csrr    a0, CSR_UEPC
    CHECK_REG(a0, s2)
    CHECK_CSR(CSR_UCAUSE, IRQ(USI))
    CHECK_CSR(CSR_USTATUS, STATUS_UPIE)
    li      s1, 3
    HOOK_RESTORE(MODE_U)
    URET

faulting:
    csrci   CSR_UIE, USIP
    SET_HOOK(MODE_U, second)
1:
    ebreak
    FAIL()
second:
    EXPECT_TRAPS(MODE_U, 2, EXC_BREAKPOINT)
    lla     a1, 1b
    csrr    a0, CSR_UEPC
    CHECK_REG(a0, a1)
    CHECK_CSR(CSR_UCAUSE, EXC_BREAKPOINT)
    CHECK_CSR(CSR_USTATUS, 0)           /* UPIE was 1: lost */
    TO_M()
    PASS
