/*
 * Who may access the N extension's CSRs: the user ones from every mode,
 * sedeleg and sideleg from S and M mode only.
 *
 * Rules: NCSR-9 NCSR-10
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintr-test.inc"

    .macro user_csrs
    .irp csr, CSR_USTATUS, CSR_UIE, CSR_UTVEC, CSR_USCRATCH, CSR_UEPC, \
        CSR_UCAUSE, CSR_UTVAL, CSR_UIP
    csrr    a0, \csr
    csrrw   x0, \csr, x0
    csrrs   a0, \csr, x0
    .endr
    EXPECT_NONE()
    CHECK_WRITE(CSR_USCRATCH, 0x1234, 0x1234)
    .endm

    .macro deleg_csrs
    .irp csr, CSR_SEDELEG, CSR_SIDELEG
    csrr    a0, \csr
    csrrw   x0, \csr, x0
    .endr
    EXPECT_NONE()
    CHECK_WRITE(CSR_SIDELEG, U_INTS, U_INTS)
    .endm

test_main:
    user_csrs
    deleg_csrs

    GOTO_S()
    user_csrs
    deleg_csrs

    TO_M()
    GOTO_U()
    user_csrs
    CHECK_ILLEGAL(csrr a0, CSR_SEDELEG)
    CHECK_ILLEGAL(csrr a0, CSR_SIDELEG)
    CHECK_ILLEGAL(csrrw x0, CSR_SEDELEG, x0)
    CHECK_ILLEGAL(csrrw x0, CSR_SIDELEG, x0)
    TO_M()
    CHECK_CSR(CSR_SIDELEG, U_INTS)
    PASS
