// SPDX-License-Identifier: MIT
#include <string.h>

#include "core/list.h"
#include "unit.h"

struct item {
    int number;
    struct list node;
};

#define ITEMS 16

static struct item items[ITEMS];
static struct list head;

static void set_up(void)
{
    list_init(&head);
    for (int i = 0; i < ITEMS; i++) {
        items[i].number = i;
        list_init(&items[i].node);
    }
}

/* The list holds these items in this order, forwards and backwards. */
static void check_order(const int *expected, int count)
{
    struct list *node = head.next;

    for (int i = 0; i < count; i++, node = node->next) {
        CHECK(node != &head);
        CHECK_IS(LIST_ENTRY(node, struct item, node)->number, expected[i]);
        CHECK(node->previous->next == node && node->next->previous == node);
    }
    CHECK(node == &head);
    CHECK(list_is_empty(&head) == (count == 0));
}

#define CHECK_ORDER(...)                                                                           \
    check_order((int[]){ __VA_ARGS__ }, sizeof((int[]){ __VA_ARGS__ }) / sizeof(int))

static void new_list_is_empty(void)
{
    set_up();
    CHECK(list_is_empty(&head));
    CHECK(list_take_first(&head) == NULL);
    check_order(NULL, 0);
}

static void ends(void)
{
    set_up();
    list_append(&head, &items[1].node);
    list_append(&head, &items[2].node);
    list_prepend(&head, &items[0].node);
    CHECK_ORDER(0, 1, 2);
}

static void insert_before(void)
{
    set_up();
    list_append(&head, &items[0].node);
    list_append(&head, &items[2].node);
    list_insert_before(&items[1].node, &items[2].node);
    list_insert_before(&items[3].node, &head);
    list_insert_before(&items[4].node, &items[0].node);
    CHECK_ORDER(4, 0, 1, 2, 3);
}

static void remove_anywhere(void)
{
    set_up();
    for (int i = 0; i < 5; i++) {
        list_append(&head, &items[i].node);
    }
    list_remove(&items[2].node);
    CHECK_ORDER(0, 1, 3, 4);
    list_remove(&items[0].node);
    list_remove(&items[4].node);
    CHECK_ORDER(1, 3);
    CHECK(list_is_empty(&items[2].node));
}

static void remove_twice(void)
{
    set_up();
    list_append(&head, &items[0].node);
    list_append(&head, &items[1].node);
    list_remove(&items[0].node);
    list_remove(&items[0].node);
    CHECK_ORDER(1);
    list_append(&head, &items[0].node);
    CHECK_ORDER(1, 0);
}

static void take_first(void)
{
    set_up();
    list_append(&head, &items[0].node);
    list_append(&head, &items[1].node);
    CHECK(list_take_first(&head) == &items[0].node);
    CHECK(list_is_empty(&items[0].node));
    CHECK(list_take_first(&head) == &items[1].node);
    CHECK(list_take_first(&head) == NULL);
}

static void for_each_while_removing(void)
{
    int seen = 0;

    set_up();
    LIST_FOR_EACH (node, after, &head) {
        FAIL("there is nothing in the list");
    }
    for (int i = 0; i < 6; i++) {
        list_append(&head, &items[i].node);
    }
    LIST_FOR_EACH (node, after, &head) {
        CHECK_IS(LIST_ENTRY(node, struct item, node)->number, seen);
        if (seen++ % 2) {
            list_remove(node);
            memset(node, 0, sizeof(*node)); /* freed */
        }
    }
    CHECK_IS(seen, 6);
    CHECK_ORDER(0, 2, 4);
}

/* Against an array. */
static void random_operations(void)
{
    int order[ITEMS], count = 0;

    set_up();
    for (int round = 0; round < 20000; round++) {
        int item = (int)unit_random(ITEMS), at = 0;

        while (at < count && order[at] != item) {
            at++;
        }
        if (at < count) {
            list_remove(&items[item].node);
            memmove(order + at, order + at + 1, (size_t)(count - at - 1) * sizeof(int));
            count--;
        } else {
            at = (int)unit_random((uint64_t)count + 1);
            list_insert_before(&items[item].node, at == count ? &head : &items[order[at]].node);
            memmove(order + at + 1, order + at, (size_t)(count - at) * sizeof(int));
            order[at] = item;
            count++;
        }
        check_order(order, count);
    }
}

static const struct unit_case cases[] = {
    {"new-list-is-empty",         new_list_is_empty      },
    { "append-and-prepend",       ends                   },
    { "insert-before",            insert_before          },
    { "remove-anywhere",          remove_anywhere        },
    { "remove-twice-is-harmless", remove_twice           },
    { "take-first",               take_first             },
    { "for-each-while-removing",  for_each_while_removing},
    { "random-against-array",     random_operations      },
};

UNIT("list", cases)
