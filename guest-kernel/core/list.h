/* SPDX-License-Identifier: MIT */
/*
 * Doubly linked lists of nodes that lie in the objects themselves. The list's head is a node too. A
 * node in no list points to itself, so taking it out twice is harmless.
 */
#ifndef CORE_LIST_H
#define CORE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next;
    struct list *previous;
};

#define LIST_ENTRY(node, type, member) ((type *)((char *)(node)-offsetof(type, member)))

/* For each node of a list, which the body may take out. */
#define LIST_FOR_EACH(node, after, head)                                                           \
    for (struct list *node = (head)->next, *after = node->next; node != (head);                    \
         node = after, after = node->next)

static inline void list_init(struct list *list)
{
    list->next = list;
    list->previous = list;
}

static inline bool list_is_empty(const struct list *list)
{
    return list->next == list;
}

/* Puts a node before another one; before the head is at the end. */
static inline void list_insert_before(struct list *node, struct list *position)
{
    node->next = position;
    node->previous = position->previous;
    position->previous->next = node;
    position->previous = node;
}

static inline void list_append(struct list *head, struct list *node)
{
    list_insert_before(node, head);
}

static inline void list_prepend(struct list *head, struct list *node)
{
    list_insert_before(node, head->next);
}

static inline void list_remove(struct list *node)
{
    node->previous->next = node->next;
    node->next->previous = node->previous;
    list_init(node);
}

/* Takes out the first node; NULL when there is none. */
static inline struct list *list_take_first(struct list *head)
{
    struct list *node = head->next;

    if (node == head) {
        return NULL;
    }
    list_remove(node);
    return node;
}

#endif
