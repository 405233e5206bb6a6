// SPDX-License-Identifier: MIT
/* Queues, both the kernel's and those on user interrupts: a call for each message. */
#include "bench/families.h"
#include "lib/queue.h"
#include "lib/syscall.h"

#define QUEUE_MOST 4032 /* bytes of a message */

static _Alignas(8) uint64_t buffer[BENCH_MOST_SIZE / 8];

/* ---- Given are calls, constant ones, so that they are as direct as any ---- */

typedef ssize_t (*receiver)(int end, void *bytes, size_t size, unsigned *priority);
typedef int (*sender)(int end, const void *bytes, size_t size, unsigned priority);

BENCH_INLINE void receive(unsigned words, receiver get)
{
    ssize_t result;

    BENCH_UNTIL_THERE(result, get(bench.in, buffer, words * 8, NULL));
    bench_must((int)result, "receiving");
}

BENCH_INLINE void ask(unsigned words, uint64_t seed, receiver get, sender put)
{
    unsigned depth = bench.depth;

    for (unsigned i = 0; i < depth; i++) {
        bench_fill(buffer, words, seed + i);
        put(bench.out, buffer, words * 8, 1);
    }
    for (unsigned i = 0; i < depth; i++) {
        receive(words, get);
        bench_check(bench_sum(buffer, words), words, seed + i);
    }
}

BENCH_INLINE void serve(unsigned words, receiver get, sender put)
{
    for (;;) {
        receive(words, get);
        bench_fill(buffer, words, bench_reply(bench_sum(buffer, words)));
        put(bench.out, buffer, words * 8, 1);
    }
}

/* ---- Those of the kernel ---- */

static int new_queue(void)
{
    return bench_must(queue_create(BENCH_MOST_DEPTH, bench.words * 8), "queue_create");
}

static void set_waiting(void)
{
    bench_set_waiting(handle_set_flags);
}

static void create_queues(int peers[2])
{
    peers[0] = bench.out = new_queue();
    peers[1] = bench.in = new_queue();
    set_waiting();
}

BENCH_VERSIONS(request_by_queue, ask, answer_by_queue, serve, queue_receive, queue_send)

static void take_by_queue(void)
{
    receive(1, queue_receive);
}

static void post_by_queue(void)
{
    uint64_t word = 1;

    queue_send(bench.out, &word, sizeof(word), 1);
}

static void message_to_itself(void)
{
    uint64_t word = 1;

    queue_send(bench.out, &word, sizeof(word), 1);
    queue_receive(bench.in, &word, sizeof(word), NULL);
}

static void queue_to_itself(void)
{
    bench.in = bench.out = new_queue();
}

const struct mechanism bench_queue = {
    .name = "queue",
    .description = "message queue, 8 bytes",
    .kind = "kernel",
    .most_depth = BENCH_MOST_DEPTH,
    .most_size = QUEUE_MOST,
    .waiting = BENCH_ALWAYS,
    .create = create_queues,
    .accept = set_waiting,
    .request = {request_by_queue_one, request_by_queue},
    .answer = { answer_by_queue_one, answer_by_queue },
    .post = post_by_queue,
    .take = take_by_queue,
    .loopback = queue_to_itself,
    .itself = message_to_itself
};

/* ---- Those on user interrupts ---- */

static void open_uqueue(int ends[2])
{
    bench_must(queue_open(ends, BENCH_MOST_DEPTH, bench.words * 8, IPC_UINTR), "queue_open");
}

static void set_waiting_uqueue(void)
{
    bench_set_waiting(queue_set_flags);
}

static void create_uqueues(int peers[2])
{
    bench_create_ways(open_uqueue, peers);
    set_waiting_uqueue();
}

BENCH_VERSIONS(request_by_uqueue, ask, answer_by_uqueue, serve, queue_take, queue_put)

static void take_by_uqueue(void)
{
    receive(1, queue_take);
}

static void post_by_uqueue(void)
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
    .create = create_uqueues,
    .accept = set_waiting_uqueue,
    .request = {request_by_uqueue_one, request_by_uqueue},
    .answer = { answer_by_uqueue_one, answer_by_uqueue },
    .post = post_by_uqueue,
    .take = take_by_uqueue
};

const struct mechanism bench_lazy_uqueue = {
    .name = "lazy-uqueue",
    .lazy = true,
    .description = "queue on user interrupts, lazy",
    .kind = "user interrupts",
    .most_depth = BENCH_MOST_DEPTH,
    .most_size = QUEUE_MOST,
    .waiting = BENCH_ALWAYS,
    .create = create_uqueues,
    .accept = set_waiting_uqueue,
    .request = {request_by_uqueue_one, request_by_uqueue},
    .answer = { answer_by_uqueue_one, answer_by_uqueue },
    .post = post_by_uqueue,
    .take = take_by_uqueue
};
