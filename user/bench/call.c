// SPDX-License-Identifier: MIT
/* Call and reply: up to four words in registers, more by the kernel's copy. One message at a time. */
#include "bench/families.h"
#include "lib/ipc.h"
#include "lib/syscall.h"

#define IN_REGISTERS MESSAGE_WORDS

static _Alignas(8) uint64_t buffer[BENCH_MOST_SIZE / 8];

static void create(int peers[2])
{
    int ends[2];

    bench_must(endpoint_pair(ends), "endpoint_pair");
    peers[0] = ends[0];
    bench.out = ends[1];
}

BENCH_INLINE void ask_words(unsigned words, uint64_t seed)
{
    uint64_t w[MESSAGE_WORDS] = { seed, seed, seed, seed };

    ipc_call_words(bench.out, &w[0], &w[1], &w[2], &w[3]);
    bench_check(bench_sum(w, words), words, seed);
}

static void request_data(uint64_t seed)
{
    unsigned words = bench.words;
    struct message message = {
        .buffer = buffer, .length = words * 8, .capacity = sizeof(buffer), .handle = -1
    };

    bench_fill(buffer, words, seed);
    bench_must(ipc_call(bench.out, &message), "ipc_call");
    bench_check(bench_sum(buffer, words), words, seed);
}

BENCH_INLINE void ask(unsigned words, uint64_t seed)
{
    if (words <= IN_REGISTERS) {
        ask_words(words, seed);
    } else {
        request_data(seed);
    }
}

BENCH_INLINE void serve_words(unsigned words)
{
    uint64_t w[MESSAGE_WORDS];
    long badge = ipc_receive_words(bench.in, &w[0], &w[1], &w[2], &w[3]);

    while (badge >= 0) {
        w[0] = w[1] = w[2] = w[3] = bench_reply(bench_sum(w, words));
        badge = ipc_reply_receive_words(bench.in, &w[0], &w[1], &w[2], &w[3]);
    }
}

static void answer_data(void)
{
    unsigned words = bench.words;
    struct message message = { .buffer = buffer, .capacity = sizeof(buffer) };
    int result = ipc_receive(bench.in, &message, NULL);

    while (result == 0) {
        bench_fill(buffer, words, bench_reply(bench_sum(buffer, words)));
        message.length = words * 8;
        result = ipc_reply_receive(bench.in, &message, NULL);
    }
}

BENCH_INLINE void serve(unsigned words)
{
    if (words <= IN_REGISTERS) {
        serve_words(words);
    } else {
        answer_data();
    }
}

BENCH_VERSIONS(request, ask, answer, serve)

const struct mechanism bench_call = {
    .name = "call",
    .description = "call and reply, four words",
    .kind = "kernel",
    .most_size = BENCH_MOST_SIZE,
    .waiting = BENCH_WAITS(BENCH_BLOCKED),
    .create = create,
    .request = {request_one, request},
    .answer = { answer_one, answer }
};
