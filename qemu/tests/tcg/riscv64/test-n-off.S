/*
 * Without x-n the machine is what it was: no U-level CSR, no uret, no uipi,
 * and the U bits of the M- and S-level CSRs read 0 whatever is written.
 *
 * Rules: CFG-1 CFG-2 CFG-3 UCSR-6 UIPI-8
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintr-test.inc"

test_main:
    .irp csr, CSR_USTATUS, CSR_UIE, CSR_UTVEC, CSR_USCRATCH, CSR_UEPC, \
        CSR_UCAUSE, CSR_UTVAL, CSR_UIP, CSR_SEDELEG, CSR_SIDELEG, \
        CSR_SUIST, CSR_SUIRS, CSR_SUICFG, CSR_UTIMECMP
    CHECK_ILLEGAL(csrr a0, \csr)
    CHECK_ILLEGAL(csrrw x0, \csr, x0)
    .endr
    CHECK_ILLEGAL(URET)
    CHECK_TVAL(MODE_M, 0x00200073)

    /* uipi, R form and I form */
    .irp op, 0, 1, 2, 3, 4, 5, 6
    CHECK_ILLEGAL(.insn r CUSTOM_3, 6, \op, a0, a1, x0)
    .endr
    .irp op, 0, 1, 2, 3, 4
    CHECK_ILLEGAL(.insn i CUSTOM_3, 2, a0, a1, \op)
    .endr

    li      s1, U_INTS
    .irp csr, mideleg, mie, sie, mip, sip
    csrs    \csr, s1
    CHECK_CSR_BITS(\csr, U_INTS, 0)
    .endr
    .irp csr, mstatus, sstatus
    csrsi   \csr, STATUS_UIE | STATUS_UPIE
    CHECK_CSR_BITS(\csr, STATUS_UIE | STATUS_UPIE, 0)
    .endr

    /* The same from S and from U mode */
    GOTO_S()
    CHECK_ILLEGAL(URET)
    CHECK_ILLEGAL(csrr a0, CSR_SIDELEG)
    CHECK_ILLEGAL(csrr a0, CSR_USTATUS)
    csrs    sie, s1
    CHECK_CSR(sie, 0)
    TO_M()
    GOTO_U()
    CHECK_ILLEGAL(URET)
    CHECK_ILLEGAL(csrr a0, CSR_UIP)
    CHECK_ILLEGAL(csrrw x0, CSR_UIP, x0)
    CHECK_ILLEGAL(.insn r CUSTOM_3, 6, 0, a0, a1, x0)
    EXPECT_NONE()
    TO_M()
    PASS
