// SPDX-License-Identifier: MIT
#include "core/copy.h"

#include <stdint.h>
#include <string.h>

/* Or the compiler makes memcpy() and memset() of the loops again. */
#define KEEP_LOOPS __attribute__((optimize("no-tree-loop-distribute-patterns")))

#define BLOCK      8 /* words in one turn */

KEEP_LOOPS void copy_memory(void *to, const void *from, size_t size)
{
    uint64_t *target = to;
    const uint64_t *source = from;

    if (((uintptr_t)to | (uintptr_t)from) % sizeof(uint64_t) ||
        (uintptr_t)to - (uintptr_t)from < size) {
        memmove(to, from, size);
        return;
    }
    for (; size >= BLOCK * sizeof(uint64_t); size -= BLOCK * sizeof(uint64_t)) {
        uint64_t a = source[0], b = source[1], c = source[2], d = source[3];
        uint64_t e = source[4], f = source[5], g = source[6], h = source[7];

        target[0] = a;
        target[1] = b;
        target[2] = c;
        target[3] = d;
        target[4] = e;
        target[5] = f;
        target[6] = g;
        target[7] = h;
        source += BLOCK;
        target += BLOCK;
    }
    for (; size >= sizeof(uint64_t); size -= sizeof(uint64_t)) {
        *target++ = *source++;
    }
    if (size) {
        memmove(target, source, size);
    }
}

KEEP_LOOPS void clear_memory(void *memory, size_t size)
{
    uint64_t *word = memory;

    for (; size >= BLOCK * sizeof(uint64_t); size -= BLOCK * sizeof(uint64_t), word += BLOCK) {
        word[0] = 0;
        word[1] = 0;
        word[2] = 0;
        word[3] = 0;
        word[4] = 0;
        word[5] = 0;
        word[6] = 0;
        word[7] = 0;
    }
    for (; size; size -= sizeof(uint64_t)) {
        *word++ = 0;
    }
}
