// SPDX-License-Identifier: MIT
/* Signals, which carry nothing: the kernel's, and those of a link. */
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

BENCH_NOTIFICATIONS(request, answer, post, take)

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

/* ---- By links: who receives at one end is interrupted by who sends at the other ---- */

static void open_link(int ends[2])
{
    bench_must(signal_open(ends, IPC_UINTR), "signal_open");
}

static void receive_by(int end)
{
    take_signals();
    bench_must(signal_receive(end), "signal_receive");
}

static void create_links(int peers[2])
{
    bench_create_ways(open_link, peers);
    receive_by(bench.in);
}

static void post_by_link(void)
{
    signal_send(bench.out, SIGNAL_USR1);
}

static void accept_links(void)
{
    receive_by(bench.in);
    post_by_link();
}

BENCH_NOTIFICATIONS(request_by_link, answer_by_link, post_by_link, take)

static void link_to_itself(void)
{
    int ends[2];

    bench.waiting = BENCH_RUNNING;
    open_link(ends);
    bench.out = ends[1];
    receive_by(ends[0]);
}

const struct mechanism bench_usignal = {
    .name = "usignal",
    .description = "signal on user interrupts",
    .kind = "user interrupts",
    .waiting = BENCH_ALWAYS,
    .create = create_links,
    .connect = take,
    .accept = accept_links,
    .request = {request_by_link, request_by_link},
    .answer = { answer_by_link, answer_by_link },
    .post = post_by_link,
    .take = take,
    .loopback = link_to_itself,
    .itself = post_by_link
};
