/*
 * A guest in the manner of riscv-tests' rv64sn group: R form, tags 0, a
 * handler that reads pending and then clears uip.USIP, which it expects to
 * be still set.
 *
 * Rules: COMPAT-1 COMPAT-4 COMPAT-5
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-test.inc"

    /* Earlier software writes suicfg too. */
    .macro setup
    li      t0, UINTC_BASE
    csrw    CSR_SUICFG, t0
    SET_SUIST(1)
    SET_SUIRS(0)
    .endm

test_main:
    FIND_UINTC()
    DELEGATE_TO_U()
    setup
    /* READ_LOW, WRITE_LOW: hartid << 16 | mode << 1 | active */
    UINTC_WRITE(SLOT(0) + LOW, 3)
    CHECK_UINTC(SLOT(0) + LOW, 3)
    CHECK_UINTC(SLOT(0) + ACTIVE, 1)
    SET_ENTRY(0, (3 << 16) | 1)
    SET_HOOK(MODE_U, handler)
    li      s2, 0
    csrsi   CSR_UIE, USIP
    csrsi   CSR_USTATUS, STATUS_UIE
    GOTO_U()
    .irp round, 1, 2
    UIPI_SEND(x0, x0)
    EXPECT_TRAP(MODE_U, IRQ(USI))
    CHECK_EQ(s2, 1 << 3)
    CHECK_EQ(s3, USIP)                  /* before the clear */
    CHECK_EQ(s4, 0)                     /* after it */
    CHECK_USIP(0)
    .endr

    /* Masked, the same steps by hand: USIP stays until it is cleared. */
    csrci   CSR_USTATUS, STATUS_UIE
    UIPI_SEND(x0, x0)
    CHECK_USIP(USIP)
    UIPI_READ(a0)
    CHECK_EQ(a0, 1 << 3)
    CHECK_USIP(USIP)
    UIPI_READ(a0)
    CHECK_EQ(a0, 0)
    CHECK_USIP(USIP)
    CLEAR_LATCH()
    CHECK_USIP(0)

    /* Deactivated: no interrupt, the vector waits. */
    csrsi   CSR_USTATUS, STATUS_UIE
    UIPI_DEACTIVATE()
    UIPI_SEND(x0, x0)
    EXPECT_NONE()
    CHECK_UINTC(SLOT(0) + ACTIVE, 0)
    UIPI_ACTIVATE()
    EXPECT_TRAP(MODE_U, IRQ(USI))
    CHECK_EQ(s2, 1 << 3)
    TO_M()
    PASS

handler:
    UIPI_READ(s2)
    csrr    s3, CSR_UIP
    csrrci  x0, CSR_UIP, USIP
    csrr    s4, CSR_UIP
    HOOK_RESTORE(MODE_U)
    URET

    .data
    .balign 4096
table:
    .space  4096
