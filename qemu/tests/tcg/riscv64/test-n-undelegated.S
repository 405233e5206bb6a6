/*
 * U-level interrupts that sideleg does not delegate: S-level interrupts
 * with cause 0, 4 or 8, after S mode's own.
 *
 * Rules: NDEL-10 NTRAP-5 NTRAP-7 NCSR-5
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintr-test.inc"

test_main:
    SET_HOOK(MODE_S, s_hook)
    SET_HOOK(MODE_U, u_hook)
    lla     a1, u_vector
    csrw    CSR_UTVEC, a1
    li      s1, U_INTS

    /* One by one: from U mode, from S mode with SIE, never without it */
    .irp irq, USI, UTI, UEI
    li      a1, 1 << \irq
    csrw    mip, a1
    csrw    sie, a1
    CHECK_CSR(sie, 1 << \irq)
    GOTO_U()
1:
    EXPECT_TRAP(MODE_S, IRQ(\irq))
    CHECK_EPC(MODE_S, 1b)
    CHECK_TVAL(MODE_S, 0)
    TO_M()
    csrci   sstatus, STATUS_SIE
    GOTO_S()
    li      a1, 1 << \irq
    csrw    sie, a1
    nop
    EXPECT_NONE()
    csrsi   sstatus, STATUS_SIE
1:
    EXPECT_TRAP(MODE_S, IRQ(\irq))
    CHECK_EPC(MODE_S, 1b)
    TO_M()
    .endr

    /* Not in M mode */
    li      a1, -1
    csrw    mip, a1
    csrs    mie, s1
    csrsi   mstatus, STATUS_MIE
    nop
    csrci   mstatus, STATUS_MIE
    EXPECT_NONE()
    csrw    mip, x0

    /* Among themselves 8, 0, 4 */
    li      s2, 0
    csrs    mip, s1
    csrs    mie, s1
    GOTO_U()
    CHECK_EQ(s2, 0x915)
    EXPECT_TRAPS(MODE_S, 3, IRQ(UTI))

    /* S mode's own come first, in whatever order: 2, 6, 10, then 915. */
    TO_M()
    li      s2, 0
    li      a1, SSIP | STIP | SEIP
    csrs    mideleg, a1
    csrs    mip, a1
    csrs    mie, s1
    csrs    mie, a1
    GOTO_U()
    EXPECT_TRAPS(MODE_S, 6, IRQ(UTI))
    li      a1, 0xfff
    and     a0, s2, a1
    CHECK_EQ(a0, 0x915)
    li      a0, 0
    srli    s2, s2, 12
1:
    andi    a1, s2, 15
    li      a2, 1
    sll     a2, a2, a1
    or      a0, a0, a2
    srli    s2, s2, 4
    bnez    s2, 1b
    CHECK_EQ(a0, (1 << 2) | (1 << 6) | (1 << 10))

    /* Delegated ones come after undelegated ones. */
    .irp deleg, USIP, UTIP, UEIP
    TO_M()
    li      s2, 0
    li      a1, \deleg
    csrw    CSR_SIDELEG, a1
    csrsi   CSR_USTATUS, STATUS_UIE
    csrw    mip, s1
    csrw    mie, s1
    GOTO_U()
    .if \deleg == USIP
    CHECK_EQ(s2, 0x951)
    .elseif \deleg == UTIP
    CHECK_EQ(s2, 0x915)
    .else
    CHECK_EQ(s2, 0x159)
    .endif
    REG_L   a0, MODE_S + REC_COUNT(tp)
    CHECK_EQ(a0, 2)
    REG_S   zero, MODE_S + REC_COUNT(tp)
    REG_L   a0, MODE_U + REC_COUNT(tp)
    CHECK_EQ(a0, 1)
    REG_S   zero, MODE_U + REC_COUNT(tp)
    .endr
    EXPECT_NONE()
    TO_M()
    PASS

    .macro note cause
    slli    s2, s2, 4
    csrr    t5, \cause
    andi    t5, t5, 15
    addi    t5, t5, 1
    or      s2, s2, t5
    .endm
s_hook:
    note    scause
    j       s_default
u_hook:
    note    CSR_UCAUSE
    j       u_default
