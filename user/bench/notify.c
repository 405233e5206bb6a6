// SPDX-License-Identifier: MIT
/*
 * What a notification costs its sender and a receiver that runs: both are the same thread, so nothing waits
 * and nobody is switched to. Sent and taken, once: uipi.send and the handler; a write and a read.
 *
 *   notify [--rounds N]
 *
 * A line of JSON and one to be read for each mechanism, as `pingpong --one-way`, which has the same for a
 * receiver that waits. The samples are less what an empty function takes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "bench/window.h"
#include "lib/process.h"

#define MOST_ROUNDS 4096
#define WINDOW      1

static uint64_t samples[MOST_ROUNDS];

static unsigned rounds = 255;

static void nothing(void)
{
}

/* The middle one of what each of the rounds took. */
static uint64_t take_samples(void (*once)(void))
{
    for (unsigned i = 0; i < rounds; i++) {
        uint64_t start = count_now();

        once();
        samples[i] = count_now() - start;
    }
    return count_median(samples, rounds);
}

static int measure(const struct mechanism *mechanism)
{
    uint64_t around;

    count_init();
    bench = (struct bench){ .words = 1, .depth = 1, .waiting = BENCH_BLOCKED };
    mechanism->loopback();
    mechanism->itself();
    around = take_samples(nothing);
    take_samples(mechanism->itself);
    window_begin(WINDOW);
    for (unsigned i = 0; i < rounds; i++) {
        mechanism->itself();
    }
    window_end(WINDOW);
    printf("{\"mechanism\": \"%s\", \"kind\": \"%s\", \"receiver\": \"itself\", \"harts\": 1, "
           "\"size\": 8, \"depth\": 1, \"one_way\": 1, \"unit\": \"instructions\", "
           "\"samples\": %u, \"batch\": 1, ",
           mechanism->name, mechanism->kind, rounds);
    printf("\"min\": %lu, \"q1\": %lu, \"median\": %lu, \"q3\": %lu, \"max\": %lu, "
           "\"window\": %u, \"wrong\": 0}\n",
           samples[0] - around, samples[(rounds - 1) / 4] - around,
           samples[(rounds - 1) / 2] - around, samples[(rounds - 1) * 3 / 4] - around,
           samples[rounds - 1] - around, rounds);
    printf("%-9s to itself: %lu instructions to send and take\n", mechanism->name,
           samples[(rounds - 1) / 2] - around);
    return 0;
}

static int run(const char *program, const char *name)
{
    char text[12];
    const char *words[] = { program, "--itself", name, text, NULL };

    snprintf(text, sizeof(text), "%u", rounds);
    return bench_must(process_finish(bench_must(process_start(words, NULL), "process_start")),
                      "process_finish");
}

int main(int argc, char **argv)
{
    int failed = 0;

    if (argc >= 3) {
        rounds = (unsigned)atoi(argv[argc - 1]);
    }
    if (rounds < 1 || rounds > MOST_ROUNDS ||
        (argc > 1 && strcmp(argv[1], "--rounds") != 0 && strcmp(argv[1], "--itself") != 0)) {
        printf("usage: notify [--rounds N, up to %u]\n", MOST_ROUNDS);
        return 2;
    }
    if (argc == 4) {
        return measure(bench_find(argv[2]));
    }
    for (unsigned i = 0; bench_mechanisms[i]; i++) {
        if (bench_mechanisms[i]->loopback) {
            failed |= run(argv[0], bench_mechanisms[i]->name);
        }
    }
    return failed != 0;
}
