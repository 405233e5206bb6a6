/*
 * When USIP is 1: the latch that a post sets, and the level of the receiver
 * that the hart runs; what each of them depends on.
 *
 * Rules: UDLV-1 UDLV-2 UDLV-3 UDLV-4 UDLV-5 UDLV-6 UDLV-7 UDLV-8 UDLV-12
 *        UDLV-13 UDLV-16 UDLV-17 UDLV-18 UDLV-19
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-test.inc"

#define LOW1 (LOW_MODE64 | LOW_ACTIVE)

test_main:
    FIND_UINTC()
    DELEGATE_TO_U()
    SET_SUIRS(1)
    SET_LOW(1, LOW1)
    CHECK_USIP(0)

    /* A post: latch and level. Clearing one leaves the other. */
    UINTC_WRITE(SLOT(1) + SEND, 5)
    CHECK_USIP(USIP)
    CHECK_CSR_BITS(mip, USIP, USIP)
    CHECK_CSR_BITS(sip, USIP, USIP)
    CLEAR_LATCH()
    CHECK_USIP(USIP)
    CHECK_PENDING(1, 1 << 5)
    CHECK_USIP(0)
    UINTC_WRITE(SLOT(1) + SEND, 5)
    CHECK_PENDING(1, 1 << 5)
    CHECK_USIP(USIP)
    CLEAR_LATCH()
    CHECK_USIP(0)

    /* The latch through sip and mip; written as a whole, too */
    .irp csr, sip, mip, CSR_UIP
    UINTC_WRITE(SLOT(1) + SEND, 5)
    CHECK_PENDING(1, 1 << 5)
    CHECK_USIP(USIP)
    csrci   \csr, USIP
    CHECK_USIP(0)
    UINTC_WRITE(SLOT(1) + SEND, 5)
    csrw    \csr, x0
    CHECK_USIP(USIP)
    CHECK_PENDING(1, 1 << 5)
    CHECK_USIP(0)
    .endr

    /* A read-modify-write never turns the level into the latch. */
    .irp csr, sip, mip, CSR_UIP
    UINTC_WRITE(SLOT(1) + HIGH, 1)
    CHECK_USIP(USIP)
    csrrsi  a0, \csr, 0
    csrrci  a0, \csr, 0
    li      t0, SSIP | UEIP
    csrrs   a0, \csr, t0
    csrrc   a0, \csr, t0
    CHECK_PENDING(1, 1)
    CHECK_USIP(0)
    .endr

    /* HIGH: the level only, up and down at once */
    UINTC_WRITE(SLOT(1) + HIGH, 0x40)
    CHECK_USIP(USIP)
    CHECK_PENDING(1, 0x40)
    CHECK_USIP(0)

    /* ACTIVE and LOW */
    SET_LOW(1, LOW_MODE64)
    UINTC_WRITE(SLOT(1) + SEND, 5)
    CHECK_USIP(0)
    CHECK_UINTC(DOORBELLS, 0)
    UINTC_WRITE(SLOT(1) + ACTIVE, 1)
    CHECK_USIP(USIP)
    SET_LOW(1, LOW_MODE64)
    CHECK_USIP(0)
    SET_LOW(1, LOW1)
    CHECK_USIP(USIP)
    SET_LOW(1, LOW1 | LOW_THRESH(6))
    CHECK_USIP(0)
    SET_LOW(1, LOW1 | LOW_THRESH(5))
    CHECK_USIP(USIP)
    SET_LOW(1, LOW1 | LOW_HART(1))
    CHECK_USIP(0)
    SET_LOW(1, LOW1 | LOW_HART(0xffff))
    CHECK_USIP(0)
    SET_LOW(1, LOW1)
    CHECK_USIP(USIP)

    /* suirs */
    li      s1, 1
    csrw    CSR_SUIRS, s1
    CHECK_USIP(0)
    SET_SUIRS(2)
    CHECK_USIP(0)
    SET_SUIRS(512)
    CHECK_USIP(0)
    SET_SUIRS(1)
    CHECK_USIP(USIP)
    CHECK_PENDING(1, 1 << 5)
    CHECK_USIP(0)

    /* Below the threshold: pending, and nothing else */
    SET_LOW(1, LOW1 | LOW_THRESH(10))
    UINTC_WRITE(SLOT(1) + SEND, 9)
    CHECK_USIP(0)
    UINTC_WRITE(SLOT(1) + SEND, 10)
    CHECK_USIP(USIP)
    CLEAR_LATCH()
    CHECK_USIP(USIP)
    CHECK_PENDING(1, (1 << 9) | (1 << 10))
    CHECK_USIP(0)
    SET_LOW(1, LOW1)

    /* Another active receiver of this hart: the latch, not the level */
    SET_LOW(2, LOW1)
    UINTC_WRITE(SLOT(2) + SEND, 5)
    CHECK_USIP(USIP)
    CLEAR_LATCH()
    CHECK_USIP(0)
    SET_SUIRS(2)
    CHECK_USIP(USIP)
    SET_SUIRS(1)
    CHECK_USIP(0)
    CHECK_PENDING(2, 1 << 5)
    CHECK_PENDING(1, 0)
    /* ... without any receiver that is run, the same */
    csrw    CSR_SUIRS, x0
    UINTC_WRITE(SLOT(2) + SEND, 6)
    CHECK_USIP(USIP)
    CLEAR_LATCH()
    CHECK_USIP(0)
    CHECK_PENDING(2, 1 << 6)
    SET_SUIRS(1)

    /* A hart that does not exist */
    .irp hart, 1, 8, 0x100, 0xffff
    SET_LOW(2, LOW1 | LOW_HART(\hart))
    UINTC_WRITE(SLOT(2) + SEND, 7)
    CHECK_USIP(0)
    CHECK_UINTC(DOORBELLS, 0)
    CHECK_PENDING(2, 1 << 7)
    .endr

    /* As interrupts: one per post when the handler reads pending */
    SET_HOOK(MODE_U, reader)
    li      s2, 0
    csrsi   CSR_UIE, USIP
    csrsi   CSR_USTATUS, STATUS_UIE
    GOTO_U()
    EXPECT_NONE()
    .irp vector, 0, 63, 31
    UINTC_WRITE(SLOT(1) + SEND, \vector)
    EXPECT_TRAP(MODE_U, IRQ(USI))
    CHECK_EQ(s2, 1 << \vector)
    CHECK_USIP(0)
    .endr
    UINTC_WRITE(SLOT(1) + HIGH, 0x30)
    EXPECT_TRAP(MODE_U, IRQ(USI))
    CHECK_EQ(s2, 0x30)

    /* One that reads nothing is entered again. */
    SET_HOOK(MODE_U, lazy)
    li      s2, 10
    UINTC_WRITE(SLOT(1) + SEND, 1)
    EXPECT_TRAPS(MODE_U, 10, IRQ(USI))
    CHECK_EQ(s2, 0)
    EXPECT_NONE()
    TO_M()
    PASS

reader:
    csrci   CSR_UIP, USIP
    UIPI_READ(s2)
    HOOK_RESTORE(MODE_U)
    URET

    /* Reads pending on the tenth round. */
lazy:
    csrci   CSR_UIP, USIP
    addi    s2, s2, -1
    bnez    s2, 1f
    UIPI_READ(x0)
1:
    HOOK_RESTORE(MODE_U)
    URET
