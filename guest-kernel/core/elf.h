/* SPDX-License-Identifier: MIT */
/* Loads a user program: a static RV64 ELF executable below the user stack. */
#ifndef CORE_ELF_H
#define CORE_ELF_H

#include <stddef.h>
#include <stdint.h>

/*
 * Maps the program's segments into a fresh table. Returns 0 and the entry point, -ENOEXEC for a
 * file that is not such a program (a segment both writable and executable included), or -ENOMEM.
 * After an error the caller frees the table with what is in it.
 */
int elf_load(uint64_t *root, const void *file, size_t size, uint64_t *entry);

#endif
