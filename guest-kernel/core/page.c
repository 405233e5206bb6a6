// SPDX-License-Identifier: MIT
#include "core/page.h"

#include <stdint.h>
#include <string.h>

#include "arch/mmu.h"
#include "core/copy.h"
#include "core/devicetree.h"
#include "core/print.h"

struct free_page {
    struct free_page *next;
};

/* Fresh pages were never handed out; taking them in order keeps boot short. */
static struct free_page *returned;
static uint64_t fresh, fresh_end; /* physical */
static size_t free_pages, total_pages;
static uint16_t *users; /* by page number from memory_base on */

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

static uint16_t *users_of(void *page)
{
    return &users[(mmu_to_physical(page) - machine.memory_base) / PAGE_SIZE];
}

/* The counts go where a gap is large enough for them: behind the kernel, or behind the initrd. */
void page_init(void)
{
    size_t size = machine.memory_size / PAGE_SIZE * sizeof(users[0]);

    fresh = mmu_to_physical(kernel_end);
    fresh_end = machine.memory_base + machine.memory_size;
    for (uint64_t page = fresh; page < fresh + size; page += PAGE_SIZE) {
        if (reserved(page)) {
            fresh = page + PAGE_SIZE;
        }
    }
    users = mmu_from_physical(fresh);
    memset(users, 0, size);
    fresh = (fresh + size + PAGE_SIZE - 1) & -(uint64_t)PAGE_SIZE;
    for (uint64_t page = fresh; page < fresh_end; page += PAGE_SIZE) {
        free_pages += !reserved(page);
    }
    total_pages = free_pages;
}

void *page_alloc_dirty(void)
{
    void *page = NULL;

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
        *users_of(page) = 1;
    }
    return page;
}

void *page_alloc(void)
{
    void *page = page_alloc_dirty();

    if (page) {
        clear_memory(page, PAGE_SIZE);
    }
    return page;
}

bool page_get(void *page)
{
    uint16_t *count = users_of(page);

    if (*count == UINT16_MAX) {
        return false;
    }
    ++*count;
    return true;
}

void page_free(void *page)
{
    struct free_page *free_page = page;
    uint16_t *count = users_of(page);

    if (*count == 0) {
        panic("page %p freed twice", page);
    }
    if (--*count > 0) {
        return;
    }
    free_page->next = returned;
    returned = free_page;
    free_pages++;
}

size_t page_count_free(void)
{
    return free_pages;
}

size_t page_count_total(void)
{
    return total_pages;
}
