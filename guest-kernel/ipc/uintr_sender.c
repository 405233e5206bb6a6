// SPDX-License-Identifier: MIT
/*
 * The sending side. A handle stands for one vector of one receiver. A process that registers it as a
 * sender gets an entry in its sender status table, which uipi.send reads without asking anybody; the
 * kernel keeps beside it what the entry means, to renew it when the receiver's slot has changed.
 */
#include <errno.h>

#include "arch/csr.h"
#include "arch/mmu.h"
#include "core/page.h"
#include "core/process.h"
#include "core/slab.h"
#include "drivers/uintc.h"
#include "ipc/uintr.h"
#include "ipc/uintr_receiver.h"
#include "ipc/uintr_vector.h"

/* Sender status table entries, docs/spec.md, 4.2 */
#define ENTRY_VALID          1ul
#define ENTRY_VECTOR_SHIFT   16
#define ENTRY_RECEIVER_SHIFT 48

static struct list all_senders; /* of processes that have a table; set up at the first use */

/* ---- Vectors ---- */

static void destroy(struct object *object)
{
    struct uintr_vector *vector = (struct uintr_vector *)object;

    if (vector->exclusive) {
        vector->receiver->vectors &= ~(1ul << vector->number);
    }
    receiver_put(vector->receiver);
    slab_free(vector, sizeof(*vector));
}

static const struct object_type uintr_type = { .name = "uintr", .destroy = destroy };

int vector_create(uint64_t number, bool exclusive, struct uintr_vector **created)
{
    struct uintr_receiver *receiver = thread_current()->uintr.receiver;
    struct uintr_vector *vector;

    if (!receiver) {
        return -EINVAL;
    }
    if (number >= MAX_VECTORS) {
        return -ENOSPC;
    }
    if (exclusive && (receiver->vectors & (1ul << number))) {
        return -EBUSY;
    }
    vector = slab_alloc(sizeof(*vector));
    if (!vector) {
        return -ENOMEM;
    }
    object_init(&vector->object, &uintr_type);
    vector->receiver = receiver;
    vector->number = (uint8_t)number;
    vector->exclusive = exclusive;
    receiver->references++;
    if (exclusive) {
        receiver->vectors |= 1ul << number;
    }
    *created = vector;
    return 0;
}

long uintr_sys_create_fd(uint64_t number, uint64_t flags)
{
    struct uintr_vector *vector;
    int error = flags ? -EINVAL : vector_create(number, true, &vector);
    long handle;

    if (error) {
        return error;
    }
    handle = handle_add(&process_current()->handles, &vector->object, RIGHT_ALL);
    object_put(&vector->object);
    return handle;
}

/* ---- Tables ---- */

static int create_table(struct uintr_senders *senders)
{
    uint64_t *table = page_alloc();
    struct uintr_vector **vectors = page_alloc();

    if (!table || !vectors) {
        if (table) {
            page_free(table);
        }
        if (vectors) {
            page_free(vectors);
        }
        return -ENOMEM;
    }
    if (!all_senders.next) {
        list_init(&all_senders);
    }
    senders->table = table;
    senders->vectors = vectors;
    senders->suist =
        SUIST_ENABLE | (1ul << SUIST_SIZE_SHIFT) | (mmu_to_physical(table) / PAGE_SIZE);
    list_append(&all_senders, &senders->node);
    csr_write(CSR_SUIST, senders->suist);
    return 0;
}

/* uipi.send of any hart may read the entry at any time: it changes as a whole. */
static void write_entry(struct uintr_senders *senders, unsigned index, uint64_t entry)
{
    __atomic_store_n(&senders->table[index], entry, __ATOMIC_RELEASE);
}

/* An entry for a receiver without a slot isn't valid; the first send renews it. */
static void renew_entry(struct uintr_senders *senders, unsigned index)
{
    struct uintr_vector *vector = senders->vectors[index];

    write_entry(senders, index,
                !vector->receiver->slot
                    ? 0
                    : ENTRY_VALID | (uint64_t)vector->number << ENTRY_VECTOR_SHIFT |
                          receiver_entry(vector->receiver));
}

long vector_connect(struct uintr_vector *vector, unsigned *index)
{
    struct uintr_senders *senders = &process_current()->senders;
    long free_index = -ENOSPC;

    if (!senders->table && create_table(senders)) {
        return -ENOMEM;
    }
    for (int i = TABLE_ENTRIES - 1; i >= 0; i--) {
        if (senders->vectors[i] == vector) {
            *index = (unsigned)i;
            return -EISCONN;
        }
        if (!senders->vectors[i]) {
            free_index = i;
        }
    }
    if (free_index >= 0) {
        object_get(&vector->object);
        senders->vectors[free_index] = vector;
        renew_entry(senders, (unsigned)free_index);
        *index = (unsigned)free_index;
    }
    return free_index;
}

static void remove_entry(struct uintr_senders *senders, unsigned index)
{
    struct uintr_vector *vector = senders->vectors[index];

    write_entry(senders, index, 0);
    senders->vectors[index] = NULL;
    object_put(&vector->object);
}

long uintr_sys_register_sender(uint64_t number, uint64_t flags)
{
    struct uintr_vector *vector;
    struct handle *handle;
    unsigned index;
    int error;

    if (flags) {
        return -EINVAL;
    }
    error =
        handle_find(&process_current()->handles, (int)number, &uintr_type, RIGHT_WRITE, &handle);
    if (error) {
        return error;
    }
    vector = (struct uintr_vector *)handle->object;
    return vector->receiver->thread ? vector_connect(vector, &index) : -ESHUTDOWN;
}

long uintr_sys_unregister_sender(uint64_t index, uint64_t flags)
{
    struct uintr_senders *senders = &process_current()->senders;

    if (flags || index >= TABLE_ENTRIES || !senders->table || !senders->vectors[index]) {
        return -EINVAL;
    }
    remove_entry(senders, (unsigned)index);
    return 0;
}

long uintr_sys_register_self(uint64_t number, uint64_t flags)
{
    struct uintr_vector *vector;
    int error = flags ? -EINVAL : vector_create(number, true, &vector);
    unsigned index;
    long result;

    if (error) {
        return error;
    }
    result = vector_connect(vector, &index);
    object_put(&vector->object);
    return result;
}

void uintr_senders_end(struct uintr_senders *senders)
{
    if (!senders->table) {
        return;
    }
    for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
        if (senders->vectors[i]) {
            remove_entry(senders, i);
        }
    }
    list_remove(&senders->node);
    page_free(senders->table);
    page_free(senders->vectors);
    senders->table = NULL;
    senders->suist = 0;
}

void senders_forget_slot(uint64_t slot)
{
    if (!all_senders.next) {
        return;
    }
    LIST_FOR_EACH (node, next, &all_senders) {
        struct uintr_senders *senders = LIST_ENTRY(node, struct uintr_senders, node);

        for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
            if (senders->table[i] >> ENTRY_RECEIVER_SHIFT == slot) {
                write_entry(senders, i, 0);
            }
        }
    }
}

/* Only links do this, when a party goes: rarely enough to look at every table. */
void vector_revoke(struct uintr_vector *vector)
{
    vector->revoked = true;
    if (!all_senders.next || vector->object.references == 1) { /* the link's: it is in no table */
        return;
    }
    LIST_FOR_EACH (node, next, &all_senders) {
        struct uintr_senders *senders = LIST_ENTRY(node, struct uintr_senders, node);

        for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
            if (senders->vectors[i] == vector) {
                write_entry(senders, i, 0);
            }
        }
    }
}

/* ---- Sending through the kernel ---- */

/*
 * An armed receiver is woken without its doorbell: put back as pending, a vector rings nothing. One
 * without a slot isn't running, the post is kept for it.
 */
uint64_t receiver_post(struct uintr_receiver *receiver, unsigned vector)
{
    uint64_t bit = 1ul << vector;

    if (!receiver->thread) {
        return SEND_REFUSED;
    }
    if (receiver->slot && !receiver->armed) {
        uintc_send(receiver->slot, vector);
        return uintc_read_low(receiver->slot) & UINTC_ACTIVE ? SEND_POSTED_ACTIVE : SEND_POSTED;
    }
    if (receiver->slot) {
        uintc_put_pending(receiver->slot, bit);
    } else {
        receiver->pending |= bit;
    }
    if (receiver->armed && receiver_wants(receiver, bit)) {
        receiver_wake(receiver);
    }
    return SEND_POSTED;
}

/*
 * For those that uipi.send has refused. If the receiver has a slot the entry is renewed, so the next
 * one goes directly.
 */
long uintr_sys_send(uint64_t index)
{
    struct uintr_senders *senders = &process_current()->senders;
    struct uintr_vector *vector = vector_at(senders, index);

    if (!vector || vector->revoked || !vector->receiver->thread) {
        return SEND_REFUSED;
    }
    csr_write(CSR_SUIST, senders->suist); /* another thread may have made the table */
    uintr_stats.relayed++;
    renew_entry(senders, (unsigned)index);
    return (long)receiver_post(vector->receiver, vector->number);
}
