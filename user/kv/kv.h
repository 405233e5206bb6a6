/* SPDX-License-Identifier: MIT */
/*
 * A key-value server with many clients: one small program in two versions that differ in a file each,
 * kernel.c (calls through the kernel) and channel.c (channels on user interrupts).
 *
 *   kv [kernel|channel] [CLIENTS] [REQUESTS] [SIZE] [DEPTH]
 *
 * Each client puts and gets REQUESTS values of SIZE bytes, DEPTH of them in flight, and checks every answer.
 */
#ifndef KV_H
#define KV_H

#include <stddef.h>
#include <stdint.h>

#define KV_KEY_WORDS 3
#define KV_MOST      4096 /* bytes of a value */

enum kv_operation { KV_PUT = 1, KV_GET, KV_DELETE };

struct kv_key {
    uint64_t words[KV_KEY_WORDS];
};

/* ---- The store: store.c ---- */

/* Keeps a copy of the value. 0, or an errno: EFBIG, ENOMEM. */
int kv_put(const struct kv_key *key, const void *value, size_t size);

/* The value, which stays the store's; NULL: there is none. */
const void *kv_get(const struct kv_key *key, size_t *size);

/* 0 or ENOENT. */
int kv_delete(const struct kv_key *key);

/* ---- How requests and answers travel: kernel.c, channel.c ---- */

struct kv_answer {
    int error; /* 0 or an errno */
    size_t size;
    const void *value; /* until kv_transport.done() */
    uint64_t token;    /* the request's */
};

struct kv_transport {
    const char *name;
    unsigned depth; /* most requests in flight */
    /* The server: until nobody can call any more. endpoint: with RIGHT_READ. */
    void (*serve)(int endpoint);
    /* A client. endpoint: with RIGHT_WRITE. */
    void (*open)(int endpoint);
    void (*ask)(enum kv_operation operation, const struct kv_key *key, const void *value,
                size_t size, uint64_t token);
    void (*answer)(struct kv_answer *answer); /* of the oldest request that isn't answered */
    void (*done)(void);                       /* with the answer */
    void (*close)(void);
};

extern const struct kv_transport kv_kernel, kv_channel;

/* ---- A client's work, between open() and close(): client.c. Returns how many answers were wrong. ---- */

struct kv_work {
    unsigned requests, size, depth, seed;
};

unsigned kv_client(const struct kv_transport *transport, const struct kv_work *work);

/* Ends the program with a message when a call that can't fail here has failed. */
int kv_must(int result, const char *what);

#endif
