# SPDX-License-Identifier: MIT
#
# Where a user interrupt arrives, for handlers that use no floating point: on the interrupted stack,
# and with a stack of the handler's own.

#include "lib/uintr_frame.inc"

    .section .text.uintr_entry, "ax"
    .balign 4
    .globl uintr_entry
uintr_entry:
    addi    sp, sp, -INTEGER_FRAME
    INTEGER_REGISTERS sd
    CALL_HANDLER
    INTEGER_REGISTERS ld
    addi    sp, sp, INTEGER_FRAME
    URET

    .section .text.uintr_entry_stack, "ax"
    .balign 4
    .globl uintr_entry_stack
uintr_entry_stack:
    SWAP_STACKS
    addi    sp, sp, -INTEGER_FRAME
    INTEGER_REGISTERS sd
    CALL_HANDLER
    INTEGER_REGISTERS ld
    addi    sp, sp, INTEGER_FRAME
    SWAP_STACKS
    URET
