/*
 * Interrupts in order: M before S before U; in U mode 8, 0, 4.
 *
 * Rules: NTRAP-1 NTRAP-2 NTRAP-3 NTRAP-5 NTRAP-6 NTRAP-8 NTRAP-9 NTRAP-10
 *        NTRAP-11 NDEL-11
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintr-test.inc"

    /* The hooks write the order down: one digit per trap, cause + 1. */
    .macro note cause
    slli    s2, s2, 4
    csrr    t5, \cause
    andi    t5, t5, 15
    addi    t5, t5, 1
    or      s2, s2, t5
    .endm

test_main:
    DELEGATE_TO_U()
    SET_HOOK(MODE_M, m_hook)
    SET_HOOK(MODE_S, s_hook)
    SET_HOOK(MODE_U, u_hook)
    li      s1, U_INTS
    csrs    mip, s1

    /* Enabled in uie but not in ustatus, then the other way round */
    csrs    mie, s1
    li      s2, 0
    GOTO_U()
    nop
    EXPECT_NONE()
    csrw    CSR_UIE, x0
    csrsi   CSR_USTATUS, STATUS_UIE
    nop
    EXPECT_NONE()

    /* Not in S and M mode, whatever is enabled there */
    TO_M()
    csrs    mie, s1
    csrsi   mstatus, STATUS_MIE
    nop
    csrci   mstatus, STATUS_MIE
    GOTO_S()
    csrsi   sstatus, STATUS_SIE
    nop
    csrci   sstatus, STATUS_SIE
    EXPECT_NONE()

    /* On the return to U mode all three, at its first instruction */
    csrw    CSR_UTVAL, s1
    S_TO_U()
1:
    EXPECT_TRAPS(MODE_U, 3, IRQ(UTI))
    CHECK_EPC(MODE_U, 1b)
    CHECK_TVAL(MODE_U, 0)
    CHECK_EQ(s2, 0x915)
    CHECK_EQ(s4, STATUS_UPIE)
    CHECK_CSR(CSR_USTATUS, STATUS_UIE | STATUS_UPIE)
    CHECK_CSR(CSR_UCAUSE, IRQ(UTI))

    /* Two at a time */
    .irp pair, UEIP | USIP, UEIP | UTIP, USIP | UTIP
    li      s2, 0
    li      a1, \pair
    csrs    CSR_UIE, a1
    .if \pair == UEIP | USIP
    CHECK_EQ(s2, 0x91)
    EXPECT_TRAPS(MODE_U, 2, IRQ(USI))
    .elseif \pair == UEIP | UTIP
    CHECK_EQ(s2, 0x95)
    EXPECT_TRAPS(MODE_U, 2, IRQ(UTI))
    .else
    CHECK_EQ(s2, 0x15)
    EXPECT_TRAPS(MODE_U, 2, IRQ(UTI))
    .endif
    .endr

    /* With one of S mode and one of M mode */
    TO_M()
    li      s2, 0
    li      t0, ACLINT_MSIP
    li      t1, 1
    sw      t1, 0(t0)
    csrsi   mideleg, SSIP
    csrsi   mip, SSIP
    li      a1, U_INTS | SSIP | MSIP
    csrs    mie, a1
    GOTO_U()
    CHECK_EQ(s2, 0x42915)
    REG_L   a0, MODE_M + REC_COUNT(tp)
    CHECK_EQ(a0, 1)
    REG_L   a0, MODE_S + REC_COUNT(tp)
    CHECK_EQ(a0, 1)
    REG_L   a0, MODE_U + REC_COUNT(tp)
    CHECK_EQ(a0, 3)
    TO_M()
    PASS

m_hook:
    note    mcause
    j       m_default
s_hook:
    note    scause
    j       s_default
u_hook:
    note    CSR_UCAUSE
    csrr    s4, CSR_USTATUS
    j       u_default
