/*
 * x-uintr on a machine without UINTC: suicfg is 0, send returns 1, and the
 * rest acts as with suirs disabled.
 *
 * Rules: UIPI-32 UCSR-3
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-test.inc"

test_main:
    DELEGATE_TO_U()
    CHECK_CSR(CSR_SUICFG, 0)
    CHECK_WRITE(CSR_SUICFG, UINTC_BASE, 0)
    CHECK_WRITE(CSR_SUIRS, ENABLE, ENABLE)
    SET_SUIST(1)
    SET_ENTRY(0, ENTRY(4, 0, 0))
    GOTO_U()
    CHECK_SEND(0, 1)
    CHECK_SEND(1, 1)
    li      a1, 0x55
    UIPI_WRITE(a1)
    UIPI_ACTIVATE()
    CHECK_USIP(0)
    li      a0, -2
    UIPI_READ(a0)
    CHECK_EQ(a0, 0)
    li      a0, -2
    UIPI_CLAIM(a0)
    CHECK_EQ(a0, -1)
    li      a0, -2
    UIPI_THRESH(a0, a1)
    CHECK_EQ(a0, 0)
    li      a0, -2
    UIPI_THRESH(a0, a1)
    CHECK_EQ(a0, 0)
    UIPI_DEACTIVATE()
    EXPECT_NONE()
    TO_M()
    PASS

    .data
    .balign 4096
table:
    .space  4096
