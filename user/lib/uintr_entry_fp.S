# SPDX-License-Identifier: MIT
#
# The same for handlers that use floating point: also saves the registers of it that a C function
# may change, and fcsr.

#include "lib/uintr_frame.inc"

#define FLOAT_FRAME 176 /* 20 registers, fcsr, 8 bytes to keep sp aligned to 16 */

    .option arch, +d

.macro FLOAT_REGISTERS instruction
    .irp n, 0,1,2,3,4,5,6,7
    \instruction ft\n, (8 * \n)(sp)
    \instruction fa\n, (64 + 8 * \n)(sp)
    .endr
    .irp n, 8,9,10,11
    \instruction ft\n, (128 + 8 * (\n - 8))(sp)
    .endr
.endm

.macro HANDLE
    SAVE_INTEGER_REGISTERS
    addi    sp, sp, -FLOAT_FRAME
    .cfi_adjust_cfa_offset FLOAT_FRAME
    FLOAT_REGISTERS fsd
    frcsr   t0
    sd      t0, 160(sp)
    CALL_HANDLER
    ld      t0, 160(sp)
    fscsr   t0
    FLOAT_REGISTERS fld
    addi    sp, sp, FLOAT_FRAME
    .cfi_adjust_cfa_offset -FLOAT_FRAME
    RESTORE_INTEGER_REGISTERS
.endm

    .section .text.uintr_entry_fp, "ax"
    .balign 4
    .globl uintr_entry_fp
uintr_entry_fp:
    BEGIN
    HANDLE
    END

    .section .text.uintr_entry_fp_stack, "ax"
    .balign 4
    .globl uintr_entry_fp_stack
uintr_entry_fp_stack:
    BEGIN
    ENTER_STACK
    HANDLE
    LEAVE_STACK
    END
