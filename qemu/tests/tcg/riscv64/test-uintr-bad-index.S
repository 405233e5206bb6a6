/*
 * Every value of the 16 bits that name a receiver in suirs and a hart in LOW:
 * what names none has no effect, and no effect on another.
 *
 * Rules: UIPI-17 UIPI-30 UIPI-31 UDLV-3 UDLV-8
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-test.inc"

test_main:
    FIND_UINTC()
    DELEGATE_TO_U()
    UINTC_READ(s1, CAPABILITIES)
    slli    s1, s1, 48
    srli    s1, s1, 48                  /* receivers */
    SET_SUIST(1)

    /* suirs: those that exist work, the others are as if disabled. */
    li      s2, 0
    li      s3, ENABLE
    li      s5, -1
    li      s6, 63
1:
    add     t0, s2, s3
    csrw    CSR_SUIRS, t0
    csrr    a0, CSR_SUIRS
    CHECK_REG(a0, t0)
    UIPI_WRITE(s5)
    li      a0, -2
    UIPI_THRESH(a0, x0)
    CHECK_EQ(a0, 0)
    UIPI_ACTIVATE()
    li      a0, -2
    li      a1, -2
    li      a2, -2
    UIPI_CLAIM(a0)
    UIPI_READ(a1)
    UIPI_THRESH(x0, s6)
    UIPI_THRESH(a2, s6)
    bgeu    s2, s1, 2f
    CHECK_EQ(a0, 31)
    CHECK_EQ(a1, 0x7fffffff)
    CHECK_EQ(a2, 63)
    UIPI_DEACTIVATE()
    UIPI_THRESH(x0, x0)
    j       3f
2:
    CHECK_EQ(a0, -1)
    CHECK_EQ(a1, 0)
    CHECK_EQ(a2, 0)
    UIPI_READ_I(a1)
    CHECK_EQ(a1, 0)
3:
    CHECK_USIP(0)

    /* The same index as a receiver in an entry */
    slli    t0, s2, 48
    li      t1, ENTRY(3, 0, 0)
    or      t0, t0, t1
    lla     t1, table
    sd      t0, (t1)
    li      a0, -2
    UIPI_SEND(a0, x0)
    bgeu    s2, s1, 4f
    CHECK_EQ(a0, 2)
    UIPI_READ(a0)
    CHECK_EQ(a0, 1 << 3)
    j       5f
4:
    CHECK_EQ(a0, 1)
    UIPI_READ(a0)
    CHECK_EQ(a0, 0)
5:
    addi    s2, s2, 1
    srli    t0, s2, 16
    beqz    t0, 1b
    EXPECT_NONE()

    /* None of that was seen in receiver 0 or behind the last. */
    CHECK_UINTC(SLOT(0) + LOW, 0)
    CHECK_PENDING(0, 0)
    CHECK_UINTC(DOORBELLS, 0)
    CHECK_UINTC(CONTROL + 0x20, 0)

    /* hartid: of a machine with one hart only 0 is delivered to. */
    SET_SUIRS(0)
    SET_ENTRY(0, ENTRY(3, 0, 0))
    li      s2, 0
6:
    slli    t0, s2, 16
    ori     t0, t0, LOW_ACTIVE
    sd      t0, SLOT(0) + LOW(s11)
    ld      a1, SLOT(0) + LOW(s11)
    CHECK_REG(a1, t0)
    li      a0, -2
    UIPI_SEND(a0, x0)
    CHECK_EQ(a0, 0)
    li      t0, 4
    sw      t0, SLOT(0) + SEND(s11)
    csrr    a0, CSR_UIP
    seqz    a1, s2
    CHECK_REG(a0, a1)
    CHECK_PENDING(0, 0x18)
    CLEAR_LATCH()
    CHECK_USIP(0)
    addi    s2, s2, 1
    srli    t0, s2, 16
    beqz    t0, 6b
    EXPECT_NONE()
    PASS

    .data
    .balign 4096
table:
    .space  4096
