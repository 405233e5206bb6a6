/*
 * The stress test of UINTC: what its kernel does to receivers
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The orders are those of docs/specs/riscv-uintr.rst.  A step that config
 * leaves out makes the test fail, which shows that the test sees it.
 */

#include "uintc-stress-kernel.h"

#define SUIST_ENABLE    (1ull << 63 | 1ull << 44)
#define SUIRS_ENABLE    (1ull << 63)

#define DOORBELL_SOURCE 52
#define PLIC_PRIORITY(s)        (0xc000000 + 4 * (s))
/* Of S mode's context */
#define PLIC_ENABLE(h)          (0xc002080 + 0x100 * (h))
#define PLIC_CLAIM(h)           (0xc201004 + 0x2000 * (h))

static uint64_t entries[TASKS][ENTRIES] __attribute__((aligned(4096)));

void switch_in(struct hart *hart, struct task *task)
{
    if (task->hart != hart->id) {
        task->count[MIGRATED]++;
        task->hart = hart->id;
    }
    task->kernel_stack = hart->stack;
    if ((task->ustatus & USTATUS_UIE) || task->masked) {
        /* Not on the way to its handler: a latch now would be another's. */
        task->may_be_spurious = 0;
    }

    csr_write(CSR_UTVEC, task->utvec);
    csr_write(CSR_USCRATCH, task->uscratch);
    csr_write(CSR_UEPC, task->uepc);
    csr_write(CSR_UCAUSE, task->ucause);
    csr_write(CSR_UTVAL, task->utval);
    csr_write(CSR_USTATUS, task->ustatus);
    csr_write(CSR_UIE, task->uie);
    csr_write(CSR_SUIST, SUIST_ENABLE | (uintptr_t)entries[task->id] >> 12);
    csr_write(CSR_SUIRS, SUIRS_ENABLE | task->id);
    if (!without(SET_HART)) {
        task->low &= ~LOW_HART_MASK;
        task->low |= hart->id << LOW_HART_SHIFT;
    }
    mmio_write(SLOT_LOW(task), task->low);
}

/* With notify, posts ring from here on. */
void switch_out(struct task *task, bool notify)
{
    uint64_t low = mmio_read(SLOT_LOW(task));

    check_stopped(task, low);
    task->low = low;
    if (!without(CLEAR_ACTIVE)) {
        low &= ~LOW_ACTIVE;
    }
    mmio_write(SLOT_LOW(task), low | (notify ? LOW_KN : 0));
    csr_write(CSR_SUIRS, 0);
    if (!without(CLEAR_LATCH)) {
        csr_clear(CSR_SIP, USIP);
    }
    task->utvec = csr_read(CSR_UTVEC);
    task->uscratch = csr_read(CSR_USCRATCH);
    task->uepc = csr_read(CSR_UEPC);
    task->ucause = csr_read(CSR_UCAUSE);
    task->utval = csr_read(CSR_UTVAL);
    task->ustatus = csr_read(CSR_USTATUS);
    task->uie = csr_read(CSR_UIE);
}

static void linger(struct hart *hart)
{
    for (uint64_t n = next_random(&hart->random) % 16384; n; n--) {
        asm volatile("");
    }
}

/* Under the lock.  Returns false if something is pending already. */
bool block(struct hart *hart, struct task *task)
{
    uint64_t high = 0;

    if (without(LOOK_LAST)) {
        high = mmio_read(SLOT_HIGH(task));
    }
    switch_out(task, true);
    if (!without(LOOK) && !without(LOOK_LAST)) {
        high = mmio_read(SLOT_HIGH(task));
    }
    if (high) {
        if (!without(PUT_BACK_HIGH)) {
            mmio_write(SLOT_HIGH(task), high);
        }
        mmio_write(SLOT_LOW(task), task->low & ~LOW_ACTIVE);
        task->count[REFUSED]++;
        return false;
    }
    if (next_random(&hart->random) % 64 == 0 || without(CLAIM_LOCK)) {
        linger(hart);           /* let the doorbell ring, and be served */
    }
    task->count[BLOCKS]++;
    task->state = BLOCKED;

    return true;
}

static void wake(uint64_t index)
{
    struct task *task = &tasks[index];

    if (index >= TASKS) {
        crash(-1, "a doorbell of no task", index, 0);
    }
    if (task->state == BLOCKED) {
        mmio_write(SLOT_LOW(task), task->low & ~LOW_ACTIVE);
        task->count[WOKEN]++;
        task->state = READY;
    }
}

void serve_doorbells(struct hart *hart)
{
    /* The line stays up for those that are left. */
    unsigned most = next_random(&hart->random) % 4 ? TASKS : 1;
    uint32_t source = mmio_read32(PLIC_CLAIM(hart->id));
    uint64_t index;

    if (!source) {
        return;                 /* another hart was first */
    }
    if (source != DOORBELL_SOURCE) {
        crash(-1, "an interrupt of another device", source, 0);
    }
    for (unsigned n = 0; n < most; n++) {
        if (without(CLAIM_LOCK)) {
            index = mmio_read(UINTC_DOORBELL);
            if (index < TASKS && load(&tasks[index].state) != BLOCKED) {
                continue;
            }
            lock(hart);
        } else {
            lock(hart);
            index = mmio_read(UINTC_DOORBELL);
        }
        if (index != UINT64_MAX) {
            wake(index);
        }
        unlock();
        if (index == UINT64_MAX) {
            break;
        }
    }
    mmio_write32(PLIC_CLAIM(hart->id), source);
}

static uint64_t entry(uint64_t receiver, unsigned number, uint64_t tag)
{
    return receiver << 48 | tag << 32 | VECTOR(receiver, number) << 16 | 1;
}

static void set_entries(struct task *to)
{
    for (unsigned from = 0; from < TASKS; from++) {
        store(&entries[from][ENTRY_FROM_TASK(to->id)],
              entry(to->id, FROM_TASK + from, to->tag));
        store(&entries[from][ENTRY_COALESCING(to->id)],
              entry(to->id, COALESCING + from, to->tag));
        store(&entries[from][ENTRY_DEAD(to->id)],
              entry(to->id, DEAD, (to->tag - 1) & 0xffff));
        store(&entries[from][ENTRY_INVALID(to->id)],
              entry(to->id, DEAD, to->tag) & ~1ull);
    }
}

/*
 * Under the lock, of a task that does not run: cut off all senders, and
 * give them new entries.
 */
void new_tag(struct task *task)
{
    uint64_t low = mmio_read(SLOT_LOW(task)) & ~LOW_TAG_MASK;

    store(&task->tag_changes, task->tag_changes + 1);
    fence();
    task->tag = (task->tag + 1) & 0xffff;
    task->low &= ~LOW_TAG_MASK;
    task->low |= task->tag << LOW_TAG_SHIFT;
    mmio_write(SLOT_LOW(task), low | task->tag << LOW_TAG_SHIFT);
    if (!without(NEW_ENTRIES)) {
        set_entries(task);
    }
    fence();
    store(&task->tag_changes, task->tag_changes + 1);
    task->count[RETAGGED]++;
}

void set_up_receivers(void)
{
    for (unsigned n = 0; n < TASKS; n++) {
        struct task *task = &tasks[n];

        task->tag = 0xfff0;     /* comes round to 0 soon */
        task->low = LOW_ACTIVE | LOW_MODE64 | task->tag << LOW_TAG_SHIFT;
        mmio_write(SLOT_LOW(task), task->low & ~LOW_ACTIVE);
        set_entries(task);
    }
    mmio_write32(PLIC_PRIORITY(DOORBELL_SOURCE), 1);
    for (unsigned hart = 0; hart < HARTS; hart++) {
        mmio_write32(PLIC_ENABLE(hart) + DOORBELL_SOURCE / 32 * 4,
                     1 << DOORBELL_SOURCE % 32);
    }
}
