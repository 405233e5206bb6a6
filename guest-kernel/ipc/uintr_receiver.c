// SPDX-License-Identifier: MIT
/*
 * Receivers and slots. There may be more receivers than slots: one that is to run and has none takes
 * the slot of the receiver that has not run for longest. That one's entries in sender tables are
 * then dead, since the slot has a new Tag; its senders get 1 from uipi.send, ask the kernel
 * (SYS_uintr_send, called by libuintr), and the kernel keeps the post or renews the entry.
 * tests/models/slots.pml is the model of it.
 */
#include "ipc/uintr_receiver.h"

#include <errno.h>

#include "arch/cpu.h"
#include "arch/csr.h"
#include "arch/mmu.h"
#include "core/devicetree.h"
#include "core/print.h"
#include "core/process.h"
#include "core/slab.h"
#include "drivers/uintc.h"
#include "ipc/uintr.h"

#define ENTRY_TAG_SHIFT      32
#define ENTRY_RECEIVER_SHIFT 48
#define MAX_SLOTS            512

struct slot {
    struct uintr_receiver *receiver; /* NULL: free */
    uint16_t tag; /* as in LOW; every change revokes all entries that name the slot */
};

struct uintr_stats uintr_stats;

static struct slot slots[MAX_SLOTS];
static unsigned slot_count; /* constant after uintr_init() */
static unsigned receivers;
static struct list holders; /* receivers with a slot, the one that ran last at the end */

/*
 * Each hart runs a receiver, and a running receiver keeps its slot: with fewer slots than harts
 * nothing could be evicted.
 */
void uintr_init(void)
{
    list_init(&holders);
    slot_count = uintc_receivers() < MAX_SLOTS ? uintc_receivers() : MAX_SLOTS;
    if (slot_count < machine.harts) {
        panic("the UINTC has %u receivers for %u harts, start QEMU with uintc-receivers=%u",
              slot_count, machine.harts, machine.harts);
    }
    if (csr_read(CSR_SUICFG) != machine.uintc.base) {
        panic("suicfg is %#lx, but the device tree has the UINTC at %#lx", csr_read(CSR_SUICFG),
              machine.uintc.base);
    }
    for (unsigned i = 0; i < slot_count; i++) {
        uintc_write_low(i, 0);
        uintc_take_pending(i);
    }
}

/* ---- Slots ---- */

/* docs/spec.md, 8.5. Returns what was pending. */
static uint64_t clear_slot(unsigned slot)
{
    if (++slots[slot].tag == 0) {
        senders_forget_slot(slot);
    }
    uintc_write_low(slot, (uint64_t)slots[slot].tag << UINTC_TAG_SHIFT);
    slots[slot].receiver = NULL;
    return uintc_take_pending(slot);
}

/*
 * A post falls on one side of the LOW write in clear_slot(). Before it, it is in what HIGH returns.
 * After it, it is refused, and the sender comes through the kernel. If the receiver is armed and
 * a post was first, its doorbell rings for a slot that is not its own any more: so look here.
 */
static void evict(struct uintr_receiver *receiver)
{
    unsigned slot = (unsigned)receiver->slot;

    receiver->threshold = uintc_read_low(slot) & UINTC_THRESHOLD_MASK;
    receiver->pending = clear_slot(slot);
    receiver->slot = NO_SLOT;
    list_remove(&receiver->node);
    uintr_stats.evicted++;
    if (receiver->armed && receiver->pending >> UINTC_THRESHOLD(receiver->threshold)) {
        receiver_wake(receiver);
    }
}

static int find_slot(void)
{
    for (unsigned i = 0; i < slot_count; i++) {
        if (!slots[i].receiver) {
            return (int)i;
        }
    }
    LIST_FOR_EACH (node, next, &holders) {
        struct uintr_receiver *receiver = LIST_ENTRY(node, struct uintr_receiver, node);
        int slot = receiver->slot;

        if (receiver->thread->state != THREAD_RUNNING) {
            evict(receiver);
            return slot;
        }
    }
    panic("no slot for a receiver");
}

void receiver_take_slot(struct uintr_receiver *receiver)
{
    if (receiver->slot == NO_SLOT) {
        unsigned slot = (unsigned)find_slot();

        receiver->slot = (int)slot;
        slots[slot].receiver = receiver;
        uintc_write_low(slot, (uint64_t)slots[slot].tag << UINTC_TAG_SHIFT | receiver->threshold |
                                  UINTC_MODE_64);
        if (receiver->pending) {
            uintc_put_pending(slot, receiver->pending);
            receiver->pending = 0;
        }
    } else {
        list_remove(&receiver->node);
    }
    list_append(&holders, &receiver->node);
}

struct uintr_receiver *receiver_of_slot(uint64_t slot)
{
    return slot < slot_count ? slots[slot].receiver : NULL;
}

uint64_t receiver_entry(const struct uintr_receiver *receiver)
{
    return (uint64_t)slots[receiver->slot].tag << ENTRY_TAG_SHIFT | (uint64_t)receiver->slot
                                                                        << ENTRY_RECEIVER_SHIFT;
}

void receiver_wake(struct uintr_receiver *receiver)
{
    receiver->armed = false;
    uintr_stats.woken++;
    uintr_stats.blocked_now--;
    wait_interrupt(receiver->thread);
}

void receiver_put(struct uintr_receiver *receiver)
{
    if (--receiver->references == 0) {
        receivers--;
        slab_free(receiver, sizeof(*receiver));
    }
}

/* ---- Registering ---- */

long uintr_sys_register_handler(uint64_t handler, uint64_t flags)
{
    struct thread *thread = thread_current();
    struct uintr_receiver *receiver;

    if (flags) {
        return -EINVAL;
    }
    if (handler % 4 || !address_space_lookup(&thread->process->space, handler, PTE_X)) {
        return -EFAULT;
    }
    if (thread->uintr.receiver) {
        return -EBUSY;
    }
    receiver = slab_alloc(sizeof(*receiver));
    if (!receiver) {
        return -ENOMEM;
    }
    receivers++;
    receiver->references = 1;
    receiver->thread = thread;
    receiver->slot = NO_SLOT;
    receiver->active = true;
    list_init(&receiver->node);
    thread->uintr =
        (struct uintr_context){ .receiver = receiver, .utvec = handler, .uie = INT_USI };
    uintr_switch_in(thread);
    return 0;
}

/*
 * The new Tag revokes every sender at once, in whatever table its entry is: the device compares it
 * with each uipi.send. So the slot can be used again immediately.
 */
void uintr_exit(struct thread *thread)
{
    struct uintr_receiver *receiver = thread->uintr.receiver;

    if (!receiver) {
        return;
    }
    if (thread == thread_current()) {
        uintr_switch_out(thread);
    }
    if (receiver->armed) {
        uintr_stats.blocked_now--;
    }
    if (receiver->slot != NO_SLOT) {
        clear_slot((unsigned)receiver->slot);
        list_remove(&receiver->node);
        receiver->slot = NO_SLOT;
    }
    receiver->thread = NULL;
    thread->uintr.receiver = NULL;
    receiver_put(receiver);
}

long uintr_sys_unregister_handler(uint64_t flags)
{
    if (flags || !thread_current()->uintr.receiver) {
        return -EINVAL;
    }
    uintr_exit(thread_current());
    return 0;
}

void uintr_fill_info(struct system_info *info)
{
    info->receivers = receivers;
    info->receiver_slots = slot_count;
    info->uintr = uintr_stats;
}
