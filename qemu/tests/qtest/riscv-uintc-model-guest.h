/*
 * The guest program of riscv-uintc-model-test: every hart runs it in M mode
 *
 * It carries out a list of records, one after the other, each on the hart
 * that it names. After each, a token goes once round all harts, and each
 * writes into the record what its mip is; so nothing happens at the same time
 * and what a record saw is the state after it. Harts without the token sleep.
 * Harts that have a token each, for one hart, run their lists at once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef RISCV_UINTC_MODEL_GUEST_H
#define RISCV_UINTC_MODEL_GUEST_H

#define GUEST_CODE              0x80000000
#define GUEST_STUBS             0x80001000
#define GUEST_TOKEN_OF_HART     0x80002000  /* address of the hart's token */
#define GUEST_TOKEN             0x80003000
#define GUEST_TABLE             0x80010000
#define GUEST_RECORDS           0x80100000

/* A token, in 8-byte words */
enum {
    TOKEN_RECORD,       /* address of the record under way */
    TOKEN_LEFT,         /* harts that have yet to look; 0: carry it out */
    TOKEN_HARTS,
    TOKEN_LINE,         /* address of the word with the doorbell's line */
    TOKEN_COUNT,        /* address of the count of doorbells */
    TOKEN_DONE,         /* becomes 1 at the end of the list */
    TOKEN_WORDS = 8
};

/* A record, in 8-byte words; a negative hart ends the list. */
enum {
    RECORD_STUB,        /* address of the instruction, a return follows */
    RECORD_HART,
    RECORD_A0,
    RECORD_A1,
    RECORD_RESULT,      /* a0 afterwards */
    RECORD_CAUSE,       /* mcause if it trapped, or 0 */
    RECORD_LINE,
    RECORD_COUNT,
    RECORD_MIP,         /* of each hart */
    RECORD_WORDS = RECORD_MIP + 4
};

/*
 * s0 hart, s1 token, s2 ACLINT, s3 own msip, s4 record, s5 left, s6 cause,
 * s7 tokens of the harts
 */
static const uint32_t guest_code[] = {
    /* start: */
    0xf1402473,  /* csrr s0, mhartid */
    0x00002b97,  /* auipc s7, 0x2 */
    0xffcb8b93,  /* addi s7, s7, -4: where the tokens are */
    0x00000297,  /* auipc t0, 0x0 */
    0x10428293,  /* addi t0, t0, 260: trap */
    0x30529073,  /* csrw mtvec, t0 */
    0x30445073,  /* csrwi mie, 8: MSIE */
    0x1030d073,  /* csrwi sideleg, 1: for uip */
    0xfff00293,  /* li t0, -1 */
    0x3b029073,  /* csrw pmpaddr0, t0 */
    0x01f00293,  /* li t0, 31 */
    0x3a029073,  /* csrw pmpcfg0, t0: S mode reads all */
    0x02000937,  /* lui s2, 0x2000 */
    0x00241993,  /* slli s3, s0, 2 */
    0x012989b3,  /* add s3, s3, s2 */
    /* sleep: */
    0x10500073,  /* wfi */
    0x344022f3,  /* csrr t0, mip */
    0x0082f293,  /* andi t0, t0, 8 */
    0xfe028ae3,  /* beqz t0, sleep */
    0x0009a023,  /* sw zero, 0(s3) */
    0x0ff0000f,  /* fence */
    0x00341293,  /* slli t0, s0, 3 */
    0x017282b3,  /* add t0, t0, s7 */
    0x0002b483,  /* ld s1, 0(t0) */
    0x0004ba03,  /* ld s4, 0(s1) */
    0x0084ba83,  /* ld s5, 8(s1) */
    0x020a9e63,  /* bnez s5, look */
    /* execute: */
    0x000a3283,  /* ld t0, 0(s4) */
    0x010a3503,  /* ld a0, 16(s4) */
    0x018a3583,  /* ld a1, 24(s4) */
    0x00000b13,  /* li s6, 0 */
    0x000280e7,  /* jalr t0 */
    0x02aa3023,  /* sd a0, 32(s4) */
    0x036a3423,  /* sd s6, 40(s4) */
    0x0184b283,  /* ld t0, 24(s1) */
    0x0002e283,  /* lwu t0, 0(t0) */
    0x025a3823,  /* sd t0, 48(s4) */
    0x0204b283,  /* ld t0, 32(s1) */
    0x0002b283,  /* ld t0, 0(t0) */
    0x025a3c23,  /* sd t0, 56(s4) */
    0x0104ba83,  /* ld s5, 16(s1) */
    /* look: */
    0x344022f3,  /* csrr t0, mip */
    0x00341313,  /* slli t1, s0, 3 */
    0x01430333,  /* add t1, t1, s4 */
    0x04533023,  /* sd t0, 64(t1) */
    0xfffa8a93,  /* addi s5, s5, -1 */
    0x0154b423,  /* sd s5, 8(s1) */
    0x000a8c63,  /* beqz s5, next */
    0x00140293,  /* addi t0, s0, 1 */
    0x0104b303,  /* ld t1, 16(s1) */
    0x02629063,  /* bne t0, t1, pass */
    0x00000293,  /* li t0, 0 */
    0x0180006f,  /* j pass */
    /* next: */
    0x060a0a13,  /* addi s4, s4, 96 */
    0x0144b023,  /* sd s4, 0(s1) */
    0x008a3283,  /* ld t0, 8(s4) */
    0x0202c063,  /* bltz t0, end */
    0xf88284e3,  /* beq t0, s0, execute */
    /* pass: */
    0x0ff0000f,  /* fence */
    0x00229293,  /* slli t0, t0, 2 */
    0x012282b3,  /* add t0, t0, s2 */
    0x00100313,  /* li t1, 1 */
    0x0062a023,  /* sw t1, 0(t0) */
    0xf41ff06f,  /* j sleep */
    /* end: */
    0x0ff0000f,  /* fence */
    0x00100293,  /* li t0, 1 */
    0x0254b423,  /* sd t0, 40(s1) */
    0xf31ff06f,  /* j sleep */
    /* trap: */
    0x34202b73,  /* csrr s6, mcause */
    0x341022f3,  /* csrr t0, mepc */
    0x00428293,  /* addi t0, t0, 4 */
    0x34129073,  /* csrw mepc, t0 */
    0x30200073,  /* mret */
};

/* What a record can do: one instruction on a0 and a1 */
#define INSN_RET                0x00008067
#define INSN_LOAD(funct3)       (0x00058503 | (funct3) << 12)
#define INSN_STORE(funct3)      (0x00a58023 | (funct3) << 12)
#define INSN_CSR(funct3, csr)   ((uint32_t)(csr) << 20 | 10 << 15 | \
                                 (funct3) << 12 | 10 << 7 | 0x73)
#define INSN_CSRRW(csr)         INSN_CSR(1, csr)
#define INSN_CSRRS(csr)         INSN_CSR(2, csr)
#define INSN_CSRRC(csr)         INSN_CSR(3, csr)
#define INSN_UIPI(operation)    ((operation) << 25 | 10 << 15 | 6 << 12 | \
                                 10 << 7 | 0x7b)
#define INSN_UIPI_I(operation)  ((operation) << 20 | 10 << 15 | 2 << 12 | \
                                 10 << 7 | 0x7b)

#endif
