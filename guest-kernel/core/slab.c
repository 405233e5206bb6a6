// SPDX-License-Identifier: MIT
#include "core/slab.h"

#include <stdint.h>

#include "arch/layout.h"
#include "core/copy.h"
#include "core/list.h"
#include "core/page.h"

/* At the start of each page of a class. A full page is in no list. */
struct slab_page {
    struct list node;
    void *free; /* freed objects, linked through their first word */
    uint32_t used;
    uint32_t fresh; /* objects from here on were never handed out */
};

#define HEADER 32

_Static_assert(sizeof(struct slab_page) <= HEADER, "the first object follows at HEADER");

/* Sizes that divide what is left of a page with little waste. */
static const uint16_t class_size[] = { 32, 64, 128, 256, 512, 1008, 2032 };

#define CLASSES (sizeof(class_size) / sizeof(class_size[0]))

static struct list partial[CLASSES]; /* pages with room; set up at the first use */

static int class_of(size_t size)
{
    for (unsigned i = 0; i < CLASSES; i++) {
        if (size <= class_size[i]) {
            return (int)i;
        }
    }
    return -1;
}

static unsigned capacity(int class)
{
    return (PAGE_SIZE - HEADER) / class_size[class];
}

static void *object_at(struct slab_page *page, int class, unsigned index)
{
    return (char *)page + HEADER + (size_t)class_size[class] * index;
}

static struct slab_page *page_with_room(int class)
{
    struct slab_page *page;

    if (!partial[class].next) {
        list_init(&partial[class]);
    }
    if (!list_is_empty(&partial[class])) {
        return LIST_ENTRY(partial[class].next, struct slab_page, node);
    }
    page = page_alloc_dirty(); /* each object is zeroed when it is handed out */
    if (page) {
        page->free = NULL;
        page->used = 0;
        page->fresh = 0;
        list_append(&partial[class], &page->node);
    }
    return page;
}

void *slab_alloc(size_t size)
{
    int class = class_of(size);
    struct slab_page *page;
    void *object;

    if (class < 0) {
        return size <= PAGE_SIZE ? page_alloc() : NULL;
    }
    page = page_with_room(class);
    if (!page) {
        return NULL;
    }
    if (page->free) {
        object = page->free;
        page->free = *(void **)object;
    } else {
        object = object_at(page, class, page->fresh++);
    }
    if (++page->used == capacity(class)) {
        list_remove(&page->node);
    }
    clear_memory(object, (size + 7) & -(size_t)8);
    return object;
}

void slab_free(void *memory, size_t size)
{
    int class = class_of(size);
    struct slab_page *page = (void *)((uintptr_t)memory & -(uintptr_t)PAGE_SIZE);

    if (!memory) {
        return;
    }
    if (class < 0) {
        page_free(memory);
        return;
    }
    *(void **)memory = page->free;
    page->free = memory;
    if (page->used-- == capacity(class)) {
        list_append(&partial[class], &page->node);
    }
    if (page->used == 0) {
        list_remove(&page->node);
        page_free(page);
    }
}
