/*
 * User-level traps under Sv39: delegated page faults, and an interrupt to a
 * handler that only U mode can reach.
 *
 * Rules: NDEL-6 NDEL-7 NTRAP-9 NTRAP-11
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintr-test.inc"

#define PTE_U_RWX       0xdf            /* V R W X U A D */
#define PTE_S_RWX       0xcf
#define RAM_PPN         (0x80000000 >> 12)
#define S_ALIAS         0x40000000      /* S mode's view is higher by this */
#define SATP_SV39       (8 << 60)
#define STATUS_SUM      0x40000

    .macro fault insn:vararg
    GOTO_U()
    lla     ra, 2f
1:
    \insn
2:
    TO_M()
    .endm

    .macro page_fault cause, insn:vararg
    csrw    medeleg, s1
    csrw    CSR_SEDELEG, x0
    fault   \insn
    EXPECT_TRAP(MODE_S, \cause)
    REG_L   a0, MODE_S + REC_TVAL(tp)
    CHECK_REG(a0, s2)
    csrw    CSR_SEDELEG, s1
    fault   \insn
    EXPECT_TRAP(MODE_U, \cause)
    REG_L   a0, MODE_U + REC_TVAL(tp)
    CHECK_REG(a0, s2)
    .if \cause == EXC_INST_PAGE
    REG_L   a0, MODE_U + REC_EPC(tp)
    CHECK_REG(a0, s2)
    .else
    CHECK_EPC(MODE_U, 1b)
    .endif
    .endm

test_main:
    lla     t0, root
    li      t1, (RAM_PPN << 10) | PTE_U_RWX
    sd      t1, 16(t0)
    li      t1, (RAM_PPN << 10) | PTE_S_RWX
    sd      t1, 24(t0)
    srli    t0, t0, 12
    li      t1, SATP_SV39
    or      t0, t0, t1
    csrw    satp, t0
    sfence.vma
    li      t0, STATUS_SUM
    csrs    mstatus, t0
    lla     a1, s_vector
    li      t0, S_ALIAS
    add     a1, a1, t0
    csrw    stvec, a1
    DELEGATE_TO_U()
    SET_HOOK(MODE_U, u_hook)
    lla     a1, s_hook
    li      t0, S_ALIAS
    add     a1, a1, t0
    REG_S   a1, MODE_S + REC_HOOK(tp)

    li      s1, (1 << EXC_INST_PAGE) | (1 << EXC_LOAD_PAGE) | \
                (1 << EXC_STORE_PAGE)
    li      s2, 0x40000000              /* not mapped */
    page_fault EXC_LOAD_PAGE, lw a0, 0(s2)
    page_fault EXC_STORE_PAGE, sw a0, 0(s2)
    page_fault EXC_INST_PAGE, jr s2

    /* An interrupt, then one that S mode takes instead */
    csrsi   mie, USIP
    csrsi   mip, USIP
    csrsi   CSR_USTATUS, STATUS_UIE
    GOTO_U()
1:
    EXPECT_TRAP(MODE_U, IRQ(USI))
    CHECK_EPC(MODE_U, 1b)
    TO_M()
    csrw    CSR_SIDELEG, x0
    csrsi   mie, USIP
    GOTO_U()
    EXPECT_TRAP(MODE_S, IRQ(USI))
    TO_M()
    PASS

    /* A jump to nowhere goes on at ra. */
s_hook:
    csrr    t5, scause
    li      t6, EXC_INST_PAGE
    bne     t5, t6, s_default
    csrw    sepc, ra
    HOOK_RESTORE(MODE_S)
    sret
u_hook:
    csrr    t5, CSR_UCAUSE
    li      t6, EXC_INST_PAGE
    bne     t5, t6, u_default
    csrw    CSR_UEPC, ra
    HOOK_RESTORE(MODE_U)
    URET

    .data
    .balign 4096
root:
    .space  4096
