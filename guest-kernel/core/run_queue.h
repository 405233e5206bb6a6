/* SPDX-License-Identifier: MIT */
/*
 * Runnable things of PRIORITIES levels, first come first served within one. Everything takes
 * constant time: a bit says which levels are in use, a table which bit is the first.
 */
#ifndef CORE_RUN_QUEUE_H
#define CORE_RUN_QUEUE_H

#include <stdint.h>

#include "core/list.h"
#include "uapi/syscall.h"

struct run_queue {
    uint32_t levels; /* bit p: level p is not empty */
    struct list level[PRIORITIES];
};

void run_queue_init(struct run_queue *queue);

extern const uint8_t run_queue_lowest_bit[1 << PRIORITIES];

/* The first level in use, PRIORITIES when none is. */
static inline unsigned run_queue_best(const struct run_queue *queue)
{
    return run_queue_lowest_bit[queue->levels];
}

void run_queue_append(struct run_queue *queue, struct list *node, unsigned priority);
void run_queue_prepend(struct run_queue *queue, struct list *node, unsigned priority);
void run_queue_remove(struct run_queue *queue, struct list *node, unsigned priority);

/* Takes out the first node of the first level in use; NULL when the queue is empty. */
struct list *run_queue_take(struct run_queue *queue);

#endif
