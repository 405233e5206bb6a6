/*
 * RISC-V user-interrupt controller (UINTC)
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Specification: docs/specs/riscv-uintr.rst, "UINTC"
 */

#ifndef HW_RISCV_UINTC_H
#define HW_RISCV_UINTC_H

#include "hw/sysbus.h"
#include "qom/object.h"

#define TYPE_RISCV_UINTC "riscv.uintc"
OBJECT_DECLARE_SIMPLE_TYPE(RISCVUINTCState, RISCV_UINTC)

#define RISCV_UINTC_SIZE            0x81000
#define RISCV_UINTC_MAX_RECEIVERS   16384
#define RISCV_UINTC_DEF_RECEIVERS   512

typedef struct RISCVUINTCReceiver {
    uint64_t low;       /* as register LOW shows it */
    uint64_t pending;
} RISCVUINTCReceiver;

/* All state is protected by the BQL. */
struct RISCVUINTCState {
    SysBusDevice parent_obj;

    /* properties */
    uint64_t base;
    uint32_t hartid_base;
    uint32_t num_harts;
    uint32_t num_receivers;

    MemoryRegion mmio;
    qemu_irq doorbell;
    qemu_irq *usip;     /* per hart: the level of mip.USIP */
    qemu_irq *post;     /* per hart: a strobe that sets the latch of USIP */

    RISCVUINTCReceiver *receivers;
    uint64_t *bells;    /* a bit per receiver: its doorbell rang */
    uint32_t num_bell_words;
    uint32_t num_bells; /* how many of them are set */
    int32_t *selected;  /* per hart: the receiver that suirs names, or -1 */
    bool *level;        /* per hart: where usip is */
};

/*
 * Create the controller at @base for the harts @hartid_base onwards, all of
 * which exist and have UINTR, and connect its doorbell to @doorbell.  Exits
 * with an error that says what to change if that is not so.
 */
DeviceState *riscv_uintc_create(hwaddr base, qemu_irq doorbell,
                                uint32_t hartid_base, uint32_t num_harts,
                                uint32_t num_receivers);

#endif /* HW_RISCV_UINTC_H */
