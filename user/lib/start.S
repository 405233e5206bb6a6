# SPDX-License-Identifier: MIT
#
# A program's first instructions: the kernel passes argc in a0 and argv in a1.

    .section .text.start, "ax"
    .globl _start
_start:
    lla     tp, thread_local_start
    call    main
    tail    exit_program
