/*
 * uepc: bit 0 is 0, without C bits 1:0 are. Runs with and without C.
 *
 * Rules: NCSR-8 NTRAP-9
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintr-test.inc"

test_main:
    csrr    s1, misa
    andi    s1, s1, 1 << 2
    beqz    s1, without_c

    CHECK_WRITE(CSR_UEPC, 0x12345673, 0x12345672)
    CHECK_WRITE(CSR_UEPC, 0x12345672, 0x12345672)
    CHECK_WRITE(CSR_UEPC, -1, -2)
    CHECK_WRITE(CSR_UEPC, 1, 0)

    /* An exception at an address that only C allows */
    DELEGATE_TO_U()
    li      a1, 1 << EXC_ILLEGAL
    csrw    medeleg, a1
    csrw    CSR_SEDELEG, a1
    GOTO_U()
    .option rvc
    .balign 4
    c.nop
at_two:
    .4byte  0x0000000b
    c.nop
    .option norvc
    EXPECT_TRAP(MODE_U, EXC_ILLEGAL)
    CHECK_EPC(MODE_U, at_two)
    TO_M()
    PASS

without_c:
    CHECK_WRITE(CSR_UEPC, 0x12345673, 0x12345670)
    CHECK_WRITE(CSR_UEPC, 0x12345672, 0x12345670)
    CHECK_WRITE(CSR_UEPC, 0x12345671, 0x12345670)
    CHECK_WRITE(CSR_UEPC, -1, -4)
    csrwi   CSR_UEPC, 0
    csrsi   CSR_UEPC, 3
    CHECK_CSR(CSR_UEPC, 0)

    /* A jump to an address that only C allows, delegated */
    DELEGATE_TO_U()
    li      a1, 1 << EXC_INST_MISALIGNED
    csrw    medeleg, a1
    csrw    CSR_SEDELEG, a1
    lla     s1, 1f + 2
    GOTO_U()
1:
    jr      s1
    EXPECT_TRAP(MODE_U, EXC_INST_MISALIGNED)
    CHECK_EPC(MODE_U, 1b)
    REG_L   a0, MODE_U + REC_TVAL(tp)
    CHECK_REG(a0, s1)
    TO_M()
    PASS
