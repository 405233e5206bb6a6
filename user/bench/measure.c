// SPDX-License-Identifier: MIT
#include "bench/measure.h"

#include <stdio.h>
#include <stdlib.h>

#include "bench/window.h"
#include "lib/clock.h"

#define MOST_SAMPLES 4096
#define BATCH        8
#define WINDOW       1
#define MOST_TIME    (NANOSECONDS / 8) /* of sampling, when it is time that is measured */
#define LEAST        3                 /* samples, however long they take */

static uint64_t samples[MOST_SAMPLES], empty;

static uint64_t now(void)
{
    return count_works() ? count_now() : clock_nanoseconds();
}

/* How many, at most `most`. */
static unsigned take_samples(unsigned most, unsigned batch)
{
    uint64_t seed = 1000, begin = now();

    for (unsigned i = 0; i < most; i++) {
        uint64_t start = now();

        if (!count_works() && i >= LEAST && start - begin > MOST_TIME) {
            return i;
        }

        for (unsigned j = 0; j < batch; j++) {
            pair_round(seed++);
        }
        samples[i] = now() - start;
    }
    return most;
}

static void nothing(uint64_t seed)
{
    (void)seed;
}

/* What a batch takes that does nothing: the loop, the look at the clock. */
static uint64_t around(unsigned batch)
{
    void (*round)(uint64_t) = pair_round;
    unsigned count;

    pair_round = nothing;
    count = take_samples(LEAST * LEAST, batch);
    pair_round = round;
    return count_median(samples, count);
}

static void fill_window(const struct pair *pair)
{
    window_begin(WINDOW);
    for (unsigned i = 0; i < pair->rounds; i++) {
        pair_round(i);
    }
    window_end(WINDOW);
}

static uint64_t quartile(unsigned count, unsigned number)
{
    uint64_t sample = samples[(count - 1) * number / 4];

    return sample > empty ? sample - empty : 0;
}

static void print(const struct pair *pair, unsigned count, unsigned batch)
{
    const char *unit = count_works() ? "instructions" : "ns";
    unsigned exchanges = batch * pair->depth;

    printf("{\"mechanism\": \"%s\", \"kind\": \"%s\", \"receiver\": \"%s\", \"harts\": %u, "
           "\"size\": %u, \"depth\": %u, \"one_way\": %u, ",
           pair->mechanism->name, pair->mechanism->kind, pair_waiting_names[pair->waiting],
           pair->harts, pair->size, pair->depth, pair->one_way);
    printf("\"unit\": \"%s\", \"samples\": %u, \"batch\": %u, \"min\": %lu, \"q1\": %lu, "
           "\"median\": %lu, \"q3\": %lu, \"max\": %lu, \"window\": %u, \"wrong\": %u}\n",
           unit, count, batch, quartile(count, 0), quartile(count, 1), quartile(count, 2),
           quartile(count, 3), quartile(count, 4), count_works() ? pair->rounds : 0, bench.wrong);
    printf("%-11s %s, %u hart%s, %u bytes, %u in flight: %lu %s a %s\n", pair->mechanism->name,
           pair_waiting_names[pair->waiting], pair->harts, pair->harts == 1 ? "" : "s", pair->size,
           pair->depth, (quartile(count, 2) + exchanges / 2) / exchanges, unit,
           pair->one_way ? "message one way" : "message and its answer");
}

int measure_pair(const struct pair *pair)
{
    unsigned batch = count_works() ? 1 : BATCH;
    unsigned count = (pair->rounds + batch - 1) / batch;

    if (count > MOST_SAMPLES) {
        count = MOST_SAMPLES;
    }
    empty = around(batch);
    count = take_samples(count, batch);
    if (count_works()) {
        fill_window(pair);
    }
    count_median(samples, count); /* sorts them */
    print(pair, count, batch);
    return bench.wrong != 0;
}
