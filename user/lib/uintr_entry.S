# SPDX-License-Identifier: MIT
#
# Where a user interrupt arrives, for handlers that use no floating point: on the interrupted stack,
# and with a stack of the handler's own.

#include "lib/uintr_frame.inc"

    .section .text.uintr_entry, "ax"
    .balign 4
    .globl uintr_entry
uintr_entry:
    BEGIN
    SAVE_INTEGER_REGISTERS
    CALL_HANDLER
    RESTORE_INTEGER_REGISTERS
    END

    .section .text.uintr_entry_stack, "ax"
    .balign 4
    .globl uintr_entry_stack
uintr_entry_stack:
    BEGIN
    ENTER_STACK
    SAVE_INTEGER_REGISTERS
    CALL_HANDLER
    RESTORE_INTEGER_REGISTERS
    LEAVE_STACK
    END
