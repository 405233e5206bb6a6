/*
 * With V=1 every uipi raises a virtual-instruction exception.
 *
 * Rules: UIPI-6
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-test.inc"

    .macro all_virtual
    li      a1, 0
    li      a0, -2
    CHECK_VIRTUAL(UIPI_SEND(a0, a1))
    CHECK_VIRTUAL(UIPI_READ(a0))
    CHECK_VIRTUAL(UIPI_WRITE(a1))
    CHECK_VIRTUAL(UIPI_ACTIVATE())
    CHECK_VIRTUAL(UIPI_DEACTIVATE())
    CHECK_VIRTUAL(UIPI_CLAIM(a0))
    CHECK_VIRTUAL(UIPI_THRESH(a0, a1))
    CHECK_VIRTUAL(UIPI_SEND_I(a0, a1))
    CHECK_VIRTUAL(UIPI_READ_I(a0))
    CHECK_VIRTUAL(UIPI_WRITE_I(a1))
    CHECK_VIRTUAL(UIPI_ACTIVATE_I())
    CHECK_VIRTUAL(UIPI_DEACTIVATE_I())
    CHECK_EQ(a0, -2)
    CHECK_UINTC(SLOT(1) + LOW, LOW_ACTIVE | LOW_MODE64)
    CHECK_PENDING(1, 0)
    /* What is illegal with V=0 stays illegal. */
    CHECK_ILLEGAL(.insn r CUSTOM_3, 6, 7, x0, x0, x0)
    CHECK_ILLEGAL(.insn i CUSTOM_3, 2, x0, x0, 5)
    .endm

test_main:
    FIND_UINTC()
    SET_SUIST(1)
    SET_SUIRS(1)
    SET_ENTRY(0, ENTRY(4, 0, 1))
    SET_LOW(1, LOW_ACTIVE | LOW_MODE64)
    /* hgatp and vsatp are bare: the device is at its address. */
    GOTO_VS()
    all_virtual
    TO_M()
    GOTO_VU()
    all_virtual
    TO_M()
    GOTO_U()
    CHECK_SEND(0, 0)
    EXPECT_NONE()
    TO_M()
    PASS

    .data
    .balign 4096
table:
    .space  4096
