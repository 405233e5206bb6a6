// SPDX-License-Identifier: MIT
/* With the kernel's page tables, arch/mmu.c. */
#include "core/address_space.h"

#include <errno.h>
#include <string.h>

#include "arch/csr.h"
#include "arch/mmu.h"
#include "core/page.h"
#include "fixture.h"

#define HERE ((uint64_t)USER_BASE)

static struct address_space space, other;

static void set_up(void)
{
    kernel_up(4);
    CHECK_IS(address_space_create(&space, 0), 0);
}

static void map(struct address_space *in, uint64_t address, uint64_t flags)
{
    CHECK_IS(address_space_map(in, address, page_alloc(), flags), 0);
}

static bool is_mapped(uint64_t address)
{
    return address_space_lookup(&space, address, 0) != NULL;
}

static void create_and_destroy(void)
{
    unsigned pages;

    kernel_up(1);
    pages = mock_memory.pages;
    CHECK_IS(address_space_create(&space, 0), 0);
    CHECK_IS(mock_memory.pages, pages + 1);
    CHECK_IS(space.satp & 0xffffffffffful, mmu_to_physical(space.root) >> 12);
    CHECK_IS(space.satp >> 60, 8);
    CHECK(!memcmp(space.root + MMU_ENTRIES / 2,
                  (uint64_t *)mmu_from_physical(kernel_satp << 12 & 0xffffffffffffff) +
                      MMU_ENTRIES / 2,
                  PAGE_SIZE / 2));
    address_space_destroy(&space);
    CHECK_IS(mock_memory.pages, pages);
    CHECK(!space.root);
}

static void no_memory_to_create(void)
{
    kernel_up(1);
    mock_memory.fail_in = 0;
    CHECK_IS(address_space_create(&space, 0), -ENOMEM);
    address_space_destroy(&space);
}

static void map_and_look_up(void)
{
    char *page;

    set_up();
    page = page_alloc();
    CHECK(!is_mapped(HERE));
    CHECK_IS(address_space_map(&space, HERE, page, PTE_R), 0);
    CHECK(address_space_lookup(&space, HERE, PTE_R) == page);
    CHECK(address_space_lookup(&space, HERE + 1234, PTE_R) == page + 1234);
    CHECK(address_space_lookup(&space, HERE + PAGE_SIZE - 1, 0) == page + PAGE_SIZE - 1);
    CHECK(!is_mapped(HERE + PAGE_SIZE));
    CHECK(!is_mapped(HERE - 1));
    address_space_destroy(&space);
}

static void permissions(void)
{
    static const uint64_t flags[] = { PTE_R, PTE_R | PTE_W, PTE_R | PTE_X };

    set_up();
    for (unsigned i = 0; i < 3; i++) {
        uint64_t address = HERE + i * PAGE_SIZE;

        map(&space, address, flags[i]);
        for (uint64_t asked = 0; asked <= PTE_LEAF; asked += 2) {
            CHECK((address_space_lookup(&space, address, asked) != NULL) ==
                  ((flags[i] & asked) == asked));
        }
    }
    address_space_destroy(&space);
}

/* Whatever the caller's flags are: a user page, and the kernel's bits are not his. */
static void entry_is_a_user_page(void)
{
    void *page;
    uint64_t *pte;

    set_up();
    page = page_alloc();
    CHECK_IS(address_space_map(&space, HERE, page, PTE_R | PTE_G | 1ul << 60), 0);
    pte = mmu_walk(space.root, HERE, 0, false);
    CHECK_IS(*pte, mmu_to_physical(page) >> 12 << 10 | PTE_V | PTE_R | PTE_U | PTE_A | PTE_D);
    address_space_destroy(&space);
}

static void addresses_that_are_not_a_users(void)
{
    static const uint64_t addresses[] = {
        USER_END,      USER_END + PAGE_SIZE, 1ul << 39, 1ul << 47, 1ul << 63,
        KERNEL_OFFSET, (uint64_t)-PAGE_SIZE, UINT64_MAX
    };

    set_up();
    for (unsigned i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        CHECK(!is_mapped(addresses[i]));
    }
    map(&space, USER_END - PAGE_SIZE, PTE_R);
    map(&space, 0, PTE_R);
    CHECK(is_mapped(USER_END - 1));
    CHECK(!is_mapped(USER_END));
    CHECK(!is_mapped(USER_END * 2)); /* where the walk would end up again */
    address_space_destroy(&space);
}

static void mapped_already(void)
{
    void *page, *second;

    set_up();
    page = page_alloc();
    second = page_alloc();
    CHECK_IS(address_space_map(&space, HERE, page, PTE_R), 0);
    CHECK_IS(address_space_map(&space, HERE, second, PTE_R), -EEXIST);
    CHECK(address_space_lookup(&space, HERE, PTE_R) == page);
    page_free(second); /* still the caller's */
    address_space_destroy(&space);
}

/* The table's pages and the page itself: whichever is missing, nothing is mapped or lost. */
static void no_memory_to_map(void)
{
    unsigned pages;

    set_up();
    pages = mock_memory.pages;
    for (int i = 0; i < 2; i++) {
        void *page = page_alloc();

        mock_memory.fail_in = i;
        CHECK_IS(address_space_map(&space, HERE, page, PTE_R), -ENOMEM);
        CHECK(!is_mapped(HERE));
        page_free(page);
    }
    CHECK_IS(mock_memory.pages, pages + 1); /* the table that there was memory for */
    address_space_destroy(&space);
}

static void map_new(void)
{
    unsigned pages;

    set_up();
    pages = mock_memory.pages;
    /* Across a border between tables. */
    CHECK_IS(address_space_map_new(&space, MMU_SPAN(1) - 2 * PAGE_SIZE, 5 * PAGE_SIZE, PTE_R), 0);
    CHECK_IS(mock_memory.pages, pages + 5 + 3);
    for (uint64_t at = 0; at < 5; at++) {
        char *page = address_space_lookup(&space, MMU_SPAN(1) + (at - 2) * PAGE_SIZE, PTE_R);

        CHECK(page);
        CHECK(page[0] == 0 && memcmp(page, page + 1, PAGE_SIZE - 1) == 0);
        CHECK_IS(mock_page_users(page), 1);
    }
    address_space_destroy(&space);
}

static void map_new_is_all_or_nothing(void)
{
    set_up();
    map(&space, HERE + 4 * PAGE_SIZE, PTE_R);
    CHECK_IS(address_space_map_new(&space, HERE, 8 * PAGE_SIZE, PTE_R), -EEXIST);
    for (uint64_t at = 0; at < 8; at++) {
        CHECK(is_mapped(HERE + at * PAGE_SIZE) == (at == 4));
    }
    for (int i = 0;; i++) {
        int error;

        mock_memory.fail_in = i;
        error = address_space_map_new(&space, MMU_SPAN(2), 4 * PAGE_SIZE, PTE_R);
        if (!error) {
            CHECK_IS(i, 4); /* the tables are there from the failed ones */
            break;
        }
        CHECK_IS(error, -ENOMEM);
        for (uint64_t at = 0; at < 4; at++) {
            CHECK(!is_mapped(MMU_SPAN(2) + at * PAGE_SIZE));
        }
        CHECK(i < 10);
    }
    mock_memory.fail_in = -1;
    address_space_destroy(&space);
}

static void unmap(void)
{
    unsigned pages;

    set_up();
    CHECK_IS(address_space_map_new(&space, HERE, 10 * PAGE_SIZE, PTE_R), 0);
    pages = mock_memory.pages;
    address_space_unmap(&space, HERE + 3 * PAGE_SIZE, 4 * PAGE_SIZE);
    CHECK_IS(mock_memory.pages, pages - 4);
    for (uint64_t at = 0; at < 10; at++) {
        CHECK(is_mapped(HERE + at * PAGE_SIZE) == (at < 3 || at >= 7));
    }
    address_space_unmap(&space, HERE + 3 * PAGE_SIZE, 4 * PAGE_SIZE);
    map(&space, HERE + 5 * PAGE_SIZE, PTE_R | PTE_W);
    CHECK(is_mapped(HERE + 5 * PAGE_SIZE));
    address_space_destroy(&space);
}

/* Few pages far from each other, in all of the user's half. */
static void unmap_with_gaps(void)
{
    static const uint64_t addresses[] = { HERE,
                                          MMU_SPAN(1) - PAGE_SIZE,
                                          MMU_SPAN(1),
                                          MMU_SPAN(2) - PAGE_SIZE,
                                          MMU_SPAN(2),
                                          7 * MMU_SPAN(2) + 13 * MMU_SPAN(1) + 5 * PAGE_SIZE,
                                          USER_END - PAGE_SIZE };
    unsigned pages;

    set_up();
    for (unsigned i = 0; i < 7; i++) {
        map(&space, addresses[i], PTE_R);
    }
    pages = mock_memory.pages;
    address_space_unmap(&space, HERE + PAGE_SIZE, USER_END - 2 * PAGE_SIZE - HERE);
    for (unsigned i = 0; i < 7; i++) {
        CHECK(is_mapped(addresses[i]) == (i == 0 || i == 6));
    }
    CHECK_IS(mock_memory.pages, pages - 5);
    address_space_unmap(&space, HERE, USER_END - HERE);
    CHECK_IS(mock_memory.pages, pages - 7);
    address_space_destroy(&space);
}

static void shared_page(void)
{
    char *page;

    set_up();
    CHECK_IS(address_space_create(&other, 1), 0);
    page = page_alloc();
    page_get(page);
    CHECK_IS(address_space_map(&space, HERE, page, PTE_R | PTE_W), 0);
    CHECK_IS(address_space_map(&other, HERE + PAGE_SIZE, page, PTE_R), 0);
    strcpy(address_space_lookup(&space, HERE, PTE_W), "hello");
    CHECK(!strcmp(address_space_lookup(&other, HERE + PAGE_SIZE, PTE_R), "hello"));
    CHECK_IS(mock_page_users(page), 2);
    address_space_unmap(&space, HERE, PAGE_SIZE);
    CHECK_IS(mock_page_users(page), 1);
    address_space_destroy(&space);
    CHECK(!strcmp(page, "hello"));
    address_space_destroy(&other);
}

static unsigned pages_at_fence;

static void at_fence(void)
{
    pages_at_fence = mock_memory.pages;
}

/* Harts that have the space now are told, and no page is free before they have been. */
static void unmap_flushes(void)
{
    unsigned pages;

    set_up();
    mock_machine.at_fence = at_fence;
    CHECK_IS(address_space_map_new(&space, HERE, 2 * PAGE_SIZE, PTE_R), 0);
    pages = mock_memory.pages;
    address_space_unmap(&space, HERE, PAGE_SIZE);
    CHECK_IS(mock_machine.remote_fences, 0); /* no hart has used it */
    CHECK_IS(space.tlb_stale, 0xff);

    address_space_switch(&cpus[0], &space);
    address_space_switch(&cpus[2], &space);
    CHECK_IS(space.tlb_stale, 0xff & ~5);
    address_space_unmap(&space, HERE + PAGE_SIZE, PAGE_SIZE);
    CHECK_IS(mock_machine.remote_fences, 1);
    CHECK_IS(mock_machine.fenced_harts, 1ul << cpus[0].hart_id | 1ul << cpus[2].hart_id);
    CHECK_IS(pages_at_fence, pages - 1);
    CHECK_IS(mock_memory.pages, pages - 2);
    CHECK_IS(space.tlb_stale, 0xff);
    address_space_switch(&cpus[2], NULL);
    address_space_destroy(&space);
    CHECK(!cpus[0].space);
}

static void switching(void)
{
    set_up();
    CHECK_IS(space.tlb_stale, 0xff);
    CHECK_IS(space.code_stale, 0xff);
    address_space_switch(&cpus[1], &space);
    CHECK(cpus[1].space == &space);
    CHECK_IS(csr_read(CSR_SATP), space.satp);
    CHECK_IS(space.tlb_stale, 0xff & ~2);
    CHECK_IS(space.code_stale, 0xff & ~2);
    address_space_switch(&cpus[1], NULL);
    CHECK(!cpus[1].space);
    CHECK_IS(csr_read(CSR_SATP), kernel_satp);
    CHECK_IS(space.tlb_stale, 0xff & ~2); /* nothing to forget: the ASID is its own */
    address_space_destroy(&space);
}

static void asids(void)
{
    set_up();
    CHECK_IS(space.asid, 1);
    CHECK_IS(space.satp >> SATP_ASID_SHIFT & 0xffff, 1);
    address_space_destroy(&space);
    CHECK_IS(address_space_create(&space, 0xfffe), 0);
    CHECK_IS(space.asid, 0xffff);
    address_space_destroy(&space);

    mock_machine.asid_bits = 2;
    address_space_init();
    CHECK_IS(address_space_create(&space, 2), 0);
    CHECK_IS(address_space_create(&other, 3), 0);
    CHECK_IS(space.asid, 3);
    CHECK_IS(other.asid, 0); /* there are no more */
    address_space_switch(&cpus[0], &other);
    CHECK_IS(other.tlb_stale, 0xff); /* flushed at each use */
    address_space_switch(&cpus[0], NULL);
    address_space_destroy(&space);
    address_space_destroy(&other);
}

static void find(void)
{
    uint64_t first, second;

    set_up();
    first = address_space_find(&space, PAGE_SIZE);
    CHECK_IS(first, USER_MAP_BASE + PAGE_SIZE);
    CHECK_IS(address_space_map_new(&space, first, PAGE_SIZE, PTE_R), 0);
    second = address_space_find(&space, 3 * PAGE_SIZE);
    CHECK_IS(second, first + 2 * PAGE_SIZE); /* a page between them */
    CHECK_IS(address_space_map_new(&space, second, 3 * PAGE_SIZE, PTE_R), 0);
    address_space_unmap(&space, first, PAGE_SIZE);
    CHECK_IS(address_space_find(&space, PAGE_SIZE), first);
    CHECK_IS(address_space_find(&space, 2 * PAGE_SIZE), first); /* the guard is the one above's */
    CHECK_IS(address_space_find(&space, 3 * PAGE_SIZE), second + 4 * PAGE_SIZE);
    address_space_destroy(&space);
}

static void find_with_guards(void)
{
    uint64_t size = 40 * PAGE_SIZE;

    set_up();
    for (int i = 0; i < 40; i++) { /* across some tables' borders */
        uint64_t address = address_space_find(&space, size);

        CHECK(address);
        CHECK(!is_mapped(address - 1));
        CHECK_IS(address_space_map_new(&space, address, size, PTE_R), 0);
        CHECK_IS(address, USER_MAP_BASE + PAGE_SIZE + (uint64_t)i * (size + PAGE_SIZE));
    }
    address_space_destroy(&space);
}

/* Up to the unmapped page below the first stack. */
static void find_the_largest(void)
{
    uint64_t stack = USER_STACK_TOP - USER_STACK_PAGES * PAGE_SIZE;
    uint64_t size = stack - PAGE_SIZE - (USER_MAP_BASE + PAGE_SIZE), address;

    set_up();
    CHECK_IS(address_space_map_new(&space, stack, PAGE_SIZE, PTE_R), 0);
    CHECK_IS(address_space_find(&space, size), USER_MAP_BASE + PAGE_SIZE);
    CHECK_IS(address_space_find(&space, size + PAGE_SIZE), 0);
    CHECK_IS(address_space_find(&space, USER_END), 0);
    CHECK_IS(address_space_find(&space, SIZE_MAX & -PAGE_SIZE), 0);
    map(&space, USER_MAP_BASE + MMU_SPAN(2), PTE_R);
    CHECK_IS(address_space_find(&space, size), 0);
    address = address_space_find(&space, MMU_SPAN(2));
    CHECK_IS(address, USER_MAP_BASE + MMU_SPAN(2) + 2 * PAGE_SIZE);
    CHECK_IS(address_space_find(&space, MMU_SPAN(2) - PAGE_SIZE), USER_MAP_BASE + PAGE_SIZE);
    size = stack - PAGE_SIZE - address; /* what is left behind it */
    CHECK_IS(address_space_find(&space, size), address);
    CHECK_IS(address_space_find(&space, size + PAGE_SIZE), 0);
    address_space_destroy(&space);

    CHECK_IS(address_space_create(&space, 0), 0); /* no stack, and no table for it */
    map(&space, USER_MAP_BASE + MMU_SPAN(2), PTE_R);
    CHECK_IS(address_space_find(&space, size), address);
    CHECK_IS(address_space_find(&space, size + PAGE_SIZE), 0);
    address_space_destroy(&space);
}

#define SLOTS 200

/* Against an array: ranges of pages around borders between tables. */
static void random_operations(void)
{
    static char *shadow[SLOTS];
    uint64_t base = MMU_SPAN(2) - 100 * PAGE_SIZE;
    unsigned used = 0, pages;

    set_up();
    pages = mock_memory.pages;
    for (int round = 0; round < 3000; round++) {
        uint64_t first = unit_random(SLOTS), count = 1 + unit_random(20);
        uint64_t address = base + first * PAGE_SIZE;
        bool overlaps = false;

        count = first + count > SLOTS ? SLOTS - first : count;
        for (uint64_t i = first; i < first + count; i++) {
            overlaps |= shadow[i] != NULL;
        }
        if (unit_one_in(2)) {
            CHECK_IS(address_space_map_new(&space, address, count * PAGE_SIZE, PTE_R),
                     overlaps ? -EEXIST : 0);
            for (uint64_t i = first; i < first + count && !overlaps; i++) {
                shadow[i] = address_space_lookup(&space, base + i * PAGE_SIZE, PTE_R);
                CHECK(shadow[i] && shadow[i][0] == 0);
                shadow[i][0] = 1;
                used++;
            }
        } else {
            address_space_unmap(&space, address, count * PAGE_SIZE);
            for (uint64_t i = first; i < first + count; i++) {
                used -= shadow[i] != NULL;
                shadow[i] = NULL;
            }
        }
        for (uint64_t i = 0; i < SLOTS; i++) {
            CHECK(address_space_lookup(&space, base + i * PAGE_SIZE, PTE_R) == shadow[i]);
        }
        CHECK(mock_memory.pages - pages >= used && mock_memory.pages - pages <= used + 4);
    }
    address_space_destroy(&space);
}

/* What find gives is free, with a free page before it, and nothing lower would do. */
static void random_find(void)
{
    set_up();
    for (int round = 0; round < 300; round++) {
        size_t size = (1 + unit_random(30)) * PAGE_SIZE;
        uint64_t address = address_space_find(&space, size), gap = 0, at = USER_MAP_BASE;

        while (gap < size + PAGE_SIZE) {
            gap = is_mapped(at) ? 0 : gap + PAGE_SIZE;
            at += PAGE_SIZE;
        }
        CHECK_IS(address, at - size);
        CHECK_IS(address_space_map_new(&space, address, size, PTE_R), 0);
        if (unit_one_in(2)) {
            address_space_unmap(&space, USER_MAP_BASE + unit_random(600) * PAGE_SIZE,
                                (1 + unit_random(60)) * PAGE_SIZE);
        }
    }
    address_space_destroy(&space);
}

static const struct unit_case cases[] = {
    {"create-and-destroy",                   create_and_destroy            },
    { "no-memory-to-create",                 no_memory_to_create           },
    { "map-and-look-up",                     map_and_look_up               },
    { "permissions",                         permissions                   },
    { "entry-is-a-user-page",                entry_is_a_user_page          },
    { "addresses-that-are-not-a-users",      addresses_that_are_not_a_users},
    { "mapped-already",                      mapped_already                },
    { "no-memory-to-map",                    no_memory_to_map              },
    { "map-new",                             map_new                       },
    { "map-new-is-all-or-nothing",           map_new_is_all_or_nothing     },
    { "unmap",                               unmap                         },
    { "unmap-with-gaps",                     unmap_with_gaps               },
    { "shared-page",                         shared_page                   },
    { "unmap-flushes-before-pages-are-free", unmap_flushes                 },
    { "switching",                           switching                     },
    { "asids",                               asids                         },
    { "find",                                find                          },
    { "find-with-guards",                    find_with_guards              },
    { "find-the-largest",                    find_the_largest              },
    { "random-against-array",                random_operations             },
    { "random-find",                         random_find                   },
};

UNIT("address_space", cases)
