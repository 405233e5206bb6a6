# SPDX-License-Identifier: MIT
#
# The same for handlers that use floating point: also saves the registers of it that a C function
# may change, and fcsr.

#include "lib/uintr_frame.inc"

    .option arch, +d

.macro HANDLE
    SAVE_INTEGER_REGISTERS
    SAVE_FLOAT_REGISTERS
    CALL_HANDLER
    RESTORE_FLOAT_REGISTERS
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
