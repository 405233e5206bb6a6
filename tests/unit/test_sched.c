// SPDX-License-Identifier: MIT
#include "core/sched.h"

#include <errno.h>

#include "arch/csr.h"
#include "arch/mmu.h"
#include "core/devicetree.h"
#include "fixture.h"

#define THREADS 6
#define SLICE   10000ul /* ticks in a millisecond */
#define NEVER   UINT64_MAX

static struct process *process;
static struct thread *threads[THREADS];

/* Threads that are new: which of them there are to be a test says. */
static void set_up(unsigned harts)
{
    kernel_up(harts);
    mock_machine.now = 1000;
    process = new_process();
    for (int i = 0; i < THREADS; i++) {
        threads[i] = thread_create(process, 0, 0, 0, 0);
        threads[i]->priority = DEFAULT_PRIORITY;
        threads[i]->affinity = 1;
    }
}

static void ready(int i)
{
    sched_ready(threads[i]);
}

/* The way out of the kernel: who goes on. */
static struct thread *leave(void)
{
    kernel_enter();
    return sched_leave();
}

/* The interrupts that are pending are served. */
static void interrupt(void)
{
    csr_write(CSR_SIE, INT_SSI | INT_STI | INT_SEI);
    user_trap(thread_current(), CAUSE_INTERRUPT);
}

static void kicked(unsigned hart)
{
    on_hart(hart);
    csr_set(CSR_SIP, INT_SSI);
    interrupt();
}

static void time_passes(uint64_t ticks)
{
    mock_machine.now += ticks;
    interrupt();
}

/* ---- One hart ---- */

static void better_one_runs_at_once(void)
{
    set_up(1);
    ready(0);
    CHECK(leave() == threads[0]);
    threads[1]->priority = DEFAULT_PRIORITY - 1;
    ready(1);
    CHECK(leave() == threads[1]);
    CHECK_IS(threads[0]->state, THREAD_READY);
    CHECK_IS(call(SYS_sleep, WAIT_FOREVER), SYSCALL_WAITS);
    CHECK(thread_current() == threads[0]);
}

static void worse_one_waits(void)
{
    set_up(1);
    ready(0);
    CHECK(leave() == threads[0]);
    threads[1]->priority = DEFAULT_PRIORITY + 1;
    ready(1);
    CHECK(!cpus[0].need_resched);
    CHECK(leave() == threads[0]);
    CHECK_IS(mock_machine.timer, NEVER); /* nobody to share the time with */
    time_passes(10 * SLICE);
    CHECK(thread_current() == threads[0]);
}

static void equal_ones_take_turns(void)
{
    set_up(1);
    for (int i = 0; i < 3; i++) {
        ready(i);
    }
    CHECK(leave() == threads[0]);
    for (int i = 0; i < 9; i++) {
        CHECK(thread_current() == threads[i % 3]);
        CHECK_IS(mock_machine.timer, mock_machine.now + SLICE);
        time_passes(SLICE - 1);
        CHECK(thread_current() == threads[i % 3]);
        time_passes(1);
    }
}

static void slice_begins_when_another_one_comes(void)
{
    set_up(1);
    ready(0);
    CHECK(leave() == threads[0]);
    time_passes(5 * SLICE);
    ready(1);
    CHECK(leave() == threads[0]);
    CHECK_IS(mock_machine.timer, mock_machine.now + SLICE);
    time_passes(SLICE / 2);
    ready(2); /* and isn't prolonged */
    CHECK(leave() == threads[0]);
    time_passes(SLICE / 2);
    CHECK(thread_current() == threads[1]);
}

static void wake_a_better_one(void)
{
    mock_uintr_at_switch_in = NULL;
    ready(1);
}

/* Its receiver takes the slot of another one, which had something to be woken for. */
static void switching_wakes_a_better_one(void)
{
    set_up(1);
    threads[1]->priority = 1;
    threads[0]->uintr.receiver = mock_receiver();
    mock_uintr_at_switch_in = wake_a_better_one;
    ready(0);
    CHECK(leave() == threads[1]);
    CHECK_IS(threads[0]->state, THREAD_READY);
    threads[0]->uintr.receiver = NULL;
}

/* Preempted more often than a slice is long, equal ones still take turns. */
static void preempted_one_keeps_its_slice(void)
{
    set_up(1);
    ready(0);
    ready(1);
    CHECK(leave() == threads[0]);
    threads[2]->priority = 1;
    for (int i = 1; i <= 3; i++) {
        time_passes(SLICE / 4);
        CHECK(thread_current() == threads[0]);
        ready(2);
        CHECK(leave() == threads[2]);
        mock_machine.now += SLICE; /* which isn't its own time */
        CHECK_IS(call(SYS_sleep, WAIT_FOREVER), SYSCALL_WAITS);
        wait_end(threads[2], 0);
        sched_remove(threads[2]);
        CHECK(thread_current() == threads[0]);
        CHECK_IS(mock_machine.timer, mock_machine.now + SLICE - SLICE / 4 * (unsigned)i);
    }
    time_passes(SLICE / 4);
    CHECK(thread_current() == threads[1]);
    CHECK_IS(mock_machine.timer, mock_machine.now + SLICE);
}

/* Who was interrupted before its time is the next one; who has had it is the last. */
static void place_in_the_queue(void)
{
    set_up(1);
    for (int i = 0; i < 3; i++) {
        ready(i);
    }
    CHECK(leave() == threads[0]);
    threads[3]->priority = 1;
    for (int i = 0; i < 6; i++) {
        ready(3);
        CHECK(leave() == threads[3]);
        CHECK_IS(call(SYS_sleep, WAIT_FOREVER), SYSCALL_WAITS);
        CHECK(thread_current() == threads[i % 3]);
        time_passes(SLICE);
        CHECK(thread_current() == threads[(i + 1) % 3]);
        wait_end(threads[3], 0);
        CHECK(leave() == threads[3]);
        CHECK_IS(call(SYS_sleep, WAIT_FOREVER), SYSCALL_WAITS);
        CHECK(thread_current() == threads[(i + 1) % 3]);
        wait_end(threads[3], 0);
        sched_remove(threads[3]);
    }
    ready(3);
}

static void yield(void)
{
    set_up(1);
    ready(0);
    ready(1);
    CHECK(leave() == threads[0]);
    CHECK_IS(call(SYS_yield), SYSCALL_WAITS);
    CHECK(thread_current() == threads[1]);
    CHECK_IS(call(SYS_yield), SYSCALL_WAITS);
    CHECK(thread_current() == threads[0]);
    CHECK_IS(FRAME_X(&threads[0]->frame, 10), 0);
}

static unsigned sleeps;

static void count_sleep(void)
{
    sleeps++;
    CHECK(mock_machine.timer < NEVER); /* something will end it */
    mock_machine.now = mock_machine.timer;
}

/* Nobody to yield to: the hart rests for a moment, and the thread goes on. */
static void yield_alone(void)
{
    set_up(1);
    ready(0);
    CHECK(leave() == threads[0]);
    mock_machine.at_sleep = count_sleep;
    CHECK_IS(call(SYS_yield), 0);
    CHECK_IS(sleeps, 1);
    CHECK(thread_current() == threads[0]);
    CHECK_IS(mock_machine.timer, NEVER); /* again */
}

static void priorities(void)
{
    set_up(1);
    process->priority = 2;
    ready(0);
    ready(1);
    CHECK(leave() == threads[0]);
    CHECK_IS(call(SYS_set_priority, PRIORITIES), -EINVAL);
    CHECK_IS(call(SYS_set_priority, 1ul << 32), -EINVAL);
    CHECK_IS(call(SYS_set_priority, 1), -EPERM);
    CHECK_IS(call(SYS_set_priority, 2), 0);
    CHECK_IS(threads[0]->priority, 2);
    CHECK(thread_current() == threads[0]);
    CHECK_IS(call(SYS_set_priority, DEFAULT_PRIORITY + 1), SYSCALL_WAITS); /* the other one's now */
    CHECK(thread_current() == threads[1]);
    CHECK_IS(FRAME_X(&threads[0]->frame, 10), 0);
}

/* One in a queue, by somebody else. */
static void changed_in_the_queue(void)
{
    set_up(1);
    for (int i = 0; i < 3; i++) {
        ready(i);
    }
    CHECK(leave() == threads[0]);
    threads[2]->priority = 1;
    sched_changed(threads[2], DEFAULT_PRIORITY);
    CHECK(leave() == threads[2]);
    CHECK_IS(cpus[0].queue.levels, 1u << DEFAULT_PRIORITY | 1u << (PRIORITIES - 1));
}

static void deadline_wakes(void)
{
    set_up(1);
    threads[1]->priority = 1;
    ready(0);
    ready(1);
    CHECK(leave() == threads[1]);
    CHECK_IS(call(SYS_sleep, 500000), SYSCALL_WAITS); /* 5000 ticks */
    CHECK(thread_current() == threads[0]);
    CHECK_IS(mock_machine.timer, 6000);
    time_passes(4999);
    CHECK(thread_current() == threads[0]);
    time_passes(1);
    CHECK(thread_current() == threads[1]);
    CHECK_IS(mock_machine.timer, NEVER);
}

static void wake_up(void)
{
    sleeps++;
    mock_machine.at_sleep = NULL;
    kernel_enter(); /* others can, it doesn't wait */
    kernel_leave();
    mock_machine.at_sleep = wake_up;
    CHECK(!cpus[0].current && !cpus[0].space);
    CHECK_IS(csr_read(CSR_SATP), kernel_satp);
    CHECK_IS(mock_machine.timer, 6000);
    mock_machine.now += 2500; /* once for nothing */
}

static void idle(void)
{
    struct thread *filler;

    set_up(1);
    filler = thread_current();
    ready(0);
    CHECK(leave() == threads[0]);
    sched_remove(filler);
    csr_write(CSR_SIE, INT_STI);
    mock_machine.at_sleep = wake_up;
    CHECK_IS(call(SYS_sleep, 500000), 0);
    CHECK_IS(sleeps, 2);
    CHECK(thread_current() == threads[0]);
    CHECK_IS(csr_read(CSR_SATP), process->space.satp);
    sched_ready(filler);
}

/* By the fast path: who comes shares the time with others than who goes. */
static void slice_after_a_direct_switch(void)
{
    set_up(1);
    ready(0);
    threads[1]->priority = threads[2]->priority = DEFAULT_PRIORITY + 1;
    ready(2);
    CHECK(leave() == threads[0]);
    CHECK_IS(mock_machine.timer, NEVER);
    threads[0]->state = THREAD_WAITING;
    sched_switch_to(threads[1]);
    CHECK_IS(mock_machine.timer, mock_machine.now + SLICE);
    threads[1]->state = THREAD_WAITING;
    sched_switch_to(threads[0]);
    CHECK_IS(mock_machine.timer, NEVER);
}

/* ---- Registers ---- */

static void fp_registers(void)
{
    set_up(1);
    ready(0);
    ready(1);
    CHECK(leave() == threads[0]);
    threads[0]->frame.sstatus = SSTATUS_FS_DIRTY | SSTATUS_SD;
    mock_machine.fpu[5] = 55;
    run(threads[1]); /* has none: it doesn't touch them */
    CHECK_IS(threads[0]->frame.sstatus & SSTATUS_FS, SSTATUS_FS_CLEAN);
    CHECK_IS(threads[0]->fpu.f[5], 55);
    CHECK_IS(mock_machine.fpu_loads, 0);
    mock_machine.fpu[5] = 66;
    run(threads[0]);
    CHECK_IS(mock_machine.fpu[5], 55);
    mock_machine.fpu[5] = 77; /* but sstatus says that it hasn't changed them */
    run(threads[1]);
    CHECK_IS(threads[0]->fpu.f[5], 55);
}

static void address_space_of_the_process(void)
{
    struct process *other;
    struct thread *foreign;
    unsigned writes;

    set_up(1);
    other = new_process();
    foreign = new_thread(other);
    ready(0);
    ready(1);
    run(threads[0]);
    CHECK_IS(csr_read(CSR_SATP), process->space.satp);
    writes = mock_machine.satp_writes;
    run(threads[1]);
    CHECK_IS(mock_machine.satp_writes, writes);
    run(foreign);
    CHECK_IS(csr_read(CSR_SATP), other->space.satp);
    CHECK_IS(mock_machine.satp_writes, writes + 1);
}

/* ---- More harts ---- */

static void free_hart_is_preferred(void)
{
    set_up(3);
    for (int i = 0; i < 3; i++) {
        threads[i]->affinity = NEVER;
    }
    ready(0);
    CHECK(threads[0]->cpu == &cpus[0]); /* its own is free */
    CHECK(leave() == threads[0]);
    ready(1);
    CHECK(threads[1]->cpu == &cpus[1]);
    CHECK(cpus[1].kicked && !cpus[2].kicked);
    kicked(1);
    CHECK(thread_current() == threads[1]);
    CHECK(!cpus[1].kicked);
    on_hart(0);
    ready(2);
    CHECK(threads[2]->cpu == &cpus[2]);
    kicked(2);
    on_hart(0);
    threads[3]->affinity = NEVER;
    ready(3); /* all are busy: where it was */
    CHECK(threads[3]->cpu == &cpus[0]);
    threads[4]->affinity = 4;
    threads[4]->priority = 1;
    ready(4);
    CHECK(threads[4]->cpu == &cpus[2]);
    CHECK(cpus[2].kicked);
    kicked(2);
    CHECK(thread_current() == threads[4]);
}

static void own_hart_is_preferred(void)
{
    set_up(3);
    threads[0]->affinity = 4;
    ready(0);
    kicked(2);
    CHECK(thread_current() == threads[0]);
    CHECK_IS(call(SYS_set_affinity, NEVER), 0);
    CHECK_IS(call(SYS_sleep, WAIT_FOREVER), SYSCALL_WAITS);
    on_hart(0);
    wait_end(threads[0], 0);
    CHECK(threads[0]->cpu == &cpus[2]); /* all are free */
    CHECK(cpus[2].kicked && !cpus[1].kicked);
}

static void affinity(void)
{
    set_up(2);
    threads[0]->affinity = 1;
    ready(0);
    CHECK(leave() == threads[0]);
    CHECK_IS(call(SYS_set_affinity, 0), -EINVAL);
    CHECK_IS(call(SYS_set_affinity, ~3ul), -EINVAL);
    CHECK_IS(call(SYS_get_hart), 0);
    CHECK_IS(call(SYS_set_affinity, 2), SYSCALL_WAITS); /* not here any more */
    CHECK(threads[0]->cpu == &cpus[1]);
    CHECK(cpus[1].kicked);
    kicked(1);
    CHECK(thread_current() == threads[0]);
    CHECK_IS(FRAME_X(&threads[0]->frame, 10), 0);
    CHECK_IS(call(SYS_get_hart), 1);
    CHECK_IS(call(SYS_set_affinity, NEVER), 0);
    CHECK(thread_current() == threads[0]);
}

/* A hart with nothing to do takes what waits on others, if it may. */
static void stealing(void)
{
    struct thread *filler;

    set_up(2);
    for (int i = 0; i < 3; i++) {
        threads[i]->affinity = 1;
        ready(i);
    }
    CHECK(leave() == threads[0]);
    threads[2]->affinity = 2; /* it may not run where it is ready */
    on_hart(1);
    filler = thread_current();
    filler->state = THREAD_NEW; /* so that there is nothing here */
    CHECK(leave() == threads[2]);
    CHECK_IS(sched_migrations(), 1);
    run(threads[2]);
    filler->state = THREAD_RUNNING;
    sched_ready(filler);
}

/*
 * Whatever happens: a thread is in the queue of the hart that it belongs to, or runs; no hart runs one
 * that may not run there; and nobody waits for a hart that does worse without having been told.
 */
static void check_harts(void)
{
    for (unsigned h = 0; h < machine.harts; h++) {
        struct cpu *cpu = &cpus[h];
        unsigned levels = 0;

        CHECK_IS(cpu->current->state, THREAD_RUNNING);
        CHECK(cpu->current->cpu == cpu);
        CHECK(cpu->current->affinity >> h & 1 || cpu->kicked || cpu->need_resched);
        for (unsigned level = 0; level < PRIORITIES; level++) {
            LIST_FOR_EACH (node, next, &cpu->queue.level[level]) {
                struct thread *thread = LIST_ENTRY(node, struct thread, node);

                CHECK_IS(thread->state, THREAD_READY);
                CHECK_IS(thread->priority, level);
                CHECK(thread->cpu == cpu);
                CHECK(thread->affinity >> h & 1);
                levels |= 1u << level;
                CHECK(level >= cpu->current->priority || cpu->kicked || cpu->need_resched);
            }
        }
        CHECK_IS(cpu->queue.levels, levels);
    }
}

static void random_events(void)
{
    uint64_t ran = 0;

    set_up(3);
    for (int i = 0; i < THREADS; i++) {
        threads[i]->affinity = NEVER;
        ready(i);
    }
    for (int round = 0; round < 20000; round++) {
        unsigned hart = (unsigned)unit_random(3);
        struct thread *thread;
        int i = (int)unit_random(THREADS);

        if (cpus[hart].kicked || unit_one_in(4)) {
            kicked(hart);
        }
        on_hart(hart);
        mock_machine.now += unit_random(SLICE);
        thread = thread_current();
        if (is_waiting(threads[i]) && unit_one_in(2)) {
            wait_end(threads[i], 0);
            leave();
        } else if (cpus[hart].armed <= mock_machine.now) {
            kernel_enter();
            sched_timer(&cpus[hart]);
            sched_leave();
        } else if (thread->process == process) {
            ran++;
            switch (unit_random(6)) {
            case 0:
                call(SYS_sleep, unit_one_in(2) ? WAIT_FOREVER : unit_random(1000000));
                break;
            case 1:
                call(SYS_set_priority, unit_random(PRIORITIES - 1));
                break;
            case 2:
                call(SYS_set_affinity, 1 + unit_random(7));
                break;
            default:
                call(SYS_eventfd, 0, 4); /* an error */
                break;
            }
        }
        check_harts();
    }
    CHECK(ran > 1000);
}

static const struct unit_case cases[] = {
    {"better-one-runs-at-once",              better_one_runs_at_once            },
    { "worse-one-waits",                     worse_one_waits                    },
    { "equal-ones-take-turns",               equal_ones_take_turns              },
    { "slice-begins-when-another-one-comes", slice_begins_when_another_one_comes},
    { "place-in-the-queue",                  place_in_the_queue                 },
    { "yield",                               yield                              },
    { "yield-alone",                         yield_alone                        },
    { "priorities",                          priorities                         },
    { "changed-in-the-queue",                changed_in_the_queue               },
    { "deadline-wakes",                      deadline_wakes                     },
    { "idle",                                idle                               },
    { "switching-wakes-a-better-one",        switching_wakes_a_better_one       },
    { "preempted-one-keeps-its-slice",       preempted_one_keeps_its_slice      },
    { "slice-after-a-direct-switch",         slice_after_a_direct_switch        },
    { "fp-registers",                        fp_registers                       },
    { "address-space-of-the-process",        address_space_of_the_process       },
    { "free-hart-is-preferred",              free_hart_is_preferred             },
    { "own-hart-is-preferred",               own_hart_is_preferred              },
    { "affinity",                            affinity                           },
    { "stealing",                            stealing                           },
    { "random-events",                       random_events                      },
};

UNIT("sched", cases)
