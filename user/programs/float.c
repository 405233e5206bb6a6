// SPDX-License-Identifier: MIT
/*
 * Floating-point registers must survive whatever comes between two instructions. Two threads on
 * one hart hold values in all 32 and in fcsr while they are preempted, yield, sleep, and are
 * interrupted by a signal handler and by a user-interrupt handler that compute with other values
 * and round otherwise.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/signals.h"
#include "lib/syscall.h"
#include "lib/thread.h"
#include "lib/uintr.h"

#define ROUNDS 200
#define SPINS  20000 /* turns of a loop that holds the registers */
#define VECTOR 7

struct registers {
    uint64_t f[32];
    uint64_t fcsr;
};

static volatile unsigned signals_handled, interrupts_handled;
static volatile bool done;
static volatile unsigned wrong;
static unsigned sender_index;

/* In float_hold.S: load all registers from *in, let time pass or make a system call, store them. */
void hold_spinning(const struct registers *in, struct registers *out, uint64_t turns);
void hold_calling(const struct registers *in, struct registers *out, uint64_t number,
                  uint64_t argument);

/* --- What disturbs --- */

/* Uses many registers, another rounding mode and sets flags; the result is always the same. */
static double disturb(void)
{
    volatile double third = 1.0 / 3.0;
    double sum[8] = { 0 };

    __asm__ volatile("fsrmi 1"); /* towards zero */
    for (int i = 1; i < 50; i++) {
        for (int k = 0; k < 8; k++) {
            sum[k] += third * i / (k + 1) - sqrt((double)i * (k + 2));
        }
    }
    __asm__ volatile("fsrmi 0");
    return sum[0] + sum[1] + sum[2] + sum[3] + sum[4] + sum[5] + sum[6] + sum[7];
}

static double expected;

static void check(bool holds, const char *what)
{
    if (!holds) {
        printf("float: WRONG: %s\n", what);
        wrong++;
    }
}

/* Not with printf(): what it interrupts may be in it. */
static void on_signal(int signal, struct signal_frame *frame)
{
    (void)signal;
    (void)frame;
    wrong += disturb() != expected;
    signals_handled++;
}

static void on_interrupt(uint64_t vectors)
{
    wrong += disturb() != expected || vectors != 1ul << VECTOR;
    interrupts_handled++;
}

/* --- What is disturbed --- */

/* Different in each register, thread and round; the highest bits make them ordinary numbers. */
static void fill(struct registers *registers, unsigned thread, unsigned round)
{
    for (unsigned i = 0; i < 32; i++) {
        registers->f[i] = 0x3ff0000000000000 | (uint64_t)thread << 40 | (uint64_t)round << 8 | i;
    }
    registers->fcsr = (uint64_t)(thread + 2) << 5 | (round & 31); /* rounding mode, flags */
}

static void hold(unsigned thread, unsigned round)
{
    struct registers in, out;

    fill(&in, thread, round);
    memset(&out, 0, sizeof(out));
    switch (round % 4) {
    case 0:
        hold_calling(&in, &out, SYS_yield, 0);
        break;
    case 1:
        hold_calling(&in, &out, SYS_sleep, 50000);
        break;
    default:
        hold_spinning(&in, &out, SPINS);
    }
    check(memcmp(&in, &out, sizeof(in)) == 0, "a register changed");
    check(disturb() == expected, "a result changed");
}

static void work(void *number)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        hold(*(unsigned *)number, round);
    }
}

/* The thread that takes the user interrupts and, as the others block them, the signals. */
static void work_and_be_interrupted(void *number)
{
    int index;

    if (uintr_set_handler(on_interrupt, UINTR_SAVE_FP) < 0 ||
        (index = uintr_register_self(VECTOR, 0)) < 0) {
        perror("float");
        wrong++;
        return;
    }
    __atomic_store_n(&sender_index, (unsigned)index + 1, __ATOMIC_RELEASE);
    signal_set_mask(SIGNAL_UNBLOCK, 1ul << SIGNAL_USR1);
    uintr_enable();
    work(number);
    while (signals_handled == 0 || interrupts_handled == 0) {
        hold(*(unsigned *)number, 0);
    }
    done = true;
    uintr_disable();
    signal_set_mask(SIGNAL_BLOCK, 1ul << SIGNAL_USR1);
    uintr_unregister_handler(0);
}

int main(void)
{
    unsigned numbers[] = { 0, 1 };
    struct thread threads[2];
    int self = process_self();
    char text[8];

    snprintf(text, sizeof(text), "%.2f", 2.5);
    check(strcmp(text, "2.50") == 0, "printf() shows no floating point");
    expected = disturb();
    if (self < 0 || signal_handle(SIGNAL_USR1, on_signal, 0, 0) < 0 ||
        signal_set_mask(SIGNAL_BLOCK, 1ul << SIGNAL_USR1) < 0 || thread_set_affinity(1) < 0 ||
        thread_start(&threads[0], work_and_be_interrupted, &numbers[0]) < 0 ||
        thread_start(&threads[1], work, &numbers[1]) < 0) {
        perror("float");
        return 1;
    }
    while (!done && !wrong) {
        unsigned index = __atomic_load_n(&sender_index, __ATOMIC_ACQUIRE);

        clock_sleep(300000);
        process_kill(self, SIGNAL_USR1);
        if (index) {
            uipi_send(index - 1);
        }
    }
    thread_join(&threads[0]);
    thread_join(&threads[1]);
    printf("float: 2 threads held their registers %u times, %u wrong\n", 2 * ROUNDS, wrong);
    printf("float: between them %s\n", signals_handled && interrupts_handled
                                           ? "signals and user interrupts were handled"
                                           : "NOTHING was handled");
    return wrong != 0 || !signals_handled || !interrupts_handled;
}
