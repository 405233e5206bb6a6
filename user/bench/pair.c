// SPDX-License-Identifier: MIT
#include "bench/pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/link.h"
#include "lib/process.h"
#include "lib/signals.h"
#include "lib/syscall.h"

#define WARM_UP 40 /* more than any mechanism has slots */
#define NUMBERS 8
#define FIRST   3 /* of a child's arguments: the numbers */

const char *const pair_waiting_names[] = { "blocked", "runnable", "running", NULL };

void (*pair_round)(uint64_t seed);

static const char *program;

/* ---- A pair as words ---- */

static int start(const struct pair *pair, const char *role, const struct process_options *options)
{
    unsigned numbers[NUMBERS] = { (unsigned)pair->waiting,
                                  pair->size,
                                  pair->depth,
                                  pair->rounds,
                                  pair->harts,
                                  pair->client,
                                  pair->server,
                                  pair->one_way };
    const char *words[FIRST + NUMBERS + 1] = { program, role, pair->mechanism->name };
    char text[NUMBERS][12];

    for (unsigned i = 0; i < NUMBERS; i++) {
        snprintf(text[i], sizeof(text[i]), "%u", numbers[i]);
        words[FIRST + i] = text[i];
    }
    return bench_must(process_start(words, options), "process_start");
}

static struct pair parse(char **argv)
{
    unsigned numbers[NUMBERS];

    for (unsigned i = 0; i < NUMBERS; i++) {
        numbers[i] = (unsigned)atoi(argv[FIRST + i]);
    }
    return (struct pair){ .mechanism = bench_find(argv[2]),
                          .waiting = (enum bench_waiting)numbers[0],
                          .size = numbers[1],
                          .depth = numbers[2],
                          .rounds = numbers[3],
                          .harts = numbers[4],
                          .client = numbers[5],
                          .server = numbers[6],
                          .one_way = numbers[7] };
}

static void begin(const struct pair *pair)
{
    count_init();
    bench = (struct bench){
        .words = pair->size / 8, .depth = pair->depth, .waiting = pair->waiting, .out = -1, .in = -1
    };
    ipc_set_lazy(pair->mechanism->lazy);
}

/* ---- The server ---- */

static int serve(const struct pair *pair)
{
    begin(pair);
    bench.in = BENCH_IN;
    bench.out = BENCH_OUT;
    if (pair->mechanism->accept) {
        pair->mechanism->accept();
    }
    while (pair->one_way) {
        pair->mechanism->take();
    }
    pair->mechanism->answer[pair->size > 8]();
    return 0;
}

/* ---- The client ---- */

static int server = -1;

static void start_server(const struct pair *pair)
{
    struct process_options options = process_defaults;
    int handles[BENCH_HANDLES] = { 0, 1, 2, -1, -1, -1 };

    if (pair->mechanism->create) {
        pair->mechanism->create(handles + BENCH_IN);
    }
    handles[BENCH_CLIENT] = bench_must(process_self(), "process_self");
    options.handles = handles;
    options.handle_count = BENCH_HANDLES;
    options.harts = 1ul << pair->server;
    server = start(pair, "--server", &options);
    if (bench.out < 0) {
        bench.out = server;
    }
    if (pair->mechanism->connect) {
        pair->mechanism->connect();
    }
}

static const struct mechanism *one_way;

static void post(uint64_t seed)
{
    (void)seed;
    one_way->post();
}

static void choose_round(const struct pair *pair)
{
    one_way = pair->mechanism;
    pair_round = pair->one_way ? post : pair->mechanism->request[pair->size > 8];
}

static void warm_up(void)
{
    for (uint64_t i = 0; i < WARM_UP; i++) {
        pair_round(i);
    }
}

/* The server of a load may be spinning: it must not stay. */
static void end_load(int signal, struct signal_frame *frame)
{
    (void)signal;
    (void)frame;
    if (server >= 0) {
        process_kill(server, SIGNAL_KILL);
    }
    _exit(0);
}

static _Noreturn void be_a_load(void)
{
    for (uint64_t i = 0;; i++) {
        pair_round(i);
    }
}

static int ask(const struct pair *pair, int (*measure)(const struct pair *))
{
    int status;

    begin(pair);
    if (pair->rounds == 0) {
        bench_must(signal_handle(SIGNAL_TERM, end_load, 0, 0), "signal_handle");
    }
    bench_must(thread_set_affinity(1ul << pair->client), "thread_set_affinity");
    start_server(pair);
    if (pair->one_way) {
        bench_must(thread_set_priority(DEFAULT_PRIORITY + 1), "thread_set_priority");
    }
    choose_round(pair);
    warm_up();
    if (pair->rounds == 0) {
        be_a_load();
    }
    status = measure(pair);
    bench_must(process_kill(server, SIGNAL_KILL), "process_kill");
    bench_must(process_finish(server), "process_finish");
    if (bench.wrong) {
        printf("bench: %s: %u wrong answers\n", pair->mechanism->name, bench.wrong);
        return 1;
    }
    return status;
}

/* ---- The program ---- */

int pair_child(int argc, char **argv, int (*measure)(const struct pair *pair))
{
    struct pair pair;

    program = argv[0];
    if (argc != FIRST + NUMBERS) {
        return -1;
    }
    pair = parse(argv);
    if (!pair.mechanism) {
        return -1;
    }
    return strcmp(argv[1], "--server") == 0 ? serve(&pair) : ask(&pair, measure);
}

int pair_start(const struct pair *pair)
{
    return start(pair, "--client", NULL);
}

int pair_run(const struct pair *pair)
{
    return bench_must(process_finish(pair_start(pair)), "process_finish");
}
