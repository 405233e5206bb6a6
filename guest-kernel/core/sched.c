// SPDX-License-Identifier: MIT
#include "core/sched.h"

#include "arch/timer.h"
#include "core/address_space.h"
#include "core/devicetree.h"
#include "core/lock.h"
#include "core/process.h"
#include "core/registers.h"
#include "core/syscall.h"
#include "ipc/signal.h"
#include "ipc/uintr.h"

#define TIME_SLICE_US 1000
#define REST_US       50

struct spinlock kernel_lock;
uint64_t kernel_kicks;
static uint64_t switches, migrations;

void sched_init_cpu(struct cpu *cpu)
{
    run_queue_init(&cpu->queue);
    list_init(&cpu->timeouts);
    cpu->slice_end = UINT64_MAX;
    cpu->armed = UINT64_MAX;
}

/* ---- Where and when a thread runs ---- */

static bool may_run(const struct thread *thread, const struct cpu *cpu)
{
    return (thread->affinity & cpu->bit) && cpu->online;
}

/* Whether the thread would run there now. */
static bool beats(const struct thread *thread, const struct cpu *cpu)
{
    unsigned best = run_queue_best(&cpu->queue);

    if (cpu->current && cpu->current->state == THREAD_RUNNING && cpu->current->priority < best) {
        best = cpu->current->priority;
    }
    return thread->priority < best;
}

/* An idle hart, or one that does less important work; its own if no hart is either. */
static struct cpu *choose(struct thread *thread)
{
    struct cpu *own = thread->cpu, *chosen = NULL;

    if (may_run(thread, own)) {
        if (beats(thread, own)) {
            return own;
        }
        chosen = own;
    }
    for (unsigned i = 0; i < machine.harts; i++) {
        struct cpu *cpu = &cpus[i];

        if (!may_run(thread, cpu)) {
            continue;
        }
        if (beats(thread, cpu)) {
            return cpu;
        }
        if (!chosen) {
            chosen = cpu;
        }
    }
    return chosen ? chosen : own;
}

static void look_again(struct cpu *cpu)
{
    if (cpu == this_cpu()) {
        cpu->need_resched = true;
    } else {
        cpu_kick(cpu);
    }
}

static void enqueue(struct thread *thread, struct cpu *cpu, bool first)
{
    bool equal = cpu->current && cpu->current->priority == thread->priority;

    if (equal || beats(thread, cpu)) { /* run now, or share the time from now on */
        look_again(cpu);
    }
    thread->cpu = cpu;
    thread->state = THREAD_READY;
    if (first) {
        run_queue_prepend(&cpu->queue, &thread->node, thread->priority);
    } else {
        run_queue_append(&cpu->queue, &thread->node, thread->priority);
    }
}

void sched_ready(struct thread *thread)
{
    enqueue(thread, choose(thread), false);
}

void sched_remove(struct thread *thread)
{
    run_queue_remove(&thread->cpu->queue, &thread->node, thread->priority);
}

/*
 * The thread stays the running one, and its receiver Active: a user interrupt ends the rest, too. Who
 * spins by SYS_yield leaves the host to the harts that work.
 */
static void rest(struct cpu *cpu)
{
    uint64_t end = timer_now() + timer_ticks(REST_US);

    if (end < cpu->armed) {
        cpu->armed = end;
        timer_set(end);
    }
    kernel_leave();
    wait_for_interrupt();
    kernel_enter();
    interrupts_serve();
    cpu->need_resched = true; /* sets the timer as it should be */
}

void sched_yield(void)
{
    struct cpu *cpu = this_cpu();

    if (run_queue_best(&cpu->queue) > cpu->current->priority) {
        rest(cpu);
    } else {
        cpu->slice_over = true;
        cpu->need_resched = true;
    }
}

void sched_changed(struct thread *thread, unsigned old_priority)
{
    if (thread->state == THREAD_READY) {
        run_queue_remove(&thread->cpu->queue, &thread->node, old_priority);
        sched_ready(thread);
    } else if (thread->state == THREAD_RUNNING) {
        look_again(thread->cpu);
    }
}

/* ---- Time ---- */

static void arm_timer(struct cpu *cpu)
{
    uint64_t when = cpu->slice_end;

    if (!list_is_empty(&cpu->timeouts)) {
        uint64_t first = LIST_ENTRY(cpu->timeouts.next, struct thread, wait.timeout)->wait.deadline;

        when = first < when ? first : when;
    }
    if (when != cpu->armed) {
        cpu->armed = when;
        timer_set(when);
    }
}

/*
 * A thread gets a slice when others of its priority wait, and keeps the one it has; one that was
 * preempted goes on with what it had left.
 */
static __attribute__((noinline)) void set_slice(struct cpu *cpu)
{
    struct thread *thread = cpu->current;

    if (!thread || run_queue_best(&cpu->queue) > thread->priority) {
        cpu->slice_end = UINT64_MAX;
    } else if (cpu->slice_end == UINT64_MAX) {
        uint64_t left = thread->slice_left;

        cpu->slice_end = timer_now() + (left ? left : timer_ticks(TIME_SLICE_US));
        thread->slice_left = 0;
    }
    arm_timer(cpu);
}

/*
 * The current thread is preempted. With a new slice each time, threads of its priority would wait for ever
 * when that happens more often than a slice is long.
 */
static void keep_slice(struct cpu *cpu, struct thread *thread)
{
    if (!cpu->slice_over && cpu->slice_end != UINT64_MAX) {
        uint64_t now = timer_now();

        thread->slice_left = cpu->slice_end > now ? (uint32_t)(cpu->slice_end - now) : 1;
    }
}

void sched_timer(struct cpu *cpu)
{
    uint64_t now = timer_now();

    wait_expire(cpu, now);
    if (now >= cpu->slice_end) {
        cpu->slice_over = true;
        cpu->need_resched = true;
        cpu->slice_end = UINT64_MAX;
    }
    cpu->armed = 0; /* the interrupt is pending until the timer is set anew */
    arm_timer(cpu);
}

/* ---- Switching ---- */

static inline void switch_out(struct cpu *cpu, struct thread *thread)
{
    registers_save(thread);
    if (thread->uintr.receiver) {
        uintr_switch_out(thread);
    }
    cpu->current = NULL;
}

static inline void switch_in(struct cpu *cpu, struct thread *thread)
{
    thread->state = THREAD_RUNNING;
    thread->cpu = cpu;
    cpu->current = thread;
    switches++;
    if (cpu->space != &thread->process->space) {
        address_space_switch(cpu, &thread->process->space);
        uintr_switch_senders(&thread->process->senders);
        if (!thread->uintr.receiver) {
            uintr_clear_registers();
        }
    }
    if (thread->uintr.receiver) {
        uintr_switch_in(thread);
    }
    registers_load(thread);
}

void sched_switch_to(struct thread *to)
{
    struct cpu *cpu = this_cpu();

    if (cpu->current) {
        switch_out(cpu, cpu->current);
    }
    switch_in(cpu, to);
    if (cpu->queue.levels || cpu->armed != UINT64_MAX) { /* somebody to share the time with */
        set_slice(cpu);
    }
}

/* A ready thread of another hart's that may run here; the best one of each is looked for. */
static struct thread *steal(struct cpu *thief)
{
    for (unsigned i = 1; i < machine.harts; i++) {
        struct cpu *cpu = &cpus[(thief->index + i) % machine.harts];

        for (unsigned level = 0; level < PRIORITIES; level++) {
            LIST_FOR_EACH (node, next, &cpu->queue.level[level]) {
                struct thread *thread = LIST_ENTRY(node, struct thread, node);

                if (may_run(thread, thief)) {
                    sched_remove(thread);
                    migrations++;
                    return thread;
                }
            }
        }
    }
    return NULL;
}

static struct thread *take(struct cpu *cpu)
{
    struct list *node = run_queue_take(&cpu->queue);

    return node ? LIST_ENTRY(node, struct thread, node) : steal(cpu);
}

/* Whether the current thread goes on; otherwise it is in a run queue. */
static bool continues(struct cpu *cpu, struct thread *thread)
{
    unsigned best = run_queue_best(&cpu->queue);

    if (may_run(thread, cpu) &&
        (thread->priority < best || (thread->priority == best && !cpu->slice_over))) {
        return true;
    }
    keep_slice(cpu, thread);
    switch_out(cpu, thread);
    if (may_run(thread, cpu)) {
        enqueue(thread, cpu, !cpu->slice_over);
    } else {
        migrations++;
        sched_ready(thread);
    }
    return false;
}

/* Nothing is ready: sleeps until an interrupt. */
static void idle(struct cpu *cpu)
{
    address_space_switch(cpu, NULL);
    uintr_switch_senders(NULL);
    uintr_clear_registers();
    set_slice(cpu);
    kernel_leave();
    wait_for_interrupt();
    kernel_enter();
    interrupts_serve();
}

/* Switching to a receiver may take another one's slot, and wake that (ipc/uintr_receiver.c): look again. */
static void reschedule(struct cpu *cpu)
{
    struct thread *current = cpu->current, *next = NULL;

    if (!current || current->state != THREAD_RUNNING || !continues(cpu, current)) {
        if (cpu->current) {
            switch_out(cpu, cpu->current);
        }
        while (!(next = take(cpu))) {
            idle(cpu);
        }
        cpu->slice_end = UINT64_MAX;
    }
    cpu->need_resched = false;
    cpu->slice_over = false;
    if (next) {
        switch_in(cpu, next);
    }
    set_slice(cpu);
}

static void attend(struct thread *thread)
{
    if (thread->attention & ATTENTION_KILLED) {
        thread_finish(thread);
    } else if (thread->attention & ATTENTION_RESTART) {
        thread->attention &= ~ATTENTION_RESTART;
        syscall_dispatch(thread);
    } else {
        thread->attention &= ~ATTENTION_SIGNAL;
        signal_deliver(thread);
    }
}

struct thread *sched_leave(void)
{
    struct cpu *cpu = this_cpu();
    struct thread *thread;

    for (;;) {
        while (!cpu->current || cpu->need_resched || cpu->current->state != THREAD_RUNNING) {
            reschedule(cpu);
        }
        if (!cpu->current->attention) {
            break;
        }
        attend(cpu->current);
    }
    thread = cpu->current;
    kernel_leave();
    return thread;
}

void sched_idle_loop(void)
{
    kernel_enter();
    user_return(sched_leave());
}

uint64_t sched_online_harts(void)
{
    uint64_t harts = 0;

    for (unsigned i = 0; i < machine.harts; i++) {
        harts |= (uint64_t)cpus[i].online << i;
    }
    return harts;
}

uint64_t sched_switches(void)
{
    return switches;
}

uint64_t sched_migrations(void)
{
    return migrations;
}
