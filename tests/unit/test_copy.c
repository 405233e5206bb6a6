// SPDX-License-Identifier: MIT
/* In blocks of exactly the size: going too far is AddressSanitizer's to find. */
#include "core/copy.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define LARGEST 300

static void copy_all_sizes(void)
{
    for (size_t size = 0; size <= LARGEST; size++) {
        for (size_t at = 0; at < 64; at++) {
            size_t from = at / 8, to = at % 8; /* places within a word */
            unsigned char *source = malloc(from + size), *target = malloc(to + size);

            unit_random_bytes(source, from + size);
            memset(target, 0xcc, to + size);
            copy_memory(target + to, source + from, size);
            CHECK(!memcmp(target + to, source + from, size));
            for (size_t i = 0; i < to; i++) {
                CHECK_IS(target[i], 0xcc);
            }
            free(source);
            free(target);
        }
    }
}

static void copy_that_overlaps(void)
{
    for (size_t size = 0; size <= LARGEST; size++) {
        for (size_t distance = 0; distance <= 80; distance++) {
            for (size_t up = 0; up < 2; up++) {
                size_t from = up ? 0 : distance, to = up ? distance : 0;
                unsigned char *memory = malloc(distance + size), *before = malloc(size);

                unit_random_bytes(memory, distance + size);
                memcpy(before, memory + from, size);
                copy_memory(memory + to, memory + from, size);
                CHECK(!memcmp(memory + to, before, size));
                free(memory);
                free(before);
            }
        }
    }
}

static void clear_all_sizes(void)
{
    for (size_t size = 0; size <= LARGEST; size += 8) {
        uint64_t *memory = malloc(size + 8);

        memset(memory, 0xff, size + 8);
        clear_memory(memory + 1, size);
        CHECK_IS(memory[0], UINT64_MAX);
        for (size_t i = 1; i <= size / 8; i++) {
            CHECK_IS(memory[i], 0);
        }
        free(memory);
    }
}

static const struct unit_case cases[] = {
    {"copy-all-sizes",      copy_all_sizes    },
    { "copy-that-overlaps", copy_that_overlaps},
    { "clear-all-sizes",    clear_all_sizes   },
};

UNIT("copy", cases)
