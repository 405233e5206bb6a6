// SPDX-License-Identifier: MIT
/*
 * Messages between two processes, and their answers, by any mechanism.
 *
 *   pingpong [MECHANISM] [--receiver blocked|runnable|running] [--size BYTES] [--depth D] [--harts N]
 *            [--rounds N] [--repeat N] [--one-way]
 *
 * Each of the first four may be a list with commas; MECHANISM may be "all". All combinations are measured
 * that a mechanism can do, each in two new processes. One hart: client and server share it. Two:
 * one each. Four: a second pair on the other two is busy with the same. --one-way: nothing is
 * answered; the server is served before the client, so a message ends when that waits again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure.h"
#include "lib/process.h"
#include "lib/signals.h"
#include "lib/syscall.h"

#define MOST 16 /* elements of a list */

struct list {
    unsigned count, values[MOST];
};

static struct list mechanisms, receivers, sizes, depths;
static unsigned harts = 1, rounds = 255, repeat = 1, failed, measured;
static bool one_way;

static void wrong_usage(const char *what)
{
    printf("pingpong: %s?\n"
           "usage: pingpong [MECHANISM,...|all] [--receiver blocked|runnable|running,...]\n"
           "                [--size BYTES,...] [--depth D,...] [--harts 1|2|4] [--rounds N]\n"
           "                [--repeat N] [--one-way]\nmechanisms:",
           what);
    for (unsigned i = 0; bench_mechanisms[i]; i++) {
        printf(" %s", bench_mechanisms[i]->name);
    }
    printf("\n");
    exit(2);
}

/* ---- Arguments ---- */

static unsigned number(const char *word)
{
    char *end;
    unsigned long value = strtoul(word, &end, 10);

    if (*end || value == 0 || value > UINT32_MAX) {
        wrong_usage(word);
    }
    return (unsigned)value;
}

static unsigned mechanism_number(const char *word)
{
    for (unsigned i = 0; bench_mechanisms[i]; i++) {
        if (strcmp(word, bench_mechanisms[i]->name) == 0) {
            return i;
        }
    }
    wrong_usage(word);
    return 0;
}

static unsigned receiver_number(const char *word)
{
    for (unsigned i = 0; pair_waiting_names[i]; i++) {
        if (strcmp(word, pair_waiting_names[i]) == 0) {
            return i;
        }
    }
    wrong_usage(word);
    return 0;
}

static void parse_list(struct list *list, char *words, unsigned (*value)(const char *))
{
    char *rest = words, *word;

    list->count = 0;
    while ((word = strsep(&rest, ","))) {
        if (list->count == MOST) {
            wrong_usage(word);
        }
        list->values[list->count++] = value(word);
    }
}

static void all_mechanisms(void)
{
    while (bench_mechanisms[mechanisms.count]) {
        mechanisms.values[mechanisms.count] = mechanisms.count;
        mechanisms.count++;
    }
}

static void parse(int argc, char **argv)
{
    receivers = (struct list){ 1, { BENCH_BLOCKED } };
    sizes = (struct list){ 1, { 8 } };
    depths = (struct list){ 1, { 1 } };
    for (int i = 1; i < argc; i++) {
        char *value = argv[i + 1]; /* argv ends with NULL */

        if (strcmp(argv[i], "--one-way") == 0) {
            one_way = true;
        } else if (argv[i][0] != '-') {
            if (strcmp(argv[i], "all") != 0) {
                parse_list(&mechanisms, argv[i], mechanism_number);
            }
        } else if (!value) {
            wrong_usage(argv[i]);
        } else if (strcmp(argv[i], "--receiver") == 0) {
            parse_list(&receivers, argv[++i], receiver_number);
        } else if (strcmp(argv[i], "--size") == 0) {
            parse_list(&sizes, argv[++i], number);
        } else if (strcmp(argv[i], "--depth") == 0) {
            parse_list(&depths, argv[++i], number);
        } else if (strcmp(argv[i], "--harts") == 0) {
            harts = number(argv[++i]);
        } else if (strcmp(argv[i], "--rounds") == 0) {
            rounds = number(argv[++i]);
        } else if (strcmp(argv[i], "--repeat") == 0) {
            repeat = number(argv[++i]);
        } else {
            wrong_usage(argv[i]);
        }
    }
    if (mechanisms.count == 0) {
        all_mechanisms();
    }
}

/* ---- Measuring ---- */

static void run(const struct pair *pair)
{
    struct pair other = *pair;
    int load = -1;

    if (bench_refusal(pair->mechanism, pair->size, pair->depth, pair->waiting) ||
        (one_way && !pair->mechanism->post)) {
        return;
    }
    if (harts == 4) {
        other.rounds = 0;
        other.client = 2;
        other.server = 3;
        load = pair_start(&other);
    }
    measured++;
    failed += pair_run(pair) != 0;
    if (load >= 0) {
        bench_must(process_kill(load, SIGNAL_TERM), "process_kill");
        bench_must(process_finish(load), "process_finish");
    }
}

static void run_sizes(const struct mechanism *mechanism, enum bench_waiting waiting)
{
    for (unsigned i = 0; i < sizes.count; i++) {
        for (unsigned j = 0; j < depths.count; j++) {
            struct pair pair = { .mechanism = mechanism,
                                 .waiting = waiting,
                                 .size = sizes.values[i],
                                 .depth = depths.values[j],
                                 .rounds = rounds,
                                 .harts = harts,
                                 .server = harts > 1 ? 1 : 0,
                                 .one_way = one_way };

            run(&pair);
        }
    }
}

static void run_all(void)
{
    for (unsigned i = 0; i < mechanisms.count; i++) {
        for (unsigned j = 0; j < receivers.count; j++) {
            run_sizes(bench_mechanisms[mechanisms.values[i]],
                      (enum bench_waiting)receivers.values[j]);
        }
    }
}

int main(int argc, char **argv)
{
    struct system_info info;
    int status = pair_child(argc, argv, measure_pair);

    if (status >= 0) {
        return status;
    }
    parse(argc, argv);
    bench_must(system_info(&info), "system_info");
    if ((harts != 1 && harts != 2 && harts != 4) || harts > info.harts) {
        wrong_usage("so many harts");
    }
    for (unsigned i = 0; i < repeat; i++) {
        run_all();
    }
    if (measured == 0) {
        wrong_usage("no mechanism can do that; which");
    }
    return failed != 0;
}
