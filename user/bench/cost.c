// SPDX-License-Identifier: MIT
/*
 * What each way of IPC costs: guest instructions of a round trip between two processes that take
 * turns on one hart, everything included: both programs, the kernel, the switches. Each side waits in
 * the kernel while the other works. Exact, and the same in every run, under QEMU's -icount.
 * `pingpong` has the rest: sizes, depths, harts.
 */
#include <stdio.h>

#include "bench/pair.h"
#include "lib/syscall.h"

#define ROUNDS 255

static uint64_t costs[ROUNDS];

static void print(uint64_t cost, const char *description)
{
    printf("%8lu  %s\n", cost, description);
}

static void nothing(uint64_t seed)
{
    (void)seed;
}

static void system_call(uint64_t seed)
{
    (void)seed;
    thread_get_hart();
}

static uint64_t median_of(void (*round)(uint64_t seed))
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint64_t start = count_now();

        round(i);
        costs[i] = count_now() - start;
    }
    return count_median(costs, ROUNDS);
}

/* Without the call of the function and the counting. */
static uint64_t cost_of(void (*round)(uint64_t seed))
{
    uint64_t all = median_of(round), around = median_of(nothing);

    return all > around ? all - around : 0;
}

static int measure(const struct pair *pair)
{
    print(cost_of(pair_round), pair->mechanism->description);
    return 0;
}

int main(int argc, char **argv)
{
    int status = pair_child(argc, argv, measure);

    if (status >= 0) {
        return status;
    }
    count_init();
    printf("Guest instructions per round trip of two processes on one hart%s\n",
           count_works() ? ":" : ", of no value: QEMU runs without -icount");
    print(cost_of(system_call), "system call that does nothing, there and back");
    status = 0;
    for (unsigned i = 0; bench_mechanisms[i]; i++) {
        struct pair pair = { .mechanism = bench_mechanisms[i],
                             .waiting = BENCH_BLOCKED,
                             .size = 8,
                             .depth = 1,
                             .rounds = ROUNDS,
                             .harts = 1 };

        if (!bench_refusal(pair.mechanism, pair.size, pair.depth, pair.waiting)) {
            status |= pair_run(&pair);
        }
    }
    return status;
}
