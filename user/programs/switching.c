// SPDX-License-Identifier: MIT
/*
 * Two processes on one hart give way to each other in the middle of their handlers. Each must find
 * its own user-level registers again: uepc, or it returns into the other's program; uscratch;
 * utvec, or the other's handler runs; ustatus, or the interrupts stay off.
 *
 *   switching          starts the second one, on hart 0 as it is itself
 *   switching second
 */
#include <stdint.h>
#include <stdio.h>

#include "lib/process.h"
#include "lib/syscall.h"
#include "lib/uintr.h"

#define ROUNDS 200

static volatile unsigned handled;

static uint64_t read_uscratch(void)
{
    uint64_t value;

    __asm__ volatile("csrr %0, 0x040" : "=r"(value));
    return value;
}

static void write_uscratch(uint64_t value)
{
    __asm__ volatile("csrw 0x040, %0" : : "r"(value));
}

static void yield_in_handler(uint64_t vectors)
{
    (void)vectors;
    thread_yield();
    handled++;
}

static void count_only(uint64_t vectors)
{
    (void)vectors;
    handled++;
}

/* Interrupted behind the send: with the other process's uepc, its number is returned. */
static __attribute__((noinline)) unsigned send_from_first(uint64_t index)
{
    uipi_send_instruction(index);
    return 1;
}

static __attribute__((noinline)) unsigned send_from_second(uint64_t index)
{
    uipi_send_instruction(index);
    return 2;
}

/* The first process's handler yields, the second's does not and so runs in the first's yields. */
static int run(unsigned number, uintr_handler handler, unsigned (*send)(uint64_t))
{
    int index = -1;
    unsigned wrong_scratch = 0, wrong_return = 0;

    if (uintr_set_handler(handler, 0) == 0) {
        index = uintr_register_self(0, 0);
    }
    if (index < 0) {
        perror("switching");
        return 1;
    }
    write_uscratch(number);
    uintr_enable();
    for (unsigned i = 0; i < ROUNDS; i++) {
        wrong_return += send((uint64_t)index) != number;
        wrong_scratch += read_uscratch() != number;
        if (i % 2) {
            thread_yield();
        }
    }
    printf("switching: %u of %d handled, %u wrong uscratch, %u wrong uepc\n", handled, ROUNDS,
           wrong_scratch, wrong_return);
    return handled != ROUNDS || wrong_scratch || wrong_return;
}

int main(int argc, char **argv)
{
    struct process_options options = process_defaults;
    int child, result;

    (void)argv;
    if (argc > 1) {
        return run(2, count_only, send_from_second);
    }
    options.harts = 1;
    child = process_start((const char *[]){ "switching", "second", NULL }, &options);
    if (child < 0 || thread_set_affinity(1) < 0) {
        perror("switching");
        return 1;
    }
    result = run(1, yield_in_handler, send_from_first);
    return process_finish(child) || result;
}
