/* SPDX-License-Identifier: MIT */
/* Loads a user program: a static RV64 ELF executable below the user stack. */
#ifndef CORE_ELF_H
#define CORE_ELF_H

#include <stddef.h>
#include <stdint.h>

struct address_space;

/*
 * Maps the program's segments into an empty address space. Returns 0 and the entry point, -ENOEXEC
 * for a file that is not such a program (a segment both writable and executable included), or
 * -ENOMEM. After an error the caller destroys the space with what is in it.
 */
int elf_load(struct address_space *space, const void *file, size_t size, uint64_t *entry);

#endif
