// SPDX-License-Identifier: MIT
#include "core/run_queue.h"

/* The lowest bit set of each byte, 8 for 0; a hart without Zbb would count zeros in a loop. */
#define F(n)                                                                                       \
    !(n)     ? 8                                                                                   \
    : (n)&1  ? 0                                                                                   \
    : (n)&2  ? 1                                                                                   \
    : (n)&4  ? 2                                                                                   \
    : (n)&8  ? 3                                                                                   \
    : (n)&16 ? 4                                                                                   \
    : (n)&32 ? 5                                                                                   \
    : (n)&64 ? 6                                                                                   \
             : 7
#define F4(n)  F(n), F((n) + 1), F((n) + 2), F((n) + 3)
#define F16(n) F4(n), F4((n) + 4), F4((n) + 8), F4((n) + 12)
#define F64(n) F16(n), F16((n) + 16), F16((n) + 32), F16((n) + 48)

const uint8_t run_queue_lowest_bit[1 << PRIORITIES] = { F64(0), F64(64), F64(128), F64(192) };

_Static_assert(PRIORITIES == 8, "one byte of levels");

void run_queue_init(struct run_queue *queue)
{
    queue->levels = 0;
    for (unsigned i = 0; i < PRIORITIES; i++) {
        list_init(&queue->level[i]);
    }
}

void run_queue_append(struct run_queue *queue, struct list *node, unsigned priority)
{
    list_append(&queue->level[priority], node);
    queue->levels |= 1u << priority;
}

void run_queue_prepend(struct run_queue *queue, struct list *node, unsigned priority)
{
    list_prepend(&queue->level[priority], node);
    queue->levels |= 1u << priority;
}

void run_queue_remove(struct run_queue *queue, struct list *node, unsigned priority)
{
    list_remove(node);
    if (list_is_empty(&queue->level[priority])) {
        queue->levels &= ~(1u << priority);
    }
}

struct list *run_queue_take(struct run_queue *queue)
{
    unsigned best = run_queue_best(queue);
    struct list *node;

    if (best == PRIORITIES) {
        return NULL;
    }
    node = queue->level[best].next;
    run_queue_remove(queue, node, best);
    return node;
}
