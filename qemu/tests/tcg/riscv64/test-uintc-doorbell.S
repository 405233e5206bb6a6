/*
 * The doorbell: rung by a post to an inactive receiver with KN, once until
 * it is claimed; a level interrupt, source 52 of the PLIC.
 *
 * Rules: UDLV-10 UDLV-11 UDLV-12 UDLV-13 UDLV-15 UDLV-23 UDLV-24
 *        UREG-15 UREG-16 UREG-17 UIPI-10
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-test.inc"

#define PLIC            0xc000000
#define SOURCE          52
#define PRIORITY        (PLIC + SOURCE * 4)
#define CONTEXT         1               /* hart 0, S mode */
#define PLIC_ENABLE     (PLIC + 0x2000 + CONTEXT * 0x80 + SOURCE / 32 * 4)
#define PLIC_CLAIM      (PLIC + 0x200004 + CONTEXT * 0x1000)

#define KN              (LOW_MODE64 | LOW_KN)

#define SEIP_IS(value) CHECK_CSR_BITS(sip, SEIP, value)
#define CHECK_CLAIM(value) \
    li t0, PLIC_CLAIM; lw a0, 0(t0); CHECK_EQ(a0, value)
#define COMPLETE() li t0, PLIC_CLAIM; li t1, SOURCE; sw t1, 0(t0)
/* What the PLIC still has from a doorbell that is claimed since */
#define DRAIN() \
    li t0, PLIC_CLAIM; lw t1, 0(t0); sw t1, 0(t0); \
    SEIP_IS(0); CHECK_CLAIM(0)

test_main:
    FIND_UINTC()
    SET_SUIST(1)
    DELEGATE_TO_U()
    li      t0, PRIORITY
    li      t1, 1
    sw      t1, 0(t0)
    li      t0, PLIC_ENABLE
    li      t1, 1 << (SOURCE % 32)
    sw      t1, 0(t0)
    li      t1, SEIP
    csrs    mideleg, t1
    SET_ENTRY(0, ENTRY(3, 0, 9))
    SET_ENTRY(1, ENTRY(4, 0, 5))
    GOTO_S()
    SEIP_IS(0)

    /* Who does not ring: active, or KN clear; HIGH, uipi.write */
    SET_LOW(9, KN | LOW_ACTIVE | LOW_HART(0x77))
    CHECK_SEND(0, 0)
    SET_LOW(9, LOW_MODE64)
    CHECK_SEND(0, 2)
    UINTC_WRITE(SLOT(9) + SEND, 1)
    SET_LOW(9, KN)
    UINTC_WRITE(SLOT(9) + HIGH, 0x100)
    SET_SUIRS(9)
    li      a1, 0x200
    UIPI_WRITE(a1)
    csrw    CSR_SUIRS, x0
    CHECK_UINTC(DOORBELLS, 0)
    SEIP_IS(0)
    CHECK_UINTC(DOORBELL, -1)
    CHECK_PENDING(9, 0x30a)

    /* uipi.send rings: once, although it is posted twice */
    CHECK_SEND(0, 2)
    CHECK_UINTC(DOORBELLS, 1)
    SEIP_IS(SEIP)
    CHECK_SEND(0, 2)
    UINTC_WRITE(SLOT(9) + SEND, 60)
    CHECK_UINTC(DOORBELLS, 1)
    UINTC_WRITE(DOORBELL, 9)
    CHECK_UINTC(DOORBELLS, 1)
    /* As an interrupt */
    li      t0, SEIP
    csrs    sie, t0
    csrsi   sstatus, STATUS_SIE
    EXPECT_TRAP(MODE_S, IRQ(SEI))
    CHECK_CLAIM(SOURCE)
    SEIP_IS(0)
    CHECK_UINTC(DOORBELL, 9)
    CHECK_UINTC(DOORBELLS, 0)
    CHECK_UINTC(DOORBELL, -1)
    COMPLETE()
    SEIP_IS(0)
    CHECK_CLAIM(0)
    CHECK_PENDING(9, (1 << 3) | (1 << 60))

    /* One that rings while the PLIC's interrupt is in service comes next. */
    CHECK_SEND(0, 2)
    CHECK_CLAIM(SOURCE)
    CHECK_UINTC(DOORBELL, 9)
    CHECK_SEND(0, 2)
    SEIP_IS(0)
    COMPLETE()
    SEIP_IS(SEIP)
    CHECK_UINTC(DOORBELL, 9)
    DRAIN()

    /* Claimed: the next post rings again, with vectors pending or not. */
    CHECK_SEND(0, 2)
    CHECK_UINTC(DOORBELL, 9)
    CHECK_SEND(0, 2)
    CHECK_UINTC(DOORBELLS, 1)
    CHECK_UINTC(DOORBELL, 9)
    CHECK_UINTC(DOORBELL, -1)

    /* The device's SEND rings too, 8 bytes and 4. */
    UINTC_WRITE(SLOT(9) + SEND, 1)
    CHECK_UINTC(DOORBELL, 9)
    li      t0, 2
    sw      t0, SLOT(9) + SEND(s11)
    CHECK_UINTC(DOORBELL, 9)
    /* What is not posted does not ring. */
    UINTC_WRITE(SLOT(9) + SEND, 64)
    CHECK_UINTC(DOORBELLS, 0)

    /* Several: the lowest first */
    DRAIN()
    SET_LOW(5, KN)
    SET_LOW(511, KN)
    SET_LOW(0, KN)
    CHECK_SEND(0, 2)
    UINTC_WRITE(SLOT(511) + SEND, 1)
    CHECK_SEND(1, 2)
    UINTC_WRITE(SLOT(0) + SEND, 1)
    CHECK_UINTC(DOORBELLS, 4)
    CHECK_CLAIM(SOURCE)
    .irp receiver, 0, 5, 9, 511
    CHECK_UINTC(DOORBELL, \receiver)
    .endr
    CHECK_UINTC(DOORBELL, -1)
    COMPLETE()
    DRAIN()

    /* The threshold does not hold it back. */
    SET_LOW(9, KN | LOW_THRESH(63))
    CHECK_SEND(0, 2)
    CHECK_UINTC(DOORBELLS, 1)
    /* It stays until it is claimed, whatever LOW becomes. */
    SET_LOW(9, LOW_ACTIVE | LOW_MODE64)
    SET_LOW(9, 0)
    CHECK_PENDING(9, 0xe)
    SEIP_IS(SEIP)
    CHECK_UINTC(DOORBELLS, 1)
    CHECK_UINTC(DOORBELL, 9)
    CHECK_UINTC(DOORBELLS, 0)
    DRAIN()
    EXPECT_NONE()
    TO_M()
    PASS

    .data
    .balign 4096
table:
    .space  4096
