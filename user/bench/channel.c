// SPDX-License-Identifier: MIT
/* Channels: up to six words in the message itself, more in a buffer that is lent. */
#include "bench/families.h"
#include "lib/channel.h"

#define IN_PLACE (sizeof(((struct channel_message *)NULL)->words) / sizeof(uint64_t))

static struct channel channel;

static void create(int peers[2])
{
    int ends[2];

    bench_must(channel_create(ends), "channel_create");
    peers[0] = ends[CHANNEL_SERVER];
    bench.out = ends[CHANNEL_CLIENT];
}

static void connect(void)
{
    bench_must(channel_open(&channel, bench.out, CHANNEL_CLIENT), "channel_open");
}

static void accept(void)
{
    bench_must(channel_open(&channel, bench.in, CHANNEL_SERVER), "channel_open");
}

static void poll(void)
{
    channel_flush(&channel);
    BENCH_LOOK_UNTIL(channel_has_message(&channel));
}

BENCH_INLINE void await_message(void)
{
    if (bench.waiting != BENCH_BLOCKED) {
        poll();
    } else if (__builtin_expect(channel_wait(&channel) < 0, 0)) {
        bench_must(-1, "channel_wait");
    }
}

/* ---- In place ---- */

BENCH_INLINE void put(unsigned words, uint64_t seed)
{
    bench_fill(channel_slot(&channel)->words, words, seed);
    channel_submit(&channel);
}

BENCH_INLINE const struct channel_message *front(void)
{
    const struct channel_message *message = channel_front(&channel);

    while (__builtin_expect(!message, 0)) {
        await_message();
        message = channel_front(&channel);
    }
    return message;
}

BENCH_INLINE void ask_in_place(unsigned words, uint64_t seed)
{
    unsigned depth = bench.depth;

    for (unsigned i = 0; i < depth; i++) {
        put(words, seed + i);
    }
    for (unsigned i = 0; i < depth; i++) {
        bench_check(bench_sum(front()->words, words), words, seed + i);
        channel_consume(&channel);
    }
}

BENCH_INLINE void serve_in_place(unsigned words)
{
    for (;;) {
        uint64_t sum = bench_sum(front()->words, words);

        channel_consume(&channel);
        put(words, bench_reply(sum));
    }
}

/* ---- Lent ---- */

static void lend(uint64_t seed)
{
    unsigned words = bench.words;
    struct channel_message message = { .length = words * 8 };

    message.buffer = channel_buffer(&channel);
    bench_must(message.buffer ? 0 : -1, "channel_buffer");
    bench_fill(channel_own(&channel, message.buffer), words, seed);
    bench_must(channel_send(&channel, &message, 0), "channel_send");
}

static uint64_t sum_of_next(void)
{
    unsigned words = bench.words;
    struct channel_message message;
    uint64_t sum;

    while (bench.waiting != BENCH_BLOCKED && !channel_has_message(&channel)) {
        await_message();
    }
    bench_must(channel_receive(&channel, &message, 0), "channel_receive");
    sum = bench_sum(channel_lent(&channel, &message), words);
    channel_release(&channel, &message);
    return sum;
}

static void request_lent(uint64_t seed)
{
    unsigned words = bench.words;

    for (unsigned i = 0; i < bench.depth; i++) {
        lend(seed + i);
    }
    for (unsigned i = 0; i < bench.depth; i++) {
        bench_check(sum_of_next(), words, seed + i);
    }
}

static void answer_lent(void)
{
    for (;;) {
        lend(bench_reply(sum_of_next()));
    }
}

/* ---- Either ---- */

BENCH_INLINE void ask(unsigned words, uint64_t seed)
{
    if (words <= IN_PLACE) {
        ask_in_place(words, seed);
    } else {
        request_lent(seed);
    }
}

BENCH_INLINE void serve(unsigned words)
{
    if (words <= IN_PLACE) {
        serve_in_place(words);
    } else {
        answer_lent();
    }
}

BENCH_VERSIONS(request, ask, answer, serve)

static void post(void)
{
    put(1, 1);
    channel_flush(&channel);
}

static void take(void)
{
    front();
    channel_consume(&channel);
}

const struct mechanism bench_channel = {
    .name = "channel",
    .description = "channel, one message in flight",
    .kind = "user interrupts",
    .most_depth = BENCH_MOST_DEPTH,
    .most_size = BENCH_MOST_SIZE,
    .waiting = BENCH_ALWAYS,
    .create = create,
    .connect = connect,
    .accept = accept,
    .request = {request_one, request},
    .answer = { answer_one, answer },
    .post = post,
    .take = take
};
