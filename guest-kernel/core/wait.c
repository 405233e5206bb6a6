// SPDX-License-Identifier: MIT
#include "core/wait.h"

#include <errno.h>

#include "arch/cpu.h"
#include "core/sched.h"
#include "core/thread.h"
#include "ipc/uintr.h"

void wait_queue_init(struct wait_queue *queue)
{
    list_init(&queue->threads);
}

static void add_timeout(struct cpu *cpu, struct thread *thread)
{
    struct list *position = cpu->timeouts.next;

    while (position != &cpu->timeouts &&
           LIST_ENTRY(position, struct thread, wait.timeout)->wait.deadline <=
               thread->wait.deadline) {
        position = position->next;
    }
    list_insert_before(&thread->wait.timeout, position);
}

long wait_start(struct wait_queue *queue, uint64_t deadline, long timed_out)
{
    struct cpu *cpu = this_cpu();
    struct thread *thread = cpu->current;

    thread->interrupted = false;
    thread->state = THREAD_WAITING;
    thread->wait.deadline = deadline;
    thread->wait.timed_out = timed_out;
    if (queue) {
        list_append(&queue->threads, &thread->node);
    }
    if (deadline != UINT64_MAX) {
        add_timeout(cpu, thread);
    }
    return SYSCALL_WAITS;
}

bool wait_is_interrupted(struct thread *thread)
{
    thread->interrupted = true;
    return thread->attention & (ATTENTION_SIGNAL | ATTENTION_KILLED);
}

/*
 * The look at signals and the arming of the doorbell come before the thread is marked as waiting:
 * what happens until then is seen here, what happens later finds it waiting.
 */
long wait_on_until(struct wait_queue *queue, uint64_t deadline, long timed_out)
{
    struct thread *thread = thread_current();

    if (wait_is_interrupted(thread) || (thread->uintr.receiver && !uintr_prepare_wait(thread))) {
        return -EINTR;
    }
    return wait_start(queue, deadline, timed_out);
}

long wait_on(struct wait_queue *queue)
{
    return wait_on_until(queue, UINT64_MAX, 0);
}

static void stop_waiting(struct thread *thread)
{
    void (*cancel)(struct thread *) = thread->wait.cancel;

    list_remove(&thread->node);
    list_remove(&thread->wait.timeout);
    if (cancel) {
        thread->wait.cancel = NULL;
        cancel(thread);
    }
    sched_ready(thread);
}

void wait_end(struct thread *thread, long result)
{
    FRAME_X(&thread->frame, 10) = (uint64_t)result;
    stop_waiting(thread);
}

void wait_restart(struct thread *thread)
{
    thread->attention |= ATTENTION_RESTART;
    stop_waiting(thread);
}

void wait_interrupt(struct thread *thread)
{
    if (thread->state == THREAD_WAITING) {
        thread->interrupted = true;
        wait_end(thread, -EINTR);
    }
}

struct thread *wait_queue_first(struct wait_queue *queue)
{
    if (list_is_empty(&queue->threads)) {
        return NULL;
    }
    return LIST_ENTRY(queue->threads.next, struct thread, node);
}

void wait_queue_restart_all(struct wait_queue *queue)
{
    struct thread *thread;

    while ((thread = wait_queue_first(queue))) {
        wait_restart(thread);
    }
}

void wait_queue_end_all(struct wait_queue *queue, long result)
{
    struct thread *thread;

    while ((thread = wait_queue_first(queue))) {
        wait_end(thread, result);
    }
}

uint64_t wait_expire(struct cpu *cpu, uint64_t now)
{
    while (!list_is_empty(&cpu->timeouts)) {
        struct thread *thread = LIST_ENTRY(cpu->timeouts.next, struct thread, wait.timeout);

        if (thread->wait.deadline > now) {
            return thread->wait.deadline;
        }
        wait_end(thread, thread->wait.timed_out);
    }
    return UINT64_MAX;
}
