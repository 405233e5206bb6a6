/*
 * The clock's alarm by way of the U contexts, on every hart: hart h has the
 * contexts 3h (M), 3h + 1 (S) and 3h + 2 (U).
 *
 * Rules: PLICU-1 PLICU-2 PLICU-5
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#define SMP
#include "plic-test.inc"

#define HARTS       2
#define DELAY       1000000             /* 1 ms */
#define ROUNDS      5
#define PATIENCE    400000000

    /* One hart after the other: hart 0, then hart 1, which ends the test */
test_main:
hart_main:
    csrr    s0, mhartid
    SPIN(PATIENCE)
    lla     t0, turn
    lw      t1, 0(t0)
    beq     t1, s0, 9f
    SPIN_END()
    WRITE32(PLIC_PRIORITY(RTC_SOURCE), 1)
    li      s1, 3
    mul     s1, s1, s0
    addi    s1, s1, 2                   /* this hart's U context */
    slli    t0, s1, 7
    li      t1, PLIC_ENABLE(0)
    add     s2, t0, t1
    li      t1, 1 << RTC_SOURCE
    sw      t1, 0(s2)
    slli    t0, s1, 12
    li      t1, PLIC_CLAIM(0)
    add     s3, t0, t1
    li      s4, RTC

    DELEGATE_TO_U()
    SET_HOOK(MODE_U, driver)
    li      s5, 0
    li      a1, UEIP
    csrw    CSR_UIE, a1
    csrsi   CSR_USTATUS, STATUS_UIE
    GOTO_U()
next:
    addi    s6, s5, 1
    lwu     t0, RTC_TIME_LOW(s4)
    lwu     t1, RTC_TIME_HIGH(s4)
    slli    t1, t1, 32
    or      t0, t0, t1
    li      t1, DELAY
    add     t0, t0, t1
    li      t1, 1
    sw      t1, RTC_IRQ_ENABLED(s4)
    srli    t1, t0, 32
    sw      t1, RTC_ALARM_HIGH(s4)
    sw      t0, RTC_ALARM_LOW(s4)
    SPIN(PATIENCE)
    beq     s5, s6, 9f
    SPIN_END()
    EXPECT_TRAP(MODE_U, IRQ(UEI))
    CHECK_EQ(s7, RTC_SOURCE)
    CHECK_CSR(CSR_UIP, 0)
    li      t0, ROUNDS
    bne     s5, t0, next
    csrw    CSR_UIE, x0
    EXPECT_NONE()
    sw      x0, 0(s2)
    TO_M()
    addi    s0, s0, 1
    lla     t0, turn
    fence
    sw      s0, 0(t0)
    li      t0, HARTS
    bne     s0, t0, park
    PASS

driver:
    lw      s7, 0(s3)
    sw      x0, RTC_CLEAR_INTERRUPT(s4)
    sw      s7, 0(s3)
    addi    s5, s5, 1
    HOOK_RESTORE(MODE_U)
    URET

    .data
    .balign 8
turn:
    .word   0
