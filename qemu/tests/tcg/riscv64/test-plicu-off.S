/*
 * Without plic-umode the contexts are M and S of each hart, and nothing of
 * the PLIC's drives UEIP. Runs with one hart and with two.
 *
 * Rules: CFG-4
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "plic-test.inc"

test_main:
    WRITE32(PLIC_PRIORITY(UART_SOURCE), 1)
    .irp context, 0, 1, 2, 3
    WRITE32(PLIC_ENABLE(\context), 1 << UART_SOURCE)
    UART_ON()
    .if \context == 0
    CHECK_CSR_BITS(mip, UEIP | SEIP | MEIP, MEIP)
    .elseif \context == 1
    CHECK_CSR_BITS(mip, UEIP | SEIP | MEIP, SEIP)
    .else
    CHECK_CSR_BITS(mip, UEIP | SEIP | MEIP, 0)
    .endif
    UART_OFF()
    .if \context < 2
    CHECK_READ32(PLIC_CLAIM(\context), UART_SOURCE)
    WRITE32(PLIC_CLAIM(\context), UART_SOURCE)
    CHECK_CSR_BITS(mip, UEIP | SEIP | MEIP, 0)
    .endif
    WRITE32(PLIC_ENABLE(\context), 0)
    .endr
    EXPECT_NONE()
    PASS
