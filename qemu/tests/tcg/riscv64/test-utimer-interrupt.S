/*
 * UTIP is time >= utimecmp: by writing the comparand, by the clock, and by
 * writing the clock; not writable; a user-level interrupt and an end of WFI.
 *
 * Rules: UTIMER-2 UTIMER-3 UTIMER-4 UTIMER-5 UTIMER-9
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintr-test.inc"

#define TICKS   20000                   /* 2 ms */
#define FAR     600000000               /* a minute */
#define ROUNDS  100000000

test_main:
    DELEGATE_TO_U()
    li      s1, UTIP
    li      s2, -1
    CHECK_CSR_BITS(mip, UTIP, 0)

    /* At once, up and down */
    csrw    CSR_UTIMECMP, x0
    CHECK_CSR_BITS(mip, UTIP, UTIP)
    CHECK_CSR(CSR_UIP, UTIP)
    csrw    CSR_UTIMECMP, s2
    CHECK_CSR_BITS(mip, UTIP, 0)
    csrr    a1, time
    csrw    CSR_UTIMECMP, a1
    CHECK_CSR_BITS(mip, UTIP, UTIP)
    li      a2, FAR
    add     a1, a1, a2
    csrw    CSR_UTIMECMP, a1
    CHECK_CSR_BITS(mip, UTIP, 0)
    /* Compared without sign */
    li      a1, 1 << 63
    csrw    CSR_UTIMECMP, a1
    CHECK_CSR_BITS(mip, UTIP, 0)

    /* Nothing else writes UTIP. */
    csrs    mip, s1
    csrw    mip, s1
    CHECK_CSR_BITS(mip, UTIP, 0)
    csrw    CSR_UTIMECMP, x0
    csrc    mip, s1
    csrw    mip, x0
    CHECK_CSR_BITS(mip, UTIP, UTIP)
    GOTO_S()
    csrc    sip, s1
    csrw    sip, x0
    CHECK_CSR_BITS(sip, UTIP, UTIP)
    csrw    CSR_UTIMECMP, s2
    csrs    sip, s1
    CHECK_CSR_BITS(sip, UTIP, 0)
    TO_M()
    GOTO_U()
    csrs    CSR_UIP, s1
    CHECK_CSR(CSR_UIP, 0)
    csrw    CSR_UTIMECMP, x0
    csrw    CSR_UIP, x0
    CHECK_CSR(CSR_UIP, UTIP)
    csrw    CSR_UTIMECMP, s2

    /* By the clock, as an interrupt: not before its time, and once */
    csrw    CSR_UIE, s1
    csrsi   CSR_USTATUS, STATUS_UIE
    EXPECT_NONE()
    csrr    s3, time
    li      a1, TICKS
    add     s3, s3, a1
    csrw    CSR_UTIMECMP, s3
    SPIN(ROUNDS)
    REG_L   a0, MODE_U + REC_COUNT(tp)
    bnez    a0, 9f
    SPIN_END()
    csrr    a0, time
    EXPECT_TRAP(MODE_U, IRQ(UTI))
    sltu    a0, a0, s3
    CHECK_EQ(a0, 0)
    CHECK_CSR(CSR_UIP, UTIP)

    /* Several in a row, each from its handler */
    SET_HOOK(MODE_U, again)
    li      s4, 5
    csrw    CSR_UIE, s1
    SPIN(ROUNDS)
    REG_L   a0, MODE_U + REC_COUNT(tp)
    addi    a0, a0, -6
    beqz    a0, 9f
    SPIN_END()
    CLEAR_HOOK(MODE_U)
    EXPECT_TRAPS(MODE_U, 6, IRQ(UTI))
    CHECK_CSR(CSR_UIP, 0)
    TO_M()

    /* It ends WFI in S mode; undelegated it interrupts it. */
    .irp deleg, U_INTS, 0
    li      a1, \deleg
    csrw    CSR_SIDELEG, a1
    csrw    mie, s1
    csrci   sstatus, STATUS_SIE
    csrr    s3, time
    li      a1, TICKS
    add     s3, s3, a1
    csrw    CSR_UTIMECMP, s3
    GOTO_S()
    wfi
    csrr    a0, time
    sltu    a0, a0, s3
    CHECK_EQ(a0, 0)
    CHECK_CSR_BITS(sip, UTIP, UTIP)
    EXPECT_NONE()
    csrsi   sstatus, STATUS_SIE
    .if \deleg
    EXPECT_NONE()
    .else
    EXPECT_TRAP(MODE_S, IRQ(UTI))
    .endif
    TO_M()
    .endr

    /* The clock is set on, and back. */
    csrw    mie, x0
    csrr    s3, time
    li      a1, FAR
    add     s3, s3, a1
    csrw    CSR_UTIMECMP, s3
    CHECK_CSR_BITS(mip, UTIP, 0)
    li      t0, ACLINT_MTIME
    sd      s3, 0(t0)
    CHECK_CSR_BITS(mip, UTIP, UTIP)
    sd      x0, 0(t0)
    CHECK_CSR_BITS(mip, UTIP, 0)
    PASS

    /* Five times a little later, then never again */
again:
    beqz    s4, 1f
    addi    s4, s4, -1
    csrr    t5, time
    addi    t5, t5, 200
    csrw    CSR_UTIMECMP, t5
    HOOK_RESTORE(MODE_U)
    URET
1:
    csrw    CSR_UTIMECMP, s2
    HOOK_RESTORE(MODE_U)
    URET
