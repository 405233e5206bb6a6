// SPDX-License-Identifier: MIT
/* Which of a process's threads takes a signal, and where in it. */
#include "lib/signals.h"
#include "tests/test.h"

#define BIT(signal) (1ul << (signal))

static volatile unsigned handled[SIGNAL_MAX + 1];
static int self;

static void note(int signal, struct signal_frame *frame)
{
    (void)frame;
    handled[signal]++;
}

static void send(int signal)
{
    if (!self) {
        self = (int)MUST(process_self());
    }
    MUST(process_kill(self, signal));
}

/* ---- Who takes it ---- */

static uint32_t taken_by, ready[3], end;

static void take(int signal, struct signal_frame *frame)
{
    note(signal, frame);
    test_set(&taken_by, (uint32_t)errno); /* a thread's own variable, see below */
}

static void live(void *number)
{
    uintptr_t me = (uintptr_t)number;

    if (me == 1) {
        MUST(signal_set_mask(SIGNAL_UNBLOCK, BIT(SIGNAL_USR1)));
    }
    errno = 100 + (int)me;
    test_set(&ready[me], 1);
    while (!test_get(&end)) {
        thread_yield();
    }
}

/* The thread that doesn't block it takes it, whoever sends and wherever it runs. */
static void thread_that_may(uint64_t hart)
{
    struct thread threads[3];

    MUST(signal_handle(SIGNAL_USR1, take, 0, 0));
    MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_USR1))); /* the new threads too */
    for (uintptr_t i = 0; i < 3; i++) {
        test_thread(&threads[i], live, (void *)i, (unsigned)hart);
        WAIT_UNTIL(ready[i]);
    }
    for (unsigned i = 1; i <= 20; i++) {
        send(SIGNAL_USR1);
        WAIT_UNTIL(handled[SIGNAL_USR1] == i);
        CHECK_EQUAL(taken_by, 101);
    }
    test_set(&end, 1);
    for (unsigned i = 0; i < 3; i++) {
        thread_join(&threads[i]);
    }
    send(SIGNAL_USR1); /* now nobody may */
    CHECK_EQUAL(handled[SIGNAL_USR1], 20);
    MUST(signal_set_mask(SIGNAL_UNBLOCK, BIT(SIGNAL_USR1)));
    CHECK_EQUAL(handled[SIGNAL_USR1], 21);
}

static void toggle(void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < 30; i++) {
        MUST(signal_set_mask(SIGNAL_UNBLOCK, BIT(SIGNAL_USR1)));
        MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_USR1)));
    }
}

static void keep_toggling(void *unused)
{
    (void)unused;
    while (!test_get(&end)) {
        struct thread thread; /* which ends, perhaps with a signal on its way to it */

        MUST(thread_start(&thread, toggle, NULL));
        toggle(NULL);
        thread_join(&thread);
    }
}

/* Threads block, unblock and end all the time: a signal finds one of them in the end. */
static void never_lost(uint64_t hart)
{
    struct thread threads[2];

    MUST(signal_handle(SIGNAL_USR1, note, 0, 0));
    MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_USR1)));
    test_thread(&threads[0], keep_toggling, NULL, 0);
    test_thread(&threads[1], keep_toggling, NULL, (unsigned)hart);
    for (unsigned i = 1; i <= 100; i++) {
        send(SIGNAL_USR1);
        WAIT_UNTIL(handled[SIGNAL_USR1] == i);
    }
    test_set(&end, 1);
    thread_join(&threads[0]);
    thread_join(&threads[1]);
}

/*
 * The first thread is chosen, and blocks the signal in the same moment: it must not be the first thread's any
 * more. The other one computes all the time and would take it.
 */
enum { ROUND, HANDLED }; /* flags */

#define RACES 150

static void count_handled(int signal, struct signal_frame *frame)
{
    (void)signal;
    (void)frame;
    __atomic_fetch_add(&shared->flags[HANDLED], 1, __ATOMIC_RELEASE);
}

static void compute(void *unused)
{
    (void)unused;
    MUST(thread_set_priority(DEFAULT_PRIORITY + 1));
    MUST(signal_set_mask(SIGNAL_UNBLOCK, BIT(SIGNAL_USR1)));
    test_set(&ready[0], 1);
    while (!test_get(&end)) {
    }
}

static void wait_a_moment(uint32_t turns)
{
    for (volatile uint32_t i = 0; i < turns; i++) {
    }
}

static void send_in_time(uint64_t argument)
{
    uint32_t state = 77;

    (void)argument;
    for (unsigned round = 1; round <= RACES; round++) {
        while (test_get(&shared->flags[ROUND]) < round) {
        }
        wait_a_moment(test_random(&state) % 200);
        MUST(process_kill(PEER_HANDLE(0), SIGNAL_USR1));
        WAIT_UNTIL(shared->flags[HANDLED] == round);
    }
}

static void blocked_meanwhile(uint64_t hart)
{
    struct thread thread;
    uint32_t state = 5;
    int sender;

    test_pin(0);
    MUST(signal_handle(SIGNAL_USR1, count_handled, 0, 0));
    MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_USR1)));
    test_thread(&thread, compute, NULL, (unsigned)hart);
    WAIT_UNTIL(ready[0]);
    sender = PEER(send_in_time, 0, hart, (int)MUST(process_self()));
    for (unsigned round = 1; round <= RACES; round++) {
        MUST(signal_set_mask(SIGNAL_UNBLOCK, BIT(SIGNAL_USR1)));
        test_set(&shared->flags[ROUND], round);
        wait_a_moment(test_random(&state) % 200);
        MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_USR1)));
        WAIT_UNTIL(shared->flags[HANDLED] == round);
    }
    test_set(&end, 1);
    thread_join(&thread);
    PEER_DONE(sender);
}

/* ---- Anywhere in a program ---- */

static void spin_with_registers(void *unused)
{
    uint64_t bad;

    (void)unused;
    MUST(signal_set_mask(SIGNAL_UNBLOCK, BIT(SIGNAL_USR1)));
    test_set(&ready[0], 1);
    __asm__ volatile("li t0, 10\n"
                     "li t1, 11\n"
                     "li t2, 12\n"
                     "li t3, 13\n"
                     "li t4, 14\n"
                     "li t5, 15\n"
                     "li a0, 17\n"
                     "li a1, 18\n"
                     "li a2, 19\n"
                     "li a3, 20\n"
                     "li a4, 21\n"
                     "li a5, 22\n"
                     "li a6, 23\n"
                     "li a7, 24\n"
                     "1: add t6, t0, t1\n"
                     "add t6, t6, t2\n"
                     "add t6, t6, t3\n"
                     "add t6, t6, t4\n"
                     "add t6, t6, t5\n"
                     "add t6, t6, a0\n"
                     "add t6, t6, a1\n"
                     "add t6, t6, a2\n"
                     "add t6, t6, a3\n"
                     "add t6, t6, a4\n"
                     "add t6, t6, a5\n"
                     "add t6, t6, a6\n"
                     "add t6, t6, a7\n"
                     "addi t6, t6, -239\n"
                     "bnez t6, 2f\n"
                     "lw t6, 0(%1)\n"
                     "beqz t6, 1b\n"
                     "li t6, 0\n"
                     "2: mv %0, t6\n"
                     : "=r"(bad)
                     : "r"(&end)
                     : "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a0", "a1", "a2", "a3", "a4", "a5",
                       "a6", "a7", "memory");
    CHECK_EQUAL(bad, 0);
}

static __attribute__((noinline)) void change_registers(int signal, struct signal_frame *frame)
{
    note(signal, frame);
    __asm__ volatile("li t0, -1\n"
                     "li t1, -1\n"
                     "li t2, -1\n"
                     "li t3, -1\n"
                     "li t4, -1\n"
                     "li t5, -1\n"
                     "li t6, -1\n"
                     "li a0, -1\n"
                     "li a1, -1\n"
                     "li a2, -1\n"
                     "li a3, -1\n"
                     "li a4, -1\n"
                     "li a5, -1\n"
                     "li a6, -1\n"
                     "li a7, -1\n" ::
                         : "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a0", "a1", "a2", "a3", "a4",
                           "a5", "a6", "a7");
}

/* A thread that never calls the kernel is interrupted all the same, and finds its registers again. */
static void computing(uint64_t hart)
{
    struct thread thread;

    MUST(signal_handle(SIGNAL_USR1, change_registers, 0, 0));
    MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_USR1)));
    test_thread(&thread, spin_with_registers, NULL, (unsigned)hart);
    WAIT_UNTIL(ready[0]);
    for (unsigned i = 1; i <= 30; i++) {
        send(SIGNAL_USR1);
        WAIT_UNTIL(handled[SIGNAL_USR1] == i);
    }
    test_set(&end, 1);
    thread_join(&thread);
}

const struct test_case signal_thread_cases[] = {
    SAME_AND_CROSS("signal-thread-that-may", thread_that_may),
    SAME_AND_CROSS("signal-never-lost", never_lost),
    CASE_WITH("signal-blocked-meanwhile", blocked_meanwhile, 1, 2, 0),
    SAME_AND_CROSS("signal-computing", computing),
    END_OF_CASES,
};
