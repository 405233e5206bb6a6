/*
 * uret: pc, UIE, UPIE and the privilege, from U, S and M mode.
 *
 * Rules: NTRAP-15 NTRAP-16 NTRAP-18 NTRAP-19
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintr-test.inc"

    /* uret with this ustatus goes to the next instruction, with that one. */
    .macro uret_status before, after
    lla     a0, 1f
    csrw    CSR_UEPC, a0
    csrwi   CSR_USTATUS, \before
    URET
    FAIL()
1:
    CHECK_CSR(CSR_USTATUS, \after)
    .endm

    /* In U mode sscratch is out of reach. */
    .macro in_u_mode
    CHECK_ILLEGAL(csrr a0, sscratch)
    .endm

    .macro all_states
    uret_status 0, STATUS_UPIE
    uret_status STATUS_UPIE, STATUS_UPIE | STATUS_UIE
    uret_status STATUS_UIE, STATUS_UPIE
    uret_status STATUS_UIE | STATUS_UPIE, STATUS_UPIE | STATUS_UIE
    in_u_mode
    .endm

test_main:
    /* From M mode: SPIE and SPP stay, MPRV becomes 0. */
    li      a1, STATUS_MPP | STATUS_MPIE | STATUS_SPIE | STATUS_SPP
    csrs    mstatus, a1
    all_states
    TO_M()
    li      a1, STATUS_MPP
    csrs    mstatus, a1
    li      a1, STATUS_MPIE | STATUS_SPIE | STATUS_SPP | STATUS_MPRV
    csrs    mstatus, a1
    lla     a0, 1f
    csrw    CSR_UEPC, a0
    URET
1:
    /* Not by way of an mret to U mode, which clears MPRV as well */
    TO_M()
    CHECK_CSR_BITS(mstatus, STATUS_MPRV, 0)
    CHECK_CSR_BITS(mstatus, STATUS_SPIE | STATUS_SPP, \
        STATUS_SPIE | STATUS_SPP)

    /* From S mode: SPP, SPIE, SIE, sepc and scause stay. */
    GOTO_S()
    li      a1, STATUS_SPP | STATUS_SPIE | STATUS_SIE
    csrc    sstatus, a1
    li      a1, STATUS_SPP
    csrs    sstatus, a1
    li      a1, 0x1230
    csrw    sepc, a1
    csrwi   scause, 5
    all_states
    TO_M()
    CHECK_CSR_BITS(sstatus, STATUS_SPP | STATUS_SPIE | STATUS_SIE, \
        STATUS_SPP)
    CHECK_CSR(sepc, 0x1230)
    CHECK_CSR(scause, 5)

    /* From U mode */
    GOTO_U()
    all_states
    TO_M()

    /* An interrupt that uret unmasks comes before the next instruction. */
    DELEGATE_TO_U()
    csrsi   mip, USIP
    csrsi   mie, USIP
    .irp from, 0, STATUS_MPP_S, STATUS_MPP
    csrwi   CSR_USTATUS, 0
    goto_mode \from
    csrsi   CSR_UIE, USIP
    csrwi   CSR_USTATUS, STATUS_UPIE
    lla     s1, 1f
    csrw    CSR_UEPC, s1
    URET
1:
    EXPECT_TRAP(MODE_U, IRQ(USI))
    CHECK_EPC(MODE_U, 1b)
    TO_M()
    .endr
    PASS
