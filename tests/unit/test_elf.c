// SPDX-License-Identifier: MIT
/* Every file is in a block of exactly its size: reading behind it is AddressSanitizer's to find. */
#include "core/elf.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arch/mmu.h"
#include "fixture.h"

#define TEXT      ((uint64_t)USER_BASE)
#define DATA      ((uint64_t)USER_BASE + 4 * PAGE_SIZE)
#define LIMIT     ((uint64_t)USER_MAP_BASE)
#define ENTRY     (TEXT + 0x120)
#define TEXT_SIZE (PAGE_SIZE + 300)
#define DATA_SIZE 204 /* nothing is behind it */
#define BSS_SIZE  (2 * PAGE_SIZE)
#define SEGMENTS  3

/* A program as a linker makes it: text, a note that is not loaded, data with zeros behind it. */
struct program {
    Elf64_Ehdr header;
    Elf64_Phdr segments[SEGMENTS];
    char text[TEXT_SIZE];
    char data[DATA_SIZE];
} __attribute__((packed, aligned(8)));

static struct program program;
static struct address_space space;

static void make_program(void)
{
    static const Elf64_Phdr note = { .p_type = PT_NOTE, .p_offset = UINT64_MAX };

    memset(&program, 0, sizeof(program));
    memcpy(program.header.e_ident, ELFMAG, SELFMAG);
    program.header.e_ident[EI_CLASS] = ELFCLASS64;
    program.header.e_type = ET_EXEC;
    program.header.e_machine = EM_RISCV;
    program.header.e_entry = ENTRY;
    program.header.e_phoff = sizeof(program.header);
    program.header.e_phentsize = sizeof(Elf64_Phdr);
    program.header.e_phnum = SEGMENTS;
    program.segments[0] = (Elf64_Phdr){ .p_type = PT_LOAD,
                                        .p_flags = PF_R | PF_X,
                                        .p_offset = offsetof(struct program, text),
                                        .p_vaddr = TEXT,
                                        .p_filesz = TEXT_SIZE,
                                        .p_memsz = TEXT_SIZE };
    program.segments[1] = note;
    program.segments[2] = (Elf64_Phdr){ .p_type = PT_LOAD,
                                        .p_flags = PF_R | PF_W,
                                        .p_offset = offsetof(struct program, data),
                                        .p_vaddr = DATA,
                                        .p_filesz = DATA_SIZE,
                                        .p_memsz = DATA_SIZE + BSS_SIZE };
    for (unsigned i = 0; i < TEXT_SIZE; i++) {
        program.text[i] = (char)(i * 7 + 1);
    }
    for (unsigned i = 0; i < DATA_SIZE; i++) {
        program.data[i] = (char)(i * 3 + 2);
    }
}

static void set_up(void)
{
    kernel_up(1);
    mock_memory.page_limit = mock_memory.pages + 100;
    make_program();
}

/* Loads the first `size` bytes into a new address space, from `offset` behind a multiple of 16. */
static int load_at(const void *file, size_t size, size_t offset, uint64_t *entry)
{
    char *block = malloc(offset + size);
    int error;

    memcpy(block + offset, file, size);
    CHECK_IS(address_space_create(&space, 0), 0);
    error = elf_load(&space, block + offset, size, entry);
    free(block);
    return error;
}

static int load(size_t size)
{
    uint64_t entry;
    int error = load_at(&program, size, 0, &entry);

    address_space_destroy(&space);
    CHECK_IS(mock_memory.page_limit - mock_memory.pages, 100);
    return error;
}

static int load_all(void)
{
    return load(sizeof(program));
}

static char *at(uint64_t address, uint64_t flags)
{
    return address_space_lookup(&space, address, flags);
}

static void check_program(void)
{
    for (uint64_t i = 0; i < 2 * PAGE_SIZE; i++) {
        CHECK_IS(*at(TEXT + i, PTE_R | PTE_X), i < TEXT_SIZE ? program.text[i] : 0);
    }
    for (uint64_t i = 0; i < 3 * PAGE_SIZE; i++) {
        CHECK_IS(*at(DATA + i, PTE_R | PTE_W), i < DATA_SIZE ? program.data[i] : 0);
    }
    CHECK(!at(TEXT, PTE_W) && !at(DATA, PTE_X));
    CHECK(!at(TEXT - 1, 0) && !at(TEXT + 2 * PAGE_SIZE, 0));
    CHECK(!at(DATA - 1, 0) && !at(DATA + 3 * PAGE_SIZE, 0));
    address_space_destroy(&space);
}

static void valid(void)
{
    uint64_t entry = 0;

    set_up();
    CHECK_IS(load_at(&program, sizeof(program), 0, &entry), 0);
    CHECK_IS(entry, ENTRY);
    check_program();
}

/* In the initrd a file begins at any multiple of four. */
static void valid_at_any_word(void)
{
    uint64_t entry = 0;

    set_up();
    CHECK_IS(load_at(&program, sizeof(program), 4, &entry), 0);
    CHECK_IS(entry, ENTRY);
    check_program();
}

static void truncated(void)
{
    set_up();
    for (size_t size = 0; size < sizeof(program); size++) {
        CHECK_IS(load(size), -ENOEXEC);
    }
    CHECK_IS(load_all(), 0);
}

#define REFUSED(change)                                                                            \
    do {                                                                                           \
        make_program();                                                                            \
        change;                                                                                    \
        CHECK_IS(load_all(), -ENOEXEC);                                                            \
    } while (0)

#define ACCEPTED(change)                                                                           \
    do {                                                                                           \
        make_program();                                                                            \
        change;                                                                                    \
        CHECK_IS(load_all(), 0);                                                                   \
    } while (0)

static void wrong_header(void)
{
    Elf64_Ehdr *header = &program.header;

    set_up();
    for (int i = 0; i < SELFMAG; i++) {
        REFUSED(header->e_ident[i] ^= 1);
    }
    REFUSED(header->e_ident[EI_CLASS] = ELFCLASS32);
    REFUSED(header->e_type = ET_DYN);
    REFUSED(header->e_type = ET_REL);
    REFUSED(header->e_machine = EM_X86_64);
    REFUSED(header->e_phentsize = sizeof(Elf64_Phdr) - 1);
    REFUSED(header->e_phentsize = sizeof(Elf64_Phdr) + 8);
    REFUSED(header->e_phentsize = 0);
    ACCEPTED(header->e_phnum = 0);
}

static void wrong_table(void)
{
    Elf64_Ehdr *header = &program.header;
    uint64_t last = (sizeof(program) - SEGMENTS * sizeof(Elf64_Phdr)) & -8ul;

    set_up();
    REFUSED(header->e_phoff = sizeof(program) + 8);
    REFUSED(header->e_phoff = (sizeof(program) & -8ul) + 8);
    REFUSED(header->e_phoff = last + 8);
    REFUSED(header->e_phoff = -8ul);
    REFUSED(header->e_phoff = 1ul << 63);
    REFUSED(header->e_phoff = sizeof(*header) + 4);
    REFUSED(header->e_phnum = UINT16_MAX);
    make_program(); /* it may be at the end, whatever is there */
    program.header.e_phoff = last;
    memset((char *)&program + last, 0, sizeof(program) - last);
    CHECK_IS(load_all(), 0);
}

static void wrong_entry(void)
{
    Elf64_Ehdr *header = &program.header;

    set_up();
    REFUSED(header->e_entry = 0);
    REFUSED(header->e_entry = USER_BASE - 1);
    REFUSED(header->e_entry = LIMIT);
    REFUSED(header->e_entry = KERNEL_OFFSET);
    REFUSED(header->e_entry = UINT64_MAX);
    ACCEPTED(header->e_entry = USER_BASE);
    ACCEPTED(header->e_entry = LIMIT - 1);
}

static void wrong_segment(void)
{
    Elf64_Phdr *text = &program.segments[0];

    set_up();
    REFUSED(text->p_filesz = text->p_memsz + 1);
    REFUSED(text->p_filesz = UINT64_MAX);
    REFUSED(text->p_offset = sizeof(program) + 1);
    REFUSED(text->p_offset = sizeof(program) - TEXT_SIZE + 1);
    REFUSED(text->p_offset = UINT64_MAX);
    REFUSED(text->p_offset = -(uint64_t)TEXT_SIZE);
    REFUSED(text->p_vaddr = 0);
    REFUSED(text->p_vaddr = USER_BASE - PAGE_SIZE);
    REFUSED(text->p_vaddr = USER_BASE + 8);
    REFUSED(text->p_vaddr = LIMIT);
    REFUSED(text->p_vaddr = LIMIT - PAGE_SIZE);
    REFUSED(text->p_vaddr = KERNEL_OFFSET);
    REFUSED(text->p_vaddr = -(uint64_t)PAGE_SIZE);
    REFUSED(text->p_memsz = LIMIT - TEXT + 1);
    REFUSED(text->p_memsz = UINT64_MAX);
    REFUSED(text->p_memsz = -(uint64_t)TEXT);
    ACCEPTED(text->p_offset = sizeof(program) - TEXT_SIZE);
    ACCEPTED(text->p_vaddr = LIMIT - 2 * PAGE_SIZE);
    ACCEPTED((text->p_filesz = 0, text->p_offset = sizeof(program)));
}

static void permissions(void)
{
    Elf64_Phdr *text = &program.segments[0];

    set_up();
    REFUSED(text->p_flags = PF_W | PF_X);
    REFUSED(text->p_flags = PF_R | PF_W | PF_X);
    ACCEPTED(text->p_flags = 0);
    for (unsigned flags = 0; flags < 8; flags++) {
        uint64_t entry;

        make_program();
        text->p_flags = flags;
        if ((flags & (PF_W | PF_X)) == (PF_W | PF_X)) {
            continue;
        }
        CHECK_IS(load_at(&program, sizeof(program), 0, &entry), 0);
        CHECK(at(TEXT, PTE_R)); /* an entry that is not readable is none */
        CHECK(!at(TEXT, PTE_W) == !(flags & PF_W));
        CHECK(!at(TEXT, PTE_X) == !(flags & PF_X));
        address_space_destroy(&space);
    }
}

static void overlapping_segments(void)
{
    Elf64_Phdr *text = &program.segments[0], *data = &program.segments[2];

    set_up();
    REFUSED(data->p_vaddr = text->p_vaddr);
    REFUSED(data->p_vaddr = text->p_vaddr + PAGE_SIZE);
    REFUSED(text->p_vaddr = DATA + 2 * PAGE_SIZE);
    REFUSED(text->p_memsz = 5 * PAGE_SIZE);
    ACCEPTED(text->p_memsz = 4 * PAGE_SIZE);
    ACCEPTED(data->p_vaddr = text->p_vaddr + 2 * PAGE_SIZE);
}

/* They need no memory, so it doesn't matter where they are. */
static void empty_segments(void)
{
    Elf64_Phdr *text = &program.segments[0];

    set_up();
    ACCEPTED((text->p_memsz = 0, text->p_filesz = 0, text->p_vaddr = 0));
    ACCEPTED((text->p_memsz = 0, text->p_filesz = 0, text->p_vaddr = DATA));
}

static void out_of_memory(void)
{
    int needed;

    set_up();
    for (needed = 0; needed < 50; needed++) {
        uint64_t entry;
        int error;

        CHECK_IS(address_space_create(&space, 0), 0);
        mock_memory.fail_in = needed;
        error = elf_load(&space, &program, sizeof(program), &entry);
        if (!error) {
            break;
        }
        CHECK_IS(error, -ENOMEM);
        mock_memory.fail_in = -1;
        address_space_destroy(&space);
    }
    CHECK_IS(needed, 5 + 2); /* pages and tables */
    mock_memory.fail_in = -1;
    address_space_destroy(&space);
    make_program();
    program.segments[2].p_memsz = 200 * PAGE_SIZE;
    CHECK_IS(load_all(), -ENOMEM);
}

/* An answer and not a crash; what was allocated goes back, and nothing outside is mapped. */
static void random_damage(void)
{
    unsigned accepted = 0;

    set_up();
    for (int round = 0; round < 5000; round++) {
        size_t size = unit_one_in(4) ? unit_random(sizeof(program)) : sizeof(program);
        uint64_t entry = 0;
        int error;

        make_program();
        for (uint64_t i = 1 + unit_random(4); i > 0; i--) {
            size_t where = unit_random(offsetof(struct program, text));

            if (unit_one_in(2)) {
                ((unsigned char *)&program)[where] = (unsigned char)unit_random(256);
            } else {
                uint64_t value = unit_random(UINT64_MAX) << unit_random(64) >> unit_random(64);

                memcpy((char *)&program + where / 8 * 8, &value, sizeof(value));
            }
        }
        error = load_at(&program, size, 0, &entry);
        CHECK(error == 0 || error == -ENOEXEC || error == -ENOMEM);
        CHECK(error || (entry >= USER_BASE && entry < LIMIT));
        CHECK(!at(USER_BASE - 1, 0) && !at(LIMIT, 0));
        accepted += !error;
        address_space_destroy(&space);
        CHECK_IS(mock_memory.page_limit - mock_memory.pages, 100);
    }
    CHECK(accepted > 100);
}

static const struct unit_case cases[] = {
    {"valid",                 valid               },
    { "valid-at-any-word",    valid_at_any_word   },
    { "truncated-anywhere",   truncated           },
    { "wrong-header",         wrong_header        },
    { "wrong-table",          wrong_table         },
    { "wrong-entry",          wrong_entry         },
    { "wrong-segment",        wrong_segment       },
    { "permissions",          permissions         },
    { "overlapping-segments", overlapping_segments},
    { "empty-segments",       empty_segments      },
    { "out-of-memory",        out_of_memory       },
    { "random-damage",        random_damage       },
};

UNIT("elf", cases)
