/*
 * The table is at a physical address: what the page tables make of that
 * address, or whether they are any good, is not looked at. And page tables
 * where none should be: in the controller.
 *
 * Rules: UCSR-7 UIPI-20
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-test.inc"

#define PTE_S           0xcf            /* V R W X A D */
#define PTE_U           0xdf
#define PTE_TABLE       0x01
#define SATP_SV39       (8 << 60)

    /* The device is not mapped: M mode looks. */
    .macro posted vector
    CHECK_SEND(5, 0)
    TO_M()
    CHECK_PENDING(1, 1 << \vector)
    CLEAR_LATCH()
    .endm

    /* PTE of this index of the table at label: page of target, flags */
    .macro pte label, index, target, flags
    lla     t0, \target
    srli    t0, t0, 12
    slli    t0, t0, 10
    ori     t0, t0, \flags
    lla     t1, \label
    sd      t0, (\index) * 8(t1)
    .endm

    /* satp, whatever it says; the way back is any trap */
    .macro run_with satp
    li      t0, \satp
    csrw    satp, t0
    sfence.vma
    lla     s3, 2f
    li      t0, STATUS_MPP
    csrc    mstatus, t0
    li      t0, STATUS_MPP_S
    csrs    mstatus, t0
    lla     t0, 1f
    csrw    mepc, t0
    mret
1:
    FAIL()
2:
    csrw    satp, x0
    sfence.vma
    /* 1: access fault, 12: page fault */
    REG_L   a0, MODE_M + REC_CAUSE(tp)
    li      a1, EXC_INST_PAGE
    beq     a0, a1, 3f
    CHECK_EQ(a0, EXC_INST_FAULT)
3:
    REG_S   x0, MODE_M + REC_COUNT(tp)
    .endm

test_main:
    FIND_UINTC()
    DELEGATE_TO_U()
    SET_LOW(1, LOW_ACTIVE | LOW_MODE64)
    SET_ENTRY(5, ENTRY(1, 0, 1))
    lla     t0, decoy + 5 * 8
    li      t1, ENTRY(2, 0, 1)
    sd      t1, (t0)
    SET_SUIST(1)

    /*
     * 4 KiB pages for the 2 MiB of data, except that the address of table is
     * mapped to decoy; the code as it is.
     */
    lla     s4, data_pages
    lla     t2, records
    srli    t2, t2, 21
    slli    t2, t2, 21
    li      t3, 0
1:
    slli    t0, t3, 12
    add     t0, t0, t2
    srli    t0, t0, 12
    slli    t0, t0, 10
    ori     t0, t0, PTE_U
    slli    t1, t3, 3
    add     t1, t1, s4
    sd      t0, (t1)
    addi    t3, t3, 1
    li      t0, 512
    bltu    t3, t0, 1b
    lla     t0, table
    sub     t0, t0, t2
    srli    s5, t0, 12
    slli    t0, s5, 3
    add     s5, t0, s4                  /* the PTE of table's address */
    lla     t0, decoy
    srli    t0, t0, 12
    slli    t0, t0, 10
    ori     t0, t0, PTE_U
    sd      t0, (s5)
    pte     root, 2, middle, PTE_TABLE
    pte     middle, 0, _start, PTE_U
    pte     middle, 1, data_pages, PTE_TABLE
    lla     t0, root
    srli    t0, t0, 12
    li      t1, SATP_SV39
    or      s6, t0, t1
    csrw    satp, s6
    sfence.vma

    /* The decoy is what a load sees, the table what send reads. */
    GOTO_U()
    lla     t0, table
    ld      a0, 5 * 8(t0)
    CHECK_EQ(a0, ENTRY(2, 0, 1))
    posted  1
    GOTO_U()
    posted  1
    /* Not even mapped */
    sd      x0, (s5)
    sfence.vma
    GOTO_U()
    posted  1
    GOTO_U()
    lla     t0, table
    ld      a0, (t0)
    TO_M()
    EXPECT_TRAP(MODE_M, EXC_LOAD_PAGE)
    /* The table moved under the same address, then the same page unmapped */
    lla     t0, decoy
    srli    t0, t0, 12
    li      t1, ENABLE | (1 << 44)
    or      t0, t0, t1
    csrw    CSR_SUIST, t0
    GOTO_U()
    posted  2
    SET_SUIST(1)
    GOTO_U()
    posted  1
    csrw    satp, x0
    sfence.vma
    EXPECT_NONE()

    /* The root in the controller: its registers taken for PTEs */
    SET_HOOK(MODE_M, m_hook)
    SET_LOW(2, -1)
    run_with SATP_SV39 | (UINTC_BASE >> 12)
    UINTC_WRITE(SLOT(0) + HIGH, -1)
    run_with SATP_SV39 | (UINTC_BASE >> 12)
    run_with SATP_SV39 | ((UINTC_BASE + CONTROL) >> 12)
    run_with SATP_SV39 | ((UINTC_BASE + CONTROL) >> 12) + 1
    run_with SATP_SV39 | 0xfffffffffff
    /* HIGH of slot 0 is the PTE of this code: a leaf, without A */
    SET_LOW(0, LOW_MODE64)
    UINTC_WRITE(SLOT(0) + HIGH, (0x80000000 >> 2) | 0x8f)
    run_with SATP_SV39 | (UINTC_BASE >> 12)
    CHECK_PENDING(0, 0)
    CLEAR_HOOK(MODE_M)
    CHECK_SEND(5, 0)
    CHECK_PENDING(1, 2)
    PASS

m_hook:
    csrw    mepc, s3
    li      t5, STATUS_MPP
    csrs    mstatus, t5
    HOOK_RESTORE(MODE_M)
    mret

    .data
    .balign 4096
table:
    .space  4096
decoy:
    .space  4096
root:
    .space  4096
middle:
    .space  4096
data_pages:
    .space  4096
