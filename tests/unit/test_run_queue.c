// SPDX-License-Identifier: MIT
#include "core/run_queue.h"

#include "unit.h"

#define NODES 24

static struct run_queue queue;
static struct list nodes[NODES];

static void set_up(void)
{
    run_queue_init(&queue);
    for (int i = 0; i < NODES; i++) {
        list_init(&nodes[i]);
    }
}

static unsigned lowest_bit(unsigned levels)
{
    return levels ? (unsigned)__builtin_ctz(levels) : PRIORITIES;
}

static void empty(void)
{
    set_up();
    CHECK_IS(queue.levels, 0);
    CHECK_IS(run_queue_best(&queue), PRIORITIES);
    CHECK(run_queue_take(&queue) == NULL);
}

/* All 256 of them: what is found first, and what comes out after it. */
static void every_combination_of_levels(void)
{
    for (unsigned levels = 0; levels < 1u << PRIORITIES; levels++) {
        unsigned left = levels;

        set_up();
        for (unsigned i = 0; i < PRIORITIES; i++) {
            if (levels & (1u << i)) {
                run_queue_append(&queue, &nodes[i], i);
            }
        }
        for (; left; left &= left - 1) {
            CHECK_IS(queue.levels, left);
            CHECK_IS(run_queue_best(&queue), lowest_bit(left));
            CHECK(run_queue_take(&queue) == &nodes[lowest_bit(left)]);
        }
        CHECK_IS(queue.levels, 0);
        CHECK(run_queue_take(&queue) == NULL);
    }
}

static void first_come_first_served(void)
{
    set_up();
    run_queue_append(&queue, &nodes[0], 3);
    run_queue_append(&queue, &nodes[1], 3);
    run_queue_append(&queue, &nodes[2], 3);
    CHECK(run_queue_take(&queue) == &nodes[0]);
    run_queue_append(&queue, &nodes[0], 3);
    CHECK(run_queue_take(&queue) == &nodes[1]);
    CHECK(run_queue_take(&queue) == &nodes[2]);
    CHECK(run_queue_take(&queue) == &nodes[0]);
}

static void prepended_is_first(void)
{
    set_up();
    run_queue_prepend(&queue, &nodes[0], 5);
    CHECK_IS(queue.levels, 1u << 5);
    run_queue_append(&queue, &nodes[1], 5);
    run_queue_prepend(&queue, &nodes[2], 5);
    run_queue_prepend(&queue, &nodes[3], 6);
    CHECK(run_queue_take(&queue) == &nodes[2]);
    CHECK(run_queue_take(&queue) == &nodes[0]);
    CHECK(run_queue_take(&queue) == &nodes[1]);
    CHECK(run_queue_take(&queue) == &nodes[3]);
}

static void level_is_in_use_until_its_last_goes(void)
{
    set_up();
    run_queue_append(&queue, &nodes[0], 2);
    run_queue_append(&queue, &nodes[1], 2);
    run_queue_append(&queue, &nodes[2], 7);
    run_queue_remove(&queue, &nodes[0], 2);
    CHECK_IS(queue.levels, 1u << 2 | 1u << 7);
    run_queue_remove(&queue, &nodes[1], 2);
    CHECK_IS(queue.levels, 1u << 7);
    CHECK_IS(run_queue_best(&queue), 7);
    run_queue_remove(&queue, &nodes[2], 7);
    CHECK_IS(queue.levels, 0);
}

/* Against a list of (node, level) in order of preference. */
static void random_operations(void)
{
    struct {
        struct list *node;
        unsigned level;
    } order[NODES];
    int count = 0;

    set_up();
    for (int round = 0; round < 50000; round++) {
        int free = -1, at = 0;

        for (int i = 0; i < NODES; i++) {
            free = list_is_empty(&nodes[i]) ? i : free;
        }
        if (count > 0 && (free < 0 || unit_one_in(2))) {
            at = unit_one_in(2) ? 0 : (int)unit_random((uint64_t)count);
            if (at == 0) {
                CHECK(run_queue_take(&queue) == order[0].node);
            } else {
                run_queue_remove(&queue, order[at].node, order[at].level);
            }
            count--;
            for (; at < count; at++) {
                order[at] = order[at + 1];
            }
        } else {
            unsigned level = (unsigned)unit_random(PRIORITIES);
            bool first = unit_one_in(3);

            (first ? run_queue_prepend : run_queue_append)(&queue, &nodes[free], level);
            while (at < count &&
                   (order[at].level < level || (!first && order[at].level == level))) {
                at++;
            }
            for (int i = count++; i > at; i--) {
                order[i] = order[i - 1];
            }
            order[at].node = &nodes[free];
            order[at].level = level;
        }
        CHECK_IS(run_queue_best(&queue), count ? order[0].level : PRIORITIES);
    }
}

static const struct unit_case cases[] = {
    {"empty",                                empty                              },
    { "every-combination-of-levels",         every_combination_of_levels        },
    { "first-come-first-served",             first_come_first_served            },
    { "prepended-is-first",                  prepended_is_first                 },
    { "level-is-in-use-until-its-last-goes", level_is_in_use_until_its_last_goes},
    { "random-against-array",                random_operations                  },
};

UNIT("run_queue", cases)
