/*
 * WFI ends for a U interrupt that is pending and enabled, whatever UIE and
 * sideleg are, and waits when it is not enabled.
 *
 * Rules: NMIP-7
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintr-test.inc"

/* Ticks of 100 ns: what must not pass, and what must */
#define LONG_TICKS 100000000
#define SHORT_TICKS 20000

    /* The M timer ends a wait that nothing else does. */
    .macro start_timer ticks
#if __riscv_xlen == 64
    li      t0, ACLINT_MTIME
    ld      t1, 0(t0)
    li      t2, \ticks
    add     t1, t1, t2
    li      t0, ACLINT_MTIMECMP
    sd      t1, 0(t0)
#else
    li      t0, ACLINT_MTIMECMP
    li      t1, -1
    sw      t1, 4(t0)
    li      t2, ACLINT_MTIME
    lw      t1, 0(t2)
    li      t2, \ticks
    add     t1, t1, t2
    sw      t1, 0(t0)
    sw      x0, 4(t0)
#endif
    li      a1, MTIP
    csrs    mie, a1
    .endm

test_main:
    lla     a1, u_vector
    csrw    CSR_UTVEC, a1
    .irp deleg, 0, U_INTS
    .irp irq, USI, UTI, UEI
    li      a1, \deleg
    csrw    CSR_SIDELEG, a1
    li      s1, 1 << \irq
    csrw    mip, s1

    /* Enabled: goes on without a trap, in S and in M mode */
    csrw    mie, s1
    start_timer LONG_TICKS
    csrci   sstatus, STATUS_SIE
    csrci   sstatus, STATUS_UIE
    GOTO_S()
    wfi
    EXPECT_NONE()
    csrsi   sstatus, STATUS_UIE
    wfi
    EXPECT_NONE()
    TO_M()
    wfi
    EXPECT_NONE()
    CHECK_CSR_BITS(mip, MTIP, 0)
    EXPECT_NONE()

    /* Not enabled: waits for the timer */
    csrw    mie, x0
    start_timer SHORT_TICKS
    GOTO_S()
    EXPECT_NONE()
    wfi
    EXPECT_TRAP(MODE_M, IRQ(MTI))
    TO_M()
    .endr
    .endr
    PASS
