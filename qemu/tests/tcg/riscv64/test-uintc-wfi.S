/*
 * A send from another hart ends WFI, with the interrupt masked by
 * sstatus.SIE, delegated or not.
 *
 * Rules: NMIP-7 UDLV-3
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#define SMP
#include "uintc-test.inc"

#define ROUNDS  20
#define PATIENCE 100000000

test_main:
    FIND_UINTC()
    SET_SUIRS(1)
    SET_LOW(1, LOW_ACTIVE | LOW_MODE64)
    SET_ENTRY(0, ENTRY(9, 0, 1))
    li      s1, USIP
    csrw    CSR_SIDELEG, s1
    csrw    mie, s1
    csrci   sstatus, STATUS_SIE
    lla     s2, sent
    lla     s3, waiting
    li      s4, 0
    GOTO_S()
next:
    addi    s4, s4, 1
    CHECK_CSR_BITS(sip, USIP, 0)
    fence
    sw      s4, 0(s3)
    wfi
    CHECK_CSR_BITS(sip, USIP, USIP)
    lw      a0, 0(s2)
    CHECK_REG(a0, s4)
    UIPI_READ(a0)
    CHECK_EQ(a0, 1 << 9)
    csrci   sip, USIP
    /* Undelegated in the second half */
    li      t0, ROUNDS / 2
    bne     s4, t0, 1f
    csrw    CSR_SIDELEG, x0
1:
    li      t0, ROUNDS
    bne     s4, t0, next
    EXPECT_NONE()
    TO_M()
    PASS

    /* Hart 1 sends when hart 0 is about to wait. */
hart_main:
    FIND_UINTC()
    SET_SUIST(1)
    lla     s2, sent
    lla     s3, waiting
    li      s4, 0
    GOTO_U()
1:
    addi    s4, s4, 1
    SPIN(PATIENCE)
    lw      t0, 0(s3)
    beq     t0, s4, 9f
    SPIN_END()
    li      t0, 20000
2:
    addi    t0, t0, -1
    bnez    t0, 2b
    sw      s4, 0(s2)
    CHECK_SEND(0, 0)
    j       1b

    .data
    .balign 4096
table:
    .space  4096
sent:
    .word   0
    .space  60
waiting:
    .word   0
