/* SPDX-License-Identifier: MIT */
/*
 * Ways of talking between two processes, to be measured: each is a struct mechanism, in a file with
 * its family (mechanisms.c lists them). A client sends `depth` messages before it waits for as many
 * answers; a server answers each. Both look at every word of what they get, so that what moves the data
 * is compared as it would be used: in place, where a mechanism can do that.
 *
 * A process is one side of one pair in its life: `bench` is that side.
 */
#ifndef BENCH_H
#define BENCH_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "demo/demo.h"

#define BENCH_MOST_DEPTH 32
#define BENCH_MOST_SIZE  4096
#define BENCH_VECTOR     1

#define BENCH_INLINE     static inline __attribute__((always_inline))

/* What a side does while it has nothing to do, and so in which state a message finds it. */
enum bench_waiting {
    BENCH_BLOCKED,  /* waits in the kernel */
    BENCH_RUNNABLE, /* looks again each time the scheduler lets it: SYS_yield */
    BENCH_RUNNING,  /* looks all the time, on its own hart */
};

#define BENCH_WAITS(waiting) (1u << (waiting))
#define BENCH_ALWAYS                                                                               \
    (BENCH_WAITS(BENCH_BLOCKED) | BENCH_WAITS(BENCH_RUNNABLE) | BENCH_WAITS(BENCH_RUNNING))

struct bench {
    unsigned words; /* of a message */
    unsigned depth; /* messages before the client waits */
    enum bench_waiting waiting;
    int out, in;    /* what it sends and receives by: handles, or an index for uipi.send */
    unsigned wrong; /* answers that were not the requests' */
};

extern struct bench bench;

/* The server's handles, from its start. */
enum { BENCH_IN = 3, BENCH_OUT, BENCH_CLIENT, BENCH_HANDLES };

struct mechanism {
    const char *name, *description;
    const char *kind;    /* whose it is: "kernel", "user interrupts" or "memory" */
    unsigned most_depth; /* 0 is 1 */
    unsigned most_size;  /* bytes of a message; 0: it carries at most 8 */
    unsigned most_bytes; /* in flight each way; 0: whatever the above allow */
    unsigned waiting;    /* BENCH_WAITS() that have a meaning */
    bool lazy;           /* ipc_set_lazy(): both sides only wait for each other */
    void (*create)(
        int peers[2]); /* in the client: objects, of which the server gets two as handles; NULL */
    void (*connect)(void); /* in the client, when the server has been started; NULL */
    void (*accept)(void);  /* in the server, whose handles `bench` has; NULL */
    /* Two versions: [0] for messages of one word, [1] for all. */
    void (*request[2])(uint64_t seed); /* bench.depth messages there, as many answers back */
    void (*answer[2])(void);           /* all requests, for ever */
    /* One message of 8 bytes from client to server. NULL: it has no such thing. */
    void (*post)(void);
    void (*take)(void);     /* waits for one */
    void (*loopback)(void); /* prepares a process that sends to itself; NULL */
    void (*itself)(void);   /* sends one to itself and has it taken; never waits */
};

/* NULL: none of this name. The list ends with NULL. */
const struct mechanism *bench_find(const char *name);
extern const struct mechanism *const bench_mechanisms[];

/* Whether the mechanism can do that; else why not. */
const char *bench_refusal(const struct mechanism *mechanism, unsigned size, unsigned depth,
                          enum bench_waiting waiting);

/* Ends the program with a message when a call has failed that can't fail here. */
int bench_must(int result, const char *what);

/* For create: one object each way, whose ends [0] receives by and [1] sends by. */
void bench_create_ways(void (*open)(int ends[2]), int peers[2]);

/* Whoever doesn't wait in the kernel receives by a handle that doesn't wait, and looks again. */
void bench_set_waiting(int (*set_flags)(int handle, unsigned flags));

/* Between two looks of a side that doesn't wait in the kernel. */
static inline void bench_pause(unsigned *looks)
{
    if (bench.waiting == BENCH_RUNNABLE || ++*looks >= count_spins()) {
        thread_yield();
        *looks = 0;
    }
}

#define BENCH_LOOK_UNTIL(condition)                                                                \
    for (unsigned looks_ = 0; !(condition);) {                                                     \
        bench_pause(&looks_);                                                                      \
    }

/* The same with a call that fails with EAGAIN when it would have to wait. */
#define BENCH_UNTIL_THERE(result, call)                                                            \
    BENCH_LOOK_UNTIL(((result) = (call)) >= 0 || errno != EAGAIN)

/* ---- What messages hold: one word, again and again. An answer has the request's sum and 1. ---- */

BENCH_INLINE void bench_fill(uint64_t *words, unsigned count, uint64_t seed)
{
    for (; count >= 8; count -= 8, words += 8) {
        words[0] = words[1] = words[2] = words[3] = seed;
        words[4] = words[5] = words[6] = words[7] = seed;
    }
    for (; count > 0; count--) {
        *words++ = seed;
    }
}

/* Each word is loaded once: the other side may be able to change it. */
BENCH_INLINE uint64_t bench_sum(const uint64_t *words, unsigned count)
{
    uint64_t sum = 0;

    for (; count >= 8; count -= 8, words += 8) {
        sum += words[0] + words[1] + words[2] + words[3];
        sum += words[4] + words[5] + words[6] + words[7];
    }
    for (; count > 0; count--) {
        sum += *words++;
    }
    return sum;
}

static inline uint64_t bench_reply(uint64_t sum)
{
    return sum + 1;
}

/* An answer's sum: whether it is the one to a request with this seed. */
BENCH_INLINE void bench_check(uint64_t sum, unsigned count, uint64_t seed)
{
    if (__builtin_expect(sum != (seed * count + 1) * count, 0)) {
        bench.wrong++;
    }
}

/*
 * A mechanism's two versions of request and answer, from inline functions that take the number of words first
 * and what else is given here last: messages of one word get code without loops, which would cost as much as
 * a short way to send them.
 */
#define BENCH_VERSIONS(request, ask, answer, serve, ...)                                           \
    static void request##_one(uint64_t seed)                                                       \
    {                                                                                              \
        ask(1, seed, ##__VA_ARGS__);                                                               \
    }                                                                                              \
    static void request(uint64_t seed)                                                             \
    {                                                                                              \
        ask(bench.words, seed, ##__VA_ARGS__);                                                     \
    }                                                                                              \
    static void answer##_one(void)                                                                 \
    {                                                                                              \
        serve(1, ##__VA_ARGS__);                                                                   \
    }                                                                                              \
    static void answer(void)                                                                       \
    {                                                                                              \
        serve(bench.words, ##__VA_ARGS__);                                                         \
    }

/* Request and answer of a mechanism that carries nothing: to post and to take. */
#define BENCH_NOTIFICATIONS(request, answer, post, take)                                           \
    static void request(uint64_t seed)                                                             \
    {                                                                                              \
        (void)seed;                                                                                \
        post();                                                                                    \
        take();                                                                                    \
    }                                                                                              \
    static void answer(void)                                                                       \
    {                                                                                              \
        for (;;) {                                                                                 \
            take();                                                                                \
            post();                                                                                \
        }                                                                                          \
    }

#endif
