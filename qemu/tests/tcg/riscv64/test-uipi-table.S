/*
 * The sender status table: limits of the index, where it may lie, and PMP.
 *
 * Rules: UIPI-12 UIPI-13 UIPI-14 UIPI-20 UIPI-21 UIPI-22 UCSR-7
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-test.inc"

#define LOW1 (LOW_ACTIVE | LOW_MODE64)

    .macro posted index, vector
    CHECK_SEND(\index, 0)
    CHECK_PENDING(1, 1 << \vector)
    CLEAR_LATCH()
    .endm

    .macro refused index
    CHECK_SEND(\index, 1)
    CHECK_PENDING(1, 0)
    CHECK_USIP(0)
    EXPECT_NONE()
    .endm

    /* A load access fault: rd stays, xtval is 0, nothing is posted. */
    .macro faults mode, index
    li      a1, \index
    li      a0, -2
1:
    UIPI_SEND(a0, a1)
    EXPECT_TRAP(\mode, EXC_LOAD_FAULT)
    CHECK_EQ(a0, -2)
    CHECK_TVAL(\mode, 0)
    CHECK_EPC(\mode, 1b)
    CHECK_PENDING(1, 0)
    CHECK_USIP(0)
    .endm

    .macro set_ppn ppn
    TO_M()
    li      t5, ENABLE | (1 << 44) | \ppn
    csrw    CSR_SUIST, t5
    GOTO_U()
    .endm

test_main:
    FIND_UINTC()
    DELEGATE_TO_U()
    SET_LOW(1, LOW1)
    SET_ENTRY(0, ENTRY(1, 0, 1))
    SET_ENTRY(511, ENTRY(2, 0, 1))
    SET_ENTRY(512, ENTRY(3, 0, 1))
    SET_ENTRY(1023, ENTRY(4, 0, 1))
    SET_ENTRY(1024, ENTRY(5, 0, 1))
    SET_ENTRY(-1, ENTRY(6, 0, 1))

    /* One page, then two, then none */
    SET_SUIST(1)
    GOTO_U()
    posted  0, 1
    posted  511, 2
    refused 512
    refused 1023
    TO_M()
    SET_SUIST(2)
    GOTO_U()
    posted  512, 3
    posted  1023, 4
    refused 1024

    /* No index wraps around into the table, or to what is before it. */
    .irp index, -1, 1 << 61, 1 << 62, 1 << 63, (1 << 61) + 1, 1 << 60, \
        (1 << 63) + 511, 1 << 32, 1 << 31, 1 << 16, 0xffffffff, 1 << 44, \
        1 << 52, 1 << 53, 0xffff, 0x2000000000000000 - 1
    refused \index
    li      a0, -2
    li      a1, \index
    UIPI_SEND_I(a0, a1)
    CHECK_EQ(a0, 1)
    CHECK_PENDING(1, 0)
    .endr
    TO_M()
    SET_SUIST(0)
    GOTO_U()
    refused 0
    refused 1
    refused 512
    refused -1

    /* The largest Size; the entry after the table's last used page */
    TO_M()
    SET_SUIST(0xfff)
    GOTO_U()
    posted  1024, 5
    refused 0xfff * 512
    refused 0x1000 * 512

    /* Where no memory answers */
    set_ppn 0x1ff0000
    faults  MODE_M, 0
    faults  MODE_M, 511
    refused 512
    set_ppn 0xfffffffffff
    faults  MODE_M, 0
    set_ppn 0x80000000000
    faults  MODE_M, 1
    /* In ROM: not a valid entry, and no fault */
    set_ppn 1
    refused 100

    /* PMP: a page that S mode cannot read, although M mode can */
    TO_M()
    SET_SUIST(2)
    lla     t0, table
    srli    t0, t0, 2
    li      t1, (4096 >> 3) - 1
    or      t0, t0, t1
    csrw    pmpaddr0, t0
    .irp cfg, 0x18, 0x1c                /* NAPOT: nothing, X */
    li      t0, 0xff
    csrc    pmpcfg0, t0
    li      t0, \cfg
    csrs    pmpcfg0, t0
    sfence.vma
    faults  MODE_M, 0
    li      t0, STATUS_MPP
    csrc    mstatus, t0
    faults  MODE_M, 511
    GOTO_S()
    faults  MODE_M, 0
    TO_M()
    GOTO_U()
    faults  MODE_M, 0
    posted  512, 3
    TO_M()
    .endr

    /* The fault delegated: xtval is 0 there too. */
    li      a1, 1 << EXC_LOAD_FAULT
    csrw    medeleg, a1
    li      s8, -1
    csrw    stval, s8
    csrw    CSR_UTVAL, s8
    GOTO_U()
    faults  MODE_S, 0
    TO_M()
    li      a1, 1 << EXC_LOAD_FAULT
    csrw    CSR_SEDELEG, a1
    GOTO_U()
    faults  MODE_U, 0
    TO_M()
    csrw    medeleg, x0

    /* Readable is enough. */
    li      t0, 0x19
    csrw    pmpcfg0, t0
    sfence.vma
    GOTO_U()
    posted  0, 1
    posted  511, 2
    TO_M()
    EXPECT_NONE()
    PASS

    .data
    .balign 4096
    .space  4096
table:
    .space  4096 * 3
