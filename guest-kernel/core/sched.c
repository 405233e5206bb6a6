// SPDX-License-Identifier: MIT
#include "core/sched.h"

#include "arch/csr.h"
#include "arch/mmu.h"
#include "arch/timer.h"
#include "arch/trap.h"
#include "core/print.h"
#include "core/process.h"
#include "ipc/uintr.h"

#define TIME_SLICE_US 1000
#define NAP_US        50

static struct thread idle_threads[MAX_HARTS];

void context_switch(struct context *from, struct context *to);

void sched_init_cpu(struct cpu *cpu)
{
    struct thread *idle = &idle_threads[cpu->index];

    idle->state = THREAD_RUNNING;
    idle->cpu = cpu;
    idle->kernel_sp = cpu->kernel_sp;
    cpu->idle = idle;
    cpu->current = idle;
}

/* Both under the queue's lock. */
static void enqueue(struct thread *thread)
{
    struct cpu *cpu = thread->cpu;

    thread->state = THREAD_READY;
    thread->next = NULL;
    if (cpu->queue_tail) {
        cpu->queue_tail->next = thread;
    } else {
        cpu->queue_head = thread;
    }
    cpu->queue_tail = thread;
}

static struct thread *dequeue(struct cpu *cpu)
{
    struct thread *thread = cpu->queue_head;

    if (!thread) {
        return cpu->idle;
    }
    cpu->queue_head = thread->next;
    if (!cpu->queue_head) {
        cpu->queue_tail = NULL;
    }
    return thread;
}

/* After every switch, on the new thread's stack. */
static void finish_switch(void)
{
    struct thread *previous = this_cpu()->previous;

    if (previous->state == THREAD_DEAD) {
        process_off_stack(previous);
    }
}

/* The lock is held and the current thread's state already says what becomes of it. */
static void switch_to_next(struct cpu *cpu)
{
    struct thread *from = cpu->current;
    struct thread *to = dequeue(cpu);

    to->state = THREAD_RUNNING;
    cpu->need_resched = false;
    cpu->current = to;
    cpu->previous = from;
    if (cpu->queue_head) {
        timer_arm(TIME_SLICE_US);
    }
    spin_unlock(&cpu->queue_lock);

    uintr_switch_out(from);
    cpu->kernel_sp = to->kernel_sp;
    if (to->root != from->root || to->root == NULL) {
        mmu_switch(to->root);
        __asm__ volatile("fence.i"); /* the program may have been loaded by another hart */
    }
    uintr_switch_in(to);
    if (to != from) {
        context_switch(&from->context, &to->context);
        finish_switch();
    }
}

/* A new thread's first instructions in the kernel; its trap frame is at the top of its stack. */
static void thread_begin(void)
{
    finish_switch();
    user_return((struct trap_frame *)(this_cpu()->kernel_sp - FRAME_SIZE));
}

static void make_ready(struct thread *thread)
{
    struct cpu *cpu = thread->cpu;

    enqueue(thread);
    if (cpu == this_cpu()) {
        timer_arm(TIME_SLICE_US);
    } else {
        cpu_kick(cpu);
    }
}

void sched_start(struct thread *thread)
{
    thread->context.ra = (uint64_t)thread_begin;
    thread->context.sp = thread->kernel_sp - FRAME_SIZE;
    spin_lock(&thread->cpu->queue_lock);
    make_ready(thread);
    spin_unlock(&thread->cpu->queue_lock);
}

void sched_wake(struct thread *thread, enum thread_wait waits_for)
{
    spin_lock(&thread->cpu->queue_lock);
    if (thread->state == THREAD_BLOCKED && thread->waits_for == waits_for) {
        make_ready(thread);
        this_cpu()->need_resched |= thread->cpu == this_cpu();
    }
    spin_unlock(&thread->cpu->queue_lock);
}

/*
 * A waker on another hart may put this thread back into the queue before it has left its stack.
 * That is harmless: only this hart takes threads from this queue.
 */
void sched_block(struct spinlock *lock, enum thread_wait waits_for)
{
    struct cpu *cpu = this_cpu();

    spin_lock(&cpu->queue_lock);
    cpu->current->state = THREAD_BLOCKED;
    cpu->current->waits_for = waits_for;
    spin_unlock(lock);
    switch_to_next(cpu);
}

void sched_yield(void)
{
    struct cpu *cpu = this_cpu();

    spin_lock(&cpu->queue_lock);
    cpu->need_resched = false;
    if (!cpu->queue_head) {
        spin_unlock(&cpu->queue_lock);
        return;
    }
    if (cpu->current != cpu->idle) {
        enqueue(cpu->current);
    }
    switch_to_next(cpu);
}

void sched_nap(void)
{
    struct cpu *cpu = this_cpu();

    spin_lock(&cpu->queue_lock);
    if (!cpu->queue_head) {
        spin_unlock(&cpu->queue_lock);
        timer_arm(NAP_US);
        wait_for_interrupt(); /* the thread's own user interrupt ends it as well */
        timer_disarm();
        interrupts_serve();
    } else {
        spin_unlock(&cpu->queue_lock);
    }
    sched_yield();
}

void sched_exit(void)
{
    struct cpu *cpu = this_cpu();

    spin_lock(&cpu->queue_lock);
    cpu->current->state = THREAD_DEAD;
    switch_to_next(cpu);
    panic("a dead thread runs");
}

void sched_idle_loop(void)
{
    for (;;) {
        sched_yield();
        wait_for_interrupt();
        interrupts_serve();
    }
}
