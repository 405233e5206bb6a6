/*
 * Guests in the manner of tCore and reL4 (I form; S mode sets sip.USIP by
 * hand and executes sret) and of rCore-N (S mode raises UTIP by sip).
 *
 * Rules: COMPAT-2 COMPAT-3 COMPAT-5 COMPAT-6 UIPI-2
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-test.inc"

test_main:
    FIND_UINTC()
    csrw    CSR_SUICFG, s11
    DELEGATE_TO_U()
    csrsi   CSR_UIE, USIP | UTIP
    csrsi   CSR_USTATUS, STATUS_UIE

    /* sip.USIP by hand, suirs disabled */
    GOTO_S()
    csrsi   sip, USIP
    EXPECT_NONE()
    S_TO_U()
1:
    EXPECT_TRAP(MODE_U, IRQ(USI))
    CHECK_EPC(MODE_U, 1b)
    CHECK_CSR(CSR_UIP, USIP)
    csrci   CSR_UIP, USIP
    CHECK_CSR(CSR_UIP, 0)
    /* uip.USIP and sret, as another kernel does it */
    TO_M()
    csrsi   CSR_UIE, USIP
    GOTO_S()
    csrsi   CSR_UIP, USIP
    S_TO_U()
    EXPECT_TRAP(MODE_U, IRQ(USI))
    csrci   CSR_UIP, USIP

    /* UTIP through sip; S mode takes it back. */
    TO_M()
    GOTO_S()
    csrsi   sip, UTIP
    S_TO_U()
    EXPECT_TRAP(MODE_U, IRQ(UTI))
    CHECK_CSR(CSR_UIP, UTIP)
    TO_M()
    GOTO_S()
    csrci   sip, UTIP
    CHECK_CSR(CSR_UIP, 0)

    /*
     * A receiver that did not run when it was sent to: the kernel deactivates
     * it on entry, restores LOW, suirs and sip.USIP on return; the handler
     * puts one vector back.
     */
    SET_SUIST(1)
    SET_ENTRY(2, (5 << 16) | 1 | (7 << 48))
    SET_SUIRS(7)
    UINTC_WRITE(SLOT(7) + LOW, 2)
    UIPI_DEACTIVATE_I()
    li      a1, 2
    UIPI_SEND_I(x0, a1)
    UINTC_WRITE(SLOT(7) + SEND, 6)
    CHECK_CSR_BITS(sip, USIP, 0)
    csrw    CSR_SUIRS, x0
    CHECK_CSR_BITS(sip, USIP, 0)
    SET_SUIRS(7)
    UINTC_WRITE(SLOT(7) + LOW, 3)
    UINTC_READ(a0, SLOT(7) + HIGH)
    CHECK_EQ(a0, 0x60)
    li      t6, SLOT(7) + HIGH
    add     t6, t6, s11
    sd      a0, 0(t6)
    csrsi   sip, USIP
    csrsi   CSR_UIE, USIP
    SET_HOOK(MODE_U, handler)
    li      s2, 0
    li      s3, 0x20
    S_TO_U()
    EXPECT_TRAPS(MODE_U, 2, IRQ(USI))
    CHECK_EQ(s2, 0x6020)
    CHECK_CSR(CSR_UIP, 0)
    TO_M()
    PASS

    /* Takes all, puts s3 back once; s2 is the history. */
handler:
    csrci   CSR_UIP, USIP
    UIPI_READ_I(t5)
    slli    s2, s2, 8
    or      s2, s2, t5
    beqz    s3, 1f
    UIPI_WRITE_I(s3)
    li      s3, 0
1:
    HOOK_RESTORE(MODE_U)
    URET

    .data
    .balign 4096
table:
    .space  4096
