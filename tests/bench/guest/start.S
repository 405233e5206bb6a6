/* SPDX-License-Identifier: MIT */
/*
 * Boot, the way into a loop and out of it, and the trap handlers that the loops run against.
 *
 * While a loop runs, s11 counts a handler's entries and s10 sums what it read; a handler may change
 * t0 to t2 beside them. A loop's own result is in a0 when it ends by ecall.
 */
#include "bench.h"

    .option norvc
    .section .text.start, "ax"
    .globl _start
_start:
    csrr    a0, mhartid
    li      t0, MAX_HARTS
1:  bgeu    a0, t0, 1b
    lla     sp, stacks
    addi    t0, a0, 1
    li      t1, STACK_BYTES
    mul     t0, t0, t1
    add     sp, sp, t0
    bnez    a0, 1f
    call    bench_main
1:  call    hart_loop

    .text
/* void run_in(mstatus, loop, arguments, result) */
    .globl run_in
run_in:
    addi    sp, sp, -128
    sd      ra, 0(sp)
    sd      gp, 8(sp)
    sd      tp, 16(sp)
    sd      s0, 24(sp)
    sd      s1, 32(sp)
    sd      s2, 40(sp)
    sd      s3, 48(sp)
    sd      s4, 56(sp)
    sd      s5, 64(sp)
    sd      s10, 72(sp)
    sd      s11, 80(sp)
    sd      a3, 88(sp)
    csrw    mscratch, sp
    csrw    mepc, a1
    csrw    mstatus, a0
    li      s10, 0
    li      s11, 0
    mv      t3, a2
    ld      a0, 0(t3)
    ld      a1, 8(t3)
    ld      a2, 16(t3)
    ld      a3, 24(t3)
    ld      a4, 32(t3)
    li      t3, 0
    csrr    s0, time
    csrr    s1, cycle
    mret

    .globl unexpected
    .p2align 2
unexpected:
    csrr    a0, mcause
    csrr    a1, mepc
    csrr    a2, mtval
    lla     sp, stacks + STACK_BYTES
    tail    unexpected_trap

/*
 * Handlers begin at a line of 64 bytes, in a page without loops: QEMU finds translated code by a
 * small hash of the address, in which two instructions of one page meet when they are unlucky.
 */
    .section .text.handlers, "ax"
    .balign 4096

/* Every M-mode handler comes here with an exception: the end of the loop, or a failure. */
loop_end:
    csrr    t1, cycle
    csrr    t2, time
    li      t3, STATUS_MIE
    csrc    mstatus, t3
    csrr    sp, mscratch
    ld      a3, 88(sp)
    sub     t1, t1, s1
    sd      a0, 0(a3)
    sd      s11, 8(a3)
    sd      s10, 16(a3)
    sd      s0, 24(a3)
    sd      t2, 32(a3)
    sd      t1, 40(a3)
    ld      ra, 0(sp)
    ld      gp, 8(sp)
    ld      tp, 16(sp)
    ld      s0, 24(sp)
    ld      s1, 32(sp)
    ld      s2, 40(sp)
    ld      s3, 48(sp)
    ld      s4, 56(sp)
    ld      s5, 64(sp)
    ld      s10, 72(sp)
    ld      s11, 80(sp)
    addi    sp, sp, 128
    ret

m_exception:
    csrr    t0, mcause
    addi    t0, t0, -8
    li      t1, 3
    bltu    t1, t0, unexpected
    bnez    a7, loop_end
    /* a7 = 0 is the system call that loop_ecall measures */
    csrr    t0, mepc
    addi    t0, t0, 4
    csrw    mepc, t0
    addi    s11, s11, 1
    mret

    .macro handler name
    .balign 64
    .globl  \name
\name:
    .endm

    .macro m_handler name
    handler \name
    csrr    t0, mcause
    bgez    t0, m_exception
    .endm

m_handler m_ecall_only
    j       unexpected

/* a1: the hart's MSIP register */
m_handler m_msip
    sw      x0, 0(a1)
    addi    s11, s11, 1
    mret

/* a2: PLIC claim and complete, a3: DOORBELL, a4: the receiver's HIGH */
m_handler m_plic
    lw      t1, 0(a2)
    ld      t2, 0(a3)
    ld      t0, 0(a4)
    add     s10, s10, t0
    sw      t1, 0(a2)
    addi    s11, s11, 1
    mret

m_handler m_imsic
    csrrw   t1, 0x35c, x0       /* mtopei */
    srli    t1, t1, 16
    add     s10, s10, t1
    addi    s11, s11, 1
    mret

handler s_imsic
    csrrw   t1, 0x15c, x0       /* stopei */
    srli    t1, t1, 16
    add     s10, s10, t1
    addi    s11, s11, 1
    sret

handler s_ssip
    csrci   sip, INT_SSI
    addi    s11, s11, 1
    sret

#define URET .insn i SYSTEM, 0, x0, x0, 2

handler u_read
    .insn r 0x7b, 6, 1, t0, x0, x0      /* uipi.read t0 */
    csrci   0x044, INT_USI              /* uip */
    add     s10, s10, t0
    addi    s11, s11, 1
    URET

handler u_claim
    .insn r 0x7b, 6, 5, t0, x0, x0      /* uipi.claim t0 */
    csrci   0x044, INT_USI
    add     s10, s10, t0
    addi    s11, s11, 1
    URET

handler u_usip
    csrci   0x044, INT_USI
    addi    s11, s11, 1
    URET

/* a3: where the loop waits for the sum of what was read */
handler u_flag
    .insn r 0x7b, 6, 1, t0, x0, x0
    csrci   0x044, INT_USI
    add     s10, s10, t0
    addi    s11, s11, 1
    sd      s10, 0(a3)
    URET

    .bss
    .p2align 4
stacks:
    .skip   MAX_HARTS * STACK_BYTES
