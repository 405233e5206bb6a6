// SPDX-License-Identifier: MIT
/* sbrk() for picolibc's malloc(): memory behind the program's own, mapped page by page. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "lib/syscall.h"

#define PAGE_SIZE 4096

extern char _end[]; /* user.ld */

/* Guarded by malloc()'s lock. What lies between them is mapped, and mapped for good. */
static uintptr_t heap_break;
static uintptr_t heap_mapped;

static uintptr_t page_up(uintptr_t address)
{
    return (address + PAGE_SIZE - 1) & -(uintptr_t)PAGE_SIZE;
}

void *sbrk(ptrdiff_t increment)
{
    uintptr_t old, wanted;

    if (heap_break == 0) {
        heap_break = heap_mapped = page_up((uintptr_t)_end);
    }
    old = heap_break;
    wanted = old + (uintptr_t)increment;
    if (increment < 0 ? wanted > old || wanted < page_up((uintptr_t)_end) : wanted < old) {
        errno = ENOMEM;
        return (void *)-1;
    }
    if (wanted > heap_mapped) {
        size_t size = page_up(wanted) - heap_mapped;

        if (!memory_map((void *)heap_mapped, size, MAP_READ | MAP_WRITE, -1)) {
            errno = ENOMEM;
            return (void *)-1;
        }
        heap_mapped += size;
    }
    heap_break = wanted;
    return (void *)old;
}
