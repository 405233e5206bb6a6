/*
 * Random operations on the RISC-V user-interrupt controller, chosen so that
 * they often meet: few receivers, tags and sender status entries, vectors
 * around the thresholds, and now and then anything at all
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef RISCV_UINTC_MODEL_OPS_H
#define RISCV_UINTC_MODEL_OPS_H

#include "riscv-uintc-model.h"

typedef enum Kind {
    LOAD_8, LOAD_4, LOAD_2, LOAD_1,
    STORE_8, STORE_4, STORE_2, STORE_1,
    SUIRS, SUIST,
    MIP_WRITE, MIP_SET, MIP_CLEAR, SIP_CLEAR, UIP_CLEAR,
    SEND, TAKE, PUT, ACTIVATE, DEACTIVATE, CLAIM, THRESHOLD,
    OLD_SEND, OLD_TAKE, OLD_PUT, OLD_ACTIVATE, OLD_DEACTIVATE,
    KINDS
} Kind;

typedef struct Op {
    Kind kind;
    unsigned hart;
    uint64_t a0;        /* what is written, or rs1 */
    uint64_t a1;        /* address of a load or store */
} Op;

#define HOT_RECEIVERS           4

typedef struct OpSource {
    GRand *rand;
    const UintcModel *model;
    unsigned hot[HOT_RECEIVERS];    /* those that most operations meet at */
    /*
     * Harts at once: only @apart's operations, on receivers and entries that
     * no other hart uses (modulo the number of harts they are @apart), so that
     * what it sees doesn't depend on the others
     */
    bool at_once;
    unsigned apart;
} OpSource;

/* The instruction, on a0 and a1, and how it is called */
uint32_t op_insn(Kind kind);
const char *op_name(Kind kind);

/* Of a load or store, in bytes */
unsigned op_access_size(Kind kind);

unsigned op_random(OpSource *s, unsigned limit);

/* Chooses other receivers to meet at. */
void op_source_move(OpSource *s);

/* The next operation; @outside: one that isn't an instruction of a hart */
void op_source_next(OpSource *s, Op *op, bool outside);

#endif
