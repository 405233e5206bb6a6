// SPDX-License-Identifier: MIT
#include "core/page.h"

#include <string.h>

#include "arch/mmu.h"
#include "core/devicetree.h"
#include "mock.h"
#include "unit.h"

#define IMAGE_PAGES 2  /* of the kernel, below what page_init() may take */
#define PAGES       64 /* behind it */

/* All memory behind the kernel's image. */
char kernel_end[PAGES * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

static char *pages[PAGES + 1];

static uint64_t physical(size_t offset)
{
    return mmu_to_physical(kernel_end) + offset;
}

static void set_up(void)
{
    machine.memory_base = physical(0) - (uint64_t)IMAGE_PAGES * PAGE_SIZE;
    machine.memory_size = (IMAGE_PAGES + PAGES) * PAGE_SIZE;
    memset(kernel_end, 0xee, sizeof(kernel_end));
}

static void set_tree(size_t start, size_t end)
{
    machine.tree_start = physical(start);
    machine.tree_end = physical(end);
}

static void set_initrd(size_t start, size_t end)
{
    machine.initrd_start = physical(start);
    machine.initrd_end = physical(end);
}

static bool is_inside(const char *page, size_t start, size_t end)
{
    return page + PAGE_SIZE > kernel_end + start && page < kernel_end + end;
}

/* Takes all pages, and makes sure that they are what they should be; how many. */
static unsigned take_all(void)
{
    unsigned count = 0;

    while ((pages[count] = page_alloc())) {
        char *page = pages[count];

        CHECK(page >= kernel_end && page <= kernel_end + sizeof(kernel_end) - PAGE_SIZE);
        CHECK_IS((page - kernel_end) % PAGE_SIZE, 0);
        for (unsigned i = 0; i < PAGE_SIZE; i++) {
            CHECK_IS(page[i], 0);
        }
        memset(page, 0xff, PAGE_SIZE);
        count++;
        CHECK(count <= PAGES);
    }
    for (unsigned i = 0; i < count; i++) {
        for (unsigned j = 0; j < i; j++) {
            CHECK(pages[i] != pages[j]);
        }
    }
    CHECK_IS(page_count_free(), 0);
    return count;
}

static void free_all(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        page_free(pages[i]);
    }
}

static void all_memory_is_used(void)
{
    set_up();
    page_init();
    CHECK_IS(page_count_total(), PAGES - 1); /* one for the counts of users */
    CHECK_IS(page_count_free(), PAGES - 1);
    CHECK_IS(take_all(), PAGES - 1);
}

static void nothing_is_left_when_all_is_taken(void)
{
    set_up();
    page_init();
    take_all();
    CHECK(!page_alloc());
    CHECK(!page_alloc());
    CHECK_IS(page_count_free(), 0);
    page_free(pages[7]);
    CHECK(page_alloc() == pages[7]);
    CHECK(!page_alloc());
}

static void freed_pages_come_back_zeroed(void)
{
    unsigned count;

    set_up();
    page_init();
    count = take_all();
    for (unsigned round = 0; round < 3; round++) {
        free_all(count);
        CHECK_IS(page_count_free(), count);
        CHECK_IS(take_all(), count);
    }
}

static void dirty_pages_are_not_zeroed(void)
{
    unsigned count;

    set_up();
    page_init();
    count = take_all();
    free_all(count);
    for (unsigned i = 0; i < count; i++) {
        pages[i] = page_alloc_dirty();
        CHECK(pages[i]);
        CHECK_IS(pages[i][PAGE_SIZE - 1], 0xff);
    }
    CHECK(!page_alloc_dirty());
    free_all(count);
    CHECK_IS(take_all(), count);
}

static void counts(void)
{
    void *one, *two;

    set_up();
    page_init();
    one = page_alloc();
    two = page_alloc();
    CHECK_IS(page_count_free(), PAGES - 3);
    page_get(one);
    CHECK_IS(page_count_free(), PAGES - 3);
    page_free(one);
    CHECK_IS(page_count_free(), PAGES - 3);
    page_free(one);
    page_free(two);
    CHECK_IS(page_count_free(), PAGES - 1);
    CHECK_IS(page_count_total(), PAGES - 1);
}

static void page_stays_until_its_last_user(void)
{
    char *page;

    set_up();
    page_init();
    take_all();
    page = pages[11];
    page[5] = 'x';
    CHECK(page_get(page));
    CHECK(page_get(page));
    page_free(page);
    page_free(page);
    CHECK(!page_alloc());
    CHECK_IS(page[5], 'x');
    page_free(page);
    CHECK(page_alloc() == page);
}

static void too_many_users(void)
{
    void *page;

    set_up();
    page_init();
    page = page_alloc();
    for (unsigned i = 1; i < UINT16_MAX; i++) {
        CHECK(page_get(page));
    }
    CHECK(!page_get(page));
    for (unsigned i = 1; i < UINT16_MAX; i++) {
        page_free(page);
        CHECK_IS(page_count_free(), PAGES - 2);
    }
    page_free(page);
    CHECK_IS(page_count_free(), PAGES - 1);
}

static void freed_twice(void)
{
    char *page;

    set_up();
    page_init();
    page = page_alloc();
    page_free(page);
    check_panics(page_free, page, "freed twice");
    check_panics(page_free, page + PAGE_SIZE, "freed twice"); /* never handed out */
}

/* What the loader put there keeps its contents, and no page that it touches is handed out. */
static unsigned check_reserved(void)
{
    size_t tree[] = { machine.tree_start - physical(0), machine.tree_end - physical(0) };
    size_t initrd[] = { machine.initrd_start - physical(0), machine.initrd_end - physical(0) };
    unsigned count;

    page_init();
    count = (unsigned)page_count_total();
    CHECK_IS(take_all(), count);
    for (unsigned i = 0; i < count; i++) {
        CHECK(!is_inside(pages[i], tree[0], tree[1]));
        CHECK(!is_inside(pages[i], initrd[0], initrd[1]));
    }
    for (size_t i = 0; i < sizeof(kernel_end); i++) {
        if ((i >= tree[0] && i < tree[1]) || (i >= initrd[0] && i < initrd[1])) {
            CHECK_IS(kernel_end[i], 0xee);
        }
    }
    free_all(count); /* the counts of users are nobody's page either */
    CHECK_IS(page_count_free(), count);
    return count;
}

static void reserved_ranges(void)
{
    set_up();
    set_tree(5 * PAGE_SIZE, 6 * PAGE_SIZE);
    set_initrd(10 * PAGE_SIZE, 20 * PAGE_SIZE);
    CHECK_IS(check_reserved(), PAGES - 12);
}

static void reserved_ranges_within_pages(void)
{
    set_up();
    set_tree(5 * PAGE_SIZE + 8, 5 * PAGE_SIZE + 16);
    set_initrd(11 * PAGE_SIZE - 4, 20 * PAGE_SIZE + 1);
    CHECK_IS(check_reserved(), PAGES - 13);
}

static void reserved_ranges_behind_the_kernel(void)
{
    set_up();
    set_initrd(0, 3 * PAGE_SIZE + 1);
    set_tree(4 * PAGE_SIZE, 5 * PAGE_SIZE);
    CHECK_IS(check_reserved(), PAGES - 6); /* the counts are behind both */
}

static void reserved_ranges_at_the_end(void)
{
    set_up();
    set_tree((PAGES - 1) * PAGE_SIZE, PAGES * PAGE_SIZE);
    set_initrd((PAGES - 3) * PAGE_SIZE, (PAGES - 1) * PAGE_SIZE);
    CHECK_IS(check_reserved(), PAGES - 4);
}

static void random_reserved_ranges(void)
{
    uint64_t start = unit_random(20 * PAGE_SIZE), size = unit_random(20 * PAGE_SIZE);

    set_up();
    set_tree(start, start + size);
    start = unit_random(40 * PAGE_SIZE);
    set_initrd(start, start + unit_random(20 * PAGE_SIZE));
    check_reserved();
}

static void no_initrd(void)
{
    set_up();
    machine.tree_start = machine.tree_end = 0;
    machine.initrd_start = machine.initrd_end = 0;
    page_init();
    CHECK_IS(page_count_total(), PAGES - 1);
}

/* Against counts of one's own. */
static void random_operations(void)
{
    static unsigned users[PAGES];
    size_t free_pages = PAGES - 1;

    set_up();
    page_init();
    for (int round = 0; round < 50000; round++) {
        char *page = kernel_end + unit_random(PAGES) * PAGE_SIZE;
        unsigned *count = &users[(page - kernel_end) / PAGE_SIZE];

        if (*count == 0 || unit_one_in(5)) {
            page = page_alloc();
            CHECK((page != NULL) == (free_pages > 0));
            if (page) {
                count = &users[(page - kernel_end) / PAGE_SIZE];
                CHECK_IS(*count, 0);
                *count = 1;
                free_pages--;
            }
        } else if (unit_one_in(3)) {
            CHECK(page_get(page));
            ++*count;
        } else {
            page_free(page);
            free_pages += --*count == 0;
        }
        CHECK_IS(page_count_free(), free_pages);
    }
}

static const struct unit_case cases[] = {
    {"all-memory-is-used",                 all_memory_is_used               },
    { "nothing-is-left-when-all-is-taken", nothing_is_left_when_all_is_taken},
    { "freed-pages-come-back-zeroed",      freed_pages_come_back_zeroed     },
    { "dirty-pages-are-not-zeroed",        dirty_pages_are_not_zeroed       },
    { "counts",                            counts                           },
    { "page-stays-until-its-last-user",    page_stays_until_its_last_user   },
    { "too-many-users",                    too_many_users                   },
    { "freed-twice-panics",                freed_twice                      },
    { "reserved-ranges",                   reserved_ranges                  },
    { "reserved-ranges-within-pages",      reserved_ranges_within_pages     },
    { "reserved-ranges-behind-the-kernel", reserved_ranges_behind_the_kernel},
    { "reserved-ranges-at-the-end",        reserved_ranges_at_the_end       },
    { "random-reserved-ranges",            random_reserved_ranges           },
    { "no-initrd",                         no_initrd                        },
    { "random-against-counts",             random_operations                },
};

UNIT("page", cases)
