/*
 * Smepmp: with machine-mode lockdown a table that is M mode's alone is no
 * longer readable as S mode, from the next send on.
 *
 * Rules: UIPI-20 UIPI-22
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-test.inc"

#define CSR_MSECCFG     0x747
#define MSECCFG_MML     1
#define PMP_LOCK        0x80
#define PMP_NAPOT       0x18
#define NAPOT(label, size) \
    lla t5, label; srli t5, t5, 2; li t6, (size >> 3) - 1; or t5, t5, t6

test_main:
    FIND_UINTC()
    DELEGATE_TO_U()
    SET_LOW(1, LOW_ACTIVE | LOW_MODE64)
    SET_ENTRY(0, ENTRY(1, 0, 1))
    SET_SUIST(2)
    lla     t6, table + 4096
    li      t5, ENTRY(2, 0, 1)
    sd      t5, (t6)

    /*
     * Locked rules: the table's first page and all data read and write, code
     * read and execute, the device read and write. Until MML is set S mode
     * has the same rights.
     */
    NAPOT(table, 4096)
    csrw    pmpaddr0, t5
    NAPOT(table + 4096, 4096)
    csrw    pmpaddr1, t5
    NAPOT(_start, 0x200000)
    csrw    pmpaddr2, t5
    NAPOT(_start + 0x200000, 0x200000)
    csrw    pmpaddr3, t5
    li      t5, (0x2000000 >> 2) | ((0x2000000 >> 3) - 1)
    csrw    pmpaddr4, t5
    /* 0: L RW, 1: RW, 2: L RX, 3: L RW, 4: L RW */
    li      t5, 0x9b9b9d1b9b
    csrw    pmpcfg0, t5
    CHECK_SEND(0, 0)
    CHECK_SEND(512, 0)
    CHECK_PENDING(1, 6)
    CLEAR_LATCH()

    csrsi   CSR_MSECCFG, MSECCFG_MML
    .rept 2
    li      a1, 0
    li      a0, -2
    UIPI_SEND(a0, a1)
    EXPECT_TRAP(MODE_M, EXC_LOAD_FAULT)
    CHECK_EQ(a0, -2)
    CHECK_TVAL(MODE_M, 0)
    CHECK_PENDING(1, 0)
    CHECK_USIP(0)
    CHECK_SEND(512, 0)
    CHECK_PENDING(1, 4)
    CLEAR_LATCH()
    .endr
    PASS

    .data
    .balign 4096
table:
    .space  4096 * 2
