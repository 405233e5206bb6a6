/*
 * uipi in code that changes: written over another instruction and over itself,
 * with its table in the page of the code, across a page that can't be executed.
 *
 * Rules: UIPI-9 UIPI-22 UCSR-7
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-test.inc"

#define SEND_A0_A1      0x0005e57b      /* uipi.send a0, a1 */
#define READ_A0         0x0200657b      /* uipi.read a0 */
#define NOP             0x00000013

#define SET_CODE_ENTRY(value) \
    lla t6, code; li t5, value; sd t5, (t6)

    .macro patch label, insn
    li      t1, \insn
    lla     t0, \label
    sw      t1, (t0)
    fence.i
    .endm

    .macro posted vector
    CHECK_EQ(a0, 0)
    CHECK_PENDING(1, 1 << \vector)
    CLEAR_LATCH()
    EXPECT_NONE()
    .endm

test_main:
    FIND_UINTC()
    DELEGATE_TO_U()
    SET_LOW(1, LOW_ACTIVE | LOW_MODE64)
    SET_SUIRS(1)
    lla     t6, code
    srli    t6, t6, 12
    li      t5, ENABLE | (1 << 44)
    or      t5, t5, t6
    csrw    CSR_SUIST, t5
    GOTO_U()
    j       in_page

    /* This page is the table; its first 64 bytes are entries. */
    .balign 4096
code:
    .dword  ENTRY(1, 0, 1), ENTRY(2, 0, 1), 0, 0, 0, 0, 0, 0
in_page:
    /* A nop becomes a send, a send a read, a send a nop. */
    .rept 3
    li      a1, 0
    li      a0, -2
    patch   1f, SEND_A0_A1
1:
    .word   NOP
    posted  1
    SET_CODE_ENTRY(ENTRY(3, 0, 1))
    UIPI_SEND(a0, a1)
    posted  3
    SET_CODE_ENTRY(ENTRY(1, 0, 1))
    .endr
    patch   2f, READ_A0
    li      a1, 1
    li      a0, -2
    UINTC_WRITE(SLOT(1) + HIGH, 0x55)
2:
    UIPI_SEND(a0, a1)
    CHECK_EQ(a0, 0x55)
    CHECK_PENDING(1, 0)
    patch   3f, NOP
    li      a0, -2
3:
    UIPI_SEND(a0, a1)
    CHECK_EQ(a0, -2)
    CHECK_PENDING(1, 0)

    /* A loop that writes its own send and entry in each round */
    li      s2, 64
    li      s3, 1 << 2
4:
    lla     t0, 5f
    lw      t1, (t0)
    sw      t1, (t0)
    SET_CODE_ENTRY(ENTRY(2, 0, 1))
    li      a1, 0
5:
    UIPI_SEND(a0, a1)
    UINTC_READ(a2, SLOT(1) + HIGH)
    CHECK_EQ(a0, 0)
    CHECK_REG(a2, s3)
    addi    s2, s2, -1
    bnez    s2, 4b
    CLEAR_LATCH()
    EXPECT_NONE()

    /* Half of the instruction in a page that U mode can't execute, then can */
    TO_M()
    lla     t0, second_page
    srli    t0, t0, 2
    ori     t0, t0, (4096 >> 3) - 1
    csrw    pmpaddr0, t0
    SET_HOOK(MODE_M, m_hook)
    li      a1, 1
    .macro across cfg
    li      t0, \cfg
    csrw    pmpcfg0, t0
    lla     ra, 6f
    li      a0, -2
    GOTO_U()
    lla     t0, last_half
    jr      t0
6:
    TO_M()
    .endm
    .rept 2
    across  0x19                     /* NAPOT R */
    EXPECT_TRAP(MODE_M, EXC_INST_FAULT)
    CHECK_EQ(a0, -2)
    CHECK_PENDING(1, 0)
    across  0x1d                     /* NAPOT RX */
    posted  2
    .endr
    PASS

m_hook:
    csrw    mepc, ra
    HOOK_RESTORE(MODE_M)
    mret

    .balign 4096
    .space  4094
last_half:
    .2byte  SEND_A0_A1 & 0xffff
second_page:
    .2byte  SEND_A0_A1 >> 16
    ret
