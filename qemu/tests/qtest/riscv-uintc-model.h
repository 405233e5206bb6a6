/*
 * A model of the RISC-V user-interrupt controller
 *
 * Written from the rules of docs/specs/riscv-uintr.rst and from nothing else,
 * with one plain variable for each thing that the rules name: it is slow,
 * short, and meant to be compared with the text by eye.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef RISCV_UINTC_MODEL_H
#define RISCV_UINTC_MODEL_H

#define MODEL_MAX_HARTS         4
#define MODEL_TABLE_ENTRIES     1024

typedef struct ModelReceiver {
    bool active;
    bool mode64;
    bool kernel_notify;
    uint16_t hartid;
    unsigned threshold;
    uint16_t tag;
    uint64_t pending;
    bool doorbell;
} ModelReceiver;

typedef struct ModelHart {
    uint64_t suirs;
    uint64_t suist;
    bool latch;
} ModelHart;

typedef struct UintcModel {
    unsigned receivers;
    ModelReceiver *receiver;
    unsigned outstanding;       /* how many of them have a doorbell */
    unsigned harts;
    ModelHart hart[MODEL_MAX_HARTS];
    /* The one place in memory that holds sender status entries */
    uint64_t table_ppn;
    uint64_t table[MODEL_TABLE_ENTRIES];
} UintcModel;

void uintc_model_init(UintcModel *m, unsigned receivers, unsigned harts,
                      uint64_t table_ppn);
void uintc_model_free(UintcModel *m);

/* All but the table, which is memory and keeps what it holds */
void uintc_model_reset(UintcModel *m);

/*
 * An access at @offset of the device; false: a bus error, nothing changed.
 * *@value is 0 after a failed read.
 */
bool uintc_model_read(UintcModel *m, uint64_t offset, unsigned size,
                      uint64_t *value);
bool uintc_model_write(UintcModel *m, uint64_t offset, unsigned size,
                       uint64_t value);

/* CSRs: each returns the old value. */
uint64_t uintc_model_suirs(UintcModel *m, unsigned hart, uint64_t value);
uint64_t uintc_model_suist(UintcModel *m, unsigned hart, uint64_t value);

/* uipi.send; false: a load access fault */
bool uintc_model_send(UintcModel *m, unsigned hart, uint64_t index,
                      uint64_t *result);

/* uipi on the receiver that @hart has selected */
uint64_t uintc_model_take(UintcModel *m, unsigned hart);
void uintc_model_put(UintcModel *m, unsigned hart, uint64_t vectors);
void uintc_model_set_active(UintcModel *m, unsigned hart, bool active);
uint64_t uintc_model_claim(UintcModel *m, unsigned hart);
uint64_t uintc_model_threshold(UintcModel *m, unsigned hart, uint64_t value);

/* USIP as the hart's CSRs show it */
bool uintc_model_usip(const UintcModel *m, unsigned hart);

#endif
