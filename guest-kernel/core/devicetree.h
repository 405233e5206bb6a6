/* SPDX-License-Identifier: MIT */
/* What the kernel needs to know of the machine, read once from the flattened device tree. */
#ifndef CORE_DEVICETREE_H
#define CORE_DEVICETREE_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/layout.h"

struct reg_range {
    uint64_t base; /* physical */
    uint64_t size; /* 0: the machine has none */
};

/* Constant after devicetree_parse(), which runs before any other hart does. */
struct machine {
    unsigned harts; /* those the kernel uses, at most MAX_HARTS */
    uint64_t hart_id[MAX_HARTS];
    bool has_sstc;
    bool has_uintr;    /* every hart has xuintr */
    bool has_vector;   /* every hart has v */
    uint64_t timebase; /* ticks per second of the time CSR */
    uint64_t memory_base;
    uint64_t memory_size;
    uint64_t tree_start, tree_end;     /* the device tree itself */
    uint64_t initrd_start, initrd_end; /* equal without an initrd */
    const char *command_line;          /* may be empty */
    struct reg_range uart;
    uint32_t uart_irq; /* its PLIC source */
    struct reg_range finisher;
    struct reg_range plic;
    unsigned plic_context[MAX_HARTS]; /* S-mode context of each hart */
    struct reg_range uintc;
    uint32_t uintc_irq; /* the doorbell's PLIC source */
};

extern struct machine machine;

/* Fills `machine`; panics when the tree lacks what every RISC-V machine has. */
void devicetree_parse(const void *tree);

#endif
