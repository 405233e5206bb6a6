/*
 * Operations on the RISC-V user-interrupt controller by the harts: what a QTest
 * program hands to the guest program, and what it gets back
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef RISCV_UINTC_MODEL_HARTS_H
#define RISCV_UINTC_MODEL_HARTS_H

#include "libqtest.h"
#include "riscv-uintc-model-guest.h"
#include "riscv-uintc-model-ops.h"

#define LARGEST_BATCH           400

/* What can be seen of an operation */
typedef struct Outcome {
    uint64_t result;    /* a0 afterwards */
    uint64_t cause;     /* mcause, 0: no trap */
    uint64_t line;      /* the doorbell's */
    uint64_t count;     /* doorbells outstanding */
    uint64_t usip;      /* a bit for each hart */
} Outcome;

/* Puts the guest program into memory, before the harts run. */
void harts_load(QTestState *qts);

/* Gives @hart a list of @n operations and the token for it. */
void harts_place(QTestState *qts, unsigned hart, const Op *op, unsigned n,
                 const uint64_t token[TOKEN_WORDS]);

/* Whose token each hart takes: the first's, or its own */
void harts_share_token(QTestState *qts, bool shared);

void harts_wake(QTestState *qts, unsigned hart);

/* As good as in one moment */
void harts_wake_all(QTestState *qts, unsigned harts);

/* Until @hart's list is done; false: that takes too long. */
bool harts_wait(QTestState *qts, unsigned hart);

/* What the first @n operations of a list did */
void harts_outcomes(QTestState *qts, unsigned list, Outcome *got, unsigned n);

#endif
