/*
 * The stress test of UINTC: what the parts of its kernel share
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef UINTC_STRESS_KERNEL_H
#define UINTC_STRESS_KERNEL_H

#include "uintc-stress.h"

/* The steps that a run can leave out, to see the test fail: bit numbers */
enum step {
    LOOK,                       /* block: read HIGH at all */
    LOOK_LAST,                  /* block: read HIGH after LOW is written */
    CLAIM_LOCK,                 /* claim doorbells under the lock */
    CLEAR_ACTIVE,               /* switch out: clear Active */
    CLEAR_LATCH,                /* switch out: clear the latch */
    PUT_BACK_HIGH,              /* block: write back what HIGH held */
    SET_HART,                   /* switch in: the new hart into LOW */
    NEW_ENTRIES,                /* new Tag: into the senders' entries too */
};

/* At the end of RAM, for -device loader,addr=...,data=...,data-len=8 */
struct config {
    uint64_t sends;             /* 0: the default */
    uint64_t seed;              /* 0: the default */
    uint64_t without;           /* 1 << a step */
};
#define config  (*(const struct config *)0x87fff000)

static inline bool without(enum step step)
{
    return config.without & (1 << step);
}

/* Sends until the end of a round, of one task: 1 to this many */
#define MAX_QUOTA       24
/* Nothing lost takes that long: 30 s of the 10 MHz clock */
#define MAX_ROUND       300000000

#define MAX_SLICE       2000            /* 200 us */

#define STIP            0x20
#define SEIP            0x200
#define SSTATUS_SIE     0x2
#define SSTATUS_SPP     0x100

#define SCAUSE_TIMER    (1ull << 63 | 5)
#define SCAUSE_EXTERNAL (1ull << 63 | 9)
#define SCAUSE_ECALL    8

#define LOW_ACTIVE      1ull
#define LOW_MODE64      2ull
#define LOW_KN          4ull
#define LOW_HART_SHIFT  16
#define LOW_HART_MASK   (0xffffull << LOW_HART_SHIFT)
#define LOW_THRESHOLD(low)      ((low) >> 32 & 63)
#define LOW_TAG_SHIFT   48
#define LOW_TAG_MASK    (0xffffull << LOW_TAG_SHIFT)

/* volatile: device registers.  The fences order them with memory. */
static inline uint64_t mmio_read(uintptr_t address)
{
    uint64_t value = *(volatile uint64_t *)address; /* a register */

    asm volatile("fence i, rw" : : : "memory");

    return value;
}

static inline void mmio_write(uintptr_t address, uint64_t value)
{
    asm volatile("fence rw, o" : : : "memory");
    *(volatile uint64_t *)address = value;          /* a register */
    asm volatile("fence o, rw" : : : "memory");
}

static inline uint32_t mmio_read32(uintptr_t address)
{
    return *(volatile uint32_t *)address;           /* a register */
}

static inline void mmio_write32(uintptr_t address, uint32_t value)
{
    asm volatile("fence iorw, o" : : : "memory");
    *(volatile uint32_t *)address = value;          /* a register */
}

#define UINTC           0x2f10000
#define UINTC_DOORBELL  (UINTC + 0x80010)
#define UINTC_COUNT     (UINTC + 0x80018)
#define SLOT_SEND(t)    (UINTC + 32 * (t)->id)
#define SLOT_LOW(t)     (UINTC + 32 * (t)->id + 0x08)
#define SLOT_HIGH(t)    (UINTC + 32 * (t)->id + 0x10)

struct hart {
    uint64_t id;
    uint64_t random;
    uint64_t stack;
};
extern struct hart harts[HARTS];

/* uintc-stress-entry.S */
void semihost(uint64_t operation, void *parameter);

/* test-uintc-stress.c */
void lock(struct hart *hart);
void unlock(void);

/* uintc-stress-switch.c: the orders of docs/specs/riscv-uintr.rst */
void switch_in(struct hart *hart, struct task *task);
void switch_out(struct task *task, bool notify);
bool block(struct hart *hart, struct task *task);
void serve_doorbells(struct hart *hart);
void new_tag(struct task *task);
void set_up_receivers(void);

/* uintc-stress-check.c */
void check_stopped(struct task *task, uint64_t low);
void check_blocked(void);
bool all_sent(void);
bool all_seen(void);
void check_end(uint64_t sends);
void post_from_kernel(struct task *to, unsigned number);
__attribute__((noreturn))
void crash(int64_t task, const char *what, uint64_t a, uint64_t b);
__attribute__((noreturn))
void finish(uint64_t status);

#endif
