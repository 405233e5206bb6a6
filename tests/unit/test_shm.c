// SPDX-License-Identifier: MIT
/* And core/memory.c, whose SYS_map maps it. */
#include "ipc/shm.h"

#include <errno.h>
#include <string.h>

#include "arch/mmu.h"
#include "core/page.h"
#include "fixture.h"

#define AT 0x2000000ul

static struct process *process;
static struct thread *thread;

static void set_up(void)
{
    kernel_up(1);
    process = new_process();
    thread = new_thread(process);
    run(thread);
}

static long map(uint64_t address, size_t size, unsigned protection, long memory)
{
    return call(SYS_map, address, size, protection, (uint64_t)memory);
}

static char *look_up(struct process *in, uint64_t address, uint64_t flags)
{
    return address_space_lookup(&in->space, address, flags);
}

static void sizes(void)
{
    set_up();
    CHECK_IS(call(SYS_shm_create, 0), -EINVAL);
    CHECK_IS(call(SYS_shm_create, SHM_MAX_SIZE + 1), -EINVAL);
    CHECK_IS(call(SYS_shm_create, UINT64_MAX), -EINVAL);
    CHECK_IS(call(SYS_shm_create, 1), 0);
    CHECK_IS(call(SYS_shm_create, PAGE_SIZE), 1);
    CHECK_IS(call(SYS_shm_create, PAGE_SIZE + 1), 2);
    CHECK_IS(shm_size(handle_of(process, 0)->object), PAGE_SIZE);
    CHECK_IS(shm_size(handle_of(process, 1)->object), PAGE_SIZE);
    CHECK_IS(shm_size(handle_of(process, 2)->object), 2 * PAGE_SIZE);
    CHECK_IS(handle_of(process, 0)->rights, RIGHT_ALL);
}

static void largest(void)
{
    struct object *object;
    unsigned pages;

    set_up();
    pages = mock_memory.pages;
    CHECK_IS(call(SYS_shm_create, SHM_MAX_SIZE), 0);
    object = handle_of(process, 0)->object;
    CHECK_IS(shm_size(object), SHM_MAX_SIZE);
    CHECK_IS(mock_memory.pages, pages + 1024 + 2);
    for (unsigned i = 0; i < 1024; i++) {
        unsigned *page = shm_page(object, i);

        CHECK_IS(*page, 0); /* nobody else's */
        *page = i + 1;
    }
    for (unsigned i = 0; i < 1024; i++) {
        CHECK_IS(*(unsigned *)shm_page(object, i), i + 1);
    }
    CHECK_IS(call(SYS_close, 0), 0);
    CHECK_IS(mock_memory.pages, pages);
}

static void no_memory(void)
{
    unsigned pages, slabs, objects;

    set_up();
    pages = mock_memory.pages;
    slabs = mock_memory.slabs;
    objects = object_count();
    for (int i = 0; i < 5; i++) {
        mock_memory.fail_in = i;
        CHECK_IS(call(SYS_shm_create, 3 * PAGE_SIZE), -ENOMEM);
        CHECK_IS(mock_memory.pages, pages);
        CHECK_IS(mock_memory.slabs, slabs);
        CHECK_IS(object_count(), objects);
    }
    mock_memory.fail_in = -1;
    while (process->handles.used < MAX_HANDLES) {
        CHECK(call(SYS_process_self) >= 0);
    }
    CHECK_IS(call(SYS_shm_create, 3 * PAGE_SIZE), -EMFILE);
    CHECK_IS(mock_memory.pages, pages);
}

static void mapped_in_two_processes(void)
{
    struct process *other;
    struct thread *reader;

    set_up();
    other = new_process();
    reader = new_thread(other);
    CHECK_IS(call(SYS_shm_create, 2 * PAGE_SIZE), 0);
    handle_copy_to(&other->handles, 0, handle_of(process, 0));
    CHECK_IS(map(AT, 2 * PAGE_SIZE, MAP_READ | MAP_WRITE, 0), AT);
    run(reader);
    CHECK_IS(map(AT + PAGE_SIZE, 2 * PAGE_SIZE, MAP_READ, 0), AT + PAGE_SIZE);
    poke(process, AT + PAGE_SIZE - 2, "hello", 6);
    CHECK(!strcmp(look_up(other, AT + 2 * PAGE_SIZE, PTE_R), "llo"));
    CHECK(!look_up(other, AT + PAGE_SIZE, PTE_W));
    CHECK(look_up(process, AT, PTE_W));
}

/* In whichever order handles and mappings go. */
static void mapping_outlives_the_handle(void)
{
    unsigned pages;
    char *page;

    set_up();
    CHECK_IS(map(AT + MMU_SPAN(1), PAGE_SIZE, MAP_READ, -1), AT + MMU_SPAN(1)); /* the tables */
    CHECK_IS(map(AT, PAGE_SIZE, MAP_READ, -1), AT);
    CHECK_IS(call(SYS_unmap, AT, PAGE_SIZE), 0);
    pages = mock_memory.pages;
    CHECK_IS(call(SYS_shm_create, 2 * PAGE_SIZE), 0);
    CHECK_IS(map(AT, PAGE_SIZE, MAP_READ | MAP_WRITE, 0), AT); /* the first page only */
    page = look_up(process, AT, PTE_W);
    CHECK(page == shm_page(handle_of(process, 0)->object, 0));
    CHECK_IS(mock_page_users(page), 2);
    strcpy(page, "still there");
    CHECK_IS(call(SYS_close, 0), 0);
    CHECK_IS(mock_memory.pages, pages + 1);
    CHECK(!strcmp(look_up(process, AT, PTE_R), "still there"));
    CHECK_IS(call(SYS_unmap, AT, PAGE_SIZE), 0);
    CHECK_IS(mock_memory.pages, pages);
}

static void mapping_by_rights(void)
{
    set_up();
    CHECK_IS(call(SYS_shm_create, PAGE_SIZE), 0);
    CHECK_IS(copy_handle(process, 0, RIGHT_READ, process), 1);
    CHECK_IS(copy_handle(process, 0, RIGHT_WRITE, process), 2);
    CHECK_IS(map(AT, PAGE_SIZE, MAP_READ, 1), AT);
    CHECK_IS(map(AT + PAGE_SIZE, PAGE_SIZE, MAP_READ | MAP_WRITE, 1), -EACCES);
    CHECK_IS(map(AT + PAGE_SIZE, PAGE_SIZE, MAP_WRITE, 1), -EACCES);
    CHECK_IS(map(AT + PAGE_SIZE, PAGE_SIZE, MAP_READ, 2), -EACCES);
    CHECK_IS(map(AT + PAGE_SIZE, PAGE_SIZE, MAP_WRITE, 2), -EACCES); /* implies reading */
    CHECK_IS(map(AT + PAGE_SIZE, PAGE_SIZE, MAP_WRITE, 0), AT + PAGE_SIZE);
    CHECK_IS(map(AT + 2 * PAGE_SIZE, PAGE_SIZE, MAP_READ, 7), -EBADF);
    CHECK_IS(call(SYS_eventfd, 0, 0), 3);
    CHECK_IS(map(AT + 2 * PAGE_SIZE, PAGE_SIZE, MAP_READ, 3), -EINVAL);
}

static void mapping_more_than_there_is(void)
{
    set_up();
    CHECK_IS(call(SYS_shm_create, 2 * PAGE_SIZE), 0);
    CHECK_IS(map(AT, 2 * PAGE_SIZE + 1, MAP_READ, 0), -EINVAL);
    CHECK_IS(map(0, SHM_MAX_SIZE, MAP_READ, 0), -EINVAL);
}

/* Nothing is mapped, and no page has a user more. */
static void mapping_is_all_or_nothing(void)
{
    struct object *object;

    set_up();
    CHECK_IS(call(SYS_shm_create, 4 * PAGE_SIZE), 0);
    object = handle_of(process, 0)->object;
    CHECK_IS(map(AT + 2 * PAGE_SIZE, PAGE_SIZE, MAP_READ, -1), AT + 2 * PAGE_SIZE);
    CHECK_IS(map(AT, 4 * PAGE_SIZE, MAP_READ, 0), -EEXIST);
    for (unsigned i = 0; i < 4; i++) {
        CHECK(!look_up(process, AT + i * PAGE_SIZE, 0) == (i != 2));
        CHECK_IS(mock_page_users(shm_page(object, i)), 1);
    }
    mock_memory.fail_in = 0; /* no table */
    CHECK_IS(map(AT + MMU_SPAN(2), 4 * PAGE_SIZE, MAP_READ, 0), -ENOMEM);
    CHECK_IS(mock_page_users(shm_page(object, 0)), 1);
    while (page_get(shm_page(object, 2))) {
    }
    CHECK_IS(map(AT + 8 * PAGE_SIZE, 4 * PAGE_SIZE, MAP_READ, 0), -ENOMEM);
    for (unsigned i = 0; i < 4; i++) {
        CHECK(!look_up(process, AT + (8 + i) * PAGE_SIZE, 0));
        CHECK_IS(mock_page_users(shm_page(object, i)), i == 2 ? UINT16_MAX : 1);
    }
    while (mock_page_users(shm_page(object, 2)) > 1) {
        page_free(shm_page(object, 2));
    }
}

/* Memory of one's own. */
static void map_arguments(void)
{
    set_up();
    CHECK_IS(map(AT, 0, MAP_READ, -1), -EINVAL);
    CHECK_IS(map(AT, PAGE_SIZE, 0, -1), -EINVAL);
    CHECK_IS(map(AT, PAGE_SIZE, 8, -1), -EINVAL);
    CHECK_IS(map(AT, PAGE_SIZE, MAP_WRITE | MAP_EXECUTE, -1), -EACCES);
    CHECK_IS(map(AT + 1, PAGE_SIZE, MAP_READ, -1), -EINVAL);
    CHECK_IS(map(USER_BASE - PAGE_SIZE, PAGE_SIZE, MAP_READ, -1), -EINVAL);
    CHECK_IS(map(USER_END, PAGE_SIZE, MAP_READ, -1), -EINVAL);
    CHECK_IS(map(USER_END - PAGE_SIZE, 2 * PAGE_SIZE, MAP_READ, -1), -EINVAL);
    CHECK_IS(map(KERNEL_OFFSET, PAGE_SIZE, MAP_READ, -1), -EINVAL);
    CHECK_IS(map(-(uint64_t)PAGE_SIZE, 2 * PAGE_SIZE, MAP_READ, -1), -EINVAL);
    CHECK_IS(map(0, UINT64_MAX, MAP_READ, -1), -EINVAL);
    CHECK_IS(map(0, USER_END, MAP_READ, -1), -EINVAL);
    CHECK_IS(map(0, MAP_MAX_SIZE + 1, MAP_READ, -1), -EINVAL);
    mock_memory.page_limit = mock_memory.pages + 100;
    CHECK_IS(map(0, 101 * PAGE_SIZE, MAP_READ, -1), -ENOMEM);
    CHECK_IS(map(USER_END - PAGE_SIZE, PAGE_SIZE, MAP_READ, -1), USER_END - PAGE_SIZE);
    CHECK_IS(map(USER_BASE, 1, MAP_EXECUTE, -1), USER_BASE);
    CHECK_IS(map(USER_BASE, 1, MAP_EXECUTE, -1), -EEXIST);
    CHECK(look_up(process, USER_BASE, PTE_R | PTE_X));
    CHECK(!look_up(process, USER_BASE, PTE_W));
    CHECK_IS(map(0, 1, MAP_READ, -1), USER_MAP_BASE + PAGE_SIZE);
}

static void unmap_arguments(void)
{
    set_up();
    CHECK_IS(call(SYS_unmap, AT, 0), -EINVAL);
    CHECK_IS(call(SYS_unmap, AT + 1, PAGE_SIZE), -EINVAL);
    CHECK_IS(call(SYS_unmap, USER_END, PAGE_SIZE), -EINVAL);
    CHECK_IS(call(SYS_unmap, AT, UINT64_MAX), -EINVAL);
    CHECK_IS(call(SYS_unmap, AT, UINT64_MAX - 10 * PAGE_SIZE), -EINVAL);
    CHECK_IS(call(SYS_unmap, KERNEL_OFFSET, PAGE_SIZE), -EINVAL);
    CHECK_IS(call(SYS_unmap, AT, PAGE_SIZE), 0);
    CHECK_IS(map(AT, 3 * PAGE_SIZE, MAP_READ, -1), AT);
    CHECK_IS(call(SYS_unmap, AT + PAGE_SIZE, 1), 0);
    CHECK(look_up(process, AT, PTE_R) && !look_up(process, AT + PAGE_SIZE, 0) &&
          look_up(process, AT + 2 * PAGE_SIZE, PTE_R));
    CHECK_IS(call(SYS_unmap, USER_BASE, USER_END - USER_BASE), 0);
    CHECK(!look_up(process, AT, 0) && !look_up(process, AT + 2 * PAGE_SIZE, 0));
}

static const struct unit_case cases[] = {
    {"sizes",                        sizes                      },
    { "largest",                     largest                    },
    { "no-memory",                   no_memory                  },
    { "mapped-in-two-processes",     mapped_in_two_processes    },
    { "mapping-outlives-the-handle", mapping_outlives_the_handle},
    { "mapping-by-rights",           mapping_by_rights          },
    { "mapping-more-than-there-is",  mapping_more_than_there_is },
    { "mapping-is-all-or-nothing",   mapping_is_all_or_nothing  },
    { "map-arguments",               map_arguments              },
    { "unmap-arguments",             unmap_arguments            },
};

UNIT("shm", cases)
