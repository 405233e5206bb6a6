// SPDX-License-Identifier: MIT
/*
 * Call and reply by a direct switch: the hart goes from the sender to the waiting peer without the
 * run queue in between. Both functions first look whether this is the common case and
 * change nothing until that is sure; everything else, errors included, is for ipc/endpoint.c, which
 * gives the same results.
 */
#include "arch/cpu.h"
#include "core/process.h"
#include "core/sched.h"
#include "ipc/endpoint.h"
#include "ipc/uintr.h"
#include "uapi/message.h"

/* The handle in a0 if it is one of an endpoint and carries the right. */
static inline struct handle *find(struct thread *thread, unsigned right)
{
    uint64_t number = FRAME_X(&thread->frame, 10);
    struct handle *handle;

    if (number >= MAX_HANDLES) {
        return NULL;
    }
    handle = &thread->process->handles.handles[number];
    if (!handle->object || handle->object->type != &endpoint_type || !(handle->rights & right)) {
        return NULL;
    }
    return handle;
}

/* Whether the hart may leave `from` for `to`: nothing ready is better, nothing has to be seen to. */
static inline bool may_switch(struct cpu *cpu, struct thread *from, struct thread *to)
{
    return !(from->attention | to->attention) && !cpu->need_resched && (to->affinity & cpu->bit) &&
           to->priority <= run_queue_best(&cpu->queue) &&
           (!from->uintr.receiver || uintr_prepare_wait(from));
}

static inline void pass_words(const struct thread *from, struct thread *to, uint64_t result)
{
    FRAME_X(&to->frame, 10) = result;
    FRAME_X(&to->frame, 11) = MESSAGE_INFO(0, 0, -1);
    FRAME_X(&to->frame, 12) = FRAME_X(&from->frame, 12);
    FRAME_X(&to->frame, 13) = FRAME_X(&from->frame, 13);
    FRAME_X(&to->frame, 14) = FRAME_X(&from->frame, 14);
    FRAME_X(&to->frame, 15) = FRAME_X(&from->frame, 15);
}

struct thread *fastpath_call(struct thread *thread)
{
    struct handle *handle = find(thread, RIGHT_WRITE);
    struct thread *server;

    if (!handle || !MESSAGE_IS_SHORT(FRAME_X(&thread->frame, 11))) {
        return NULL;
    }
    server = wait_queue_first(&((struct endpoint *)handle->object)->receivers);
    if (!server || !may_switch(this_cpu(), thread, server)) {
        return NULL;
    }
    list_remove(&server->node);
    pass_words(thread, server, handle->badge);
    wait_begin(thread);
    endpoint_connect(thread, server);
    sched_switch_to(server);
    return server;
}

struct thread *fastpath_reply_receive(struct thread *thread)
{
    struct handle *handle = find(thread, RIGHT_READ);
    struct thread *caller = thread->caller;
    struct endpoint *endpoint;

    if (!handle || !caller || !MESSAGE_IS_SHORT(FRAME_X(&thread->frame, 11))) {
        return NULL;
    }
    endpoint = (struct endpoint *)handle->object;
    if (!list_is_empty(&endpoint->callers.threads) || endpoint->object.writers == 0 ||
        !may_switch(this_cpu(), thread, caller)) {
        return NULL;
    }
    caller->wait.cancel = NULL;
    caller->server = NULL;
    thread->caller = NULL;
    pass_words(thread, caller, 0);
    wait_begin(thread);
    list_append(&endpoint->receivers.threads, &thread->node);
    sched_switch_to(caller);
    return caller;
}
