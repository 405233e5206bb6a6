/*
 * A sender's Tag must be the receiver's. A new Tag revokes every sender, so
 * a slot that is used again gets nothing from the earlier one's senders.
 *
 * Rules: UIPI-16 UIPI-19 UDLV-9 COMPAT-4
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-test.inc"

#define LOW1 (LOW_ACTIVE | LOW_MODE64)

    .macro refused index
    CHECK_SEND(\index, 1)
    CHECK_PENDING(1, 0)
    CHECK_USIP(0)
    CHECK_UINTC(DOORBELLS, 0)
    .endm

    .macro posted index, vector
    CHECK_SEND(\index, 0)
    CHECK_PENDING(1, 1 << \vector)
    CHECK_USIP(USIP)
    CLEAR_LATCH()
    .endm

test_main:
    FIND_UINTC()
    SET_SUIST(1)
    DELEGATE_TO_U()
    GOTO_U()

    /* Both 0 */
    SET_LOW(1, LOW1)
    SET_ENTRY(0, ENTRY(5, 0, 1))
    posted  0, 5

    /* All 16 bits count. */
    SET_LOW(1, LOW1 | LOW_TAG(0xa5c3))
    refused 0
    SET_ENTRY(1, ENTRY(6, 0xa5c3, 1))
    posted  1, 6
    .irp tag, 0, 0xa5c2, 0x25c3, 0x5a3c, 0xffff, 0xa5
    SET_ENTRY(2, ENTRY(6, \tag, 1))
    refused 2
    .endr

    /* Revoked: the old entry is refused, and one with the new Tag is not. */
    SET_LOW(1, LOW1 | LOW_TAG(0xffff))
    refused 1
    SET_ENTRY(2, ENTRY(7, 0xffff, 1))
    posted  2, 7
    refused 1

    /* An inactive receiver with KN: no stale doorbell either */
    SET_LOW(1, LOW_MODE64 | LOW_KN | LOW_TAG(1))
    refused 1
    refused 2
    SET_ENTRY(3, ENTRY(8, 1, 1))
    CHECK_SEND(3, 2)
    CHECK_UINTC(DOORBELL, 1)
    CHECK_PENDING(1, 1 << 8)

    /* SEND in the device checks no Tag. */
    SET_LOW(1, LOW1 | LOW_TAG(0x1234))
    UINTC_WRITE(SLOT(1) + SEND, 9)
    CHECK_USIP(USIP)
    CHECK_PENDING(1, 1 << 9)
    EXPECT_NONE()
    TO_M()
    PASS

    .data
    .balign 4096
table:
    .space  4096
