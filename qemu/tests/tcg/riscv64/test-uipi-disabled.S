/*
 * Without a receiver (suirs disabled, or an index that does not exist) the
 * receiver's operations do nothing; send is not concerned.
 *
 * Rules: UIPI-30 UIPI-31 UIPI-23 UDLV-16
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-test.inc"

#define LOW1 (LOW_MODE64 | LOW_THRESH(3))

    .macro nothing_happens
    GOTO_U()
    li      a1, 0x55
    li      a0, -2
    UIPI_READ(a0)
    CHECK_EQ(a0, 0)
    UIPI_WRITE(a1)
    UIPI_ACTIVATE()
    CHECK_UINTC(SLOT(1) + LOW, LOW1)
    SET_LOW(1, LOW1 | LOW_ACTIVE)
    UIPI_DEACTIVATE()
    CHECK_UINTC(SLOT(1) + LOW, LOW1 | LOW_ACTIVE)
    CHECK_USIP(0)                       /* pending, active, not run */
    SET_LOW(1, LOW1)
    li      a0, -2
    UIPI_CLAIM(a0)
    CHECK_EQ(a0, -1)
    li      a0, -2
    li      a1, 7
    UIPI_THRESH(a0, a1)
    CHECK_EQ(a0, 0)
    li      a0, -2
    UIPI_READ_I(a0)
    CHECK_EQ(a0, 0)
    UIPI_WRITE_I(a1)
    UIPI_ACTIVATE_I()
    CHECK_UINTC(SLOT(1) + LOW, LOW1)
    CHECK_PENDING(1, 0x100)
    UINTC_WRITE(SLOT(1) + HIGH, 0x100)
    .irp receiver, 0, 511
    CHECK_UINTC(SLOT(\receiver) + LOW, 0)
    CHECK_PENDING(\receiver, 0)
    .endr
    CHECK_SEND(0, 2)
    CHECK_PENDING(2, 1 << 4)
    EXPECT_NONE()
    TO_M()
    .endm

test_main:
    FIND_UINTC()
    DELEGATE_TO_U()
    SET_SUIST(1)
    SET_ENTRY(0, ENTRY(4, 0, 2))
    SET_LOW(2, LOW_MODE64)
    SET_LOW(1, LOW1)
    UINTC_WRITE(SLOT(1) + HIGH, 0x100)

    /* Disabled, with the index of a receiver that has something pending */
    li      s1, 1
    csrw    CSR_SUIRS, s1
    nothing_happens
    csrw    CSR_SUIRS, x0
    nothing_happens

    /* Enabled, with an index past the last receiver */
    .irp index, 512, 513, 0x8001, 0xffff
    SET_SUIRS(\index)
    nothing_happens
    .endr

    /* Enabled: all of it works, and the level follows suirs at once. */
    SET_LOW(1, LOW1 | LOW_ACTIVE)
    CHECK_USIP(0)
    SET_SUIRS(1)
    CHECK_USIP(USIP)
    csrw    CSR_SUIRS, s1
    CHECK_USIP(0)
    SET_SUIRS(2)
    CHECK_USIP(0)
    SET_SUIRS(1)
    CHECK_USIP(USIP)
    GOTO_U()
    UIPI_READ(a0)
    CHECK_EQ(a0, 0x100)
    TO_M()
    PASS

    .data
    .balign 4096
table:
    .space  4096
