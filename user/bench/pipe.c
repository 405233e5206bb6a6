// SPDX-License-Identifier: MIT
/*
 * What is written and read: event counters, and pipes, both the kernel's and those on user interrupts. All
 * requests that are there go in one write of a pipe, and all answers.
 */
#include "bench/families.h"
#include "lib/pipe.h"
#include "lib/syscall.h"

#define PIPE_BYTES 4096 /* that a pipe holds */

static _Alignas(8) uint64_t buffer[PIPE_BYTES / 8];

/* ---- By the kernel: one word ---- */

static void set_waiting(void)
{
    bench_set_waiting(handle_set_flags);
}

/* As much as is there, and something. */
BENCH_INLINE size_t read_by(ssize_t (*read)(int, void *, size_t), void *where, size_t size)
{
    ssize_t result;

    BENCH_UNTIL_THERE(result, read(bench.in, where, size));
    return (size_t)bench_must((int)result, "reading");
}

static size_t read_some(void *where, size_t size)
{
    return read_by(handle_read, where, size);
}

static void post_word(void)
{
    uint64_t word = 1;

    handle_write(bench.out, &word, sizeof(word));
}

static void take_word(void)
{
    uint64_t word;

    read_some(&word, sizeof(word));
}

static void word_to_itself(void)
{
    uint64_t word = 1;

    handle_write(bench.out, &word, sizeof(word));
    handle_read(bench.in, &word, sizeof(word));
}

/* ---- Event counters: a message is a count of one, without anything in it ---- */

static void create_counters(int peers[2])
{
    peers[0] = bench.out = bench_must(eventfd_create(0, 0), "eventfd_create");
    peers[1] = bench.in = bench_must(eventfd_create(0, 0), "eventfd_create");
    set_waiting();
}

BENCH_NOTIFICATIONS(request_by_counter, answer_by_counter, post_word, take_word)

static void counter_to_itself(void)
{
    bench.in = bench.out = bench_must(eventfd_create(0, 0), "eventfd_create");
}

const struct mechanism bench_eventfd = {
    .name = "eventfd",
    .description = "event counter",
    .kind = "kernel",
    .waiting = BENCH_ALWAYS,
    .create = create_counters,
    .accept = set_waiting,
    .request = {request_by_counter, request_by_counter},
    .answer = { answer_by_counter, answer_by_counter },
    .post = post_word,
    .take = take_word,
    .loopback = counter_to_itself,
    .itself = word_to_itself
};

/* ---- Pipes. Given are calls, constant ones, so that they are as direct as any ---- */

typedef size_t (*reader)(void *where, size_t size);
typedef ssize_t (*writer)(int end, const void *bytes, size_t size);

BENCH_INLINE void ask(unsigned words, uint64_t seed, reader get, writer put)
{
    unsigned depth = bench.depth;
    size_t all = depth * words * 8, got = 0;

    for (unsigned i = 0; i < depth; i++) {
        bench_fill(buffer + i * words, words, seed + i);
    }
    put(bench.out, buffer, all);
    while (got < all) {
        got += get((char *)buffer + got, all - got);
    }
    for (unsigned i = 0; i < depth; i++) {
        bench_check(bench_sum(buffer + i * words, words), words, seed + i);
    }
}

/* As many as have come; the room for answers is that of the requests, so they fit. */
BENCH_INLINE void serve(unsigned words, reader get, writer put)
{
    size_t size = words * 8, got = 0;

    for (;;) {
        unsigned whole;

        got += get((char *)buffer + got, sizeof(buffer) - got);
        if (got % size) {
            continue;
        }
        whole = (unsigned)(got / size);
        for (unsigned i = 0; i < whole; i++) {
            bench_fill(buffer + i * words, words,
                       bench_reply(bench_sum(buffer + i * words, words)));
        }
        put(bench.out, buffer, got);
        got = 0;
    }
}

/* ---- Those of the kernel ---- */

static void open_pipe(int ends[2])
{
    bench_must(pipe_create(ends, 0), "pipe_create");
}

static void create_pipes(int peers[2])
{
    bench_create_ways(open_pipe, peers);
    set_waiting();
}

BENCH_VERSIONS(request_by_pipe, ask, answer_by_pipe, serve, read_some, handle_write)

static void pipe_to_itself(void)
{
    int ends[2];

    open_pipe(ends);
    bench.in = ends[0];
    bench.out = ends[1];
}

const struct mechanism bench_pipe = {
    .name = "pipe",
    .description = "pipe, 8 bytes",
    .kind = "kernel",
    .most_depth = BENCH_MOST_DEPTH,
    .most_size = PIPE_BYTES,
    .most_bytes = PIPE_BYTES,
    .waiting = BENCH_ALWAYS,
    .create = create_pipes,
    .accept = set_waiting,
    .request = {request_by_pipe_one, request_by_pipe},
    .answer = { answer_by_pipe_one, answer_by_pipe },
    .post = post_word,
    .take = take_word,
    .loopback = pipe_to_itself,
    .itself = word_to_itself
};

/* ---- Those on user interrupts ---- */

static void open_upipe(int ends[2])
{
    bench_must(pipe_open(ends, IPC_UINTR), "pipe_open");
}

static void set_waiting_upipe(void)
{
    bench_set_waiting(pipe_set_flags);
}

static void create_upipes(int peers[2])
{
    bench_create_ways(open_upipe, peers);
    set_waiting_upipe();
}

static size_t read_some_of_upipe(void *where, size_t size)
{
    return read_by(pipe_read, where, size);
}

BENCH_VERSIONS(request_by_upipe, ask, answer_by_upipe, serve, read_some_of_upipe, pipe_write)

static void post_by_upipe(void)
{
    uint64_t word = 1;

    pipe_write(bench.out, &word, sizeof(word));
    ipc_flush();
}

static void take_by_upipe(void)
{
    uint64_t word;

    read_some_of_upipe(&word, sizeof(word));
}

const struct mechanism bench_upipe = {
    .name = "upipe",
    .description = "pipe on user interrupts, 8 bytes",
    .kind = "user interrupts",
    .most_depth = BENCH_MOST_DEPTH,
    .most_size = PIPE_BYTES,
    .most_bytes = PIPE_BYTES,
    .waiting = BENCH_ALWAYS,
    .create = create_upipes,
    .accept = set_waiting_upipe,
    .request = {request_by_upipe_one, request_by_upipe},
    .answer = { answer_by_upipe_one, answer_by_upipe },
    .post = post_by_upipe,
    .take = take_by_upipe
};

const struct mechanism bench_lazy_upipe = {
    .name = "lazy-upipe",
    .lazy = true,
    .description = "pipe on user interrupts, lazy",
    .kind = "user interrupts",
    .most_depth = BENCH_MOST_DEPTH,
    .most_size = PIPE_BYTES,
    .most_bytes = PIPE_BYTES,
    .waiting = BENCH_ALWAYS,
    .create = create_upipes,
    .accept = set_waiting_upipe,
    .request = {request_by_upipe_one, request_by_upipe},
    .answer = { answer_by_upipe_one, answer_by_upipe },
    .post = post_by_upipe,
    .take = take_by_upipe
};
