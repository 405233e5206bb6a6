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

static unsigned hex_digit(char digit)
{
    return digit >= '0' && digit <= '9'   ? (unsigned)(digit - '0')
           : digit >= 'a' && digit <= 'f' ? (unsigned)(digit - 'a' + 10)
           : digit >= 'A' && digit <= 'F' ? (unsigned)(digit - 'A' + 10)
                                          : 16;
}

/* False when a digit is none. The number has 32 bits, so sums of a few don't overflow. */
static bool read_hex(const char *digits, size_t *value)
{
    *value = 0;
    for (int i = 0; i < 8; i++) {
        unsigned digit = hex_digit(digits[i]);

        if (digit == 16) {
            return false;
        }
        *value = *value * 16 + digit;
    }
    return true;
}

static size_t pad4(size_t size)
{
    return (size + 3) & -(size_t)4;
}

/* Reads the member at *at and moves on to the next one: false at the end or at nonsense. */
static bool next_member(const char **at, struct initrd_file *file)
{
    const struct newc_header *header = (const void *)*at;
    size_t left = (size_t)((const char *)mmu_from_physical(machine.initrd_end) - *at);
    size_t name_size, contents, next;

    if (left <= sizeof(*header) || memcmp(header->magic, "070701", 6) != 0 ||
        !read_hex(header->name_size, &name_size) || !read_hex(header->file_size, &file->size)) {
        return false;
    }
    contents = pad4(sizeof(*header) + name_size);
    next = contents + pad4(file->size);
    if (name_size == 0 || next > left || (*at)[sizeof(*header) + name_size - 1] != 0) {
        return false;
    }
    file->name = *at + sizeof(*header);
    file->contents = *at + contents;
    *at += next;
    return strcmp(file->name, "TRAILER!!!") != 0;
}

bool initrd_file(unsigned index, struct initrd_file *file)
{
    const char *at = mmu_from_physical(machine.initrd_start);

    for (unsigned i = 0; i <= index; i++) {
        if (!next_member(&at, file)) {
            return false;
        }
    }
    return true;
}

const void *initrd_find(const char *name, size_t *size)
{
    struct initrd_file file;

    for (unsigned i = 0; initrd_file(i, &file); i++) {
        if (strcmp(file.name, name) == 0) {
            *size = file.size;
            return file.contents;
        }
    }
    return NULL;
}
