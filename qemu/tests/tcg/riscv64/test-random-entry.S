/*
 * Random test of user interrupts: boot, the way into a step and back
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#if __riscv_xlen == 64
#define REG_S sd
#define REG_L ld
#define REGBYTES 8
#else
#define REG_S sw
#define REG_L lw
#define REGBYTES 4
#endif

#define X(n)            ((n) * REGBYTES)
#define DRIVER(n)       ((32 + (n)) * REGBYTES)

    .option norvc
    .text
    .global _start
_start:
    lla     sp, stack_top
    lla     t0, unexpected
    csrw    mtvec, t0
    call    main
1:
    j       1b

    /* A trap of the driver itself */
    .balign 4
unexpected:
    lla     sp, stack_top
    csrr    a0, mcause
    csrr    a1, mepc
    csrr    a2, mtval
    call    driver_trap
1:
    j       1b

/*
 * void enter_by_mret(void), void enter_by_sret(void): out of M mode with
 * the registers of context, and back at the trap
 */
    .macro enter how
    .global enter_by_\how
    .balign 4
enter_by_\how:
    lla     a0, context
    REG_S   ra, DRIVER(0)(a0)
    REG_S   sp, DRIVER(1)(a0)
    REG_S   gp, DRIVER(2)(a0)
    REG_S   tp, DRIVER(3)(a0)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    REG_S   s\n, DRIVER(4 + \n)(a0)
    .endr
    lla     t0, step_trap
    csrw    mtvec, t0
    csrw    mscratch, a0
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, \
        19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    REG_L   x\n, X(\n)(a0)
    .endr
    REG_L   a0, X(10)(a0)
    \how
    .endm
    enter mret
    enter sret

/* void clear_mpv(void): only mret does it. MPIE is 0 before. */
    .global clear_mpv
    .balign 4
clear_mpv:
    li      t0, 0x1800
    csrs    mstatus, t0
    lla     t0, 1f
    csrw    mepc, t0
    mret
1:
    ret

    .balign 4
step_trap:
    csrrw   a0, mscratch, a0
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, \
        19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    REG_S   x\n, X(\n)(a0)
    .endr
    csrr    t0, mscratch
    REG_S   t0, X(10)(a0)
    lla     t0, unexpected
    csrw    mtvec, t0
    REG_L   ra, DRIVER(0)(a0)
    REG_L   sp, DRIVER(1)(a0)
    REG_L   gp, DRIVER(2)(a0)
    REG_L   tp, DRIVER(3)(a0)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    REG_L   s\n, DRIVER(4 + \n)(a0)
    .endr
    ret

/* long semihost(long operation, void *argument) */
    .global semihost
    .balign 16
semihost:
    slli    zero, zero, 0x1f
    ebreak
    srai    zero, zero, 0x7
    ret

    .bss
    .balign 16
    .space  16384
stack_top:
