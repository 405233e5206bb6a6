/*
 * Every exception of U mode goes to M, S or U mode as medeleg and sedeleg
 * say at that time, with the same xtval; those of S and M mode never go to
 * U mode.
 *
 * Rules: NDEL-5 NDEL-6 NDEL-7 NDEL-8 NTRAP-8 NTRAP-9 NTRAP-10 NTRAP-11
 *        NTRAP-14
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintr-test.inc"

#define NO_MEMORY 0x800

    /*
     * One round: insn raises cause in U mode and goes to mode. The status
     * of the handler is in s4 (U mode only); s5 is its tval.
     */
    .macro round mode, cause, status, insn:vararg
    csrwi   CSR_USTATUS, \status
    li      s4, -1
    GOTO_U()
    lla     ra, 2f
1:
    \insn
2:
    TO_M_ILLEGAL()
    EXPECT_TRAP(\mode, \cause)
    REG_L   s5, \mode + REC_TVAL(tp)
    .endm

    .macro exception cause, tval, insn:vararg
    csrw    medeleg, x0
    round   MODE_M, \cause, STATUS_UIE, \insn
    CHECK_REG(s5, \tval)
    CHECK_CSR(CSR_USTATUS, STATUS_UIE)

    li      a1, 1 << \cause
    csrw    medeleg, a1
    csrw    CSR_SEDELEG, x0
    round   MODE_S, \cause, STATUS_UIE, \insn
    CHECK_REG(s5, \tval)
    CHECK_CSR(CSR_USTATUS, STATUS_UIE)

    li      a1, 1 << \cause
    csrw    CSR_SEDELEG, a1
    csrw    CSR_UCAUSE, x0
    csrwi   scause, 10
    csrw    sepc, x0
    csrw    stval, x0
    csrr    s6, sstatus
    round   MODE_U, \cause, STATUS_UIE, \insn
    CHECK_REG(s5, \tval)
    CHECK_EQ(s4, STATUS_UPIE)
    CHECK_CSR(CSR_USTATUS, STATUS_UIE | STATUS_UPIE)
    CHECK_CSR(CSR_UCAUSE, \cause)
    CHECK_CSR(scause, 10)
    CHECK_CSR(sepc, 0)
    CHECK_CSR(stval, 0)
    li      a1, STATUS_UIE | STATUS_UPIE
    csrr    a0, sstatus
    or      a0, a0, a1
    or      s6, s6, a1
    CHECK_REG(a0, s6)
    REG_L   a0, MODE_U + REC_EPC(tp)
    .if \cause == EXC_INST_FAULT
    CHECK_REG(a0, \tval)
    .else
    lla     a1, 1b
    CHECK_REG(a0, a1)
    .endif

    /* UIE does not matter. */
    round   MODE_U, \cause, 0, \insn
    CHECK_EQ(s4, 0)
    CHECK_CSR(CSR_USTATUS, STATUS_UPIE)

    /* medeleg withdrawn: sedeleg alone does nothing. */
    csrw    medeleg, x0
    round   MODE_M, \cause, STATUS_UIE, \insn
    li      a1, 1 << \cause
    csrw    medeleg, a1
    csrw    CSR_SEDELEG, x0
    .endm

test_main:
    lla     a1, u_vector
    csrw    CSR_UTVEC, a1
    SET_HOOK(MODE_M, m_hook)
    SET_HOOK(MODE_S, s_hook)
    SET_HOOK(MODE_U, u_hook)
    lla     s7, buffer + 1
    li      s8, NO_MEMORY

    exception EXC_U_ECALL, x0, ecall
    exception EXC_LOAD_MISALIGNED, s7, lr.w a0, (s7)
    exception EXC_STORE_MISALIGNED, s7, amoadd.w a0, a0, (s7)
    exception EXC_LOAD_FAULT, s8, lw a0, 0(s8)
    exception EXC_STORE_FAULT, s8, sw a0, 0(s8)
    exception EXC_INST_FAULT, s8, jr s8

    /* These two have tests of their own for the tval. */
    li      s9, 0x14002573              /* csrr a0, sscratch */
    csrw    medeleg, x0
    li      a1, 1 << EXC_ILLEGAL
    csrw    medeleg, a1
    csrw    CSR_SEDELEG, a1
    csrwi   CSR_USTATUS, STATUS_UIE
    GOTO_U()
    csrr    a0, sscratch
    TO_M()
    EXPECT_TRAP(MODE_U, EXC_ILLEGAL)
    CHECK_EQ(s4, STATUS_UPIE)
    REG_L   a0, MODE_U + REC_TVAL(tp)
    CHECK_REG(a0, s9)
    csrw    CSR_SEDELEG, x0
    GOTO_U()
    csrr    a0, sscratch
    TO_M()
    EXPECT_TRAP(MODE_S, EXC_ILLEGAL)
    REG_L   a0, MODE_S + REC_TVAL(tp)
    CHECK_REG(a0, s9)

    li      a1, 1 << EXC_BREAKPOINT
    csrw    medeleg, a1
    csrw    CSR_SEDELEG, x0
    round   MODE_S, EXC_BREAKPOINT, 0, ebreak
    mv      s9, s5
    li      a1, 1 << EXC_BREAKPOINT
    csrw    CSR_SEDELEG, a1
    round   MODE_U, EXC_BREAKPOINT, 0, ebreak
    lla     a1, 1b
    REG_L   a0, MODE_U + REC_EPC(tp)
    CHECK_REG(a0, a1)
    /* stval is 0 or the address: utval the same. */
    beqz    s9, 1f
    mv      s9, a1
1:
    CHECK_REG(s5, s9)

    /* Raised in S or M mode */
    ebreak
    EXPECT_TRAP(MODE_M, EXC_BREAKPOINT)
    GOTO_S()
    ebreak
    EXPECT_TRAP(MODE_S, EXC_BREAKPOINT)
    TO_M()
    li      a1, 1 << EXC_ILLEGAL
    csrw    medeleg, a1
    csrw    CSR_SEDELEG, a1
    GOTO_S()
    csrr    a0, mstatus
    EXPECT_TRAP(MODE_S, EXC_ILLEGAL)
    TO_M()
    PASS

    /* A jump to nowhere goes on at ra, everything else at the next insn. */
    .macro hook name, mode, cause, epc
    csrr    t5, \cause
    li      t6, EXC_INST_FAULT
    bne     t5, t6, \name\()_default
    csrw    \epc, ra
    .endm

m_hook:
    hook    m, MODE_M, mcause, mepc
    HOOK_RESTORE(MODE_M)
    mret
s_hook:
    hook    s, MODE_S, scause, sepc
    HOOK_RESTORE(MODE_S)
    sret
u_hook:
    csrr    s4, CSR_USTATUS
    hook    u, MODE_U, CSR_UCAUSE, CSR_UEPC
    HOOK_RESTORE(MODE_U)
    URET

    .data
    .balign 8
buffer:
    .dword  0
