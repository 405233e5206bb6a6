/*
 * The stress test of UINTC: boot, entry of the kernel, entry of the handler
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-stress-asm.h"

#define STACK_SHIFT     13

    .option norvc
    .text
    .global _start
_start:
    csrr    a0, mhartid
    li      t0, HARTS
    bgeu    a0, t0, park
    lla     t0, m_vector
    csrw    mtvec, t0
    lla     t0, s_vector
    csrw    stvec, t0
    li      t0, 0x222                   /* STI, SSI, SEI */
    csrw    mideleg, t0
    li      t0, 0xb1ff                  /* all of U mode's exceptions */
    csrw    medeleg, t0
    li      t0, -1
    csrw    pmpaddr0, t0
    li      t0, 0x1f
    csrw    pmpcfg0, t0
    li      t0, 7
    csrw    mcounteren, t0
    csrw    scounteren, t0
    li      t0, 1 << 63                 /* stimecmp */
    csrw    0x30a, t0
    li      t0, 0x1800
    csrc    mstatus, t0
    li      t0, 0x800
    csrs    mstatus, t0
    lla     t0, 1f
    csrw    mepc, t0
    mret
1:
    csrw    sscratch, zero
    lla     sp, stacks
    addi    t0, a0, 1
    slli    t0, t0, STACK_SHIFT
    add     sp, sp, t0
    mv      a1, sp
    call    kernel_main                 /* returns the first task to run */
    j       task_resume

park:
    wfi
    j       park

    .balign 4
m_vector:
    li      a0, -1
    csrr    a1, mcause
    csrr    a2, mepc
    j       crash

    .balign 4
s_vector:
    csrrw   tp, sscratch, tp
    beqz    tp, kernel_trap
    .irp    n, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, \
               18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    sd      x\n, TASK_REG(\n)(tp)
    .endr
    csrrw   t0, sscratch, zero
    sd      t0, TASK_REG(4)(tp)
    csrr    t0, sepc
    sd      t0, TASK_PC(tp)
    ld      sp, TASK_STACK(tp)
    mv      a0, tp
    call    kernel_trap_from_task       /* returns the task to run */
task_resume:
    mv      tp, a0
    csrw    sscratch, tp
    ld      t0, TASK_PC(tp)
    csrw    sepc, t0
    .irp    n, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, \
               18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 4
    ld      x\n, TASK_REG(\n)(tp)
    .endr
    sret

    /* The kernel takes no interrupts and must not fault. */
kernel_trap:
    li      a0, -2
    csrr    a1, scause
    csrr    a2, sepc
    j       crash

    /* The handler of the tasks: on the stack that was interrupted */
    .balign 4
    .global task_vector
task_vector:
    addi    sp, sp, -128
    sd      ra, 0(sp)
    sd      t0, 8(sp)
    sd      t1, 16(sp)
    sd      t2, 24(sp)
    sd      a0, 32(sp)
    sd      a1, 40(sp)
    sd      a2, 48(sp)
    sd      a3, 56(sp)
    sd      a4, 64(sp)
    sd      a5, 72(sp)
    sd      a6, 80(sp)
    sd      a7, 88(sp)
    sd      t3, 96(sp)
    sd      t4, 104(sp)
    sd      t5, 112(sp)
    sd      t6, 120(sp)
    csrr    a0, CSR_USCRATCH
    call    task_handler
    ld      ra, 0(sp)
    ld      t0, 8(sp)
    ld      t1, 16(sp)
    ld      t2, 24(sp)
    ld      a0, 32(sp)
    ld      a1, 40(sp)
    ld      a2, 48(sp)
    ld      a3, 56(sp)
    ld      a4, 64(sp)
    ld      a5, 72(sp)
    ld      a6, 80(sp)
    ld      a7, 88(sp)
    ld      t3, 96(sp)
    ld      t4, 104(sp)
    ld      t5, 112(sp)
    ld      t6, 120(sp)
    addi    sp, sp, 128
    .insn i SYSTEM, 0, x0, x0, 2        /* uret */

    /* semihost(operation, parameter) */
    .balign 16
    .global semihost
semihost:
    slli    zero, zero, 0x1f
    ebreak
    srai    zero, zero, 0x7
    ret

    .bss
    .balign 16
stacks:
    .space  HARTS << STACK_SHIFT
