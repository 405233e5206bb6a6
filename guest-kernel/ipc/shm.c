// SPDX-License-Identifier: MIT
#include "ipc/shm.h"

#include <errno.h>

#include "arch/layout.h"
#include "core/page.h"
#include "core/process.h"
#include "core/slab.h"

#define TABLE_PAGES (PAGE_SIZE / sizeof(void *))
#define MAX_TABLES  (SHM_MAX_SIZE / PAGE_SIZE / TABLE_PAGES)

struct shm {
    struct object object;
    size_t pages;
    void **tables[MAX_TABLES]; /* a page each, of TABLE_PAGES pointers to pages */
};

_Static_assert(MAX_TABLES *TABLE_PAGES *PAGE_SIZE == SHM_MAX_SIZE, "tables for all pages");

size_t shm_size(const struct object *object)
{
    return ((const struct shm *)object)->pages * PAGE_SIZE;
}

void *shm_page(const struct object *object, size_t index)
{
    const struct shm *shm = (const struct shm *)object;

    return shm->tables[index / TABLE_PAGES][index % TABLE_PAGES];
}

static bool add_page(struct shm *shm)
{
    void ***table = &shm->tables[shm->pages / TABLE_PAGES];
    void *page;

    if (!*table) {
        *table = page_alloc();
    }
    page = *table ? page_alloc() : NULL;
    if (!page) {
        return false;
    }
    (*table)[shm->pages++ % TABLE_PAGES] = page;
    return true;
}

/* Also of one whose creation failed half-way. Pages that are mapped somewhere stay. */
static void shm_destroy(struct object *object)
{
    struct shm *shm = (struct shm *)object;

    for (size_t i = 0; i < shm->pages; i++) {
        page_free(shm_page(object, i));
    }
    for (size_t i = 0; i < MAX_TABLES; i++) {
        if (shm->tables[i]) {
            page_free(shm->tables[i]);
        }
    }
    slab_free(shm, sizeof(*shm));
}

const struct object_type shm_type = { .name = "shm", .destroy = shm_destroy };

int shm_new(uint64_t size, struct object **memory)
{
    struct shm *shm;

    *memory = NULL;
    if (size == 0 || size > SHM_MAX_SIZE) {
        return -EINVAL;
    }
    shm = slab_alloc(sizeof(*shm));
    if (!shm) {
        return -ENOMEM;
    }
    object_init(&shm->object, &shm_type);
    while (shm_size(&shm->object) < size) {
        if (!add_page(shm)) {
            object_put(&shm->object);
            return -ENOMEM;
        }
    }
    *memory = &shm->object;
    return 0;
}

long shm_sys_create(uint64_t size)
{
    struct object *memory;
    int result = shm_new(size, &memory);

    if (!result) {
        result = handle_add(&process_current()->handles, memory, RIGHT_ALL);
        object_put(memory); /* the handle holds it from now on, or it goes */
    }
    return result;
}
