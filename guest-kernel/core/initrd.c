// SPDX-License-Identifier: MIT
#include "core/initrd.h"

#include <stdint.h>
#include <string.h>

#include "arch/mmu.h"
#include "core/devicetree.h"

/* Every number is eight hexadecimal digits; names and contents are padded to four bytes. */
struct newc_header {
    char magic[6];
    char unused0[48];
    char file_size[8];
    char unused1[32];
    char name_size[8];
    char check[8];
};

_Static_assert(sizeof(struct newc_header) == 110, "newc");

static size_t hex(const char *digits)
{
    size_t value = 0;

    for (int i = 0; i < 8; i++) {
        char digit = digits[i];

        value = value * 16 + (size_t)(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
    }
    return value;
}

static size_t pad4(size_t size)
{
    return (size + 3) & -(size_t)4;
}

const void *initrd_find(const char *name, size_t *size)
{
    const char *start = mmu_from_physical(machine.initrd_start);
    size_t left = machine.initrd_end - machine.initrd_start;

    while (left > sizeof(struct newc_header)) {
        const struct newc_header *header = (const void *)start;
        size_t name_size = hex(header->name_size);
        size_t file_size = hex(header->file_size);
        size_t contents = pad4(sizeof(*header) + name_size);
        size_t next = contents + pad4(file_size);

        if (memcmp(header->magic, "070701", 6) != 0 || name_size == 0 || next > left) {
            break;
        }
        if (strncmp(start + sizeof(*header), name, name_size) == 0) {
            *size = file_size;
            return start + contents;
        }
        start += next;
        left -= next;
    }
    return NULL;
}
