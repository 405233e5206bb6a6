/* SPDX-License-Identifier: MIT */
/*
 * A client and a server of one mechanism, each a process, so that nothing is left of the one measured before.
 * Both are the calling program again, with other arguments: its main() begins with pair_child().
 */
#ifndef BENCH_PAIR_H
#define BENCH_PAIR_H

#include "bench/bench.h"

struct pair {
    const struct mechanism *mechanism;
    enum bench_waiting waiting;
    unsigned size, depth;
    unsigned rounds;         /* 0: for ever, to be a load for others; SIGNAL_TERM ends it */
    unsigned harts;          /* of the machine that are used: told, not looked at */
    unsigned client, server; /* their harts */
    bool one_way;            /* the server only takes, and is served before the client */
};

/* "blocked", "runnable", "running" */
extern const char *const pair_waiting_names[];

/*
 * If this process was started as a client or server: does its work and returns the exit status. Otherwise
 * -1. In the client `measure` is called when the server is ready; its result is the exit status.
 */
int pair_child(int argc, char **argv, int (*measure)(const struct pair *pair));

/* Starts the client, which starts the server. Its process. */
int pair_start(const struct pair *pair);

/* The same and waits for its end: its status. */
int pair_run(const struct pair *pair);

/* One round: a batch of requests and all answers, or one message one way. Set in the client. */
extern void (*pair_round)(uint64_t seed);

#endif
