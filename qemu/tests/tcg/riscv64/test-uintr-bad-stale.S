/*
 * A change of the sender status table counts for the next send, without a
 * fence: the entry itself, where the table is, how large it is, and what PMP
 * says of it. Each is changed between two sends of the same entry.
 *
 * Rules: UCSR-7 UIPI-11 UIPI-12 UIPI-15 UIPI-16 UIPI-17 UIPI-20 UIPI-22
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-test.inc"

#define INDEX           5               /* of the entry that is sent */
#define PMP_R           0x1
#define PMP_X           0x4
#define PMP_TOR         0x8
#define PMP_NA4         0x10
#define PMP_NAPOT       0x18
#define PMP_LOCK        0x80

    /* The changes are M mode's; the send is from U mode if this is 1. */
    .set    user, 0

    .macro enter_sender
    .if user
    GOTO_U()
    .endif
    .endm
    .macro leave_sender
    .if user
    TO_M()
    .endif
    .endm

    .macro posted vector, index=INDEX
    enter_sender
    CHECK_SEND(\index, 0)
    leave_sender
    CHECK_PENDING(1, 1 << \vector)
    CLEAR_LATCH()
    EXPECT_NONE()
    .endm

    .macro refused index=INDEX
    enter_sender
    CHECK_SEND(\index, 1)
    leave_sender
    CHECK_PENDING(1, 0)
    CHECK_USIP(0)
    EXPECT_NONE()
    .endm

    .macro faults index=INDEX
    enter_sender
    li      a1, \index
    li      a0, -2
    UIPI_SEND(a0, a1)
    leave_sender
    EXPECT_TRAP(MODE_M, EXC_LOAD_FAULT)
    CHECK_EQ(a0, -2)
    CHECK_TVAL(MODE_M, 0)
    CHECK_PENDING(1, 0)
    CHECK_USIP(0)
    .endm

    /* PMP entry 0: this address (of an entry of table) and configuration */
    .macro pmp_addr label, index, low
    lla     t5, \label + (\index) * 8
    srli    t5, t5, 2
    ori     t5, t5, \low
    csrw    pmpaddr0, t5
    .endm
    .macro pmp_page label
    lla     t5, \label
    srli    t5, t5, 2
    ori     t5, t5, (4096 >> 3) - 1
    csrw    pmpaddr0, t5
    .endm
    .macro pmp_cfg cfg
    li      t5, \cfg
    csrw    pmpcfg0, t5
    .endm

    .macro suist label, pages
    lla     t5, \label
    srli    t5, t5, 12
    li      t6, ENABLE | (\pages << 44)
    or      t5, t5, t6
    csrw    CSR_SUIST, t5
    .endm

    .macro entry value
    SET_ENTRY(INDEX, \value)
    .endm

    .macro all_changes
    suist   table, 1

    /* The entry: vector, receiver, Tag, Valid; whole and by its bytes */
    entry   ENTRY(1, 0, 1)
    posted  1
    entry   ENTRY(2, 0, 1)
    posted  2
    entry   ENTRY(2, 0, 600)
    refused
    entry   ENTRY(2, 9, 1)
    refused
    entry   0
    refused
    entry   ENTRY(3, 0, 1)
    posted  3
    lla     t0, table + INDEX * 8
    sb      x0, 0(t0)
    refused
    li      t1, 1
    sb      t1, 0(t0)
    posted  3
    li      t1, 4
    sh      t1, 2(t0)
    posted  4
    li      t1, ENTRY(5, 0, 1)
    amoswap.d t1, t1, (t0)
    posted  5

    /* The table: another, back, off, on, smaller, larger */
    entry   ENTRY(1, 0, 1)
    lla     t0, other + INDEX * 8
    li      t1, ENTRY(6, 0, 1)
    sd      t1, (t0)
    posted  1
    suist   other, 1
    posted  6
    suist   table, 1
    posted  1
    li      t0, ENABLE
    csrc    CSR_SUIST, t0
    refused
    csrs    CSR_SUIST, t0
    posted  1
    suist   table, 0
    refused
    suist   table, 2
    posted  1
    posted  6, 512 + INDEX
    suist   table, 1
    refused 512 + INDEX
    li      t5, ENABLE | (1 << 44) | 0xfffff00000
    csrw    CSR_SUIST, t5
    faults
    suist   table, 1
    posted  1

    /* PMP: what it allows, and where */
    pmp_page table
    pmp_cfg PMP_NAPOT
    faults
    pmp_cfg PMP_NAPOT | PMP_R
    posted  1
    pmp_cfg PMP_NAPOT | PMP_X
    faults
    pmp_page other
    posted  1
    pmp_page table
    faults
    pmp_cfg 0
    posted  1
    pmp_cfg PMP_NAPOT
    faults
    suist   other, 1
    posted  6
    suist   table, 1
    faults
    pmp_cfg 0
    posted  1
    .endm

test_main:
    FIND_UINTC()
    DELEGATE_TO_U()
    SET_LOW(1, LOW_ACTIVE | LOW_MODE64)
    all_changes
    .set    user, 1
    all_changes

    /* PMP on one entry: its neighbours in the page are not denied. */
    .irp index, INDEX - 1, INDEX + 1
    SET_ENTRY(\index, ENTRY(7, 0, 1))
    .endr
    .macro one_denied
    .rept 2
    posted  7, INDEX - 1
    faults
    posted  7, INDEX + 1
    .endr
    .endm
    posted  1
    pmp_addr table, INDEX, 0
    pmp_cfg PMP_NAPOT
    one_denied
    pmp_cfg PMP_NAPOT | PMP_R
    posted  1
    pmp_cfg PMP_NAPOT
    one_denied
    /* Half of an entry is denied: the entry is. */
    pmp_cfg PMP_NA4
    one_denied
    /* Half of it readable by this rule, the rest by the next: denied too. */
    pmp_cfg PMP_NA4 | PMP_R
    one_denied
    /* Denied from address 0, code and all, up to the middle of the entry */
    .set    user, 0
    lla     t5, table + INDEX * 8 + 4
    srli    t5, t5, 2
    csrw    pmpaddr0, t5
    pmp_cfg PMP_TOR
    faults  INDEX - 1
    faults
    posted  7, INDEX + 1
    pmp_addr table, INDEX, 0
    faults  INDEX - 1
    posted  1
    posted  7, INDEX + 1
    pmp_cfg 0
    posted  7, INDEX - 1

    /* Locked: for M mode too, and until reset */
    pmp_page table
    pmp_cfg PMP_LOCK | PMP_NAPOT
    faults
    pmp_cfg 0
    faults
    GOTO_S()
    faults
    suist   other, 1
    posted  6
    suist   table, 1
    faults
    TO_M()
    PASS

    .data
    .balign 4096
table:
    .space  4096
other:
    .space  4096
