/*
 * A receiver that blocks in the required order (one LOW write clears Active
 * and sets KN; read HIGH; put back and stay if it was not 0), with another
 * hart sending all the time: the doorbell misses no wake-up.
 *
 * Rules: UDLV-10 UDLV-15 UDLV-25
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#define SMP
#include "uintc-test.inc"

#define PLIC            0xc000000
#define SOURCE          52
#define PLIC_ENABLE     (PLIC + 0x2000 + 0x80 + SOURCE / 32 * 4)
#define PLIC_CLAIM      (PLIC + 0x201004)
#define ROUNDS          300
#define PATIENCE        100000000
#define LONG_TICKS      600000000       /* a minute */

    /* In one round of eight, wait here until the sender has sent again. */
    .macro dawdle round
    andi    t0, s4, 7
    li      t1, \round
    bne     t0, t1, 1f
    addi    t1, s4, 1
    SPIN(PATIENCE)
    ld      t0, 0(s9)
    beq     t0, t1, 9f
    SPIN_END()
1:
    .endm

/*
 * Hart 0 is the receiver and, in S mode, its kernel: it runs until it has
 * nothing more to do, then blocks. s7 counts wake-ups by doorbell, s8 the
 * times when there was something after all.
 */
test_main:
    FIND_UINTC()
    li      t0, PLIC + SOURCE * 4
    li      t1, 1
    sw      t1, 0(t0)
    li      t0, PLIC_ENABLE
    li      t1, 1 << (SOURCE % 32)
    sw      t1, 0(t0)
    li      t1, SEIP
    csrs    mideleg, t1
    csrw    mie, t1
    csrci   sstatus, STATUS_SIE
    SET_ENTRY(0, ENTRY(7, 3, 1))
    SET_SUIRS(1)
    SET_LOW(1, LOW_ACTIVE | LOW_MODE64 | LOW_TAG(3))
    fence
    lla     t0, ready
    li      t1, 1
    sw      t1, 0(t0)
    lla     s2, sequence
    lla     s3, answer
    lla     s9, sent
    li      s4, 0                       /* seen */
    li      s7, 0
    li      s8, 0

    /* The M timer ends a wait for a wake-up that was lost. */
    li      t0, ACLINT_MTIME
    ld      t1, 0(t0)
    li      t2, LONG_TICKS
    add     t1, t1, t2
    li      t0, ACLINT_MTIMECMP
    sd      t1, 0(t0)
    li      a1, MTIP
    csrs    mie, a1
    GOTO_S()

receive:
    UIPI_READ(s5)
    csrci   sip, USIP
    beqz    s5, block
    CHECK_EQ(s5, 1 << 7)
    ld      s6, 0(s2)
    addi    s4, s4, 1
    CHECK_REG(s6, s4)
    sd      s4, 0(s3)
    li      t0, ROUNDS
    beq     s4, t0, finished
    j       receive

block:
    csrw    CSR_SUIRS, x0
    /* Now and then the other hart's post comes just here ... */
    dawdle  3
    SET_LOW(1, LOW_KN | LOW_MODE64 | LOW_TAG(3))
    /* ... or here. */
    dawdle  7
    UINTC_READ(s5, SLOT(1) + HIGH)
    beqz    s5, blocked
    li      t6, SLOT(1) + HIGH
    add     t6, t6, s11
    sd      s5, 0(t6)
    addi    s8, s8, 1
    j       run

blocked:
    wfi
    /* A wfi may end for nothing, the M timer's trap excepted. */
    EXPECT_NONE()
    li      t0, PLIC_CLAIM
    lw      t1, 0(t0)
    beqz    t1, blocked
    CHECK_EQ(t1, SOURCE)
    UINTC_READ(s5, DOORBELL)
    li      t0, PLIC_CLAIM
    li      t1, SOURCE
    sw      t1, 0(t0)
    /* A doorbell may be a rest: it rang, and the receiver did not block. */
    addi    s5, s5, -1
    bnez    s5, blocked
    addi    s7, s7, 1

run:
    SET_SUIRS(1)
    SET_LOW(1, LOW_ACTIVE | LOW_MODE64 | LOW_TAG(3))
    j       receive

finished:
    EXPECT_NONE()
    /* It did block, and it did find something. */
    sltiu   a0, s7, 2
    CHECK_EQ(a0, 0)
    sltiu   a0, s8, ROUNDS / 8
    CHECK_EQ(a0, 0)
    TO_M()
    PASS

hart_main:
    FIND_UINTC()
    SET_SUIST(1)
    lla     s2, sequence
    lla     s3, answer
    lla     t0, ready
    SPIN(PATIENCE)
    lw      t1, 0(t0)
    bnez    t1, 9f
    SPIN_END()
    lla     s6, sent
    li      s4, 0
    li      s5, 0
    GOTO_U()
1:
    addi    s4, s4, 1
    sd      s4, 0(s2)
    li      a1, 0
    li      a0, -2
    UIPI_SEND(a0, a1)
    andi    a0, a0, ~2                  /* 0 or 2 */
    CHECK_EQ(a0, 0)
    sd      s4, 0(s6)
    SPIN(PATIENCE)
    ld      t0, 0(s3)
    beq     t0, s4, 9f
    SPIN_END()
    /* A different pause each time */
    addi    s5, s5, 37
    andi    t0, s5, 1023
2:
    addi    t0, t0, -1
    bgtz    t0, 2b
    li      t0, ROUNDS
    bne     s4, t0, 1b
    TO_M()
    j       park

    .data
    .balign 4096
table:
    .space  4096
sequence:
    .dword  0
    .space  56
answer:
    .dword  0
    .space  56
sent:
    .dword  0
    .space  56
ready:
    .word   0
