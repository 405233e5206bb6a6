/*
 * What a processor can do to a device besides loads and stores of its
 * registers: every size at every offset, pieces of two registers, atomics,
 * floating-point and vector accesses, cache blocks, execution.
 *
 * Rules: UREG-18
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-test.inc"

#define STATUS_FS       0x6000
#define STATUS_VS       0x600
#define VICTIM          (LOW_MODE64 | LOW_KN | LOW_HART(3) | LOW_THRESH(4) | \
                         LOW_TAG(5))

    .option arch, +v

    /* This access traps: one of these causes, and rd is left alone. */
    .macro faults cause, insn:vararg
    li      a0, -2
    \insn
    EXPECT_TRAP(MODE_M, \cause)
    CHECK_EQ(a0, -2)
    .endm

    /* An AMO is a store to the specification and a load and a store to QEMU. */
    .macro amo_faults insn:vararg
    li      a0, -2
    \insn
    call    amo_fault
    CHECK_EQ(a0, -2)
    .endm

    /* Receiver 2 is the victim; 1 and 3 and the doorbells are as at reset. */
    .macro check_victim
    CHECK_UINTC(SLOT(2) + LOW, VICTIM)
    CHECK_PENDING(2, 1 << 40)
    UINTC_WRITE(SLOT(2) + HIGH, 1 << 40)
    .irp i, 1, 3, 126, 127, 128
    CHECK_UINTC(SLOT(\i) + LOW, 0)
    CHECK_PENDING(\i, 0)
    .endr
    CHECK_UINTC(DOORBELLS, 0)
    EXPECT_NONE()
    .endm

    .macro at offset
    li      s1, \offset
    add     s1, s1, s11
    .endm

    /* All loads and stores from s1 to s1 + 32, but the rightful ones */
    .macro sized size, load, store
    li      s2, 0
1:
    add     t0, s1, s2
    andi    t1, s2, 7
    .if \size == 8
    beqz    t1, 2f
    .endif
    faults  EXC_LOAD_FAULT, \load a0, (t0)
    .if \size == 4
    andi    t1, s2, 31
    beqz    t1, 2f
    .endif
    li      t1, 1
    faults  EXC_STORE_FAULT, \store t1, (t0)
2:
    addi    s2, s2, 1
    li      t0, 32
    bltu    s2, t0, 1b
    .endm

test_main:
    FIND_UINTC()
    li      t0, STATUS_FS | STATUS_VS
    csrs    mstatus, t0
    SET_LOW(2, VICTIM)
    UINTC_WRITE(SLOT(2) + HIGH, 1 << 40)

    /* Every size at every offset, also from a page into the next one */
    .irp slot, 2, 127
    at      SLOT(\slot)
    sized   1, lb, sb
    sized   2, lhu, sh
    sized   4, lw, sw
    sized   8, ld, sd
    .endr
    check_victim
    at      CONTROL
    sized   1, lbu, sb
    sized   2, lh, sh
    sized   8, ld, sd
    /* Into the device from before it, and out of it */
    .irp offset, -4, -1, CONTROL + 0xffc, CONTROL + 0xfff
    at      \offset
    faults  EXC_LOAD_FAULT, ld a0, (s1)
    faults  EXC_STORE_FAULT, sd x0, (s1)
    .endr
    check_victim

    /* Atomics of 4 bytes, and misaligned ones */
    .irp offset, SLOT(2) + SEND, SLOT(2) + LOW, SLOT(2) + HIGH, \
        SLOT(2) + HIGH + 4, SLOT(2) + ACTIVE, ID, DOORBELL
    at      \offset
    li      t1, -1
    amo_faults amoswap.w a0, t1, (s1)
    amo_faults amoor.w a0, t1, (s1)
    amo_faults amomaxu.w a0, t1, (s1)
    amo_faults lr.w a0, (s1)
    sc.w    a0, t1, (s1)
    REG_S   x0, MODE_M + REC_COUNT(tp)
    .endr
    .irp offset, 1, 2, 4, 7
    at      SLOT(2) + HIGH + \offset
    li      a0, -2
    amoadd.d a0, t1, (s1)
    REG_L   t0, MODE_M + REC_COUNT(tp)
    CHECK_EQ(t0, 1)
    lr.d    a0, (s1)
    REG_L   t0, MODE_M + REC_COUNT(tp)
    CHECK_EQ(t0, 2)
    REG_S   x0, MODE_M + REC_COUNT(tp)
    .endr
    check_victim

    /* Of 8 bytes they are a load and a store. */
    at      SLOT(2) + LOW
    li      t1, 1
    amoor.d a0, t1, (s1)
    CHECK_EQ(a0, VICTIM)
    CHECK_UINTC(SLOT(2) + LOW, VICTIM | LOW_ACTIVE)
    li      t1, VICTIM
    amoswap.d a0, t1, (s1)
    CHECK_EQ(a0, VICTIM | LOW_ACTIVE)
    at      SLOT(2) + HIGH
    amoadd.d a0, x0, (s1)
    CHECK_EQ(a0, 1 << 40)
    UINTC_WRITE(SLOT(2) + HIGH, 1 << 40)
    at      SLOT(2) + LOW
    lr.d    a0, (s1)
    CHECK_EQ(a0, VICTIM)
    sc.d    a1, a0, (s1)
    at      ID
    li      t1, -1
    amoswap.d a0, t1, (s1)
    CHECK_EQ(a0, 0x55494301)
    CHECK_UINTC(ID, 0x55494301)
    check_victim

    /* Floating-point registers: 8 bytes are as good as a ld, 4 are none. */
    at      SLOT(2) + LOW
    fld     ft0, (s1)
    fmv.x.d a0, ft0
    CHECK_EQ(a0, VICTIM)
    fsd     ft0, (s1)
    faults  EXC_LOAD_FAULT, flw ft0, (s1)
    faults  EXC_STORE_FAULT, fsw ft0, (s1)
    faults  EXC_LOAD_FAULT, fld ft0, 4(s1)
    faults  EXC_STORE_FAULT, fsd ft0, 4(s1)
    check_victim

    /* Vectors: by element */
    li      t0, 2
    vsetvli t1, t0, e64, m1, ta, ma
    CHECK_EQ(t1, 2)
    at      SLOT(2)
    vle64.v v1, (s1)
    vmv.x.s a0, v1
    CHECK_EQ(a0, 0)
    at      SLOT(2) + LOW
    li      t0, 32
    vlse64.v v1, (s1), t0
    vmv.x.s a0, v1
    CHECK_EQ(a0, VICTIM)
    vsse64.v v1, (s1), t0
    vle64ff.v v2, (s1)
    csrr    a0, vl
    li      t0, 1
    bltu    a0, t0, fail
    UINTC_WRITE(SLOT(2) + HIGH, 1 << 40)
    li      t0, 4
    vsetvli t1, t0, e32, m1, ta, ma
    faults  EXC_LOAD_FAULT, vle32.v v1, (s1)
    csrw    vstart, x0
    faults  EXC_LOAD_FAULT, vle32ff.v v1, (s1)
    csrw    vstart, x0
    faults  EXC_STORE_FAULT, vse32.v v1, (s1)
    csrw    vstart, x0
    li      t0, 16
    vsetvli t1, t0, e8, m1, ta, ma
    faults  EXC_LOAD_FAULT, vle8.v v1, (s1)
    csrw    vstart, x0
    faults  EXC_LOAD_FAULT, vl1r.v v1, (s1)
    csrw    vstart, x0
    faults  EXC_STORE_FAULT, vse8.v v1, (s1)
    csrw    vstart, x0
    check_victim

    /* Cache blocks: clearing one is a store of bytes here. */
    at      SLOT(2)
    .insn i MISC_MEM, 2, x0, s1, 4      /* cbo.zero */
    REG_S   x0, MODE_M + REC_COUNT(tp)
    .irp op, 0, 1, 2                    /* cbo.inval, clean, flush */
    .insn i MISC_MEM, 2, x0, s1, \op
    REG_S   x0, MODE_M + REC_COUNT(tp)
    .endr
    check_victim

    /* Execution, in each mode */
    .macro execute offset
    at      \offset
    lla     ra, 1f
    SET_HOOK(MODE_M, m_hook)
    jr      s1
    FAIL()
1:
    CLEAR_HOOK(MODE_M)
    EXPECT_TRAP(MODE_M, EXC_INST_FAULT)
    .endm
    .macro execute_all
    .irp offset, SLOT(2) + SEND, SLOT(2) + HIGH, SLOT(2) + HIGH + 2, \
        SLOT(127) + 30, DOORBELL, CONTROL + 0xffe
    execute \offset
    .endr
    .endm
    execute_all
    GOTO_S()
    execute_all
    TO_M()
    GOTO_U()
    execute_all
    TO_M()
    check_victim
    PASS

    /* A jump to nowhere goes on at ra. */
m_hook:
    csrw    mepc, ra
    HOOK_RESTORE(MODE_M)
    mret

amo_fault:
    REG_L   t0, MODE_M + REC_COUNT(tp)
    CHECK_EQ(t0, 1)
    REG_L   t0, MODE_M + REC_CAUSE(tp)
    li      t1, EXC_LOAD_FAULT
    beq     t0, t1, 1f
    CHECK_EQ(t0, EXC_STORE_FAULT)
1:
    REG_S   x0, MODE_M + REC_COUNT(tp)
    li      t1, -1
    ret
