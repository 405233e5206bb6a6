/*
 * The delegation registers: mideleg's U bits are read-only one, sideleg has
 * those three bits, sedeleg the exceptions of U mode where medeleg is set.
 *
 * Rules: NDEL-1 NDEL-2 NDEL-3 NDEL-4
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintr-test.inc"

/* Exceptions that U mode can raise, and what can be delegated besides */
#define U_EXCEPTIONS    0xb1ff
#define OTHERS          0xf04e00

test_main:
    /* mideleg: one without firmware's doing, and after it */
    CHECK_CSR_BITS(mideleg, U_INTS, U_INTS)
    csrw    mideleg, x0
    CHECK_CSR_BITS(mideleg, U_INTS, U_INTS)
    li      a1, U_INTS
    csrc    mideleg, a1
    CHECK_CSR_BITS(mideleg, U_INTS, U_INTS)
    li      a1, -1
    csrw    mideleg, a1
    CHECK_CSR_BITS(mideleg, U_INTS | SSIP | STIP | SEIP, \
        U_INTS | SSIP | STIP | SEIP)
    csrw    mideleg, x0
    CHECK_CSR_BITS(mideleg, U_INTS | SSIP | STIP | SEIP, U_INTS)

    /* sideleg: three bits, whatever mideleg is */
    CHECK_WRITE(CSR_SIDELEG, -1, U_INTS)
    CHECK_WRITE(CSR_SIDELEG, ~UTIP, USIP | UEIP)
    csrrci  a2, CSR_SIDELEG, USIP
    CHECK_EQ(a2, USIP | UEIP)
    csrrsi  a2, CSR_SIDELEG, UTIP
    CHECK_EQ(a2, UEIP)
    CHECK_CSR(CSR_SIDELEG, UTIP | UEIP)
    csrrw   x0, CSR_SIDELEG, x0
    CHECK_CSR(CSR_SIDELEG, 0)
    li      a1, -1
    csrw    mideleg, a1
    CHECK_WRITE(CSR_SIDELEG, -1, U_INTS)

    /* sedeleg: nothing where medeleg is clear */
    csrw    medeleg, x0
    CHECK_WRITE(CSR_SEDELEG, -1, 0)

    /* each exception by itself */
    .irp cause, 0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 15
    li      a1, 1 << \cause
    csrw    medeleg, a1
    CHECK_WRITE(CSR_SEDELEG, -1, 1 << \cause)
    csrw    CSR_SEDELEG, x0
    CHECK_CSR(CSR_SEDELEG, 0)
    .endr

    /* all, from S mode, which cannot reach exceptions of other modes */
    li      a1, U_EXCEPTIONS | OTHERS
    csrw    medeleg, a1
    li      a1, 1 << EXC_ILLEGAL
    csrc    medeleg, a1
    li      a1, 1 << EXC_S_ECALL
    csrc    medeleg, a1
    GOTO_S()
    li      a1, -1
    csrw    CSR_SEDELEG, a1
    CHECK_CSR_BITS(CSR_SEDELEG, U_EXCEPTIONS | OTHERS, \
        U_EXCEPTIONS & ~(1 << EXC_ILLEGAL))
    li      a1, 1 << EXC_BREAKPOINT
    csrrc   a2, CSR_SEDELEG, a1
    CHECK_CSR_BITS(CSR_SEDELEG, U_EXCEPTIONS, \
        U_EXCEPTIONS & ~(1 << EXC_ILLEGAL) & ~(1 << EXC_BREAKPOINT))
    csrrw   x0, CSR_SEDELEG, x0
    CHECK_CSR(CSR_SEDELEG, 0)
    EXPECT_NONE()
    TO_M()
    PASS
