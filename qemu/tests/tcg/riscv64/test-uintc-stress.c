/*
 * Stress test of UINTC: no user interrupt is lost, doubled or misdirected
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Three tasks per hart send user interrupts to each other, while their
 * kernel (S mode, on all harts) stops and resumes them at random moments on
 * random harts, blocks them until their doorbell rings, and changes their
 * Tags.  In rounds: a round is over when all was sent and all was seen, so
 * that no later post can hide a lost one.
 *
 * uintc-stress-entry.S   boot, traps
 * test-uintc-stress.c    scheduler, rounds
 * uintc-stress-switch.c  what the kernel does to receivers
 * uintc-stress-check.c   checks, report
 * uintc-stress-task.c    the tasks
 */

#include "uintc-stress-kernel.h"

_Static_assert(offsetof(struct task, kernel_stack) == TASK_STACK, "entry.S");
_Static_assert(offsetof(struct task, hart) == TASK_HART, "entry.S");
_Static_assert(USED < 64, "vectors");
_Static_assert(ENTRY_INVALID(TASKS) < ENTRIES, "entries");

#define TASK_STACK_SIZE 4096

struct task tasks[TASKS];
struct mail mails[TASKS][64];
struct hart harts[HARTS];
static uint8_t task_stacks[TASKS][TASK_STACK_SIZE]
    __attribute__((aligned(16)));

static uint64_t kernel_lock;
static uint64_t booted;
static uint64_t round_start;

static uint64_t now(void)
{
    return csr_read(CSR_TIME);
}

static void sleep(uint64_t ticks)
{
    csr_write(CSR_STIMECMP, now() + ticks);
    asm volatile("wfi" : : : "memory");
}

/* Where one thread runs all harts, a hart that spins keeps the others off. */
void lock(struct hart *hart)
{
    unsigned spins = 0;

    while (__atomic_exchange_n(&kernel_lock, 1, __ATOMIC_ACQUIRE)) {
        if (++spins % 256 == 0) {
            /* SEI stays up while its handler waits here; uie stays as it is */
            csr_clear(CSR_SIE, SEIP);
            sleep(1 + next_random(&hart->random) % 16);
            csr_set(CSR_SIE, SEIP);
        }
    }
}

void unlock(void)
{
    store(&kernel_lock, 0);
}

/* Under the lock */
static void start_round(struct hart *hart)
{
    uint64_t sends = 0;
    uint64_t wanted = config.sends ? config.sends : 1000000;

    for (unsigned n = 0; n < TASKS; n++) {
        sends += tasks[n].count[SENT_ACTIVE] + tasks[n].count[SENT_INACTIVE];
    }
    if (sends >= wanted) {
        check_end(sends);
    }
    round_start = now();
    for (unsigned n = 0; n < TASKS; n++) {
        tasks[n].next_quota = 1 + next_random(&hart->random) % MAX_QUOTA;
        post_from_kernel(&tasks[n], GO);
    }
}

/* Under the lock: what a kernel does besides */
static void housekeeping(struct hart *hart)
{
    struct task *task = &tasks[next_random(&hart->random) % TASKS];
    bool sent = all_sent();

    if (sent && all_seen()) {
        start_round(hart);
    } else if (now() - round_start > MAX_ROUND) {
        crash(-1, "a round does not end", 0, 0);
    }
    switch (next_random(&hart->random) % 8) {
    case 0:
        if (task->state != RUNNING) {
            new_tag(task);
        }
        break;
    case 1:
    case 2:
        /* Not at the end of a round: it could hide a lost one. */
        if (!sent) {
            post_from_kernel(task, FROM_HART + hart->id);
        }
        break;
    case 3:
    case 4:
        check_blocked();
        break;
    }
}

/* Under the lock: any task that is ready, or none */
static struct task *choose(struct hart *hart)
{
    unsigned first = next_random(&hart->random) % TASKS;

    for (unsigned n = 0; n < TASKS; n++) {
        struct task *task = &tasks[(first + n) % TASKS];

        if (task->state == READY) {
            return task;
        }
    }

    return NULL;
}

static void set_slice(struct hart *hart)
{
    uint64_t slice = next_random(&hart->random);

    /* Short ones in the main, and as many of 1 us as of 100 us */
    csr_write(CSR_STIMECMP, now() + (slice % MAX_SLICE >> (slice >> 16) % 8));
}

/* Not under the lock */
static struct task *schedule(struct hart *hart)
{
    struct task *task;

    for (;;) {
        lock(hart);
        housekeeping(hart);
        task = choose(hart);
        if (task) {
            task->state = RUNNING;
        }
        unlock();
        if (task) {
            switch_in(hart, task);
            set_slice(hart);
            return task;
        }
        sleep(1000 + next_random(&hart->random) % 4000);
        if (csr_read(CSR_SIP) & SEIP) {
            serve_doorbells(hart);
        }
    }
}

static struct task *stop(struct hart *hart, struct task *task)
{
    switch_out(task, false);
    lock(hart);
    task->state = READY;
    unlock();

    return schedule(hart);
}

static struct task *system_call(struct hart *hart, struct task *task)
{
    bool blocked;

    task->reg[0] += 4;
    switch (task->reg[17]) {
    case CALL_YIELD:
        task->count[YIELDED]++;
        return stop(hart, task);
    case CALL_BLOCK:
        lock(hart);
        blocked = block(hart, task);
        unlock();
        if (blocked) {
            return schedule(hart);
        }
        switch_in(hart, task);
        return task;
    default:
        crash(task->id, (const char *)task->reg[10], task->reg[11],
              task->reg[12]);
    }
}

struct task *kernel_trap_from_task(struct task *task)
{
    struct hart *hart = &harts[task->hart];
    uint64_t cause = csr_read(CSR_SCAUSE);

    switch (cause) {
    case SCAUSE_TIMER:
        task->count[PREEMPTED]++;
        return stop(hart, task);
    case SCAUSE_EXTERNAL:
        serve_doorbells(hart);
        return next_random(&hart->random) % 2 ? task : stop(hart, task);
    case SCAUSE_ECALL:
        return system_call(hart, task);
    default:
        crash(task->id, "a trap", cause, task->reg[0]);
    }
}

static void set_up_tasks(uint64_t seed)
{
    for (unsigned n = 0; n < TASKS; n++) {
        struct task *task = &tasks[n];

        task->id = n;
        task->random = seed * 0x9e3779b97f4a7c15 + n + 1;
        task->claims = n % 2;
        task->uscratch = (uintptr_t)task;
        task->utvec = (uintptr_t)task_vector;
        task->uie = USIP;
        task->ustatus = USTATUS_UIE;
        task->reg[0] = (uintptr_t)task_main;
        task->reg[2] = (uintptr_t)task_stacks[n + 1];
        task->reg[10] = (uintptr_t)task;
        task->state = READY;
    }
    set_up_receivers();
}

struct task *kernel_main(uint64_t id, uint64_t stack)
{
    struct hart *hart = &harts[id];
    uint64_t seed = config.seed ? config.seed : 1;

    hart->id = id;
    hart->stack = stack;
    hart->random = seed * 0xbf58476d1ce4e5b9 + id + 1;
    if (id == 0) {
        set_up_tasks(seed);
        round_start = now();
        store(&booted, 1);
    }
    while (!load(&booted)) {
        asm volatile("nop");
    }
    csr_write(CSR_SIDELEG, USIP);
    csr_clear(CSR_SSTATUS, SSTATUS_SPP | SSTATUS_SIE);
    csr_write(CSR_SIE, SEIP | STIP);

    return schedule(hart);
}
