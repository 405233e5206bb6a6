/*
 * uipi.send: its three results, and no side effect with result 1.
 *
 * Rules: UIPI-9 UIPI-10 UIPI-11 UIPI-15 UIPI-17 UIPI-18 UIPI-19 UIPI-23
 *        UCSR-7
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-test.inc"

#define LOW1 (LOW_ACTIVE | LOW_MODE64)
#define LOW2 (LOW_MODE64 | LOW_KN)

    /* Not posted, and no trace of it */
    .macro refused index
    CHECK_SEND(\index, 1)
    CHECK_UINTC(SLOT(1) + LOW, LOW1)
    CHECK_UINTC(SLOT(2) + LOW, LOW2)
    .irp receiver, 0, 1, 2, 511
    CHECK_PENDING(\receiver, 0)
    .endr
    CHECK_USIP(0)
    CHECK_UINTC(DOORBELLS, 0)
    .endm

test_main:
    FIND_UINTC()
    SET_SUIST(1)
    DELEGATE_TO_U()
    SET_LOW(1, LOW1)
    SET_LOW(2, LOW2)
    GOTO_U()

    /* To an active receiver; suirs is not needed. */
    SET_ENTRY(0, ENTRY(5, 0, 1))
    CHECK_SEND(0, 0)
    CHECK_USIP(USIP)
    CHECK_PENDING(1, 1 << 5)
    CLEAR_LATCH()
    CHECK_USIP(0)

    /* Every vector, the old encoding too */
    li      s1, 0
1:
    slli    s2, s1, 16
    li      t0, ENTRY(0, 0, 1)
    or      s2, s2, t0
    lla     t0, table
    sd      s2, 0(t0)
    CHECK_SEND(0, 0)
    li      a0, -2
    li      a1, 0
    UIPI_SEND_I(a0, a1)
    CHECK_EQ(a0, 0)
    li      s2, 1
    sll     s2, s2, s1
    UINTC_READ(a0, SLOT(1) + HIGH)
    CHECK_REG(a0, s2)
    addi    s1, s1, 1
    li      t0, 64
    bne     s1, t0, 1b
    CLEAR_LATCH()

    /* Several are kept. */
    SET_ENTRY(0, ENTRY(63, 0, 1))
    SET_ENTRY(1, ENTRY(0, 0, 1))
    CHECK_SEND(0, 0)
    CHECK_SEND(1, 0)
    CHECK_PENDING(1, 0x8000000000000001)
    CLEAR_LATCH()

    /* To an inactive receiver: pending there, and only there */
    SET_ENTRY(2, ENTRY(7, 0, 2))
    CHECK_SEND(2, 2)
    CHECK_USIP(0)
    CHECK_PENDING(1, 0)
    CHECK_PENDING(2, 1 << 7)
    CHECK_UINTC(DOORBELL, 2)
    li      a0, -2
    li      a1, 2
    UIPI_SEND_I(a0, a1)
    CHECK_EQ(a0, 2)
    CHECK_PENDING(2, 1 << 7)
    CHECK_UINTC(DOORBELL, 2)
    SET_ENTRY(3, ENTRY(7, 0, 511))
    CHECK_SEND(3, 2)
    CHECK_PENDING(511, 1 << 7)

    /* The bits of an entry that mean nothing */
    SET_ENTRY(4, ENTRY(5, 0, 1) | 0xfffe)
    CHECK_SEND(4, 0)
    CHECK_PENDING(1, 1 << 5)
    CLEAR_LATCH()

    /* Not valid */
    SET_ENTRY(4, ENTRY(5, 0, 1) & ~1)
    refused 4
    SET_ENTRY(4, (ENTRY(5, 0, 1) & ~1) | 0xfffe)
    refused 4
    refused 5                           /* all zero */

    /* No such vector */
    SET_ENTRY(4, ENTRY(64, 0, 1))
    refused 4
    SET_ENTRY(4, ENTRY(0x8000, 0, 1))
    refused 4
    SET_ENTRY(4, ENTRY(0xffff, 0, 2))
    refused 4

    /* No such receiver */
    SET_ENTRY(4, ENTRY(5, 0, 512))
    refused 4
    SET_ENTRY(4, ENTRY(5, 0, 0xffff))
    refused 4

    /* The entry is read each time. */
    SET_ENTRY(4, ENTRY(6, 0, 1))
    CHECK_SEND(4, 0)
    CHECK_PENDING(1, 1 << 6)
    CLEAR_LATCH()

    /* The table off */
    TO_M()
    li      t0, ENABLE
    csrc    CSR_SUIST, t0
    GOTO_U()
    refused 4
    TO_M()
    csrs    CSR_SUIST, t0
    GOTO_U()
    CHECK_SEND(4, 0)
    CHECK_PENDING(1, 1 << 6)
    CLEAR_LATCH()

    /* 32-bit mode has vectors 0 to 31. */
    SET_LOW(1, LOW_ACTIVE)
    SET_ENTRY(4, ENTRY(31, 0, 1))
    CHECK_SEND(4, 0)
    CHECK_PENDING(1, 1 << 31)
    CLEAR_LATCH()
    SET_ENTRY(4, ENTRY(32, 0, 1))
    CHECK_SEND(4, 1)
    SET_ENTRY(4, ENTRY(63, 0, 1))
    CHECK_SEND(4, 1)
    CHECK_PENDING(1, 0)
    CHECK_USIP(0)
    EXPECT_NONE()
    TO_M()
    PASS

    .data
    .balign 4096
table:
    .space  4096
