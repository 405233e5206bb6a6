# SPDX-License-Identifier: MIT
#
# Entry and exit of S mode. While user code runs, sscratch holds the hart's struct cpu; while the
# kernel runs, tp does and sscratch is 0. The kernel takes no interrupt and no exception by design,
# so a trap from the kernel is a panic and goes to a stack of its own.

#include "arch/layout.h"

.macro SAVE_REGISTERS               # all but sp and tp
    sd      x1, 0(sp)
    sd      x3, 16(sp)
    .irp n, 5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd      x\n, (8 * \n - 8)(sp)
    .endr
.endm

    .section .text, "ax"
    .balign 4
    .globl trap_entry
trap_entry:
    csrrw   tp, sscratch, tp
    beqz    tp, from_kernel
    sd      sp, CPU_SCRATCH(tp)
    ld      sp, CPU_KERNEL_SP(tp)
    addi    sp, sp, -FRAME_SIZE
    SAVE_REGISTERS
    ld      t0, CPU_SCRATCH(tp)
    sd      t0, 8(sp)               # user sp
    csrrw   t0, sscratch, zero
    sd      t0, 24(sp)              # user tp
    csrr    t0, sepc
    sd      t0, FRAME_SEPC(sp)
    csrr    t0, sstatus
    sd      t0, FRAME_SSTATUS(sp)
    mv      a0, sp
    call    user_trap
    mv      a0, sp

# user_return(frame): continue in user mode. Also the first way into a new process.
    .globl user_return
user_return:
    csrw    sscratch, tp
    mv      sp, a0
    ld      t0, FRAME_SEPC(sp)
    csrw    sepc, t0
    ld      t0, FRAME_SSTATUS(sp)
    csrw    sstatus, t0
    ld      x1, 0(sp)
    ld      x3, 16(sp)
    ld      x4, 24(sp)
    .irp n, 5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld      x\n, (8 * \n - 8)(sp)
    .endr
    ld      sp, 8(sp)
    sret

from_kernel:
    csrrw   tp, sscratch, tp        # tp is the struct cpu again, sscratch 0
    sd      sp, CPU_SCRATCH(tp)
    ld      sp, CPU_PANIC_SP(tp)
    addi    sp, sp, -FRAME_SIZE
    SAVE_REGISTERS
    sd      tp, 24(sp)
    ld      t0, CPU_SCRATCH(tp)
    sd      t0, 8(sp)
    csrr    t0, sepc
    sd      t0, FRAME_SEPC(sp)
    csrr    t0, sstatus
    sd      t0, FRAME_SSTATUS(sp)
    mv      a0, sp
    call    kernel_trap

# context_switch(from, to): saves what a C function must keep, continues where `to` was saved.
    .globl context_switch
context_switch:
    sd      ra, 0(a0)
    sd      sp, 8(a0)
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
    sd      s\n, (16 + 8 * \n)(a0)
    .endr
    ld      ra, 0(a1)
    ld      sp, 8(a1)
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
    ld      s\n, (16 + 8 * \n)(a1)
    .endr
    ret
