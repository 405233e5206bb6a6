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

#include "qemu/thread.h"
#include "hw/sysbus.h"
#include "qom/object.h"

#define TYPE_RISCV_UINTC "riscv.uintc"
OBJECT_DECLARE_SIMPLE_TYPE(RISCVUINTCState, RISCV_UINTC)

#define RISCV_UINTC_SIZE            0x81000
#define RISCV_UINTC_MAX_RECEIVERS   16384
#define RISCV_UINTC_DEF_RECEIVERS   512

/*
 * A receiver changes under its lock only, and under the BQL as well unless
 * nothing but its pending vectors changes.  The lock is taken inside the BQL.
 */
typedef struct RISCVUINTCReceiver {
    QemuSpin lock;
    uint64_t low;       /* as register LOW shows it */
    uint64_t pending;
} RISCVUINTCReceiver;

/*
 * All other state is protected by the BQL.  Lines and doorbells that follow
 * from a receiver are brought up to date before its lock is released.
 */
struct RISCVUINTCState {
    SysBusDevice parent_obj;

    /* properties */
    uint64_t base;
    uint32_t hartid_base;
    uint32_t num_harts;
    uint32_t num_receivers;

    MemoryRegion mmio;
    qemu_irq doorbell;
    CPUArchState **harts;
    qemu_irq *usip;     /* per hart: the level of mip.USIP */
    qemu_irq *post;     /* per hart: a strobe that sets the latch of USIP */

    RISCVUINTCReceiver *receivers;
    /* A bit per receiver: its doorbell rang.  Posts look without the BQL. */
    uint64_t *bells;
    uint32_t num_bell_words;
    /* A bit per word of bells that isn't 0: a claim looks at few words */
    uint64_t belled[DIV_ROUND_UP(RISCV_UINTC_MAX_RECEIVERS, 64 * 64)];
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
