// SPDX-License-Identifier: MIT
/*
 * Receivers and slots. There may be more receivers than slots: one that is to run and has none takes
 * the slot of one that hasn't run for a while. That one's entries in sender tables are then dead, since the slot has a new Tag; its senders get 1 from uipi.send, ask the kernel
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
#include "ipc/link.h"
#include "ipc/uintr.h"
#include "ipc/uintr_vector.h"

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
static unsigned next_slot; /* where find_slot() goes on */

/*
 * Each hart runs a receiver, and a running receiver keeps its slot: with fewer slots than harts
 * nothing could be evicted.
 */
void uintr_init(void)
{
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
        uintc_write_low(&uintc_slots[i], 0);
        uintc_take_pending(&uintc_slots[i]);
    }
}

/* ---- Slots ---- */

static uint64_t number_of(const struct uintc_slot *slot)
{
    return (uint64_t)(slot - uintc_slots);
}

/* docs/spec.md, 8.5. Returns what was pending. */
static uint64_t clear_slot(struct uintc_slot *registers)
{
    struct slot *slot = &slots[number_of(registers)];

    if (++slot->tag == 0) {
        senders_forget_slot(number_of(registers));
    }
    uintc_write_low(registers, (uint64_t)slot->tag << UINTC_TAG_SHIFT);
    slot->receiver = NULL;
    return uintc_take_pending(registers);
}

/*
 * A post falls on one side of the LOW write in clear_slot(). Before it, it is in what HIGH returns.
 * After it, it is refused, and the sender comes through the kernel. If the receiver is armed and
 * a post was first, its doorbell rings for a slot that is not its own any more: so look here.
 */
static void evict(struct uintr_receiver *receiver)
{
    receiver->pending = clear_slot(receiver->slot);
    receiver->slot = NULL;
    uintr_stats.evicted++;
    if (receiver->armed && receiver_wants(receiver, receiver->pending)) {
        receiver_wake(receiver);
        cpu_kick(this_cpu()); /* ipc/fastpath.c doesn't look at need_resched after a switch */
    }
}

/*
 * A free slot, or the first one whose receiver hasn't run since the last time round: so nearly the one
 * that hasn't run for longest. There are more slots than harts, or two rounds find one that doesn't run.
 */
static unsigned find_slot(void)
{
    for (unsigned i = 0; i < 2 * slot_count + 1; i++) {
        unsigned number = next_slot;
        struct uintr_receiver *receiver = slots[number].receiver;

        next_slot = (next_slot + 1) % slot_count;
        if (!receiver) {
            return number;
        }
        if (receiver->thread->state != THREAD_RUNNING && !receiver->recent) {
            evict(receiver);
            return number;
        }
        receiver->recent = false;
    }
    panic("no slot for a receiver");
}

void receiver_take_slot(struct uintr_receiver *receiver)
{
    unsigned number = find_slot();
    struct slot *slot = &slots[number];

    slot->receiver = receiver;
    receiver->slot = &uintc_slots[number];
    receiver->low = (uint64_t)slot->tag << UINTC_TAG_SHIFT |
                    (receiver->low & UINTC_THRESHOLD_MASK) | UINTC_MODE_64;
    uintc_write_low(receiver->slot, receiver->low);
    if (receiver->pending) {
        uintc_put_pending(receiver->slot, receiver->pending);
        receiver->pending = 0;
    }
}

struct uintr_receiver *receiver_of_slot(uint64_t slot)
{
    return slot < slot_count ? slots[slot].receiver : NULL;
}

uint64_t receiver_entry(const struct uintr_receiver *receiver)
{
    uint64_t number = number_of(receiver->slot);

    return (uint64_t)slots[number].tag << ENTRY_TAG_SHIFT | number << ENTRY_RECEIVER_SHIFT;
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
    receiver->active = true;
    list_init(&receiver->parties);
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
    if (receiver->slot) {
        clear_slot(receiver->slot);
        receiver->slot = NULL;
    }
    receiver->thread = NULL;
    thread->uintr.receiver = NULL;
    LIST_FOR_EACH (node, next, &receiver->parties) {
        link_party_gone(LIST_ENTRY(node, struct uintr_vector, node));
    }
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
