// SPDX-License-Identifier: MIT
#include "core/usercopy.h"

#include <errno.h>
#include <string.h>

#include "arch/mmu.h"
#include "core/copy.h"
#include "core/process.h"

static size_t left_in_page(uint64_t address, size_t size)
{
    size_t left = PAGE_SIZE - address % PAGE_SIZE;

    return left < size ? left : size;
}

static void *lookup(struct process *process, uint64_t address, uint64_t flags)
{
    return address_space_lookup(&process->space, address, flags);
}

int copy_from_user(void *to, uint64_t from, size_t size)
{
    struct process *process = process_current();
    char *target = to;

    while (size > 0) {
        size_t part = left_in_page(from, size);
        const void *page = lookup(process, from, PTE_R);

        if (!page) {
            return -EFAULT;
        }
        copy_memory(target, page, part);
        target += part;
        from += part;
        size -= part;
    }
    return 0;
}

int copy_to_user(uint64_t to, const void *from, size_t size)
{
    struct process *process = process_current();
    const char *source = from;

    while (size > 0) {
        size_t part = left_in_page(to, size);
        void *page = lookup(process, to, PTE_W);

        if (!page) {
            return -EFAULT;
        }
        copy_memory(page, source, part);
        source += part;
        to += part;
        size -= part;
    }
    return 0;
}

enum copy_outcome copy_between(struct process *to_process, uint64_t to,
                               struct process *from_process, uint64_t from, size_t size)
{
    while (size > 0) {
        size_t part = left_in_page(from, left_in_page(to, size));
        const void *source = lookup(from_process, from, PTE_R);
        void *target = lookup(to_process, to, PTE_W);

        if (!source) {
            return COPY_BAD_SOURCE;
        }
        if (!target) {
            return COPY_BAD_TARGET;
        }
        copy_memory(target, source, part);
        from += part;
        to += part;
        size -= part;
    }
    return COPY_DONE;
}

long copy_string_from_user(char *to, uint64_t from, size_t size)
{
    size_t done = 0;

    while (done < size) {
        size_t part = left_in_page(from + done, size - done);
        const char *end;

        if (copy_from_user(to + done, from + done, part)) {
            return -EFAULT;
        }
        end = memchr(to + done, 0, part);
        if (end) {
            return end - to;
        }
        done += part;
    }
    return -ENAMETOOLONG;
}
