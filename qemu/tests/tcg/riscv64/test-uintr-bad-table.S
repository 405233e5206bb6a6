/*
 * Sender status tables where none should be: at the end of memory, over the
 * end of the physical addresses, in every device, in the controller itself;
 * and indices of all magnitudes.
 *
 * Rules: UCSR-1 UCSR-7 UIPI-11 UIPI-12 UIPI-13 UIPI-14 UIPI-19 UIPI-20 UIPI-21
 *        UIPI-22
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-test.inc"

#define LAST_PAGE       0x87fff         /* of 128 MiB */
#define TOP_PAGE        0xfffffffffff

    .macro set_table ppn, pages
    li      t5, ENABLE | (\pages << 44) | (\ppn)
    csrw    CSR_SUIST, t5
    .endm

    .macro posted index, vector
    CHECK_SEND(\index, 0)
    CHECK_PENDING(1, 1 << \vector)
    CLEAR_LATCH()
    EXPECT_NONE()
    .endm

    .macro refused index
    CHECK_SEND(\index, 1)
    CHECK_PENDING(1, 0)
    CHECK_USIP(0)
    EXPECT_NONE()
    .endm

    .macro faults index
    li      a1, \index
    li      a0, -2
1:
    UIPI_SEND(a0, a1)
    EXPECT_TRAP(MODE_M, EXC_LOAD_FAULT)
    CHECK_EQ(a0, -2)
    CHECK_TVAL(MODE_M, 0)
    CHECK_EPC(MODE_M, 1b)
    CHECK_PENDING(1, 0)
    CHECK_USIP(0)
    .endm

    /* Send all of a page's entries: each has a result or faults. */
    .macro sweep ppn
    set_table \ppn, 1
    call    send_page
    .endm

test_main:
    FIND_UINTC()
    DELEGATE_TO_U()
    SET_LOW(1, LOW_ACTIVE | LOW_MODE64)

    /* The last entry in memory, and those behind it */
    li      t0, (LAST_PAGE << 12) + 511 * 8
    li      t1, ENTRY(9, 0, 1)
    sd      t1, (t0)
    set_table LAST_PAGE, 1
    posted  511, 9
    refused 512
    set_table LAST_PAGE, 2
    posted  511, 9
    faults  512
    faults  1023
    refused 1024
    set_table LAST_PAGE, 0xfff
    posted  511, 9
    faults  512
    faults  0xfff * 512 - 1
    refused 0xfff * 512

    /* The end of the physical addresses is not followed by their start. */
    set_table TOP_PAGE, 0xfff
    .irp index, 0, 511, 512, 1023, 512 + 512, 512 + 0x80000, 0xfff * 512 - 1
    faults  \index
    .endr
    refused 0xfff * 512
    set_table TOP_PAGE - 0x7fe, 0xfff
    .irp index, 0, 0x7ff * 512 - 1, 0x7ff * 512, 0x800 * 512, 0xffe * 512
    faults  \index
    .endr

    /* No other bit makes up for Enable, or for a Size. */
    li      t5, ~ENABLE
    csrw    CSR_SUIST, t5
    refused 0
    refused -1
    set_table LAST_PAGE, 0
    refused 0
    refused 511
    li      t5, (0x7f << 56) | ENABLE | LAST_PAGE
    csrw    CSR_SUIST, t5
    refused 511

    /* Each bit above the largest table, alone and with an index that works */
    SET_ENTRY(0, ENTRY(1, 0, 1))
    SET_ENTRY(7, ENTRY(2, 0, 1))
    SET_SUIST(0xfff)
    posted  0, 1
    li      s1, 1 << 21
1:
    .irp low, 0, 7
    addi    a1, s1, \low
    li      a0, -2
    UIPI_SEND(a0, a1)
    CHECK_EQ(a0, 1)
    neg     a1, a1
    UIPI_SEND_I(a0, a1)
    CHECK_EQ(a0, 1)
    .endr
    slli    s1, s1, 1
    bnez    s1, 1b
    CHECK_PENDING(1, 0)
    CHECK_USIP(0)
    EXPECT_NONE()

    /* In the controller: the slots are entries like any others. */
    set_table UINTC_BASE >> 12, 1
    SET_LOW(2, LOW_MODE64 | LOW_TAG(7))
    UINTC_WRITE(SLOT(2) + HIGH, ENTRY(3, 0, 1))
    posted  (SLOT(2) + HIGH) / 8, 3
    CHECK_PENDING(2, 0)                 /* reading HIGH clears it */
    refused (SLOT(2) + SEND) / 8        /* reads 0 */
    refused (SLOT(2) + ACTIVE) / 8
    SET_LOW(3, LOW_ACTIVE | LOW_HART(5) | LOW_TAG(1))
    posted  (SLOT(3) + LOW) / 8, 5      /* hart: vector, Tag: receiver */
    /* The receiver's own slot: its pending vectors say where to. */
    UINTC_WRITE(SLOT(1) + HIGH, ENTRY(4, 0, 1))
    posted  (SLOT(1) + HIGH) / 8, 4
    /* The doorbell is claimed by the reading. */
    SET_LOW(4, LOW_KN)
    UINTC_WRITE(SLOT(4) + SEND, 1)
    CHECK_UINTC(DOORBELLS, 1)
    set_table (UINTC_BASE + CONTROL) >> 12, 1
    refused (DOORBELL - CONTROL) / 8
    CHECK_UINTC(DOORBELLS, 0)
    refused (DOORBELL - CONTROL) / 8
    refused 511
    /* Over its last page */
    set_table (UINTC_BASE + CONTROL) >> 12, 2
    faults  512

    /* Every device of the machine, and what has none */
    .irp page, 0x0, 0x1, 0xf, 0x100, 0x101, 0x2000, 0x2004, 0x200b, 0x2f0f, \
        0x2f10, 0x2f8f, 0x2f90, 0x2f91, 0x3000, 0x4000, 0xc000, 0xc001, \
        0xc002, 0xc200, 0xc201, 0xd000, 0x10000, 0x10001, 0x10008, 0x10100, \
        0x20000, 0x22000, 0x23fff, 0x24000, 0x28000, 0x30000, 0x40000, \
        0x7ffff, 0x88000, 0x400000, 0x800000
    sweep   \page
    .endr

    /* All is as it was. */
    SET_LOW(1, LOW_ACTIVE | LOW_MODE64)
    UINTC_READ(a0, SLOT(1) + HIGH)
    CLEAR_LATCH()
    SET_SUIST(1)
    posted  7, 2
    PASS

    /* 512 sends; a trap must be a load access fault that left rd alone. */
send_page:
    li      s1, 0
1:
    li      a0, -2
    UIPI_SEND(a0, s1)
    REG_L   t0, MODE_M + REC_COUNT(tp)
    beqz    t0, 2f
    EXPECT_TRAP(MODE_M, EXC_LOAD_FAULT)
    CHECK_EQ(a0, -2)
    CHECK_TVAL(MODE_M, 0)
    j       3f
2:
    li      t0, 2
    bleu    a0, t0, 3f
    CHECK_EQ(a0, 0)
3:
    addi    s1, s1, 1
    li      t0, 512
    bltu    s1, t0, 1b
    CHECK_SEND(512, 1)
    ret

    .data
    .balign 4096
table:
    .space  4096
