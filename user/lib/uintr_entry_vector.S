# SPDX-License-Identifier: MIT
#
# The same for handlers that use vectors, or vectors and floating point: also saves v0 to v31, all of
# which a C function may change, vstart, vl, vtype and vcsr. How long the registers are is known here
# only, so s0 keeps the frame.

#include "lib/uintr_frame.inc"

#define VECTOR_FRAME 48 /* s0, vstart, vl, vtype, vcsr, 8 bytes to keep sp aligned to 16 */
#define DWARF_S0     8

    .option arch, +d, +v

# At sp, with t0 the bytes of 8 registers.
.macro ALL_VECTORS instruction
    mv      t1, sp
    .irp n, 0,8,16,24
    \instruction v\n, (t1)
    .if \n < 24
    add     t1, t1, t0
    .endif
    .endr
.endm

# Loads and stores of whole registers begin at vstart, as a C function's instructions would.
.macro SAVE_VECTORS
    addi    sp, sp, -VECTOR_FRAME
    .cfi_adjust_cfa_offset VECTOR_FRAME
    sd      s0, 0(sp)
    .cfi_rel_offset DWARF_S0, 0
    mv      s0, sp
    .cfi_def_cfa_register s0
    csrr    t0, vstart
    sd      t0, 8(s0)
    csrr    t0, vl
    sd      t0, 16(s0)
    csrr    t0, vtype
    sd      t0, 24(s0)
    csrr    t0, vcsr
    sd      t0, 32(s0)
    csrw    vstart, zero
    csrr    t0, vlenb
    slli    t0, t0, 3
    slli    t1, t0, 2
    sub     sp, sp, t1
    ALL_VECTORS vs8r.v
.endm

# vl and vtype can only be written by vsetvl, which makes vstart 0. vill among vtype sets vill.
.macro RESTORE_VECTORS
    csrw    vstart, zero
    csrr    t0, vlenb
    slli    t0, t0, 3
    ALL_VECTORS vl8r.v
    ld      t0, 16(s0)
    ld      t1, 24(s0)
    vsetvl  zero, t0, t1
    ld      t0, 32(s0)
    csrw    vcsr, t0
    ld      t0, 8(s0)
    csrw    vstart, t0
    mv      sp, s0
    .cfi_def_cfa_register sp
    ld      s0, 0(sp)
    .cfi_restore DWARF_S0
    addi    sp, sp, VECTOR_FRAME
    .cfi_adjust_cfa_offset -VECTOR_FRAME
.endm

.macro HANDLE
    SAVE_INTEGER_REGISTERS
    SAVE_VECTORS
    CALL_HANDLER
    RESTORE_VECTORS
    RESTORE_INTEGER_REGISTERS
.endm

.macro HANDLE_FLOAT
    SAVE_INTEGER_REGISTERS
    SAVE_FLOAT_REGISTERS
    SAVE_VECTORS
    CALL_HANDLER
    RESTORE_VECTORS
    RESTORE_FLOAT_REGISTERS
    RESTORE_INTEGER_REGISTERS
.endm

    .section .text.uintr_entry_vector, "ax"
    .balign 4
    .globl uintr_entry_vector
uintr_entry_vector:
    BEGIN
    HANDLE
    END

    .section .text.uintr_entry_vector_stack, "ax"
    .balign 4
    .globl uintr_entry_vector_stack
uintr_entry_vector_stack:
    BEGIN
    ENTER_STACK
    HANDLE
    LEAVE_STACK
    END

    .section .text.uintr_entry_fp_vector, "ax"
    .balign 4
    .globl uintr_entry_fp_vector
uintr_entry_fp_vector:
    BEGIN
    HANDLE_FLOAT
    END

    .section .text.uintr_entry_fp_vector_stack, "ax"
    .balign 4
    .globl uintr_entry_fp_vector_stack
uintr_entry_fp_vector_stack:
    BEGIN
    ENTER_STACK
    HANDLE_FLOAT
    LEAVE_STACK
    END
