// SPDX-License-Identifier: MIT
#include "core/elf.h"

#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "arch/layout.h"
#include "arch/mmu.h"
#include "core/address_space.h"
#include "core/copy.h"
#include "core/page.h"

#define USER_LIMIT USER_MAP_BASE

static bool segment_is_valid(const Elf64_Phdr *segment, size_t size)
{
    return segment->p_filesz <= segment->p_memsz && segment->p_offset <= size &&
           segment->p_filesz <= size - segment->p_offset && segment->p_vaddr >= USER_BASE &&
           segment->p_vaddr % PAGE_SIZE == 0 && segment->p_vaddr < USER_LIMIT &&
           segment->p_memsz <= USER_LIMIT - segment->p_vaddr &&
           (segment->p_flags & (PF_W | PF_X)) != (PF_W | PF_X);
}

static uint64_t segment_flags(const Elf64_Phdr *segment)
{
    return PTE_R | (segment->p_flags & PF_W ? PTE_W : 0) | (segment->p_flags & PF_X ? PTE_X : 0);
}

static int load_segment(struct address_space *space, const Elf64_Phdr *segment,
                        const char *contents)
{
    for (uint64_t at = 0; at < segment->p_memsz; at += PAGE_SIZE) {
        char *page;
        int error;

        page = page_alloc();
        if (!page) {
            return -ENOMEM;
        }
        if (at < segment->p_filesz) {
            uint64_t left = segment->p_filesz - at;

            copy_memory(page, contents + at, left < PAGE_SIZE ? left : PAGE_SIZE);
        }
        error = address_space_map(space, segment->p_vaddr + at, page, segment_flags(segment));
        if (error) {
            page_free(page);
            return error == -EEXIST ? -ENOEXEC : error; /* overlaps another segment */
        }
    }
    return 0;
}

static bool header_is_valid(const Elf64_Ehdr *header, size_t size)
{
    return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
           header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_type == ET_EXEC &&
           header->e_machine == EM_RISCV && header->e_phentsize == sizeof(Elf64_Phdr) &&
           header->e_phoff % 8 == 0 && header->e_phoff <= size &&
           header->e_phnum <= (size - header->e_phoff) / sizeof(Elf64_Phdr) &&
           header->e_entry >= USER_BASE && header->e_entry < USER_LIMIT;
}

/* The file may lie at any address, so what is read of it is copied. */
int elf_load(struct address_space *space, const void *file, size_t size, uint64_t *entry)
{
    const char *contents = file;
    Elf64_Ehdr header;

    if (size < sizeof(header)) {
        return -ENOEXEC;
    }
    memcpy(&header, contents, sizeof(header));
    if (!header_is_valid(&header, size)) {
        return -ENOEXEC;
    }
    for (unsigned i = 0; i < header.e_phnum; i++) {
        Elf64_Phdr segment;
        int error;

        memcpy(&segment, contents + header.e_phoff + i * sizeof(segment), sizeof(segment));
        if (segment.p_type != PT_LOAD || segment.p_memsz == 0) {
            continue;
        }
        if (!segment_is_valid(&segment, size)) {
            return -ENOEXEC;
        }
        error = load_segment(space, &segment, contents + segment.p_offset);
        if (error) {
            return error;
        }
    }
    *entry = header.e_entry;
    return 0;
}
