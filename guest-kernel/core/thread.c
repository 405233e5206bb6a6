// SPDX-License-Identifier: MIT
#include "core/thread.h"

#include <errno.h>

#include "arch/cpu.h"
#include "arch/csr.h"
#include "arch/mmu.h"
#include "core/process.h"
#include "core/registers.h"
#include "core/sched.h"
#include "core/slab.h"
#include "core/usercopy.h"
#include "ipc/endpoint.h"
#include "ipc/futex.h"
#include "ipc/uintr.h"

#define MAX_THREADS 1024

_Static_assert(offsetof(struct thread, frame) == 0, "trap.S");
_Static_assert(offsetof(struct thread, cpu) == THREAD_CPU, "layout.h");

static unsigned threads;

struct thread *thread_current(void)
{
    return this_cpu()->current;
}

struct thread *thread_create(struct process *process, uint64_t pc, uint64_t sp, uint64_t argument,
                             uint64_t tp)
{
    struct thread *thread = threads < MAX_THREADS ? slab_alloc(sizeof(*thread)) : NULL;

    if (!thread) {
        return NULL;
    }
    threads++;
    thread->process = process;
    thread->cpu = this_cpu();
    thread->priority = (uint8_t)process->priority;
    thread->affinity = UINT64_MAX;
    list_init(&thread->node);
    list_init(&thread->wait.timeout);
    list_append(&process->threads, &thread->siblings);
    thread->frame.sepc = pc;
    FRAME_X(&thread->frame, 2) = sp;
    FRAME_X(&thread->frame, 4) = tp;
    FRAME_X(&thread->frame, 10) = argument;
    return thread;
}

void thread_kill(struct thread *thread)
{
    struct cpu *cpu = thread->cpu;

    thread->attention |= ATTENTION_KILLED;
    switch (thread->state) {
    case THREAD_RUNNING: /* its hart finishes it on its way to user mode */
        if (cpu != this_cpu()) {
            cpu_kick(cpu);
        }
        break;
    case THREAD_READY:
        sched_remove(thread);
        thread_finish(thread);
        break;
    case THREAD_WAITING:
        wait_end(thread, -EINTR);
        sched_remove(thread);
        thread_finish(thread);
        break;
    case THREAD_NEW:
        thread_finish(thread);
        break;
    }
}

void thread_finish(struct thread *thread)
{
    struct process *process = thread->process;
    struct cpu *cpu = this_cpu();

    uintr_exit(thread);
    endpoint_thread_ends(thread);
    if (cpu->current == thread) {
        cpu->current = NULL;
    }
    list_remove(&thread->siblings);
    registers_drop_vector(thread);
    slab_free(thread, sizeof(*thread));
    threads--;
    if (list_is_empty(&process->threads)) {
        process_end(process);
    } else {
        signal_reassign(process);
    }
}

unsigned thread_count(void)
{
    return threads;
}

long thread_sys_create(uint64_t pc, uint64_t sp, uint64_t argument, uint64_t tp)
{
    static int next_id = 1;
    struct thread *self = thread_current(), *thread;

    if (pc % 2 || sp % 16) {
        return -EINVAL;
    }
    if (pc >= USER_END || sp > USER_END) {
        return -EFAULT;
    }
    /* A process that dies has killed those that it had. */
    thread = self->process->dying ? NULL : thread_create(self->process, pc, sp, argument, tp);
    if (!thread) {
        return -EAGAIN;
    }
    thread->priority = self->priority;
    thread->affinity = self->affinity;
    thread->signal_mask = self->signal_mask;
    sched_ready(thread);
    return next_id++;
}

/* The creator learns by the word that nobody uses the thread's stack any more. */
long thread_sys_exit(uint64_t word)
{
    struct thread *thread = thread_current();
    uint32_t *address =
        word % sizeof(*address) ? NULL : address_space_lookup(&thread->process->space, word, PTE_W);

    if (address) {
        __atomic_store_n(address, 0, __ATOMIC_RELEASE);
        futex_wake(mmu_to_physical(address), UINT32_MAX);
    }
    thread_finish(thread);
    return SYSCALL_WAITS;
}

long thread_sys_set_priority(uint64_t priority)
{
    struct thread *thread = thread_current();
    unsigned old = thread->priority;

    if (priority >= PRIORITIES) {
        return -EINVAL;
    }
    if (priority < thread->process->priority) {
        return -EPERM;
    }
    thread->priority = (uint8_t)priority;
    sched_changed(thread, old);
    return 0;
}

long thread_sys_set_affinity(uint64_t harts)
{
    struct thread *thread = thread_current();

    if (!(harts & sched_online_harts())) {
        return -EINVAL;
    }
    thread->affinity = harts;
    sched_changed(thread, thread->priority);
    return 0;
}
