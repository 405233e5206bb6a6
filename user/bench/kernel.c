// SPDX-License-Identifier: MIT
/*
 * Pipes, event counters and queues of the kernel. All requests that are there go in one write of a
 * pipe, and all answers; a queue has a call for each message.
 */
#include <errno.h>

#include "bench/families.h"
#include "lib/syscall.h"

#define PIPE_BYTES 4096 /* that a pipe holds */
#define QUEUE_MOST 4032 /* bytes of a message */

static _Alignas(8) uint64_t buffer[PIPE_BYTES / 8];

/* Whoever doesn't wait in the kernel has a handle that doesn't wait, and looks again. */
static void set_waiting(void)
{
    if (bench.waiting != BENCH_BLOCKED) {
        bench_must(handle_set_flags(bench.in, HANDLE_NONBLOCK), "handle_set_flags");
    }
}

#define UNTIL_THERE(result, call) BENCH_LOOK_UNTIL(((result) = (call)) >= 0 || errno != EAGAIN)

static size_t read_some(void *where, size_t size)
{
    ssize_t result;

    UNTIL_THERE(result, handle_read(bench.in, where, size));
    return (size_t)bench_must((int)result, "handle_read");
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

/* ---- Pipes ---- */

static void create_pipes(int peers[2])
{
    int there[2], back[2];

    bench_must(pipe_create(there, 0), "pipe_create");
    bench_must(pipe_create(back, 0), "pipe_create");
    peers[0] = there[0];
    bench.out = there[1];
    bench.in = back[0];
    peers[1] = back[1];
    set_waiting();
}

BENCH_INLINE void ask_pipe(unsigned words, uint64_t seed)
{
    unsigned depth = bench.depth;
    size_t all = depth * words * 8, got = 0;

    for (unsigned i = 0; i < depth; i++) {
        bench_fill(buffer + i * words, words, seed + i);
    }
    handle_write(bench.out, buffer, all);
    while (got < all) {
        got += read_some((char *)buffer + got, all - got);
    }
    for (unsigned i = 0; i < depth; i++) {
        bench_check(bench_sum(buffer + i * words, words), words, seed + i);
    }
}

/* As many as have come; the room for answers is that of the requests, so they fit. */
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
        handle_write(bench.out, buffer, got);
        got = 0;
    }
}

BENCH_VERSIONS(request_by_pipe, ask_pipe, answer_by_pipe, serve_pipe)

static void pipe_to_itself(void)
{
    int ends[2];

    bench_must(pipe_create(ends, 0), "pipe_create");
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

/* ---- Queues ---- */

static int new_queue(void)
{
    return bench_must(queue_create(BENCH_MOST_DEPTH, bench.words * 8), "queue_create");
}

static void create_queues(int peers[2])
{
    peers[0] = bench.out = new_queue();
    peers[1] = bench.in = new_queue();
    set_waiting();
}

BENCH_INLINE void receive(unsigned words)
{
    ssize_t result;

    UNTIL_THERE(result, queue_receive(bench.in, buffer, words * 8, NULL));
    bench_must((int)result, "queue_receive");
}

BENCH_INLINE void ask_queue(unsigned words, uint64_t seed)
{
    unsigned depth = bench.depth;

    for (unsigned i = 0; i < depth; i++) {
        bench_fill(buffer, words, seed + i);
        queue_send(bench.out, buffer, words * 8, 1);
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
        queue_send(bench.out, buffer, words * 8, 1);
    }
}

BENCH_VERSIONS(request_by_queue, ask_queue, answer_by_queue, serve_queue)

static void take_message(void)
{
    receive(1);
}

static void post_message(void)
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
    .post = post_message,
    .take = take_message,
    .loopback = queue_to_itself,
    .itself = message_to_itself
};
