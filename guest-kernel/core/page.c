// SPDX-License-Identifier: MIT
#include "core/page.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "arch/mmu.h"
#include "arch/spinlock.h"
#include "core/devicetree.h"

struct free_page {
    struct free_page *next;
};

/* All under `lock`. Fresh pages were never handed out; taking them in order keeps boot short. */
static struct spinlock lock;
static struct free_page *returned;
static uint64_t fresh, fresh_end;
static size_t free_pages;

extern char kernel_end[];

static bool inside(uint64_t page, uint64_t start, uint64_t end)
{
    return page + PAGE_SIZE > start && page < end;
}

static bool reserved(uint64_t page)
{
    return inside(page, machine.tree_start, machine.tree_end) ||
           inside(page, machine.initrd_start, machine.initrd_end);
}

void page_init(void)
{
    fresh = mmu_to_physical(kernel_end);
    fresh_end = machine.memory_base + machine.memory_size;
    for (uint64_t page = fresh; page < fresh_end; page += PAGE_SIZE) {
        free_pages += !reserved(page);
    }
}

void *page_alloc(void)
{
    void *page = NULL;

    spin_lock(&lock);
    if (returned) {
        page = returned;
        returned = returned->next;
    } else {
        while (fresh < fresh_end && reserved(fresh)) {
            fresh += PAGE_SIZE;
        }
        if (fresh < fresh_end) {
            page = mmu_from_physical(fresh);
            fresh += PAGE_SIZE;
        }
    }
    if (page) {
        free_pages--;
    }
    spin_unlock(&lock);
    if (page) {
        memset(page, 0, PAGE_SIZE);
    }
    return page;
}

void page_free(void *page)
{
    struct free_page *free_page = page;

    spin_lock(&lock);
    free_page->next = returned;
    returned = free_page;
    free_pages++;
    spin_unlock(&lock);
}

size_t page_count_free(void)
{
    return __atomic_load_n(&free_pages, __ATOMIC_RELAXED);
}
