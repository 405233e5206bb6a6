/*
 * A receiver that a kernel moves between two harts while two other harts
 * send to it: each vector arrives once, on the hart that runs it then.
 *
 * Rules: UDLV-1 UDLV-7 UDLV-17 UDLV-20 UDLV-21
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#define SMP
#include "uintc-test.inc"

#define ROUNDS      150
#define TURN        3                   /* interrupts before it moves */
#define PATIENCE    400000000

#define RUN(hart)   (LOW_ACTIVE | LOW_MODE64 | LOW_HART(hart))

    /* Harts 0 and 1 run receiver 1 in turn; s1 is the hart's number. */
test_main:
    SET_ENTRY(0, ENTRY(2, 0, 1))
    SET_ENTRY(1, ENTRY(3, 0, 1))
    fence
    j       hart_main

    .macro receiver hart
    li      s7, 0                       /* turns */
    DELEGATE_TO_U()
    SET_HOOK(MODE_U, handler)
    csrsi   CSR_UIE, USIP
next\hart:
    SPIN(PATIENCE)
    lw      t0, 0(s3)
    li      t1, 2
    lw      t2, 0(s4)
    beq     t1, t2, finished\hart
    li      t1, \hart
    beq     t0, t1, 9f
    SPIN_END()

    /* The kernel's switch to it */
    SET_SUIRS(1)
    SET_LOW(1, RUN(\hart))
    REG_S   zero, MODE_U + REC_COUNT(tp)
    addi    s7, s7, 1
    GOTO_U()
    csrsi   CSR_USTATUS, STATUS_UIE
    SPIN(PATIENCE)
    REG_L   t0, MODE_U + REC_COUNT(tp)
    li      t1, TURN
    bgeu    t0, t1, 9f
    li      t1, 2
    lw      t2, 0(s4)
    beq     t1, t2, 9f
    SPIN_END()
    csrci   CSR_USTATUS, STATUS_UIE
    TO_M()

    /* ... and away from it */
    SET_LOW(1, LOW_MODE64)
    csrw    CSR_SUIRS, x0
    CLEAR_LATCH()
    CHECK_USIP(0)
    REG_S   zero, MODE_U + REC_COUNT(tp)
    EXPECT_NONE()
    fence
    li      t0, 1 - \hart
    sw      t0, 0(s3)
    j       next\hart
finished\hart:
    .endm

hart_main:
    FIND_UINTC()
    csrr    s1, mhartid
    lla     s2, sequence
    lla     s3, turn
    lla     s4, done
    lla     s5, answer
    li      t0, 2
    bgeu    s1, t0, sender
    bnez    s1, other

    receiver 0
    /* It has moved all the time, and everything has arrived. */
    sltiu   a0, s7, ROUNDS / TURN / 4
    CHECK_EQ(a0, 0)
    ld      a0, (2 * 8)(s5)
    CHECK_EQ(a0, ROUNDS)
    ld      a0, (3 * 8)(s5)
    CHECK_EQ(a0, ROUNDS)
    PASS

other:
    receiver 1
    j       park

    /* Harts 2 and 3: the next one when the last one has been answered */
sender:
    SET_SUIST(1)
    slli    t0, s1, 3
    add     s2, s2, t0
    add     s5, s5, t0
    addi    s8, s1, -2                  /* the entry */
    li      s6, 0
    lla     t0, table
    SPIN(PATIENCE)
    ld      t1, 8(t0)
    bnez    t1, 9f
    SPIN_END()
    fence
    GOTO_U()
1:
    addi    s6, s6, 1
    sd      s6, 0(s2)
    li      a0, -2
    UIPI_SEND(a0, s8)
    andi    a0, a0, ~2                  /* 0 or 2 */
    CHECK_EQ(a0, 0)
    SPIN(PATIENCE)
    ld      t0, 0(s5)
    beq     t0, s6, 9f
    SPIN_END()
    li      t0, ROUNDS
    bne     s6, t0, 1b
    li      t1, 1
    amoadd.w.aqrl x0, t1, (s4)
    TO_M()
    j       park

    /* s9, s10 and a2 to a4 are the handler's. */
handler:
    csrci   CSR_UIP, USIP
    UIPI_READ(s9)
    andi    t5, s9, ~0xc
    beqz    t5, 1f
    FAIL()
1:
    li      s10, 2
2:
    srl     t5, s9, s10
    andi    t5, t5, 1
    beqz    t5, 3f
    slli    t5, s10, 3
    add     a2, s2, t5
    ld      a2, 0(a2)
    add     a3, s5, t5
    ld      a4, 0(a3)
    addi    a4, a4, 1
    beq     a2, a4, 4f
    FAIL()
4:
    sd      a2, 0(a3)
3:
    addi    s10, s10, 1
    li      t5, 4
    bne     s10, t5, 2b
    HOOK_RESTORE(MODE_U)
    URET

    .data
    .balign 4096
table:
    .space  4096
sequence:
    .space  8 * 8
answer:
    .space  8 * 8
turn:
    .word   0
    .space  60
done:
    .word   0
