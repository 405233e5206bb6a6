// SPDX-License-Identifier: MIT
/*
 * Sending a user interrupt and waiting for one in the same call. When the receiver waits, the hart goes
 * over to it directly: no doorbell, no interrupt, no run queue. As with ipc/fastpath.c, the short way
 * changes nothing until it is sure, and everything else is for the long one, with the same results.
 *
 * Nothing is lost: the vector is made pending under the kernel lock before its receiver runs, and the
 * sender's receiver is armed by the same steps as in uintr_wait (ipc/uintr_switch.c), last of all.
 */
#include <errno.h>

#include "arch/cpu.h"
#include "core/process.h"
#include "core/sched.h"
#include "drivers/uintc.h"
#include "ipc/uintr.h"
#include "ipc/uintr_receiver.h"
#include "ipc/uintr_vector.h"

/*
 * In a wait that nothing but an interruption ends, and that the vector ends now. `armed` alone doesn't say so:
 * it is set until the thread runs, whatever has ended its wait.
 */
static inline bool can_be_woken(const struct uintr_receiver *receiver, uint64_t bit)
{
    const struct thread *thread = receiver->thread;

    return thread && thread->state == THREAD_WAITING && receiver->armed && receiver->slot &&
           !thread->wait.cancel && thread->wait.deadline == UINT64_MAX &&
           receiver_wants(receiver, bit);
}

static inline bool may_switch(struct cpu *cpu, struct thread *from, struct thread *to)
{
    return !(from->attention | to->attention) && !cpu->need_resched && (to->affinity & cpu->bit) &&
           to->priority <= run_queue_best(&cpu->queue) && from->uintr.receiver &&
           receiver_arm(from->uintr.receiver);
}

struct thread *uintr_handover(struct thread *thread)
{
    uint64_t index = FRAME_X(&thread->frame, 10), bit;
    struct uintr_vector *vector = vector_at(&thread->process->senders, index);
    struct uintr_receiver *receiver;
    struct thread *to;

    if (!vector || vector->revoked || FRAME_X(&thread->frame, 11)) {
        return NULL;
    }
    receiver = vector->receiver;
    bit = 1ul << vector->number;
    if (!can_be_woken(receiver, bit)) {
        return NULL;
    }
    to = receiver->thread;
    if (!may_switch(this_cpu(), thread, to)) {
        return NULL;
    }
    uintc_put_pending(receiver->slot, bit);
    receiver->armed = false;
    list_remove(&to->node);
    to->interrupted = true;
    FRAME_X(&to->frame, 10) = (uint64_t)-EINTR;
    wait_begin(thread);
    sched_switch_to(to);
    uintr_stats.handed_over++; /* one sleeps instead of the other */
    return to;
}

long uintr_sys_handover(uint64_t index, uint64_t flags)
{
    if (flags) {
        return -EINVAL;
    }
    if (!thread_current()->uintr.receiver) {
        return -EOPNOTSUPP;
    }
    if (uintr_sys_send(index) == SEND_REFUSED) {
        return -ESHUTDOWN;
    }
    return uintr_sys_wait(0);
}
