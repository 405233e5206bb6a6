// SPDX-License-Identifier: MIT
/*
 * Receivers and the scheduler: switching, waiting, waking. tests/models/delivery.pml is the model of
 * it; docs/spec.md, section 8, the order. What must hold: a vector posted at any
 * time is seen by the receiver's handler, and a receiver that waits with its doorbell armed is woken
 * by it.
 *
 * A running receiver is Active with its hart's number, and the hart's suirs selects its slot. The
 * device then holds USIP while a vector is pending, so a posted vector is taken as soon as the
 * thread is in user mode with ustatus.UIE set.
 *
 * A receiver that is ready but not running is not Active and has KN clear: a post only makes the
 * vector pending. Nothing needs to be told: uintr_switch_in() sets Active again, and the pending
 * vector raises USIP there.
 *
 * A receiver that waits, armed, is not Active and has KN set: a post rings the doorbell. Every post
 * falls on one side of the one LOW write that clears Active and sets KN. Before it, the vector is
 * pending when HIGH is read after it, and the thread does not wait. After it, the doorbell rings,
 * whether HIGH has been read yet or not, and is claimed under the kernel lock, so `armed` is
 * already set and the thread is woken. A doorbell that rang although the thread then did not wait
 * finds `armed` clear and is dropped.
 *
 * One without a slot gets posts through the kernel only, under the same lock: uintr_sender.c.
 */
#include <errno.h>

#include "arch/cpu.h"
#include "arch/csr.h"
#include "arch/mmu.h"
#include "core/process.h"
#include "drivers/uintc.h"
#include "ipc/uintr.h"
#include "ipc/uintr_receiver.h"

static void write_registers(const struct uintr_context *context)
{
    csr_write(CSR_UIE, context->uie);
    csr_write(CSR_UTVEC, context->utvec);
    csr_write(CSR_USCRATCH, context->uscratch);
    csr_write(CSR_UEPC, context->uepc);
    csr_write(CSR_UCAUSE, context->ucause);
    csr_write(CSR_UTVAL, context->utval);
}

static void save_registers(struct uintr_context *context)
{
    context->uie = csr_read(CSR_UIE);
    context->utvec = csr_read(CSR_UTVEC);
    context->uscratch = csr_read(CSR_USCRATCH);
    context->uepc = csr_read(CSR_UEPC);
    context->ucause = csr_read(CSR_UCAUSE);
    context->utval = csr_read(CSR_UTVAL);
}

/*
 * Active goes first: from then on no post sets the hart's USIP latch; suirs next: from then on the
 * device does not hold USIP. The latch is cleared after both, or a post could set it again for the
 * hart's next thread to find. It is kept for this thread, which may have set it itself through uip.
 */
void uintr_switch_out(struct thread *thread)
{
    struct uintr_context *context = &thread->uintr;
    struct uintr_receiver *receiver = context->receiver;

    if (!receiver->armed) {
        uint64_t low = uintc_read_low(receiver->slot);

        receiver_remember(receiver, low);
        if (receiver->active) {
            uintc_write_low(receiver->slot, low & ~UINTC_ACTIVE);
        }
    }
    csr_write(CSR_SUIRS, 0);
    context->usip = csr_read_clear(CSR_SIP, INT_USI) & INT_USI;
    save_registers(context);
    csr_write(CSR_UIE, 0); /* a thread without a handler takes no user interrupt */
}

/* The registers come first: with Active, which comes last, the device may raise USIP at once. */
void uintr_switch_in(struct thread *thread)
{
    struct uintr_context *context = &thread->uintr;
    struct uintr_receiver *receiver = context->receiver;

    if (receiver->armed) { /* the wait has ended for another reason */
        receiver->armed = false;
        uintr_stats.blocked_now--;
    }
    if (__builtin_expect(!receiver->slot, 0)) {
        receiver_take_slot(receiver);
    }
    receiver->recent = true;
    write_registers(context);
    csr_read_clear(CSR_SIP, INT_USI);
    if (context->usip) {
        csr_set(CSR_SIP, INT_USI);
    }
    csr_write(CSR_SUIRS, SUIRS_ENABLE | (uint64_t)(receiver->slot - uintc_slots));
    uintc_write_low(receiver->slot, receiver->low | thread->cpu->hart_id << UINTC_HART_SHIFT |
                                        (receiver->active ? UINTC_ACTIVE : 0));
}

void uintr_clear_registers(void)
{
    static const struct uintr_context nothing;

    write_registers(&nothing);
    csr_read_clear(CSR_SIP, INT_USI);
}

static bool receiver_sleeps(struct uintr_receiver *receiver)
{
    if (!receiver_arm(receiver)) {
        uintr_stats.not_slept++;
        return false;
    }
    uintr_stats.slept++;
    uintr_stats.blocked_now++;
    return true;
}

/* Not armed, the wait goes on whatever is posted, and the handler sees it afterwards. */
bool uintr_prepare_wait(struct thread *thread)
{
    struct uintr_receiver *receiver = thread->uintr.receiver;

    if (uintr_is_masked(thread)) {
        return true;
    }
    return receiver_sleeps(receiver);
}

bool uintr_is_masked(struct thread *thread)
{
    struct uintr_receiver *receiver = thread->uintr.receiver;

    return receiver && (!(thread->frame.sstatus & SSTATUS_UIE) || !(csr_read(CSR_UIE) & INT_USI) ||
                        !(uintc_read_low(receiver->slot) & UINTC_ACTIVE));
}

/*
 * Waits whatever the mask says: a program turns user interrupts off, looks whether there is something
 * to do, and waits; what comes in between is pending and ends the wait.
 */
long uintr_sys_wait(uint64_t flags)
{
    struct thread *thread = thread_current();

    if (flags) {
        return -EINVAL;
    }
    if (!thread->uintr.receiver) {
        return -EOPNOTSUPP;
    }
    if (wait_is_interrupted(thread) || !receiver_sleeps(thread->uintr.receiver)) {
        return -EINTR;
    }
    return wait_start(NULL, UINT64_MAX, 0);
}

/*
 * The ring is used up by the claim. If what rang is below the threshold KN stays set, and what comes
 * later rings again.
 */
void uintr_doorbell(void)
{
    uint64_t slot;

    while ((slot = uintc_claim_doorbell()) != UINTC_NO_DOORBELL) {
        struct uintr_receiver *receiver = receiver_of_slot(slot);
        uint64_t pending;

        uintr_stats.doorbells++;
        if (!receiver || !receiver->armed) {
            continue;
        }
        pending = uintc_take_pending(receiver->slot);
        uintc_put_pending(receiver->slot, pending);
        if (receiver_wants(receiver, pending)) {
            uintc_write_low(receiver->slot, receiver->low);
            receiver_wake(receiver);
        }
    }
}

/* For a handler's entry that swaps sp and uscratch (user/lib/uintr_entry.S). */
long uintr_sys_alt_stack(uint64_t base, uint64_t size, uint64_t flags)
{
    struct thread *thread = thread_current();
    uint64_t top = (base + size) & -16ul;

    if (flags || !thread->uintr.receiver) {
        return -EINVAL;
    }
    if (size == 0) {
        csr_write(CSR_USCRATCH, 0);
        return 0;
    }
    if (base >= USER_END || size > USER_END - base || top <= base ||
        !address_space_lookup(&thread->process->space, top - 1, PTE_W)) {
        return -EFAULT;
    }
    csr_write(CSR_USCRATCH, top);
    return 0;
}
