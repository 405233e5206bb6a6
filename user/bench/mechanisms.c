// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "bench/families.h"
#include "uapi/syscall.h"

struct bench bench;

const struct mechanism *const bench_mechanisms[] = {
    &bench_call,    &bench_futex,      &bench_eventfd, &bench_pipe,
    &bench_queue,   &bench_signal,     &bench_uipi,    &bench_handover,
    &bench_upipe,   &bench_lazy_upipe, &bench_uqueue,  &bench_lazy_uqueue,
    &bench_usignal, &bench_channel,    &bench_poll,    NULL,
};

const struct mechanism *bench_find(const char *name)
{
    for (unsigned i = 0; bench_mechanisms[i]; i++) {
        if (strcmp(name, bench_mechanisms[i]->name) == 0) {
            return bench_mechanisms[i];
        }
    }
    return NULL;
}

int bench_must(int result, const char *what)
{
    if (result < 0) {
        printf("bench: %s failed: %s\n", what, strerror(errno));
        exit(1);
    }
    return result;
}

void bench_create_ways(void (*open)(int ends[2]), int peers[2])
{
    int there[2], back[2];

    open(there);
    open(back);
    peers[0] = there[0];
    bench.out = there[1];
    bench.in = back[0];
    peers[1] = back[1];
}

void bench_set_waiting(int (*set_flags)(int handle, unsigned flags))
{
    if (bench.waiting != BENCH_BLOCKED) {
        bench_must(set_flags(bench.in, HANDLE_NONBLOCK), "set_flags");
    }
}

const char *bench_refusal(const struct mechanism *mechanism, unsigned size, unsigned depth,
                          enum bench_waiting waiting)
{
    unsigned most_depth = mechanism->most_depth ? mechanism->most_depth : 1;
    unsigned most_size = mechanism->most_size ? mechanism->most_size : 8;

    if (depth < 1 || depth > most_depth) {
        return "depth";
    }
    if (size < 8 || size % 8 || size > most_size) {
        return "size";
    }
    if (mechanism->most_bytes && size * depth > mechanism->most_bytes) {
        return "bytes in flight";
    }
    return mechanism->waiting & BENCH_WAITS(waiting) ? NULL : "receiver";
}
