/*
 * Every hart sends to every other, all at the same time, and waits for the
 * answer before it sends again: a lost vector ends the test. The handler
 * takes turns in the order of clearing USIP and reading pending.
 *
 * Rules: UDLV-20 UDLV-21 UDLV-22
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#define SMP
#include "uintc-test.inc"

#ifndef HARTS
#define HARTS   2
#endif
#define ROUNDS  (400 / HARTS)
#define PATIENCE 400000000

/*
 * Hart h runs receiver h; table entry g leads to receiver g, with the
 * sender's hart number as the vector: each hart has a table of its own.
 *
 * sequence[h]: number of the round, written by hart h before it sends.
 * answer[g * 8 + h]: last round of hart h that hart g's handler has seen.
 */

hart_main:
test_main:
    FIND_UINTC()
    csrr    s0, mhartid
    DELEGATE_TO_U()

    /* The table: entry g = vector s0, receiver g */
    lla     s1, table
    slli    t0, s0, 12
    add     s1, s1, t0
    slli    t1, s0, 16
    ori     t1, t1, 1
    li      t0, HARTS
    mv      t2, s1
    li      t3, 1 << 48
1:
    sd      t1, 0(t2)
    add     t1, t1, t3
    addi    t2, t2, 8
    addi    t0, t0, -1
    bnez    t0, 1b
    srli    t0, s1, 12
    li      t1, ENABLE | (1 << 44)
    or      t0, t0, t1
    csrw    CSR_SUIST, t0

    /* The receiver */
    li      t0, ENABLE
    or      t0, t0, s0
    csrw    CSR_SUIRS, t0
    slli    t0, s0, 5
    add     t0, t0, s11
    slli    t1, s0, 16
    ori     t1, t1, LOW_ACTIVE | LOW_MODE64
    sd      t1, LOW(t0)

    /* Wait for the others. */
    lla     t0, ready
    li      t1, 1
    amoadd.w.aqrl x0, t1, (t0)
    SPIN(PATIENCE)
    lw      t1, 0(t0)
    li      t2, HARTS
    beq     t1, t2, 9f
    SPIN_END()

    lla     s8, sequence
    lla     s9, answer
    slli    t0, s0, 6
    add     s10, s9, t0                 /* answer[s0 * 8] */
    li      s7, 0                       /* vectors taken */
    SET_HOOK(MODE_U, handler)
    GOTO_U()
    csrsi   CSR_UIE, USIP
    csrsi   CSR_USTATUS, STATUS_UIE

    li      s1, 0
next_round:
    addi    s1, s1, 1
    slli    t0, s0, 3
    add     t0, t0, s8
    sd      s1, 0(t0)
    li      s2, 0
next_receiver:
    beq     s2, s0, 1f
    li      a0, -2
    UIPI_SEND(a0, s2)
    CHECK_EQ(a0, 0)
1:
    addi    s2, s2, 1
    li      t0, HARTS
    bne     s2, t0, next_receiver

    /* Everyone's answer */
    li      s2, 0
next_answer:
    beq     s2, s0, 1f
    slli    t0, s2, 6
    add     t0, t0, s9
    slli    t1, s0, 3
    add     t0, t0, t1
    SPIN(PATIENCE)
    ld      t1, 0(t0)
    beq     t1, s1, 9f
    SPIN_END()
1:
    addi    s2, s2, 1
    li      t0, HARTS
    bne     s2, t0, next_answer
    li      t0, ROUNDS
    bne     s1, t0, next_round

    /* Wait until the others are through, too. */
    lla     t0, done
    li      t1, 1
    amoadd.w.aqrl x0, t1, (t0)
    SPIN(PATIENCE)
    lw      t1, 0(t0)
    li      t2, HARTS
    beq     t1, t2, 9f
    SPIN_END()
    csrci   CSR_USTATUS, STATUS_UIE
    CHECK_EQ(s7, ROUNDS * (HARTS - 1))
    /* There were interrupts: at least one for HARTS - 1 vectors. */
    REG_L   a0, MODE_U + REC_COUNT(tp)
    sltiu   a0, a0, ROUNDS
    CHECK_EQ(a0, 0)
    UIPI_READ(a0)
    CHECK_EQ(a0, 0)
    REG_S   zero, MODE_U + REC_COUNT(tp)
    EXPECT_NONE()
    TO_M()

    /* Hart 0 ends the test when all have checked. */
    lla     t0, checked
    li      t1, 1
    amoadd.w.aqrl x0, t1, (t0)
    bnez    s0, park
    SPIN(PATIENCE)
    lw      t1, 0(t0)
    li      t2, HARTS
    beq     t1, t2, 9f
    SPIN_END()
    PASS

    /* s3 to s6 are the handler's. Odd rounds clear first, even ones last. */
handler:
    andi    t5, s7, 1
    beqz    t5, 1f
    csrci   CSR_UIP, USIP
1:
    UIPI_READ(s3)
    bnez    t5, 1f
    csrci   CSR_UIP, USIP
1:
    li      s4, 0                       /* the sender */
2:
    andi    t5, s3, 1
    beqz    t5, 3f
    addi    s7, s7, 1
    slli    t5, s4, 3
    add     s5, t5, s8
    ld      s5, 0(s5)                   /* the sender's round */
    add     s6, t5, s10
    ld      t6, 0(s6)                   /* the one seen before it */
    addi    t6, t6, 1
    beq     t6, s5, 4f
    FAIL()
4:
    sd      s5, 0(s6)
3:
    srli    s3, s3, 1
    addi    s4, s4, 1
    bnez    s3, 2b
    HOOK_RESTORE(MODE_U)
    URET

    .data
    .balign 8
sequence:
    .space  8 * 8
answer:
    .space  8 * 8 * 8
ready:
    .word   0
done:
    .word   0
checked:
    .word   0
    .balign 4096
table:
    .space  4096 * 8
