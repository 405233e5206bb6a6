// SPDX-License-Identifier: MIT
/* Signals, which carry nothing. */
#include "bench/families.h"
#include "lib/signals.h"
#include "lib/syscall.h"

static volatile unsigned signals;
static unsigned seen;

static void count_signal(int signal, struct signal_frame *frame)
{
    (void)signal;
    (void)frame;
    signals++;
}

/* Who waits in the kernel takes them only there: none can come between the look and the wait. */
static void take_signals(void)
{
    bench_must(signal_handle(SIGNAL_USR1, count_signal, 0, 0), "signal_handle");
    if (bench.waiting == BENCH_BLOCKED) {
        bench_must((int)signal_set_mask(SIGNAL_BLOCK, 1ul << SIGNAL_USR1), "signal_set_mask");
    }
}

static void take(void)
{
    if (bench.waiting == BENCH_BLOCKED) {
        while (signals == seen) {
            signal_suspend(0);
        }
    } else {
        BENCH_LOOK_UNTIL(signals != seen);
    }
    seen++;
}

static void post(void)
{
    process_kill(bench.out, SIGNAL_USR1);
}

static void create(int peers[2])
{
    (void)peers;
    take_signals();
}

/* The first one says that the handler is there: before, a signal would end the process. */
static void accept(void)
{
    take_signals();
    bench.out = BENCH_CLIENT;
    post();
}

static void request(uint64_t seed)
{
    (void)seed;
    post();
    take();
}

static void answer(void)
{
    for (;;) {
        take();
        post();
    }
}

static void to_itself(void)
{
    bench.waiting = BENCH_RUNNING;
    take_signals();
    bench.out = bench_must(process_self(), "process_self");
}

/* The client sends to the server's process: bench.out as pair.c leaves it. */
const struct mechanism bench_signal = {
    .name = "signal",
    .description = "signal",
    .kind = "kernel",
    .waiting = BENCH_ALWAYS,
    .create = create,
    .connect = take,
    .accept = accept,
    .request = {request, request},
    .answer = { answer, answer },
    .post = post,
    .take = take,
    .loopback = to_itself,
    .itself = post
};
