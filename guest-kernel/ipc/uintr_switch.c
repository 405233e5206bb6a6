// SPDX-License-Identifier: MIT
/*
 * Receivers and the scheduler: switching, blocking, waking. tests/models/delivery.pml is the model of
 * it; docs/spec.md, section 8, the order. What must hold: a vector posted at any
 * time is seen by the receiver's handler, and a receiver asleep in uintr_wait is woken by it.
 *
 * A running receiver is Active with its hart's number, and the hart's suirs selects it. The device
 * then holds USIP while a vector is pending, so a posted vector is taken as soon as the thread
 * is in user mode with ustatus.UIE set.
 *
 * A receiver that is ready but not running is not Active and has KN clear: a post only makes the
 * vector pending. Nothing needs to be told: uintr_switch_in() sets Active again, and the pending
 * vector raises USIP there.
 *
 * A receiver asleep in uintr_wait is not Active and has KN set: a post rings the doorbell.
 * Every post falls on one side of the one LOW write that clears Active and sets KN. Before it,
 * the vector is pending when HIGH is read after it, and the thread does not sleep. After it, the
 * doorbell rings, whether HIGH has been read yet or not, and its interrupt is served when this hart
 * lets uintr_lock go, so `waiting` is already set and the thread is woken. A doorbell that rang
 * although the thread then did not sleep finds `waiting` clear and is dropped.
 */
#include <errno.h>

#include "arch/cpu.h"
#include "arch/csr.h"
#include "core/process.h"
#include "core/sched.h"
#include "drivers/uintc.h"
#include "ipc/uintr.h"
#include "ipc/uintr_internal.h"
#include "uapi/syscall.h"

static struct uintr_stats stats; /* under uintr_lock */

void uintr_activate(struct thread *thread)
{
    unsigned slot = receiver_slot(thread->receiver);
    uint64_t low = uintc_read_low(slot) & ~(UINTC_HART_MASK | UINTC_KN | UINTC_ACTIVE);

    csr_write(CSR_SUIRS, SUIRS_ENABLE | slot);
    low |= thread->cpu->hart_id << UINTC_HART_SHIFT;
    uintc_write_low(slot, low | (thread->uintr.active ? UINTC_ACTIVE : 0));
}

/*
 * Active goes first: from then on no post sets the hart's USIP latch, and suirs next: from then on
 * the device does not hold USIP. For a thread on its way to sleep Active is clear already, KN is
 * set and stays so; it wakes up Active.
 */
void uintr_deactivate(struct thread *thread)
{
    unsigned slot = receiver_slot(thread->receiver);
    uint64_t low = uintc_read_low(slot);

    thread->uintr.active = (low & (UINTC_ACTIVE | UINTC_KN)) != 0;
    if (low & UINTC_ACTIVE) {
        uintc_write_low(slot, low & ~UINTC_ACTIVE);
    }
    csr_write(CSR_SUIRS, 0);
}

/*
 * The latch is cleared last: before uintr_deactivate() a post could set it again, for the hart's
 * next thread to find. It is kept for this thread, which may have set it itself through uip.
 */
void uintr_switch_out(struct thread *thread)
{
    struct uintr_context *context = &thread->uintr;

    if (!thread->process) {
        return;
    }
    if (thread->receiver) {
        uintr_deactivate(thread);
    }
    context->usip = csr_read_clear(CSR_SIP, INT_USI) & INT_USI;
    csr_write(CSR_SUIST, 0);
    context->uie = csr_read(CSR_UIE);
    context->utvec = csr_read(CSR_UTVEC);
    context->uscratch = csr_read(CSR_USCRATCH);
    context->uepc = csr_read(CSR_UEPC);
    context->ucause = csr_read(CSR_UCAUSE);
    context->utval = csr_read(CSR_UTVAL);
}

/* The registers come first: with Active the device may raise USIP at once. */
void uintr_switch_in(struct thread *thread)
{
    struct uintr_context *context = &thread->uintr;

    if (!thread->process) {
        return;
    }
    csr_write(CSR_UIE, context->uie);
    csr_write(CSR_UTVEC, context->utvec);
    csr_write(CSR_USCRATCH, context->uscratch);
    csr_write(CSR_UEPC, context->uepc);
    csr_write(CSR_UCAUSE, context->ucause);
    csr_write(CSR_UTVAL, context->utval);
    csr_write(CSR_SUIST, thread->suist);
    if (context->usip) {
        csr_set(CSR_SIP, INT_USI);
    }
    if (thread->receiver) {
        uintr_activate(thread);
    }
}

/* See the head of this file. The order of the four device accesses is what it argues about. */
int uintr_wait(unsigned flags)
{
    struct thread *thread = this_cpu()->current;
    struct uintr_receiver *receiver = thread->receiver;
    uint64_t low, pending;
    unsigned slot;

    if (flags) {
        return -EINVAL;
    }
    if (!receiver) {
        return -EOPNOTSUPP;
    }
    slot = receiver_slot(receiver);
    spin_lock(&uintr_lock);
    low = uintc_read_low(slot);
    uintc_write_low(slot, (low & ~UINTC_ACTIVE) | UINTC_KN);
    pending = uintc_take_pending(slot);
    if (pending) {
        uintc_put_pending(slot, pending);
        uintc_write_low(slot, low); /* Active again: the level raises USIP */
        stats.not_slept++;
        spin_unlock(&uintr_lock);
        return -EINTR;
    }
    receiver->waiting = true;
    stats.slept++;
    stats.blocked_now++;
    sched_block(&uintr_lock, WAIT_UINTR);
    return -EINTR;
}

/* Claims under uintr_lock: one during uintr_wait()'s steps would find `waiting` not set yet. */
void uintr_doorbell(void)
{
    uint64_t slot;

    spin_lock(&uintr_lock);
    while ((slot = uintc_claim_doorbell()) != UINTC_NO_DOORBELL) {
        stats.doorbells++;
        if (slot < MAX_RECEIVERS && receivers[slot].waiting) {
            receivers[slot].waiting = false;
            stats.woken++;
            stats.blocked_now--;
            sched_wake(receivers[slot].thread, WAIT_UINTR);
        }
    }
    spin_unlock(&uintr_lock);
}

void uintr_read_stats(struct uintr_stats *copy)
{
    spin_lock(&uintr_lock);
    *copy = stats;
    spin_unlock(&uintr_lock);
}
