// SPDX-License-Identifier: MIT
/* The uintr_ system calls: receivers, handles for sending, sender tables. */
#include "ipc/uintr.h"

#include <errno.h>

#include "arch/csr.h"
#include "arch/mmu.h"
#include "core/devicetree.h"
#include "core/page.h"
#include "core/print.h"
#include "core/process.h"
#include "drivers/uintc.h"
#include "ipc/uintr_internal.h"

#define MAX_VECTORS          64

/* Sender status table entries: Valid, vector, Tag, receiver */
#define ENTRY_VALID          1ul
#define ENTRY_VECTOR_SHIFT   16
#define ENTRY_TAG_SHIFT      32
#define ENTRY_RECEIVER_SHIFT 48
#define TABLE_ENTRIES        (PAGE_SIZE / sizeof(uint64_t))

struct spinlock uintr_lock;
struct uintr_receiver receivers[MAX_RECEIVERS];
static unsigned receiver_count; /* constant after uintr_init() */

void uintr_init(void)
{
    receiver_count = uintc_receivers() < MAX_RECEIVERS ? uintc_receivers() : MAX_RECEIVERS;
    if (csr_read(CSR_SUICFG) != machine.uintc.base) {
        panic("suicfg is %#lx, but the device tree has the UINTC at %#lx", csr_read(CSR_SUICFG),
              machine.uintc.base);
    }
    for (unsigned i = 0; i < receiver_count; i++) {
        receivers[i].tag = 1;
        uintc_write_low(i, 1ul << UINTC_TAG_SHIFT);
        uintc_take_pending(i);
    }
}

static struct uintr_receiver *claim_receiver(struct thread *thread)
{
    struct uintr_receiver *receiver = NULL;

    spin_lock(&uintr_lock);
    for (unsigned i = 0; i < receiver_count && !receiver; i++) {
        if (!receivers[i].thread && receivers[i].tag != UINT16_MAX) {
            receiver = &receivers[i];
            receiver->thread = thread;
            receiver->vectors = 0;
        }
    }
    spin_unlock(&uintr_lock);
    return receiver;
}

/*
 * The new Tag revokes every sender at once, in whatever table its entry is: the device compares
 * it with each uipi.send. So the slot can be used again immediately. A Tag is never used
 * twice: a slot that has run out of them retires.
 */
static void release_receiver(struct uintr_receiver *receiver)
{
    unsigned slot = receiver_slot(receiver);

    spin_lock(&uintr_lock);
    receiver->tag++;
    uintc_write_low(slot, (uint64_t)receiver->tag << UINTC_TAG_SHIFT);
    uintc_take_pending(slot);
    receiver->thread = NULL;
    spin_unlock(&uintr_lock);
}

int uintr_register_handler(uint64_t handler, unsigned flags)
{
    struct process *process = process_current();
    struct thread *thread = &process->thread;
    struct uintr_receiver *receiver;

    if (flags) {
        return -EINVAL;
    }
    if (handler % 4 || !mmu_user_lookup(process->root, handler, PTE_X)) {
        return -EFAULT;
    }
    if (thread->receiver) {
        return -EBUSY;
    }
    receiver = claim_receiver(thread);
    if (!receiver) {
        return -ENOSPC;
    }
    uintc_write_low(receiver_slot(receiver),
                    ((uint64_t)receiver->tag << UINTC_TAG_SHIFT) | UINTC_MODE_64);
    thread->receiver = receiver;
    csr_write(CSR_UTVEC, handler);
    csr_set(CSR_UIE, INT_USI);
    thread->uintr.active = true;
    uintr_activate(thread);
    return 0;
}

static void stop_receiving(struct thread *thread)
{
    uintr_deactivate(thread);
    release_receiver(thread->receiver);
    thread->receiver = NULL;
    csr_write(CSR_UIE, 0);
}

int uintr_unregister_handler(unsigned flags)
{
    struct thread *thread = &process_current()->thread;

    if (flags || !thread->receiver) {
        return -EINVAL;
    }
    stop_receiving(thread);
    return 0;
}

int uintr_create_fd(uint64_t vector, unsigned flags)
{
    struct uintr_receiver *receiver = process_current()->thread.receiver;
    struct handle handle = { .type = HANDLE_UINTR, .vector = (uint8_t)vector };
    int number;

    if (flags || !receiver) {
        return -EINVAL;
    }
    if (vector >= MAX_VECTORS) {
        return -ENOSPC;
    }
    if (receiver->vectors & (1ul << vector)) {
        return -EBUSY;
    }
    handle.receiver = (uint16_t)receiver_slot(receiver);
    handle.tag = receiver->tag;
    number = process_add_handle(handle);
    if (number >= 0) {
        receiver->vectors |= 1ul << vector;
    }
    return number;
}

static bool receiver_is_gone(const struct handle *handle)
{
    bool gone;

    spin_lock(&uintr_lock);
    gone = receivers[handle->receiver].tag != handle->tag;
    spin_unlock(&uintr_lock);
    return gone;
}

static int make_table(struct process *process)
{
    process->sender_table = page_alloc();
    if (!process->sender_table) {
        return -ENOMEM;
    }
    process->thread.suist = SUIST_ENABLE | (1ul << SUIST_SIZE_SHIFT) |
                            (mmu_to_physical(process->sender_table) / PAGE_SIZE);
    csr_write(CSR_SUIST, process->thread.suist);
    return 0;
}

/*
 * The receiver may go between the look and the entry: then the entry has a stale Tag and is as good
 * as invalid.
 */
int uintr_register_sender(int number, unsigned flags)
{
    struct process *process = process_current();
    struct handle *handle;
    uint64_t entry;
    int free_index = -ENOSPC;

    if (flags) {
        return -EINVAL;
    }
    if (number < 0 || number >= MAX_HANDLES) {
        return -EBADF;
    }
    handle = &process->handles[number];
    if (handle->type == HANDLE_NONE) {
        return -EBADF;
    }
    if (receiver_is_gone(handle)) {
        return -ESHUTDOWN;
    }
    if (!process->sender_table && make_table(process)) {
        return -ENOMEM;
    }
    entry = ENTRY_VALID | ((uint64_t)handle->vector << ENTRY_VECTOR_SHIFT) |
            ((uint64_t)handle->tag << ENTRY_TAG_SHIFT) |
            ((uint64_t)handle->receiver << ENTRY_RECEIVER_SHIFT);
    for (int i = TABLE_ENTRIES - 1; i >= 0; i--) {
        if (process->sender_table[i] == entry) {
            return -EISCONN;
        }
        if (!(process->sender_table[i] & ENTRY_VALID)) {
            free_index = i;
        }
    }
    if (free_index >= 0) {
        /* Read by this hart's uipi.send, after this in program order. */
        __atomic_store_n(&process->sender_table[free_index], entry, __ATOMIC_RELEASE);
    }
    return free_index;
}

int uintr_unregister_sender(int index, unsigned flags)
{
    struct process *process = process_current();

    if (flags || index < 0 || index >= (int)TABLE_ENTRIES || !process->sender_table ||
        !(process->sender_table[index] & ENTRY_VALID)) {
        return -EINVAL;
    }
    __atomic_store_n(&process->sender_table[index], 0, __ATOMIC_RELEASE);
    return 0;
}

void uintr_exit(struct thread *thread)
{
    if (thread->receiver) {
        stop_receiving(thread);
    }
    thread->suist = 0;
    csr_write(CSR_SUIST, 0);
}
