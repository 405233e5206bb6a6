/*
 * Every form of every CSR instruction on every new CSR, from every mode: with
 * and without a destination, with nothing to write, with one register as
 * both, with all bits set and all clear.
 *
 * Rules: NCSR-10 NCSR-11 NCSR-13 UCSR-1 UCSR-2 UCSR-3 UCSR-4 UCSR-5
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintr-test.inc"

    /* The CSR reads ones when all bits are written and otherwise 0. */
    .macro works csr, ones
    csrrw   x0, \csr, x0
    li      a0, -1
    csrrw   x0, \csr, a0
    CHECK_CSR(\csr, \ones)
    csrrs   x0, \csr, x0
    csrrc   x0, \csr, x0
    csrrsi  x0, \csr, 0
    csrrci  x0, \csr, 0
    li      a0, 0
    csrrw   a0, \csr, a0
    CHECK_EQ(a0, \ones)
    CHECK_CSR(\csr, 0)
    li      a0, -1
    csrrs   a0, \csr, a0
    CHECK_EQ(a0, 0)
    CHECK_CSR(\csr, \ones)
    li      a0, -1
    csrrc   a0, \csr, a0
    CHECK_EQ(a0, \ones)
    CHECK_CSR(\csr, 0)
    li      a0, -1
    csrrs   x0, \csr, a0
    CHECK_CSR(\csr, \ones)
    csrrc   x0, \csr, a0
    CHECK_CSR(\csr, 0)
    csrrwi  x0, \csr, 31
    CHECK_CSR(\csr, (\ones) & 31)
    csrrci  x0, \csr, 31
    CHECK_CSR(\csr, 0)
    csrrsi  x0, \csr, 31
    CHECK_CSR(\csr, (\ones) & 31)
    csrrwi  a0, \csr, 0
    CHECK_EQ(a0, (\ones) & 31)
    CHECK_CSR(\csr, 0)
    EXPECT_NONE()
    .endm

    /* What reads the same whatever is written */
    .macro constant csr
    csrr    s1, \csr
    .irp new, 0, -1
    li      a0, \new
    csrrw   x0, \csr, a0
    csrrs   x0, \csr, a0
    csrrc   x0, \csr, a0
    csrrw   a0, \csr, a0
    CHECK_REG(a0, s1)
    .endr
    csrrwi  x0, \csr, 31
    csrrsi  x0, \csr, 31
    csrrci  x0, \csr, 31
    csrrs   a0, \csr, x0
    CHECK_REG(a0, s1)
    EXPECT_NONE()
    .endm

    /* Each form traps to M mode and leaves its destination alone. */
    .macro traps cause, csr
    li      a0, -2
    .irp op, csrrw, csrrs, csrrc
    .irp rs, x0, a0
    \op     x0, \csr, \rs
    EXPECT_TRAP(MODE_M, \cause)
    \op     a0, \csr, \rs
    EXPECT_TRAP(MODE_M, \cause)
    CHECK_EQ(a0, -2)
    .endr
    .endr
    .irp op, csrrwi, csrrsi, csrrci
    .irp value, 0, 31
    \op     x0, \csr, \value
    EXPECT_TRAP(MODE_M, \cause)
    \op     a0, \csr, \value
    EXPECT_TRAP(MODE_M, \cause)
    CHECK_EQ(a0, -2)
    .endr
    .endr
    .endm

    .macro user_csrs
    works   CSR_USTATUS, STATUS_UIE | STATUS_UPIE
    works   CSR_UIE, U_INTS
    works   CSR_USCRATCH, -1
    works   CSR_UEPC, -2
    works   CSR_UCAUSE, -1
    works   CSR_UTVAL, -1
    works   CSR_UIP, USIP
    /* Mode 3 is no value of utvec. */
    csrw    CSR_UTVEC, x0
    li      a0, -1
    csrrw   x0, CSR_UTVEC, a0
    CHECK_CSR(CSR_UTVEC, 0)
    li      a0, -3
    csrrw   x0, CSR_UTVEC, a0
    li      a0, 0
    csrrw   a0, CSR_UTVEC, a0
    CHECK_EQ(a0, -3)
    CHECK_CSR(CSR_UTVEC, 0)
    csrrwi  x0, CSR_UTVEC, 29
    csrrs   x0, CSR_UTVEC, x0
    csrrci  a0, CSR_UTVEC, 29
    CHECK_EQ(a0, 29)
    CHECK_CSR(CSR_UTVEC, 0)
    EXPECT_NONE()
#if __riscv_xlen == 64
    works   CSR_UTIMECMP, -1
    li      a0, -1
    csrw    CSR_UTIMECMP, a0
#else
    traps   EXC_ILLEGAL, CSR_UTIMECMP
#endif
    .endm

    .macro supervisor_csrs
    works   CSR_SEDELEG, 1 << EXC_BREAKPOINT
    works   CSR_SIDELEG, U_INTS
#if __riscv_xlen == 64
    works   CSR_SUIST, 0x80ffffffffffffff
    works   CSR_SUIRS, 0x800000000000ffff
    constant CSR_SUICFG
#else
    .irp csr, CSR_SUIST, CSR_SUIRS, CSR_SUICFG
    traps   EXC_ILLEGAL, \csr
    .endr
#endif
    li      a0, U_INTS
    csrw    CSR_SIDELEG, a0
    .endm

    .macro all_virtual
    .irp csr, CSR_USTATUS, CSR_UIE, CSR_UTVEC, CSR_USCRATCH, CSR_UEPC, \
        CSR_UCAUSE, CSR_UTVAL, CSR_UIP, CSR_SEDELEG, CSR_SIDELEG
    traps   EXC_VIRTUAL, \csr
    .endr
#if __riscv_xlen == 64
    .irp csr, CSR_SUIST, CSR_SUIRS, CSR_SUICFG, CSR_UTIMECMP
    traps   EXC_VIRTUAL, \csr
    .endr
#endif
    .endm

test_main:
    li      a0, U_INTS
    csrw    CSR_SIDELEG, a0
    li      a0, 1 << EXC_BREAKPOINT
    csrw    medeleg, a0
    user_csrs
    supervisor_csrs
    GOTO_S()
    user_csrs
    supervisor_csrs
    TO_M()
    GOTO_U()
    user_csrs
    .irp csr, CSR_SEDELEG, CSR_SIDELEG, CSR_SUIST, CSR_SUIRS, CSR_SUICFG
    traps   EXC_ILLEGAL, \csr
    .endr
    TO_M()
    GOTO_VS()
    all_virtual
    TO_M()
    GOTO_VU()
    all_virtual
    TO_M()

    /* What is left after all this is what U mode can see. */
    CHECK_CSR(CSR_SIDELEG, U_INTS)
    CHECK_CSR_BITS(mie, U_INTS, 0)
    PASS
