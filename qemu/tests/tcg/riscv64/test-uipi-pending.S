/*
 * The receiver's operations: read, write, claim, thresh, activate and
 * deactivate.
 *
 * Rules: UIPI-24 UIPI-25 UIPI-26 UIPI-27 UIPI-28 UIPI-29 UDLV-17 UDLV-18
 *        UDLV-19 UDLV-13
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-test.inc"

#define LOW3 (LOW_MODE64 | LOW_KN | LOW_TAG(0x1234))

    .macro write value
    li      a1, \value
    UIPI_WRITE(a1)
    .endm

    .macro check_read value
    li      a0, -2
    UIPI_READ(a0)
    CHECK_EQ(a0, \value)
    .endm

    .macro check_claim value
    li      a0, -2
    UIPI_CLAIM(a0)
    CHECK_EQ(a0, \value)
    .endm

    .macro check_thresh value, old
    li      a0, -2
    li      a1, \value
    UIPI_THRESH(a0, a1)
    CHECK_EQ(a0, \old)
    .endm

test_main:
    FIND_UINTC()
    DELEGATE_TO_U()
    SET_SUIRS(3)
    SET_LOW(3, LOW3)
    GOTO_U()

    /* read and write; nobody else's */
    UINTC_WRITE(SLOT(2) + HIGH, 0x22)
    UINTC_WRITE(SLOT(4) + HIGH, 0x44)
    check_read 0
    write   0x8000000000000001
    write   0x0000000100000001
    CHECK_USIP(0)
    check_read 0x8000000100000001
    check_read 0
    write   0
    check_read 0
    write   -1
    UIPI_READ(x0)
    check_read 0
    li      a1, 0x55
    UIPI_WRITE_I(a1)
    li      a0, -2
    UIPI_READ_I(a0)
    CHECK_EQ(a0, 0x55)
    CHECK_PENDING(3, 0)
    CHECK_PENDING(2, 0x22)
    CHECK_PENDING(4, 0x44)
    CHECK_UINTC(DOORBELLS, 0)           /* write rings none, KN or not */

    /* activate, deactivate: that field only, and the level follows */
    write   0x10
    UIPI_ACTIVATE()
    CHECK_UINTC(SLOT(3) + LOW, LOW3 | LOW_ACTIVE)
    CHECK_USIP(USIP)
    UIPI_ACTIVATE()
    CHECK_UINTC(SLOT(3) + LOW, LOW3 | LOW_ACTIVE)
    CLEAR_LATCH()
    CHECK_USIP(USIP)                    /* the level, not the latch */
    UIPI_DEACTIVATE()
    CHECK_UINTC(SLOT(3) + LOW, LOW3)
    CHECK_USIP(0)
    UIPI_ACTIVATE_I()
    CHECK_USIP(USIP)
    CHECK_UINTC(SLOT(3) + LOW, LOW3 | LOW_ACTIVE)
    UIPI_DEACTIVATE_I()
    CHECK_USIP(0)
    UIPI_ACTIVATE()
    CHECK_USIP(USIP)
    check_read 0x10
    CHECK_USIP(0)                       /* write sets no latch */
    write   1
    CHECK_USIP(USIP)
    CLEAR_LATCH()
    CHECK_USIP(USIP)

    /* claim: from the highest, that one only */
    check_claim 0
    CHECK_USIP(0)
    check_claim -1
    write   0x8000000080100001
    check_claim 63
    check_claim 31
    CHECK_USIP(USIP)
    check_claim 20
    UIPI_CLAIM(x0)
    check_claim -1
    check_read 0
    CHECK_USIP(0)

    /* thresh: six bits; claim and the level begin there */
    check_thresh 63, 0
    check_thresh 64, 63
    check_thresh -1, 0
    check_thresh 20, 63
    CHECK_UINTC(SLOT(3) + LOW, LOW3 | LOW_ACTIVE | LOW_THRESH(20))
    write   (1 << 19) | 1
    CHECK_USIP(0)
    check_claim -1
    write   1 << 20
    CHECK_USIP(USIP)
    check_claim 20
    CHECK_USIP(0)
    check_claim -1
    check_thresh 19, 20
    CHECK_USIP(USIP)
    check_thresh 20, 19
    CHECK_USIP(0)
    li      a1, 1
    UIPI_THRESH(x0, a1)
    CHECK_USIP(USIP)
    check_claim 19
    check_claim -1
    CHECK_USIP(0)
    check_thresh 0, 1
    CHECK_USIP(USIP)
    check_claim 0
    check_claim -1
    check_thresh 63, 0
    write   0x7fffffffffffffff
    CHECK_USIP(0)
    write   1 << 63
    CHECK_USIP(USIP)
    check_claim 63
    check_claim -1
    check_read 0x7fffffffffffffff
    check_thresh 0, 63

    /* 32-bit mode: the upper half of a write is dropped. */
    SET_LOW(3, LOW_ACTIVE)
    write   0xffffffff00000000
    CHECK_USIP(0)
    check_read 0
    write   0x8000000180000000
    check_claim 31
    check_read 0
    EXPECT_NONE()
    TO_M()
    PASS

    .data
    .balign 4096
table:
    .space  4096
