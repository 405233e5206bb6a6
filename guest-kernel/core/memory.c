// SPDX-License-Identifier: MIT
#include "core/memory.h"

#include <errno.h>

#include "arch/mmu.h"
#include "core/page.h"
#include "core/process.h"
#include "ipc/shm.h"

static bool range_is_valid(uint64_t address, uint64_t size)
{
    return address % PAGE_SIZE == 0 && address >= USER_BASE && size <= USER_END &&
           address <= USER_END - size;
}

static uint64_t pte_flags(uint64_t protection)
{
    return PTE_R | (protection & MAP_WRITE ? PTE_W : 0) | (protection & MAP_EXECUTE ? PTE_X : 0);
}

static int map_shared(struct address_space *space, uint64_t address, uint64_t size, uint64_t flags,
                      struct object *memory)
{
    for (uint64_t at = 0; at < size; at += PAGE_SIZE) {
        void *page = shm_page(memory, at / PAGE_SIZE);
        int error = -ENOMEM;

        if (page_get(page)) {
            error = address_space_map(space, address + at, page, flags);
            if (error) {
                page_free(page);
            }
        }
        if (error) {
            address_space_unmap(space, address, at);
            return error;
        }
    }
    return 0;
}

/* The shared memory behind a handle: NULL for -1, which means memory of one's own. */
static int find_memory(int number, uint64_t protection, uint64_t size, struct object **memory)
{
    struct handle *handle;
    unsigned rights = RIGHT_READ | (protection & MAP_WRITE ? RIGHT_WRITE : 0);
    int error;

    *memory = NULL;
    if (number == -1) {
        return 0;
    }
    error = handle_find(&process_current()->handles, number, &shm_type, rights, &handle);
    if (error) {
        return error;
    }
    *memory = handle->object;
    return size <= shm_size(*memory) ? 0 : -EINVAL;
}

long memory_map_all(struct object *memory, uint64_t protection)
{
    struct address_space *space = &process_current()->space;
    uint64_t size = shm_size(memory), address = address_space_find(space, size);
    int error = address ? map_shared(space, address, size, pte_flags(protection), memory) : -ENOMEM;

    return error ? error : (long)address;
}

long memory_sys_map(uint64_t address, uint64_t size, uint64_t protection, uint64_t handle)
{
    struct address_space *space = &process_current()->space;
    struct object *memory;
    int error;

    if (size > MAP_MAX_SIZE) { /* the kernel is nobody else's meanwhile */
        return -EINVAL;
    }
    size = (size + PAGE_SIZE - 1) & -(uint64_t)PAGE_SIZE;
    if (size == 0 || (protection & ~(uint64_t)(MAP_READ | MAP_WRITE | MAP_EXECUTE)) ||
        !(protection & (MAP_READ | MAP_WRITE | MAP_EXECUTE))) {
        return -EINVAL;
    }
    if ((protection & MAP_WRITE) && (protection & MAP_EXECUTE)) {
        return -EACCES;
    }
    error = find_memory((int)handle, protection, size, &memory);
    if (error) {
        return error;
    }
    if (!address) {
        address = address_space_find(space, size);
        if (!address) {
            return -ENOMEM;
        }
    } else if (!range_is_valid(address, size)) {
        return -EINVAL;
    }
    if (!memory && size / PAGE_SIZE > page_count_free()) {
        return -ENOMEM;
    }
    if (memory) {
        error = map_shared(space, address, size, pte_flags(protection), memory);
    } else {
        error = address_space_map_new(space, address, size, pte_flags(protection));
    }
    return error ? error : (long)address;
}

long memory_sys_unmap(uint64_t address, uint64_t size)
{
    size = (size + PAGE_SIZE - 1) & -(uint64_t)PAGE_SIZE;
    if (size == 0 || !range_is_valid(address, size)) {
        return -EINVAL;
    }
    address_space_unmap(&process_current()->space, address, size);
    return 0;
}
