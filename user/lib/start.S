# SPDX-License-Identifier: MIT
#
# A program's first instructions. The kernel passes argc in a0 and argv in a1; sp is aligned to 16
# bytes. gp stays unused: user.ld defines no __global_pointer$, so the linker emits no access by it.

    .section .text.start, "ax"
    .globl _start
_start:
    mv      s0, a0
    mv      s1, a1
    lla     tp, thread_local_first
    mv      a0, tp
    call    _init_tls                   # picolibc: .tdata copied, .tbss zeroed
    call    __libc_init_array
    mv      a0, s0
    mv      a1, s1
    call    main
    tail    exit
