// SPDX-License-Identifier: MIT
#include "stress/chance.h"

#include <string.h>

static _Thread_local uint64_t state = 1;

void chance_seed(uint64_t seed, uint64_t a, uint64_t b)
{
    state = mix(mix(seed, a), b) | 1;
}

/* xorshift64* */
unsigned below(unsigned limit)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (unsigned)((state * 0x2545f4914f6cdd1d >> 32) * limit >> 32);
}

bool one_in(unsigned number)
{
    return below(number) == 0;
}

uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t value = (a ^ (b + 0x9e3779b97f4a7c15)) * 0xbf58476d1ce4e5b9;

    value ^= value >> 29;
    value *= 0x94d049bb133111eb;
    return value ^ value >> 32;
}

void fill(void *bytes, size_t size, uint64_t seed)
{
    for (size_t i = 0; i < size; i += 8) {
        uint64_t value = mix(seed, i);

        memcpy((char *)bytes + i, &value, size - i < 8 ? size - i : 8);
    }
}

bool is_filled(const void *bytes, size_t size, uint64_t seed)
{
    for (size_t i = 0; i < size; i += 8) {
        uint64_t value = mix(seed, i);

        if (memcmp((const char *)bytes + i, &value, size - i < 8 ? size - i : 8) != 0) {
            return false;
        }
    }
    return true;
}
