/*
 * A handler clears USIP and reads pending, in either order, and a post
 * comes before, between or after: none is lost.
 *
 * Rules: UDLV-20 COMPAT-1 COMPAT-6
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-test.inc"

    /*
     * The handler of this order, which posts vector 2 itself at one of
     * three places (s3), once. s2 collects what was read.
     */
    .macro handler name, clear_first
\name:
    li      t5, 1
    bne     s3, t5, 1f
    jal     s5, post
1:
    .if \clear_first
    csrci   CSR_UIP, USIP
    .else
    UIPI_READ(t5)
    or      s2, s2, t5
    .endif
    li      t5, 2
    bne     s3, t5, 1f
    jal     s5, post
1:
    .if \clear_first
    UIPI_READ(t5)
    or      s2, s2, t5
    .else
    csrr    t5, CSR_UIP                 /* still 1 after reading pending */
    or      s6, s6, t5
    csrci   CSR_UIP, USIP
    .endif
    li      t5, 3
    bne     s3, t5, 1f
    jal     s5, post
1:
    HOOK_RESTORE(MODE_U)
    URET
    .endm

    .macro round name, place, traps
    SET_HOOK(MODE_U, \name)
    li      s2, 0
    li      s3, \place
    li      s6, 0
    li      a1, 0
    UIPI_SEND(a0, a1)
    CHECK_EQ(a0, 0)
    EXPECT_TRAPS(MODE_U, \traps, IRQ(USI))
    CHECK_EQ(s2, 0x6)
    .ifc \name, read_clear
    CHECK_EQ(s6, USIP)
    .endif
    CHECK_USIP(0)
    .endm

test_main:
    FIND_UINTC()
    DELEGATE_TO_U()
    SET_SUIST(1)
    SET_SUIRS(1)
    SET_LOW(1, LOW_ACTIVE | LOW_MODE64)
    SET_ENTRY(0, ENTRY(1, 0, 1))
    SET_ENTRY(1, ENTRY(2, 0, 1))
    csrsi   CSR_UIE, USIP
    csrsi   CSR_USTATUS, STATUS_UIE
    GOTO_U()

    /* Before both: one entry takes the two. */
    round   clear_read, 1, 1
    round   read_clear, 1, 1
    /* Between: clear_read has it read already and comes once for nothing;
     * read_clear comes again for it. */
    round   clear_read, 2, 2
    round   read_clear, 2, 2
    /* After both: again for it */
    round   clear_read, 3, 2
    round   read_clear, 3, 2

    /* What the handler puts back brings it in again. */
    SET_HOOK(MODE_U, put_back)
    li      s2, 0
    li      s3, 3
    UIPI_SEND(a0, x0)
    EXPECT_TRAPS(MODE_U, 4, IRQ(USI))
    CHECK_EQ(s2, 4)
    CHECK_USIP(0)
    TO_M()
    PASS

    /* s5 is the return address. */
post:
    li      s3, 0
    li      t5, 1
    UIPI_SEND(t6, t5)
    jr      s5

    handler clear_read, 1
    handler read_clear, 0

put_back:
    csrci   CSR_UIP, USIP
    UIPI_READ(t5)
    addi    s2, s2, 1
    beqz    s3, 1f
    addi    s3, s3, -1
    UIPI_WRITE(t5)
1:
    HOOK_RESTORE(MODE_U)
    URET

    .data
    .balign 4096
table:
    .space  4096
