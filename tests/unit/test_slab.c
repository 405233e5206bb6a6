// SPDX-License-Identifier: MIT
#include "core/slab.h"

#include <string.h>

#include "arch/layout.h"
#include "mock.h"
#include "unit.h"

#define LARGEST_CLASS 2032 /* what is larger is a page of its own */
#define MANY          600

static void *objects[MANY];

/* How many objects of a size the first page of its class holds. */
static unsigned fill_first_page(size_t size)
{
    unsigned count = 0;

    do {
        objects[count] = slab_alloc(size);
        CHECK(objects[count]);
        count++;
    } while (mock_memory.pages == 1);
    slab_free(objects[--count], size);
    CHECK_IS(mock_memory.pages, 1);
    return count;
}

static void free_all(unsigned count, size_t size)
{
    for (unsigned i = 0; i < count; i++) {
        slab_free(objects[i], size);
    }
}

static bool is_zero(const void *memory, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (((const char *)memory)[i]) {
            return false;
        }
    }
    return true;
}

static void zeroed_and_aligned(void)
{
    for (size_t size = 1; size <= PAGE_SIZE; size++) {
        for (int again = 0; again < 2; again++) { /* the second time what the first one left */
            void *memory = slab_alloc(size), *second = slab_alloc(size);

            CHECK(memory && second && memory != second);
            CHECK_IS((uintptr_t)memory % 16, 0);
            CHECK(is_zero(memory, size));
            memset(memory, 0xa5, size);
            CHECK(is_zero(second, size));
            slab_free(memory, size);
            memory = slab_alloc(size);
            CHECK(is_zero(memory, size));
            memset(memory, 0x5a, size);
            slab_free(second, size);
            slab_free(memory, size);
        }
        CHECK_IS(mock_memory.pages, 0);
    }
}

static void sizes_that_there_are_not(void)
{
    CHECK(!slab_alloc(PAGE_SIZE + 1));
    CHECK(!slab_alloc(SIZE_MAX));
    CHECK_IS(mock_memory.pages, 0);
    slab_free(NULL, 1);
    slab_free(NULL, PAGE_SIZE);
}

static void large_ones_are_pages(void)
{
    void *one = slab_alloc(LARGEST_CLASS + 1), *two = slab_alloc(PAGE_SIZE);

    CHECK_IS(mock_memory.pages, 2);
    CHECK_IS((uintptr_t)one % PAGE_SIZE, 0);
    memset(two, 1, PAGE_SIZE);
    slab_free(one, LARGEST_CLASS + 1);
    CHECK_IS(mock_memory.pages, 1);
    slab_free(two, PAGE_SIZE);
    CHECK_IS(mock_memory.pages, 0);
}

/* A page is used well: not more than an object and the header are lost. */
static void page_is_filled(void)
{
    for (size_t size = 1; size <= LARGEST_CLASS; size++) {
        unsigned count = fill_first_page(size);

        CHECK((count + 2) * (size < 32 ? 32 : 2 * size) > PAGE_SIZE);
        free_all(count, size);
        CHECK_IS(mock_memory.pages, 0);
    }
}

static void empty_page_goes_back(void)
{
    for (size_t size = 1; size <= LARGEST_CLASS; size += 13) {
        unsigned first = fill_first_page(size), count = 2 * first + 1;

        for (unsigned i = first; i < count; i++) {
            objects[i] = slab_alloc(size);
        }
        CHECK_IS(mock_memory.pages, 3);
        slab_free(objects[--count], size);
        CHECK_IS(mock_memory.pages, 2);
        free_all(count, size);
        CHECK_IS(mock_memory.pages, 0);
    }
}

static void freed_ones_are_used_again(void)
{
    for (size_t size = 1; size <= LARGEST_CLASS; size += 13) {
        unsigned count = fill_first_page(size);
        void *freed = objects[count / 2];

        slab_free(freed, size);
        CHECK(slab_alloc(size) == freed); /* the page was full, and has room again */
        CHECK_IS(mock_memory.pages, 1);
        free_all(count, size);
    }
    CHECK_IS(mock_memory.pages, 0);
}

static void out_of_memory(void)
{
    unsigned count;

    mock_memory.fail_in = 0;
    CHECK(!slab_alloc(100));
    mock_memory.fail_in = 0;
    CHECK(!slab_alloc(PAGE_SIZE));
    mock_memory.fail_in = -1;
    count = fill_first_page(100);
    mock_memory.page_limit = 1;
    CHECK(!slab_alloc(100));
    slab_free(objects[--count], 100);
    CHECK((objects[count++] = slab_alloc(100)));
    free_all(count, 100);
    CHECK_IS(mock_memory.pages, 0);
}

/* Against a model: each object is full of its own byte until it goes. */
static void random_operations(void)
{
    static size_t sizes[MANY];
    static unsigned char bytes[MANY];
    size_t largest = PAGE_SIZE;

    for (int round = 0; round < 100000; round++) {
        unsigned i = (unsigned)unit_random(MANY);

        if (round % 4096 == 0) { /* many small ones for some time, then many large ones */
            largest = (size_t)16 << unit_random(9);
        }
        if (objects[i]) {
            for (size_t j = 0; j < sizes[i]; j++) {
                CHECK_IS(((unsigned char *)objects[i])[j], bytes[i]);
            }
            slab_free(objects[i], sizes[i]);
            objects[i] = NULL;
        } else {
            sizes[i] = 1 + unit_random(largest);
            bytes[i] = (unsigned char)unit_random(256);
            objects[i] = slab_alloc(sizes[i]);
            CHECK(objects[i] && (uintptr_t)objects[i] % 16 == 0);
            CHECK(is_zero(objects[i], sizes[i]));
            memset(objects[i], bytes[i], sizes[i]);
        }
    }
    for (unsigned i = 0; i < MANY; i++) {
        slab_free(objects[i], sizes[i]);
    }
    CHECK_IS(mock_memory.pages, 0);
}

static const struct unit_case cases[] = {
    {"zeroed-and-aligned",         zeroed_and_aligned       },
    { "sizes-that-there-are-not",  sizes_that_there_are_not },
    { "large-ones-are-pages",      large_ones_are_pages     },
    { "page-is-filled",            page_is_filled           },
    { "empty-page-goes-back",      empty_page_goes_back     },
    { "freed-ones-are-used-again", freed_ones_are_used_again},
    { "out-of-memory",             out_of_memory            },
    { "random-against-model",      random_operations        },
};

UNIT("slab", cases)
