// SPDX-License-Identifier: MIT
/*
 * A client's work: request 2n puts a value, request 2n + 1 gets that of an earlier one, which must be what was
 * put. Keys are the client's own.
 */
#include "kv/kv.h"

#define KEYS   16
#define BEHIND 8 /* a value is got so many requests after it was put */

static _Alignas(8) uint64_t value[KV_MOST / 8];

static struct kv_key key_of(const struct kv_work *work, unsigned number)
{
    return (struct kv_key){
        {work->seed, number / 2 % KEYS, 0x6b76}
    };
}

static uint64_t word_of(const struct kv_work *work, unsigned number, unsigned place)
{
    return ((uint64_t)work->seed << 32 | number) * 0x9e3779b97f4a7c15 + place;
}

static void ask(const struct kv_transport *transport, const struct kv_work *work, unsigned number)
{
    struct kv_key key = key_of(work, number);

    if (number % 2 == 0) {
        for (unsigned i = 0; i < (work->size + 7) / 8; i++) {
            value[i] = word_of(work, number, i);
        }
        transport->ask(KV_PUT, &key, value, work->size, number);
    } else {
        key = key_of(work, number > BEHIND ? number - BEHIND : 0);
        transport->ask(KV_GET, &key, NULL, 0, number);
    }
}

/* The whole words of it; the put that this get must see came BEHIND requests before, or first of all. */
static int is_right(const struct kv_work *work, const struct kv_answer *answer)
{
    unsigned number = (unsigned)answer->token;
    unsigned put = number > BEHIND ? (number - BEHIND) / 2 * 2 : 0;
    const uint64_t *words = answer->value;

    if (answer->error || number % 2 == 0) {
        return !answer->error;
    }
    if (answer->size != work->size) {
        return 0;
    }
    for (unsigned i = 0; i < work->size / 8; i++) {
        if (words[i] != word_of(work, put, i)) {
            return 0;
        }
    }
    return 1;
}

unsigned kv_client(const struct kv_transport *transport, const struct kv_work *work)
{
    unsigned depth = work->depth < transport->depth ? work->depth : transport->depth;
    unsigned asked = 0, answered = 0, wrong = 0;
    struct kv_answer answer;

    while (answered < work->requests) {
        while (asked < work->requests && asked - answered < depth) {
            ask(transport, work, asked++);
        }
        while (answered < asked) { /* all: the next batch costs one notification */
            transport->answer(&answer);
            wrong += answer.token != answered || !is_right(work, &answer);
            transport->done();
            answered++;
        }
    }
    return wrong;
}
