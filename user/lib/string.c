// SPDX-License-Identifier: MIT
/*
 * memcpy(), memmove() and memset() instead of picolibc's, which for this machine are built for size and go byte
 * by byte: an assignment of a structure is a call of them. As in the kernel (core/copy.h).
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Or the compiler makes these functions of the loops. */
#define KEEP_LOOPS __attribute__((optimize("no-tree-loop-distribute-patterns")))

#define WORD       sizeof(uint64_t)

/* Copied forwards, a byte is read before it is overwritten unless `to` lies within `from`. */
static KEEP_LOOPS void copy_forwards(char *to, const char *from, size_t size)
{
    if (((uintptr_t)to | (uintptr_t)from) % WORD == 0) {
        for (; size >= WORD; size -= WORD, to += WORD, from += WORD) {
            *(uint64_t *)to = *(const uint64_t *)from;
        }
    }
    for (; size > 0; size--) {
        *to++ = *from++;
    }
}

static KEEP_LOOPS void copy_backwards(char *to, const char *from, size_t size)
{
    while (size > 0) {
        size--;
        to[size] = from[size];
    }
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    copy_forwards(to, from, size);
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    if ((uintptr_t)to - (uintptr_t)from < size) {
        copy_backwards(to, from, size);
    } else {
        copy_forwards(to, from, size);
    }
    return to;
}

KEEP_LOOPS void *memset(void *memory, int value, size_t size)
{
    uint64_t word = (uint8_t)value * 0x0101010101010101ul;
    char *at = memory;

    for (; size > 0 && (uintptr_t)at % WORD; size--) {
        *at++ = (char)value;
    }
    for (; size >= WORD; size -= WORD, at += WORD) {
        *(uint64_t *)at = word;
    }
    for (; size > 0; size--) {
        *at++ = (char)value;
    }
    return memory;
}
