# SPDX-License-Identifier: MIT
#
# For float.c: load all floating-point registers and fcsr from *a0, let time pass, store to *a1.

.macro ALL instruction, base
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    \instruction f\n, (8 * \n)(\base)
    .endr
.endm

.macro CALLEE_SAVED instruction
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
    \instruction fs\n, (8 * \n)(sp)
    .endr
.endm

.macro BEGIN
    addi    sp, sp, -112
    CALLEE_SAVED fsd
    frcsr   t0
    sd      t0, 96(sp)
    ALL     fld, a0
    ld      t0, 256(a0)
    fscsr   t0
.endm

.macro END
    ALL     fsd, a1
    frcsr   t0
    sd      t0, 256(a1)
    ld      t0, 96(sp)
    fscsr   t0
    CALLEE_SAVED fld
    addi    sp, sp, 112
    ret
.endm

    .section .text.hold_spinning, "ax"
    .globl hold_spinning
hold_spinning:                          # (in, out, turns)
    BEGIN
1:  addi    a2, a2, -1
    bnez    a2, 1b
    END

    .section .text.hold_calling, "ax"
    .globl hold_calling
hold_calling:                           # (in, out, number of a system call, its argument)
    BEGIN
    mv      a7, a2
    mv      a0, a3
    ecall                               # changes a0 and no other register
    END
