/* SPDX-License-Identifier: MIT
 *
 * The workload's entry in M mode, and calls of functions in a lower mode.
 */
    .globl _start
_start:
    csrr t0, mhartid
    bnez t0, halt
    la sp, stack_top
    call main
    li t0, 0x100000
    li t1, 0x5555
    sw t1, 0(t0)
/* Without interrupts: what the machine looks like here doesn't depend on time. */
halt:
    csrw mie, zero
    wfi
    j halt

/* call_in(mode as in mstatus.MPP, function): the function keeps the stack. */
    .globl call_in
call_in:
    addi sp, sp, -112
    sd ra, 0(sp)
    sd s0, 8(sp)
    sd s1, 16(sp)
    sd s2, 24(sp)
    sd s3, 32(sp)
    sd s4, 40(sp)
    sd s5, 48(sp)
    sd s6, 56(sp)
    sd s7, 64(sp)
    sd s8, 72(sp)
    sd s9, 80(sp)
    sd s10, 88(sp)
    sd s11, 96(sp)
    csrw mscratch, sp
    slli a0, a0, 11
    li t0, 0x1800
    csrc mstatus, t0
    csrs mstatus, a0
    csrw mepc, a1
    la ra, leave
    mret
leave:
    ebreak

/* A breakpoint in any mode ends call_in; all else is m_trap's. */
    .globl m_entry
    .balign 4
m_entry:
    addi sp, sp, -16
    sd t0, 0(sp)
    csrr t0, mcause
    addi t0, t0, -3
    beqz t0, return_from_call
    ld t0, 0(sp)
    addi sp, sp, 16
    j m_trap
return_from_call:
    csrr sp, mscratch
    ld ra, 0(sp)
    ld s0, 8(sp)
    ld s1, 16(sp)
    ld s2, 24(sp)
    ld s3, 32(sp)
    ld s4, 40(sp)
    ld s5, 48(sp)
    ld s6, 56(sp)
    ld s7, 64(sp)
    ld s8, 72(sp)
    ld s9, 80(sp)
    ld s10, 88(sp)
    ld s11, 96(sp)
    addi sp, sp, 112
    ret

    .bss
    .balign 16
    .space 16384
stack_top:
