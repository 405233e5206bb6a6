/*
 * Who writes the U bits of mip: M and S mode all three, U mode its USIP.
 *
 * Rules: NMIP-1 NMIP-2 NMIP-3 NMIP-4 NCSR-5
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintr-test.inc"

    /* Each bit by itself, through this CSR: set, clear, write */
    .macro writable csr
    .irp bit, USIP, UTIP, UEIP
    li      a2, \bit
    csrs    \csr, a2
    CHECK_CSR_BITS(\csr, U_INTS, \bit)
    csrc    \csr, a2
    CHECK_CSR_BITS(\csr, U_INTS, 0)
    csrrw   x0, \csr, a2
    CHECK_CSR_BITS(\csr, U_INTS, \bit)
    csrrw   x0, \csr, x0
    CHECK_CSR_BITS(\csr, U_INTS, 0)
    .endr
    li      a2, -1
    csrrw   a3, \csr, a2
    CHECK_CSR_BITS(\csr, U_INTS, U_INTS)
    .endm

test_main:
    writable mip
    CHECK_CSR_BITS(sip, U_INTS, U_INTS)
    csrw    mip, x0

    /* S mode; the same whether U mode gets them or not */
    .irp deleg, 0, U_INTS
    li      a1, \deleg
    csrw    CSR_SIDELEG, a1
    GOTO_S()
    writable sip
    TO_M()
    CHECK_CSR_BITS(mip, U_INTS, U_INTS)
    csrw    mip, x0
    .endr

    /* U mode, undelegated: nothing */
    csrw    CSR_SIDELEG, x0
    li      s1, U_INTS
    GOTO_U()
    csrw    CSR_UIP, s1
    csrs    CSR_UIP, s1
    CHECK_CSR(CSR_UIP, 0)
    TO_M()
    CHECK_CSR_BITS(mip, U_INTS, 0)
    csrs    mip, s1
    GOTO_U()
    csrw    CSR_UIP, x0
    csrc    CSR_UIP, s1
    CHECK_CSR(CSR_UIP, 0)
    TO_M()
    CHECK_CSR_BITS(mip, U_INTS, U_INTS)

    /* U mode, delegated: USIP */
    csrw    CSR_SIDELEG, s1
    GOTO_U()
    CHECK_CSR(CSR_UIP, U_INTS)
    csrrw   x0, CSR_UIP, x0
    CHECK_CSR(CSR_UIP, UTIP | UEIP)
    csrrw   a2, CSR_UIP, s1
    CHECK_EQ(a2, UTIP | UEIP)
    csrrc   a2, CSR_UIP, s1
    CHECK_EQ(a2, U_INTS)
    CHECK_CSR(CSR_UIP, UTIP | UEIP)
    TO_M()
    csrw    mip, x0
    GOTO_U()
    csrrs   a2, CSR_UIP, s1
    CHECK_EQ(a2, 0)
    CHECK_CSR(CSR_UIP, USIP)
    TO_M()
    CHECK_CSR_BITS(mip, U_INTS, USIP)

    /* U mode's own USIP interrupts it. */
    csrw    mip, x0
    DELEGATE_TO_U()
    csrsi   mie, USIP
    csrsi   CSR_USTATUS, STATUS_UIE
    GOTO_U()
    EXPECT_NONE()
    csrsi   CSR_UIP, USIP
1:
    EXPECT_TRAP(MODE_U, IRQ(USI))
    CHECK_EPC(MODE_U, 1b)
    TO_M()
    PASS
