/*
 * The N extension's CSRs: reset values, writable bits, and every CSR
 * instruction on them. misa does not say N.
 *
 * Rules: CFG-6 NCSR-1 NCSR-3 NCSR-4 NCSR-5 NCSR-7 NCSR-13 NCSR-14
 *        USTATE-1 NMIP-2 NMIP-3 NMIP-4
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintr-test.inc"

    /* A CSR that holds every value: write, set, clear, immediates, rd x0 */
    .macro plain csr
    CHECK_CSR(\csr, 0)
    CHECK_WRITE(\csr, 0x5a5a5a58, 0x5a5a5a58)
    li      a1, 0x0f0f0f00
    csrrs   a2, \csr, a1
    CHECK_EQ(a2, 0x5a5a5a58)
    csrrc   a2, \csr, a1
    CHECK_EQ(a2, 0x5f5f5f58)
    csrrwi  a2, \csr, 0x14
    CHECK_EQ(a2, 0x50505058)
    csrrsi  a2, \csr, 0x08
    CHECK_EQ(a2, 0x14)
    csrrci  a2, \csr, 0x04
    CHECK_EQ(a2, 0x1c)
    CHECK_CSR(\csr, 0x18)
    csrrs   a2, \csr, x0
    CHECK_EQ(a2, 0x18)
    csrrw   x0, \csr, a1
    CHECK_CSR(\csr, 0x0f0f0f00)
    csrrw   x0, \csr, x0
    CHECK_CSR(\csr, 0)
    .endm

test_main:
    CHECK_CSR_BITS(misa, 1 << 13, 0)
    CHECK_CSR(CSR_USTATUS, 0)
    CHECK_CSR(CSR_UIE, 0)
    CHECK_CSR(CSR_UIP, 0)
    CHECK_CSR(CSR_SIDELEG, 0)
    CHECK_CSR(CSR_SEDELEG, 0)
    CHECK_CSR(CSR_UTVEC, 0)
    CHECK_CSR(CSR_UCAUSE, 0)

    plain   CSR_USCRATCH
    plain   CSR_UTVAL
    plain   CSR_UEPC
    CHECK_WRITE(CSR_USCRATCH, -1, -1)
    CHECK_WRITE(CSR_UTVAL, -1, -1)
    CHECK_WRITE(CSR_UTVAL, 0x12345677, 0x12345677)

    /* ucause holds at least every cause that a U-level trap can give it. */
    .irp cause, 0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 15, IRQ(0), IRQ(4), IRQ(8)
    CHECK_WRITE(CSR_UCAUSE, \cause, \cause)
    .endr
    csrrw   x0, CSR_UCAUSE, x0
    CHECK_CSR(CSR_UCAUSE, 0)

    /* ustatus has UIE and UPIE. */
    CHECK_WRITE(CSR_USTATUS, -1, STATUS_UIE | STATUS_UPIE)
    csrrc   a2, CSR_USTATUS, STATUS_UIE
    CHECK_EQ(a2, STATUS_UIE | STATUS_UPIE)
    CHECK_CSR(CSR_USTATUS, STATUS_UPIE)
    csrrsi  a2, CSR_USTATUS, STATUS_UIE
    CHECK_EQ(a2, STATUS_UPIE)
    csrrwi  x0, CSR_USTATUS, 0
    CHECK_CSR(CSR_USTATUS, 0)

    /* uie and uip show what sideleg delegates; the rest reads 0. */
    CHECK_WRITE(CSR_UIE, -1, 0)
    CHECK_CSR(mie, 0)
    CHECK_WRITE(CSR_UIP, -1, 0)
    CHECK_CSR_BITS(mip, U_INTS, 0)
    li      a1, U_INTS
    csrs    mip, a1
    csrs    mie, a1
    CHECK_CSR(CSR_UIE, 0)
    CHECK_CSR(CSR_UIP, 0)
    .irp bits, USIP, UTIP, UEIP, USIP | UEIP, U_INTS
    CHECK_WRITE(CSR_SIDELEG, \bits, \bits)
    CHECK_CSR(CSR_UIE, \bits)
    CHECK_CSR(CSR_UIP, \bits)
    .endr

    /* uie writes those bits of mie and no other. */
    li      a1, U_INTS | SSIP | MTIP
    csrw    mie, a1
    CHECK_WRITE(CSR_SIDELEG, UTIP, UTIP)
    csrrw   a2, CSR_UIE, x0
    CHECK_EQ(a2, UTIP)
    CHECK_CSR(mie, USIP | UEIP | SSIP | MTIP)
    csrw    mie, x0
    CHECK_WRITE(CSR_SIDELEG, U_INTS, U_INTS)
    li      a1, -1
    csrrw   a2, CSR_UIE, a1
    CHECK_EQ(a2, 0)
    CHECK_CSR(mie, U_INTS)
    CHECK_CSR(sie, U_INTS)
    csrrci  a2, CSR_UIE, UTIP
    CHECK_EQ(a2, U_INTS)
    CHECK_CSR(CSR_UIE, USIP | UEIP)
    csrrsi  x0, CSR_UIE, UTIP
    CHECK_CSR(CSR_UIE, U_INTS)
    csrrw   x0, CSR_UIE, x0
    CHECK_CSR(mie, 0)

    /* uip: USIP is the bit that it can write. */
    csrrw   x0, CSR_UIP, x0
    CHECK_CSR(CSR_UIP, UTIP | UEIP)
    csrrsi  a2, CSR_UIP, USIP
    CHECK_EQ(a2, UTIP | UEIP)
    csrrci  a2, CSR_UIP, USIP
    CHECK_EQ(a2, U_INTS)
    CHECK_CSR_BITS(mip, U_INTS, UTIP | UEIP)

    EXPECT_NONE()
    PASS
