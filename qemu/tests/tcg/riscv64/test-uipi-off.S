/*
 * With x-n alone, what x-uintr and x-sutc bring is illegal.
 *
 * Rules: UCSR-6 UIPI-8 CFG-1
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintr-test.inc"

    .macro all_illegal
    .irp csr, CSR_SUIST, CSR_SUIRS, CSR_SUICFG, CSR_UTIMECMP
    CHECK_ILLEGAL(csrr a0, \csr)
    CHECK_ILLEGAL(csrrw x0, \csr, x0)
    .endr
    .irp op, 0, 1, 2, 3, 4, 5, 6
    CHECK_ILLEGAL(.insn r CUSTOM_3, 6, \op, x0, x0, x0)
    .endr
    .irp op, 0, 1, 2, 3, 4
    CHECK_ILLEGAL(.insn i CUSTOM_3, 2, x0, x0, \op)
    .endr
    .endm

test_main:
    CHECK_WRITE(CSR_SIDELEG, -1, U_INTS)
    all_illegal
    GOTO_S()
    all_illegal
    TO_M()
    GOTO_U()
    all_illegal
    TO_M()
    PASS
