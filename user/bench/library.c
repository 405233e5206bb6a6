// SPDX-License-Identifier: MIT
/*
 * Pipes and queues on user interrupts: as kernel.c, with the calls of lib/pipe.h and lib/queue.h. Both sides do
 * nothing else but wait for each other, so they are lazy.
 */
#include <errno.h>

#include "bench/families.h"
#include "lib/pipe.h"
#include "lib/queue.h"

#define PIPE_BYTES 4096
#define QUEUE_MOST 4032

static _Alignas(8) uint64_t buffer[PIPE_BYTES / 8];

#define UNTIL_THERE(result, call) BENCH_LOOK_UNTIL(((result) = (call)) >= 0 || errno != EAGAIN)

/* ---- Pipes ---- */

static void set_waiting_pipe(void)
{
    ipc_set_lazy(true);
    if (bench.waiting != BENCH_BLOCKED) {
        bench_must(pipe_set_flags(bench.in, HANDLE_NONBLOCK), "pipe_set_flags");
    }
}

static void create_pipes(int peers[2])
{
    int there[2], back[2];

    bench_must(pipe_open(there, IPC_UINTR), "pipe_open");
    bench_must(pipe_open(back, IPC_UINTR), "pipe_open");
    peers[0] = there[0];
    bench.out = there[1];
    bench.in = back[0];
    peers[1] = back[1];
    set_waiting_pipe();
}

static size_t read_some(void *where, size_t size)
{
    ssize_t result;

    UNTIL_THERE(result, pipe_read(bench.in, where, size));
    return (size_t)bench_must((int)result, "pipe_read");
}

BENCH_INLINE void ask_pipe(unsigned words, uint64_t seed)
{
    unsigned depth = bench.depth;
    size_t all = depth * words * 8, got = 0;

    for (unsigned i = 0; i < depth; i++) {
        bench_fill(buffer + i * words, words, seed + i);
    }
    pipe_write(bench.out, buffer, all);
    while (got < all) {
        got += read_some((char *)buffer + got, all - got);
    }
    for (unsigned i = 0; i < depth; i++) {
        bench_check(bench_sum(buffer + i * words, words), words, seed + i);
    }
}

BENCH_INLINE void serve_pipe(unsigned words)
{
    size_t size = words * 8, got = 0;

    for (;;) {
        unsigned whole;

        got += read_some((char *)buffer + got, sizeof(buffer) - got);
        if (got % size) {
            continue;
        }
        whole = (unsigned)(got / size);
        for (unsigned i = 0; i < whole; i++) {
            bench_fill(buffer + i * words, words,
                       bench_reply(bench_sum(buffer + i * words, words)));
        }
        pipe_write(bench.out, buffer, got);
        got = 0;
    }
}

BENCH_VERSIONS(request_by_pipe, ask_pipe, answer_by_pipe, serve_pipe)

static void post_by_pipe(void)
{
    uint64_t word = 1;

    pipe_write(bench.out, &word, sizeof(word));
    ipc_flush();
}

static void take_by_pipe(void)
{
    uint64_t word;

    read_some(&word, sizeof(word));
}

const struct mechanism bench_upipe = {
    .name = "upipe",
    .description = "pipe on user interrupts, 8 bytes",
    .kind = "user interrupts",
    .most_depth = BENCH_MOST_DEPTH,
    .most_size = PIPE_BYTES,
    .most_bytes = PIPE_BYTES,
    .waiting = BENCH_ALWAYS,
    .create = create_pipes,
    .accept = set_waiting_pipe,
    .request = {request_by_pipe_one, request_by_pipe},
    .answer = { answer_by_pipe_one, answer_by_pipe },
    .post = post_by_pipe,
    .take = take_by_pipe
};

/* ---- Queues ---- */

static void set_waiting_queue(void)
{
    ipc_set_lazy(true);
    if (bench.waiting != BENCH_BLOCKED) {
        bench_must(queue_set_flags(bench.in, HANDLE_NONBLOCK), "queue_set_flags");
    }
}

static void create_queues(int peers[2])
{
    int there[2], back[2];

    bench_must(queue_open(there, BENCH_MOST_DEPTH, bench.words * 8, IPC_UINTR), "queue_open");
    bench_must(queue_open(back, BENCH_MOST_DEPTH, bench.words * 8, IPC_UINTR), "queue_open");
    peers[0] = there[0];
    bench.out = there[1];
    bench.in = back[0];
    peers[1] = back[1];
    set_waiting_queue();
}

BENCH_INLINE void receive(unsigned words)
{
    ssize_t result;

    UNTIL_THERE(result, queue_take(bench.in, buffer, words * 8, NULL));
    bench_must((int)result, "queue_take");
}

BENCH_INLINE void ask_queue(unsigned words, uint64_t seed)
{
    unsigned depth = bench.depth;

    for (unsigned i = 0; i < depth; i++) {
        bench_fill(buffer, words, seed + i);
        queue_put(bench.out, buffer, words * 8, 1);
    }
    for (unsigned i = 0; i < depth; i++) {
        receive(words);
        bench_check(bench_sum(buffer, words), words, seed + i);
    }
}

BENCH_INLINE void serve_queue(unsigned words)
{
    for (;;) {
        receive(words);
        bench_fill(buffer, words, bench_reply(bench_sum(buffer, words)));
        queue_put(bench.out, buffer, words * 8, 1);
    }
}

BENCH_VERSIONS(request_by_queue, ask_queue, answer_by_queue, serve_queue)

static void take_message(void)
{
    receive(1);
}

static void post_by_queue(void)
{
    uint64_t word = 1;

    queue_put(bench.out, &word, sizeof(word), 1);
    ipc_flush();
}

const struct mechanism bench_uqueue = {
    .name = "uqueue",
    .description = "queue on user interrupts, 8 bytes",
    .kind = "user interrupts",
    .most_depth = BENCH_MOST_DEPTH,
    .most_size = QUEUE_MOST,
    .waiting = BENCH_ALWAYS,
    .create = create_queues,
    .accept = set_waiting_queue,
    .request = {request_by_queue_one, request_by_queue},
    .answer = { answer_by_queue_one, answer_by_queue },
    .post = post_by_queue,
    .take = take_message
};
