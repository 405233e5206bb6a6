/*
 * The encodings of uipi: seven operations in R form, five in I form, what
 * their unused fields do, and that the rest of the opcode is illegal.
 *
 * Rules: UIPI-1 UIPI-2 UIPI-3 UIPI-4 UIPI-5 UIPI-7 UIPI-33
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-test.inc"

    /*
     * Every operation does what it is for. The fields that it does not use
     * are x0, or others: a4 and a5 are nonzero and must not change.
     */
    .macro operations form, unused_rd, unused_rs1
    SET_LOW(1, LOW_ACTIVE | LOW_MODE64)
    li      a4, 0x4444
    li      a5, 0x5555
    li      a1, 3

    li      a0, -2
    .if \form
    .insn r CUSTOM_3, 6, 0, a0, a1, x0
    .else
    .insn i CUSTOM_3, 2, a0, a1, 0
    .endif
    CHECK_EQ(a0, 0)
    .if \form
    .insn r CUSTOM_3, 6, 1, a0, \unused_rs1, x0
    .else
    .insn i CUSTOM_3, 2, a0, \unused_rs1, 1
    .endif
    CHECK_EQ(a0, 1 << 9)
    CHECK_PENDING(1, 0)

    li      a2, 0x8000000000000041
    .if \form
    .insn r CUSTOM_3, 6, 2, \unused_rd, a2, x0
    .else
    .insn i CUSTOM_3, 2, \unused_rd, a2, 2
    .endif
    CHECK_PENDING(1, 0x8000000000000041)

    .if \form
    .insn r CUSTOM_3, 6, 4, \unused_rd, \unused_rs1, x0
    .else
    .insn i CUSTOM_3, 2, \unused_rd, \unused_rs1, 4
    .endif
    CHECK_UINTC(SLOT(1) + ACTIVE, 0)
    .if \form
    .insn r CUSTOM_3, 6, 3, \unused_rd, \unused_rs1, x0
    .else
    .insn i CUSTOM_3, 2, \unused_rd, \unused_rs1, 3
    .endif
    CHECK_UINTC(SLOT(1) + ACTIVE, 1)

    .if \form
    UINTC_WRITE(SLOT(1) + HIGH, 0x41)
    .insn r CUSTOM_3, 6, 5, a0, \unused_rs1, x0
    CHECK_EQ(a0, 6)
    CHECK_PENDING(1, 1)
    li      a2, 7
    .insn r CUSTOM_3, 6, 6, a0, a2, x0
    CHECK_EQ(a0, 0)
    .insn r CUSTOM_3, 6, 6, a0, x0, x0
    CHECK_EQ(a0, 7)
    .endif
    CHECK_EQ(a4, 0x4444)
    CHECK_EQ(a5, 0x5555)
    EXPECT_NONE()
    .endm

    .macro all_forms
    operations 1, x0, x0
    operations 1, a4, a5
    operations 0, x0, x0
    operations 0, a4, a5
    .endm

test_main:
    FIND_UINTC()
    SET_SUIST(1)
    SET_SUIRS(1)
    SET_ENTRY(3, ENTRY(9, 0, 1))
    all_forms
    GOTO_S()
    all_forms
    TO_M()
    GOTO_U()
    all_forms

    /* rd and rs1 the same register, and no rd */
    SET_LOW(1, LOW_ACTIVE | LOW_MODE64)
    li      a1, 3
    UIPI_SEND(a1, a1)
    CHECK_EQ(a1, 0)
    CHECK_PENDING(1, 1 << 9)
    li      a1, 3
    UIPI_SEND(x0, a1)
    CHECK_PENDING(1, 1 << 9)
    UIPI_SEND_I(x0, a1)
    CHECK_PENDING(1, 1 << 9)
    EXPECT_NONE()

    /* Every other funct3 */
    .irp funct3, 0, 1, 3, 4, 5, 7
    CHECK_ILLEGAL(.insn r CUSTOM_3, \funct3, 0, x0, x0, x0)
    CHECK_ILLEGAL(.insn r CUSTOM_3, \funct3, 3, x0, x0, x0)
    .endr

    /* Every other funct7 of the R form */
    .set    n, 7
    .rept   121
    .4byte  0x0000607b | (n << 25)
    .set    n, n + 1
    .endr
    EXPECT_TRAPS(MODE_M, 121, EXC_ILLEGAL)
    CHECK_TVAL(MODE_M, 0xfe00607b)

    /* rs2 is part of the R form's encoding. */
    .irp op, 0, 1, 2, 3, 4, 5, 6
    CHECK_ILLEGAL(.insn r CUSTOM_3, 6, \op, x0, x0, x1)
    CHECK_ILLEGAL(.insn r CUSTOM_3, 6, \op, x0, x0, x16)
    .endr

    /* Every other immediate of the I form: the newer operations too */
    .set    n, 5
    .rept   4091
    .4byte  0x0000207b | (n << 20)
    .set    n, n + 1
    .endr
    EXPECT_TRAPS(MODE_M, 4091, EXC_ILLEGAL)
    CHECK_UINTC(SLOT(1) + LOW, LOW_ACTIVE | LOW_MODE64)
    CHECK_PENDING(1, 0)
    TO_M()
    PASS

    .data
    .balign 4096
table:
    .space  4096
