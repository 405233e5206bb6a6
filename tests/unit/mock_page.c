// SPDX-License-Identifier: MIT
/* Each page is a block of the host's heap, with its number of users behind it. */
#include <sanitizer/asan_interface.h>
#include <stdlib.h>
#include <string.h>

#include "arch/layout.h"
#include "core/page.h"
#include "mock.h"
#include "unit.h"

struct host_page {
    unsigned char bytes[PAGE_SIZE];
    uint64_t users; /* poisoned: who runs over the page's end runs into it */
};

static uint64_t users_of(const void *page)
{
    const struct host_page *host_page = page;
    uint64_t users;

    __asan_unpoison_memory_region(&host_page->users, sizeof(host_page->users));
    users = host_page->users;
    __asan_poison_memory_region(&host_page->users, sizeof(host_page->users));
    return users;
}

static void set_users(void *page, uint64_t users)
{
    struct host_page *host_page = page;

    __asan_unpoison_memory_region(&host_page->users, sizeof(host_page->users));
    host_page->users = users;
    __asan_poison_memory_region(&host_page->users, sizeof(host_page->users));
}

unsigned mock_page_users(const void *page)
{
    return (unsigned)users_of(page);
}

void *page_alloc_dirty(void)
{
    struct host_page *page;

    if (mock_memory.pages >= mock_memory.page_limit || mock_allocation_fails()) {
        return NULL;
    }
    CHECK(!posix_memalign((void **)&page, PAGE_SIZE, sizeof(*page)));
    memset(page, 0xdb, sizeof(*page));
    set_users(page, 1);
    mock_memory.pages++;
    return page;
}

void *page_alloc(void)
{
    void *page = page_alloc_dirty();

    return page ? memset(page, 0, PAGE_SIZE) : NULL;
}

bool page_get(void *page)
{
    CHECK((uintptr_t)page % PAGE_SIZE == 0);
    if (users_of(page) == UINT16_MAX) {
        return false;
    }
    set_users(page, users_of(page) + 1);
    return true;
}

void page_free(void *page)
{
    uint64_t users = users_of(page);

    CHECK((uintptr_t)page % PAGE_SIZE == 0);
    set_users(page, users - 1);
    if (users == 1) {
        mock_memory.pages--;
        free(page);
    }
}

size_t page_count_free(void)
{
    return mock_memory.page_limit - mock_memory.pages;
}

size_t page_count_total(void)
{
    return mock_memory.page_limit;
}
