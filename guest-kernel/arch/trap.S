# SPDX-License-Identifier: MIT
#
# Entry and exit of S mode. While user code runs, sscratch holds the address of the running struct
# thread, which begins with its trap frame; while the kernel runs, sscratch is 0 and tp the hart's
# struct cpu. The kernel takes no interrupt and no exception by design, so a trap from the kernel
# is a panic and goes to a stack of its own.

#include "arch/layout.h"

.macro FOR_SAVED_REGISTERS instruction  # those that a function call keeps, but ra, sp, tp
    .irp n, 3,8,9,18,19,20,21,22,23,24,25,26,27
    \instruction x\n, (8 * \n - 8)(sp)
    .endr
.endm

.macro FOR_TEMPORARIES instruction      # but t0
    .irp n, 6,7,10,11,12,13,14,15,16,17,28,29,30,31
    \instruction x\n, (8 * \n - 8)(sp)
    .endr
.endm

.macro FOR_REGISTERS instruction        # all but ra, sp, tp
    \instruction x5, 32(sp)
    FOR_SAVED_REGISTERS \instruction
    FOR_TEMPORARIES \instruction
.endm

# The rest of the way in: saves what the above do not, and has a0 and the stack as C wants them.
.macro ENTER_KERNEL
    sd      ra, 0(sp)
    sd      tp, 24(sp)
    csrrw   t0, sscratch, zero
    sd      t0, 8(sp)               # user sp
    csrr    t1, sepc
    sd      t1, FRAME_SEPC(sp)
    csrr    t2, sstatus
    sd      t2, FRAME_SSTATUS(sp)
    ld      tp, THREAD_CPU(sp)
    mv      a0, sp
    ld      sp, CPU_KERNEL_SP(tp)
    lla     ra, user_return         # each of these returns the thread to go on with
.endm

    .section .text, "ax"
    .balign 4
    .globl trap_entry
trap_entry:
    csrrw   sp, sscratch, sp        # sp is the thread, or 0
    beqz    sp, from_kernel
    sd      t0, 32(sp)
    li      t0, SYS_UINTR_HANDOVER
    beq     a7, t0, .Lmaybe_handover
.Lnot_handover:
    FOR_SAVED_REGISTERS sd
    FOR_TEMPORARIES sd
    ENTER_KERNEL
    csrr    a1, scause
    li      t0, CAUSE_ECALL_U
    bne     a1, t0, 1f
    li      t0, SYS_IPC_CALL
    beq     a7, t0, 2f
    li      t0, SYS_IPC_REPLY_RECEIVE
    beq     a7, t0, 3f
    tail    user_syscall
1:  tail    user_trap
2:  tail    user_ipc_call
3:  tail    user_ipc_reply_receive

# This call keeps the registers that a function call keeps, and saves no others.
.Lmaybe_handover:
    csrr    t0, scause
    addi    t0, t0, -CAUSE_ECALL_U
    bnez    t0, .Lnot_handover
    FOR_SAVED_REGISTERS sd
    sd      a0, 72(sp)
    sd      a1, 80(sp)
    sd      a7, 128(sp)
    ENTER_KERNEL
    tail    user_uintr_handover

# user_return(thread): also the first way into a new thread.
    .globl user_return
user_return:
    csrw    sscratch, a0
    mv      sp, a0
    ld      t0, FRAME_SEPC(sp)
    csrw    sepc, t0
    ld      t0, FRAME_SSTATUS(sp)
    csrw    sstatus, t0
    ld      ra, 0(sp)
    ld      tp, 24(sp)
    FOR_REGISTERS ld
    ld      sp, 8(sp)
    sret

from_kernel:
    csrrw   sp, sscratch, sp        # sp is what it was, sscratch 0
    sd      sp, CPU_SCRATCH(tp)
    ld      sp, CPU_PANIC_SP(tp)
    addi    sp, sp, -FRAME_SIZE
    sd      ra, 0(sp)
    FOR_REGISTERS sd
    sd      tp, 24(sp)
    ld      t0, CPU_SCRATCH(tp)
    sd      t0, 8(sp)
    csrr    t0, sepc
    sd      t0, FRAME_SEPC(sp)
    csrr    t0, sstatus
    sd      t0, FRAME_SSTATUS(sp)
    mv      a0, sp
    call    kernel_trap
