/* SPDX-License-Identifier: MIT */
/*
 * The loops that are timed. a0 is the number of operations, the other arguments are beside each; in
 * the end a0 is the sum of the operations' results. `ecall` with a7 = 1 ends the run (start.S).
 *
 * Each loop is one operation, its sum where it has a result, a decrement and a branch: written in
 * assembly so that no compiler changes what is compared.
 */
#include "bench.h"

    .option norvc
    .section .text.loops, "ax"
    .balign 4096

    .macro loop name
    .globl  \name
    .balign 64
\name:
    li      a6, 0
    li      a7, 0
    .endm

    .macro loop_done
    mv      a0, a6
    /* an interrupt that the last operation raised is taken before the end */
    j       . + 4
    li      a7, 1
    ecall
    .endm

    .macro uipi_send result, index
    .insn r 0x7b, 6, 0, \result, \index, x0
    .endm

loop loop_empty
1:  addi    a0, a0, -1
    bnez    a0, 1b
    loop_done

/* A CSR that costs nothing but the call into the emulator */
loop loop_csr
1:  csrr    t3, 0x040           /* uscratch */
    add     a6, a6, t3
    addi    a0, a0, -1
    bnez    a0, 1b
    loop_done

loop loop_ecall
1:  ecall
    addi    a0, a0, -1
    bnez    a0, 1b
    loop_done

/* a1: address of a device's register */
loop loop_load
1:  ld      t3, 0(a1)
    add     a6, a6, t3
    addi    a0, a0, -1
    bnez    a0, 1b
    loop_done

/* a1: entry */
loop loop_send
1:  uipi_send t3, a1
    add     a6, a6, t3
    addi    a0, a0, -1
    bnez    a0, 1b
    loop_done

/* a1: the first of 64 entries, sent to in turn; a2: HIGH, read after each turn */
loop loop_send_fresh
    li      t4, 64
    mv      t5, a1
1:  uipi_send t3, t5
    add     a6, a6, t3
    addi    t5, t5, 1
    addi    t4, t4, -1
    bnez    t4, 2f
    ld      t3, 0(a2)
    add     s10, s10, t3
    li      t4, 64
    mv      t5, a1
2:  addi    a0, a0, -1
    bnez    a0, 1b
    loop_done

loop loop_usip
1:  csrsi   0x044, INT_USI      /* uip */
    addi    a0, a0, -1
    bnez    a0, 1b
    loop_done

loop loop_ssip
1:  csrsi   sip, INT_SSI
    addi    a0, a0, -1
    bnez    a0, 1b
    loop_done

/* a1: address of a 4-byte register, a2: what to write */
loop loop_store
1:  sw      a2, 0(a1)
    addi    a0, a0, -1
    bnez    a0, 1b
    loop_done

/* a1: entry of the other hart, a3: where u_flag writes; each message reads as 1 << VECTOR */
loop loop_ping
    li      t4, 0
1:  uipi_send t3, a1
    add     a6, a6, t3
    addi    t4, t4, 1 << VECTOR
2:  ld      t5, 0(a3)
    bne     t5, t4, 2b
    addi    a0, a0, -1
    bnez    a0, 1b
    loop_done

loop loop_pong
    li      t4, 0
1:  addi    t4, t4, 1 << VECTOR
2:  ld      t5, 0(a3)
    bne     t5, t4, 2b
    uipi_send t3, a1
    add     a6, a6, t3
    addi    a0, a0, -1
    bnez    a0, 1b
    loop_done

/* a1: a word that another hart clears */
loop loop_spin
1:  ld      t3, 0(a1)
    bnez    t3, 1b
    loop_done
