/*
 * UINTC's registers as a guest sees them: fields, reading that clears,
 * writing that ORs, the control page, and what is a bus error.
 *
 * Rules: UREG-1 UREG-2 UREG-3 UREG-4 UREG-5 UREG-6 UREG-7 UREG-8 UREG-9
 *        UREG-10 UREG-11 UREG-12 UREG-13 UREG-14 UREG-16 UREG-18 UREG-19
 *        UREG-20 USTATE-2 COMPAT-5
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-test.inc"

#define ALL_LOW 0xffff003fffff0007

    .macro load_faults offset, insn
    li      t0, \offset
    add     t0, t0, s11
    li      a0, -2
    \insn   a0, 0(t0)
    EXPECT_TRAP(MODE_M, EXC_LOAD_FAULT)
    CHECK_EQ(a0, -2)
    .endm

    .macro store_faults offset, insn
    li      t0, \offset
    add     t0, t0, s11
    li      t1, 1
    \insn   t1, 0(t0)
    EXPECT_TRAP(MODE_M, EXC_STORE_FAULT)
    .endm

test_main:
    FIND_UINTC()
    GOTO_U()

    /* Reset */
    .irp i, 0, 1, 511
    CHECK_UINTC(SLOT(\i) + SEND, 0)
    CHECK_UINTC(SLOT(\i) + LOW, 0)
    CHECK_PENDING(\i, 0)
    CHECK_UINTC(SLOT(\i) + ACTIVE, 0)
    .endr

    /* LOW: all fields, each field, all at once again */
    SET_LOW(1, -1)
    CHECK_UINTC(SLOT(1) + LOW, ALL_LOW)
    .irp value, LOW_ACTIVE, LOW_MODE64, LOW_KN, LOW_HART(0xa5c3), \
        LOW_THRESH(0x2a), LOW_TAG(0x1234)
    SET_LOW(1, \value)
    CHECK_UINTC(SLOT(1) + LOW, \value)
    .endr
    SET_LOW(1, ~ALL_LOW)
    CHECK_UINTC(SLOT(1) + LOW, 0)
    CHECK_UINTC(SLOT(0) + LOW, 0)
    CHECK_UINTC(SLOT(2) + LOW, 0)

    /* ACTIVE */
    SET_LOW(1, LOW_MODE64 | LOW_TAG(7) | LOW_THRESH(9) | LOW_KN)
    UINTC_WRITE(SLOT(1) + ACTIVE, ~1)
    CHECK_UINTC(SLOT(1) + ACTIVE, 0)
    UINTC_WRITE(SLOT(1) + ACTIVE, 1)
    CHECK_UINTC(SLOT(1) + ACTIVE, 1)
    CHECK_UINTC(SLOT(1) + LOW, LOW_ACTIVE | LOW_MODE64 | LOW_TAG(7) | \
        LOW_THRESH(9) | LOW_KN)
    UINTC_WRITE(SLOT(1) + ACTIVE, 0)
    CHECK_UINTC(SLOT(1) + ACTIVE, 1)
    SET_LOW(1, LOW_MODE64)
    UINTC_WRITE(SLOT(1) + ACTIVE, -1)
    CHECK_UINTC(SLOT(1) + ACTIVE, 1)
    SET_LOW(1, LOW_MODE64)
    CHECK_UINTC(SLOT(1) + ACTIVE, 0)

    /* HIGH: ORed, cleared by reading; LOW leaves it alone */
    UINTC_WRITE(SLOT(1) + HIGH, 0x8000000000000001)
    UINTC_WRITE(SLOT(1) + HIGH, 0x0000000100000001)
    SET_LOW(1, LOW_MODE64 | LOW_TAG(5))
    CHECK_PENDING(1, 0x8000000100000001)
    CHECK_PENDING(1, 0)

    /* SEND, as 8 bytes and as 4 */
    UINTC_WRITE(SLOT(1) + SEND, 0)
    UINTC_WRITE(SLOT(1) + SEND, 63)
    li      t0, 17
    sw      t0, SLOT(1) + SEND(s11)
    li      t0, 62
    sw      t0, SLOT(1) + SEND(s11)
    CHECK_UINTC(SLOT(1) + SEND, 0)
    CHECK_PENDING(1, 0xc000000000020001)
    .irp vector, 64, 65, 0x10000, 0x100000000, 0x8000000000000000, -1
    UINTC_WRITE(SLOT(1) + SEND, \vector)
    .endr
    li      t0, 64
    sw      t0, SLOT(1) + SEND(s11)
    li      t0, -1
    sw      t0, SLOT(1) + SEND(s11)
    CHECK_PENDING(1, 0)
    CHECK_PENDING(0, 0)
    CHECK_PENDING(2, 0)

    /* 32-bit mode */
    SET_LOW(1, 0)
    UINTC_WRITE(SLOT(1) + SEND, 31)
    UINTC_WRITE(SLOT(1) + SEND, 32)
    UINTC_WRITE(SLOT(1) + SEND, 63)
    li      t0, 33
    sw      t0, SLOT(1) + SEND(s11)
    CHECK_PENDING(1, 1 << 31)
    UINTC_WRITE(SLOT(1) + HIGH, 0xffffffff00000002)
    CHECK_PENDING(1, 2)

    /* Earlier software: hartid, mode, active, and nothing else */
    SET_LOW(1, (0 << 16) | (1 << 1) | 1)
    CHECK_UINTC(SLOT(1) + LOW, 3)
    SET_LOW(1, 0)

    /* The last receiver, and the slot that is none */
    SET_LOW(511, LOW_MODE64)
    UINTC_WRITE(SLOT(511) + SEND, 63)
    CHECK_PENDING(511, 1 << 63)
    .irp i, 512, 513, 16383
    SET_LOW(\i, -1)
    CHECK_UINTC(SLOT(\i) + LOW, 0)
    UINTC_WRITE(SLOT(\i) + HIGH, -1)
    CHECK_PENDING(\i, 0)
    UINTC_WRITE(SLOT(\i) + SEND, 1)
    CHECK_PENDING(\i, 0)
    UINTC_WRITE(SLOT(\i) + ACTIVE, 1)
    CHECK_UINTC(SLOT(\i) + ACTIVE, 0)
    .endr

    /* The control page */
    CHECK_UINTC(ID, 0x55494301)
    CHECK_UINTC(CAPABILITIES, (64 << 16) | 512)
    CHECK_UINTC(DOORBELL, -1)
    CHECK_UINTC(DOORBELLS, 0)
    .irp offset, ID, CAPABILITIES, DOORBELL, DOORBELLS
    UINTC_WRITE(\offset, 0)
    .endr
    CHECK_UINTC(ID, 0x55494301)
    CHECK_UINTC(CAPABILITIES, (64 << 16) | 512)
    CHECK_UINTC(DOORBELL, -1)
    CHECK_UINTC(DOORBELLS, 0)
    .irp offset, CONTROL + 0x20, CONTROL + 0xff8
    UINTC_WRITE(\offset, -1)
    CHECK_UINTC(\offset, 0)
    .endr
    EXPECT_NONE()

    /* Bus errors */
    .irp reg, SEND, LOW, HIGH, ACTIVE
    load_faults SLOT(1) + \reg, lb
    load_faults SLOT(1) + \reg, lhu
    load_faults SLOT(1) + \reg, lw
    load_faults SLOT(1) + \reg + 4, lwu
    load_faults SLOT(1) + \reg + 4, ld
    load_faults SLOT(1) + \reg + 1, lb
    store_faults SLOT(1) + \reg, sb
    store_faults SLOT(1) + \reg, sh
    store_faults SLOT(1) + \reg + 4, sw
    store_faults SLOT(1) + \reg + 4, sd
    .endr
    .irp reg, LOW, HIGH, ACTIVE
    store_faults SLOT(1) + \reg, sw
    .endr
    store_faults SLOT(1) + SEND + 2, sw
    .irp offset, ID, CAPABILITIES, DOORBELL, DOORBELLS
    load_faults \offset, lw
    load_faults \offset + 4, lw
    store_faults \offset, sw
    .endr
    .irp i, 0, 1, 2
    CHECK_UINTC(SLOT(\i) + LOW, 0)
    CHECK_PENDING(\i, 0)
    .endr
    EXPECT_NONE()
    TO_M()
    PASS
