// SPDX-License-Identifier: MIT
#include "core/usercopy.h"

#include <errno.h>
#include <string.h>

#include "arch/mmu.h"
#include "core/process.h"

static size_t left_in_page(uint64_t address, size_t size)
{
    size_t left = PAGE_SIZE - address % PAGE_SIZE;

    return left < size ? left : size;
}

int copy_from_user(void *to, uint64_t from, size_t size)
{
    char *target = to;

    while (size > 0) {
        size_t part = left_in_page(from, size);
        const void *page = mmu_user_lookup(process_current()->root, from, PTE_R);

        if (!page) {
            return -EFAULT;
        }
        memcpy(target, page, part);
        target += part;
        from += part;
        size -= part;
    }
    return 0;
}

int copy_to_user(uint64_t to, const void *from, size_t size)
{
    const char *source = from;

    while (size > 0) {
        size_t part = left_in_page(to, size);
        void *page = mmu_user_lookup(process_current()->root, to, PTE_W);

        if (!page) {
            return -EFAULT;
        }
        memcpy(page, source, part);
        source += part;
        to += part;
        size -= part;
    }
    return 0;
}

int copy_string_from_user(char *to, uint64_t from, size_t size)
{
    while (size > 0) {
        size_t part = left_in_page(from, size);
        int error = copy_from_user(to, from, part);

        if (error) {
            return error;
        }
        if (memchr(to, 0, part)) {
            return 0;
        }
        to += part;
        from += part;
        size -= part;
    }
    return -ENAMETOOLONG;
}
