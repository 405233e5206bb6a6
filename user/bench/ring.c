// SPDX-License-Identifier: MIT
/*
 * Rings in shared memory, as a channel's: messages are written and read where they lie. `futex` waits in
 * the kernel, and the other side wakes it only if it does; `poll` never asks the kernel for anything but
 * its turn, which is the least that any of this can cost.
 */
#include "bench/families.h"
#include "lib/syscall.h"

struct ring {
    _Alignas(64) uint32_t tail; /* producer, release: messages put in; what a consumer waits for */
    _Alignas(64) uint32_t head; /* consumer, release: messages taken */
    _Alignas(
        64) uint32_t asleep; /* consumer: waits, or is about to; with full fences on both sides */
    _Alignas(64) uint64_t slots[BENCH_MOST_DEPTH][BENCH_MOST_SIZE / 8];
};

#define BYTES ((sizeof(struct ring[2]) + 4095) & ~4095ul)

static struct ring *out, *in;

/* The first ring is the client's to write. */
static void map(int memory, bool client)
{
    struct ring *rings = memory_map(NULL, BYTES, MAP_WRITE, memory);

    bench_must(rings ? 0 : -1, "memory_map");
    out = &rings[client ? 0 : 1];
    in = &rings[client ? 1 : 0];
}

static void create(int peers[2])
{
    peers[0] = bench_must(memory_create(BYTES), "memory_create");
    map(peers[0], true);
}

static void accept(void)
{
    map(bench.in, false);
}

static uint64_t *slot(struct ring *ring, uint32_t number)
{
    return ring->slots[number % BENCH_MOST_DEPTH];
}

/* All that is in the slots up to there. */
static void publish(uint32_t tail)
{
    __atomic_store_n(&out->tail, tail, __ATOMIC_RELEASE);
    if (bench.waiting == BENCH_BLOCKED) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        if (__atomic_load_n(&out->asleep, __ATOMIC_RELAXED)) {
            futex_wake(&out->tail, 1);
        }
    }
}

static bool is_there(void)
{
    return __atomic_load_n(&in->tail, __ATOMIC_ACQUIRE) != in->head;
}

static void sleep_until_there(void)
{
    while (!is_there()) {
        __atomic_store_n(&in->asleep, 1, __ATOMIC_RELAXED);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        futex_wait(&in->tail, in->head, WAIT_FOREVER);
        __atomic_store_n(&in->asleep, 0, __ATOMIC_RELAXED);
    }
}

static void await(void)
{
    if (bench.waiting == BENCH_BLOCKED) {
        sleep_until_there();
    } else {
        BENCH_LOOK_UNTIL(is_there());
    }
}

static void consume(void)
{
    __atomic_store_n(&in->head, in->head + 1, __ATOMIC_RELEASE);
}

BENCH_INLINE void ask(unsigned words, uint64_t seed)
{
    unsigned depth = bench.depth;
    uint32_t tail = out->tail;

    for (unsigned i = 0; i < depth; i++) {
        bench_fill(slot(out, tail++), words, seed + i);
    }
    publish(tail);
    for (unsigned i = 0; i < depth; i++) {
        await();
        bench_check(bench_sum(slot(in, in->head), words), words, seed + i);
        consume();
    }
}

/* There is room for an answer to each request. */
BENCH_INLINE void serve(unsigned words)
{
    uint32_t tail = 0;

    for (;;) {
        await();
        do {
            bench_fill(slot(out, tail++), words, bench_reply(bench_sum(slot(in, in->head), words)));
            consume();
        } while (is_there());
        publish(tail);
    }
}

BENCH_VERSIONS(request, ask, answer, serve)

static void post(void)
{
    *slot(out, out->tail) = 1;
    publish(out->tail + 1);
}

static void take(void)
{
    await();
    consume();
}

const struct mechanism bench_futex = {
    .name = "futex",
    .description = "futex in shared memory",
    .kind = "kernel",
    .most_depth = BENCH_MOST_DEPTH,
    .most_size = BENCH_MOST_SIZE,
    .waiting = BENCH_WAITS(BENCH_BLOCKED),
    .create = create,
    .accept = accept,
    .request = {request_one, request},
    .answer = { answer_one, answer },
    .post = post,
    .take = take
};

const struct mechanism bench_poll = {
    .name = "poll",
    .description = "polling in shared memory",
    .kind = "memory",
    .most_depth = BENCH_MOST_DEPTH,
    .most_size = BENCH_MOST_SIZE,
    .waiting = BENCH_WAITS(BENCH_RUNNABLE) | BENCH_WAITS(BENCH_RUNNING),
    .create = create,
    .accept = accept,
    .request = {request_one, request},
    .answer = { answer_one, answer }
};
