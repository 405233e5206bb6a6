// SPDX-License-Identifier: MIT
/* Every archive is in a block of exactly its size: reading behind it is AddressSanitizer's to find. */
#include "core/initrd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/mmu.h"
#include "core/devicetree.h"
#include "unit.h"

#define HEADER      110
#define FILE_SIZE   54 /* offsets in the header */
#define NAME_SIZE   94
#define MAX_ARCHIVE 4096

static char archive[MAX_ARCHIVE];
static size_t used;
static char *loaded; /* the copy of it that the kernel reads */

static void append(const void *data, size_t size)
{
    memcpy(archive + used, data, size);
    used += size;
    while (used % 4) {
        archive[used++] = 0;
    }
}

/* A member; returns where its header is. */
static char *add(const char *name, const void *contents, size_t size)
{
    char header[HEADER + 256], *at = archive + used;
    int length = snprintf(header, sizeof(header), "070701%048d%08zx%032d%08zx%08d%s", 0, size, 0,
                          strlen(name) + 1, 0, name);

    append(header, (size_t)length + 1);
    append(contents, size);
    return at;
}

static void load(size_t size)
{
    free(loaded);
    loaded = malloc(size ? size : 1);
    memcpy(loaded, archive, size);
    machine.initrd_start = mmu_to_physical(loaded);
    machine.initrd_end = machine.initrd_start + size;
}

/* What a file may look like, whatever the archive is: inside it. Returns the number of files. */
static unsigned check_files(size_t size)
{
    struct initrd_file file;
    unsigned count = 0;

    for (; initrd_file(count, &file); count++) {
        size_t length = strlen(file.name); /* AddressSanitizer looks */

        CHECK(file.name >= loaded && file.name + length < loaded + size);
        CHECK((const char *)file.contents >= loaded);
        CHECK(file.size <= size);
        CHECK((const char *)file.contents + file.size <= loaded + size);
    }
    initrd_find("there is no such name", &size);
    return count;
}

static void three_files(void)
{
    add("init", "program", 7);
    add("empty", "", 0);
    add("folder/file", "12345678", 8);
    add("TRAILER!!!", "", 0);
}

static void well_formed(void)
{
    struct initrd_file file;

    three_files();
    load(used);
    CHECK_IS(check_files(used), 3);
    CHECK(initrd_file(0, &file) && !strcmp(file.name, "init") && file.size == 7);
    CHECK(!memcmp(file.contents, "program", 7));
    CHECK(initrd_file(1, &file) && !strcmp(file.name, "empty") && file.size == 0);
    CHECK(initrd_file(2, &file) && !strcmp(file.name, "folder/file") && file.size == 8);
    CHECK(!memcmp(file.contents, "12345678", 8));
    CHECK(!initrd_file(3, &file));
    CHECK(!initrd_file(4, &file));
}

static void find_by_name(void)
{
    size_t size = 99;

    three_files();
    load(used);
    CHECK(!memcmp(initrd_find("folder/file", &size), "12345678", 8));
    CHECK_IS(size, 8);
    CHECK(initrd_find("empty", &size));
    CHECK_IS(size, 0);
    CHECK(!initrd_find("ini", &size));
    CHECK(!initrd_find("init2", &size));
    CHECK(!initrd_find("", &size));
    CHECK(!initrd_find("TRAILER!!!", &size));
}

static void names_and_sizes_of_every_length(void)
{
    char name[40] = "", contents[40];
    struct initrd_file file;

    for (unsigned i = 0; i < 20; i++) {
        name[i] = (char)('a' + i);
        memset(contents, name[i], sizeof(contents));
        add(name, contents, 20 - i);
    }
    load(used);
    CHECK_IS(check_files(used), 20);
    for (unsigned i = 0; i < 20; i++) {
        CHECK(initrd_file(i, &file));
        CHECK_IS(strlen(file.name), i + 1);
        CHECK_IS(file.size, 20 - i);
        CHECK_IS(((const char *)file.contents)[19 - i], 'a' + i);
    }
}

static void nothing_there(void)
{
    load(0);
    CHECK_IS(check_files(0), 0);
    add("TRAILER!!!", "", 0);
    load(used);
    CHECK_IS(check_files(used), 0);
}

static void nothing_behind_the_trailer(void)
{
    add("a", "1", 1);
    add("TRAILER!!!", "", 0);
    add("b", "2", 1);
    load(used);
    CHECK_IS(check_files(used), 1);
}

/* A file counts when all of it is there. */
static void truncated(void)
{
    size_t ends[4];

    add("init", "program", 7);
    ends[0] = used;
    add("empty", "", 0);
    ends[1] = used;
    add("folder/file", "12345678", 8);
    ends[2] = used;
    add("TRAILER!!!", "", 0);
    for (size_t size = 0; size <= used; size++) {
        load(size);
        CHECK_IS(check_files(size), (size >= ends[0]) + (size >= ends[1]) + (size >= ends[2]));
    }
}

static void wrong_magic(void)
{
    for (int i = 0; i < 6; i++) {
        char *second;

        used = 0;
        add("a", "1", 1);
        second = add("b", "2", 1);
        second[i] ^= 4;
        load(used);
        CHECK_IS(check_files(used), 1);
    }
}

/* Eight characters in place of one of the two sizes in the second of three headers. */
static unsigned files_with(unsigned offset, const char *digits)
{
    char *second;

    used = 0;
    add("first", "1", 1);
    second = add("name", "contents", 8);
    add("third", "3", 1);
    memcpy(second + offset, digits, 8);
    load(used);
    return check_files(used);
}

static void sizes_that_cannot_be(void)
{
    static const char *const sizes[] = { "ffffffff", "FFFFFFFF", "7fffffff", "80000000",
                                         "00001000", "fffffff0", "ffffff92" };

    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        CHECK_IS(files_with(FILE_SIZE, sizes[i]), 1);
        CHECK_IS(files_with(NAME_SIZE, sizes[i]), 1);
    }
    CHECK_IS(files_with(NAME_SIZE, "00000000"), 1);
}

/* What is where its end would be looks like a terminator. */
static void no_name(void)
{
    char *second;

    add("first", "1", 1);
    second = add("name", "contents", 8);
    memset(second + NAME_SIZE, '0', 8);
    second[HEADER - 1] = 0;
    load(used);
    CHECK_IS(check_files(used), 1);
}

static void digits_of_either_case(void)
{
    static char large[0xab];
    size_t size;

    for (int upper = 0; upper < 2; upper++) {
        char *header;

        used = 0;
        header = add("large", large, sizeof(large));
        memcpy(header + FILE_SIZE, upper ? "000000AB" : "000000ab", 8);
        load(used);
        CHECK(initrd_find("large", &size));
        CHECK_IS(size, 0xab);
    }
}

/* Each character that is no hexadecimal digit, at each place of both sizes. */
static void sizes_that_are_no_numbers(void)
{
    for (int c = 0; c < 256; c++) {
        if (c && strchr("0123456789abcdefABCDEF", c)) {
            continue;
        }
        for (int i = 0; i < 8; i++) {
            char digits[] = "00000008";

            digits[i] = (char)c;
            CHECK_IS(files_with(FILE_SIZE, digits), 1);
            digits[7] = i == 7 ? (char)c : '5';
            CHECK_IS(files_with(NAME_SIZE, digits), 1);
        }
    }
}

static void name_without_terminator(void)
{
    char *second;

    add("first", "1", 1);
    second = add("name", "contents", 8);
    second[HEADER + 4] = 'x';
    load(used);
    CHECK_IS(check_files(used), 1);

    used = 0;
    add("abcde", "", 0); /* the name ends with the archive */
    archive[HEADER + 5] = 'f';
    load(used);
    CHECK_IS(check_files(used), 0);
}

/* What is found is within the archive, whatever its bytes are. */
static void random_damage(void)
{
    static char original[MAX_ARCHIVE];

    three_files();
    memcpy(original, archive, used);
    for (int round = 0; round < 20000; round++) {
        size_t size = unit_one_in(4) ? unit_random(used + 1) : used;

        memcpy(archive, original, used);
        for (uint64_t i = unit_random(6); i > 0; i--) {
            char *byte = &archive[unit_random(used)];

            *byte = unit_one_in(2) ? (char)unit_random(256) : "0f/g\0"[unit_random(5)];
        }
        load(size);
        CHECK(check_files(size) <= 4);
    }
}

static const struct unit_case cases[] = {
    {"well-formed",                      well_formed                    },
    { "find-by-name",                    find_by_name                   },
    { "names-and-sizes-of-every-length", names_and_sizes_of_every_length},
    { "nothing-there",                   nothing_there                  },
    { "nothing-behind-the-trailer",      nothing_behind_the_trailer     },
    { "truncated-anywhere",              truncated                      },
    { "wrong-magic",                     wrong_magic                    },
    { "sizes-that-cannot-be",            sizes_that_cannot_be           },
    { "no-name",                         no_name                        },
    { "digits-of-either-case",           digits_of_either_case          },
    { "sizes-that-are-no-numbers",       sizes_that_are_no_numbers      },
    { "name-without-terminator",         name_without_terminator        },
    { "random-damage",                   random_damage                  },
};

UNIT("initrd", cases)
