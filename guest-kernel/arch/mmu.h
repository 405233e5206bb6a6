/* SPDX-License-Identifier: MIT */
/*
 * Sv39 page tables. One kernel table, built once at boot: text read and execute, read-only data read
 * only, all else read and write. A process's table (core/address_space.h) shares the kernel's upper
 * half and owns its lower half.
 */
#ifndef ARCH_MMU_H
#define ARCH_MMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/layout.h"

#define PTE_V           0x01ul
#define PTE_R           0x02ul
#define PTE_W           0x04ul
#define PTE_X           0x08ul
#define PTE_U           0x10ul
#define PTE_G           0x20ul
#define PTE_A           0x40ul
#define PTE_D           0x80ul
#define PTE_LEAF        (PTE_R | PTE_W | PTE_X)

#define MMU_ENTRIES     512
#define MMU_SPAN(level) (1ul << (12 + 9 * (level))) /* bytes that an entry of a level covers */

#define SATP_SV39       (8ul << 60)
#define SATP_ASID_SHIFT 44

extern uint64_t kernel_satp; /* set once by mmu_init(), read by starting harts */

static inline uint64_t mmu_to_physical(const void *kernel_address)
{
    return (uint64_t)kernel_address - KERNEL_OFFSET;
}

static inline void *mmu_from_physical(uint64_t physical)
{
    return (void *)(physical + KERNEL_OFFSET);
}

/* The page or table that an entry points to. */
static inline void *mmu_pte_page(uint64_t pte)
{
    return mmu_from_physical((pte >> 10) << 12);
}

static inline uint64_t mmu_make_pte(const void *page, uint64_t flags)
{
    return ((mmu_to_physical(page) >> 12) << 10) | flags | PTE_V;
}

/* Builds the kernel's table and switches to it; the harts' stacks are in it. */
void mmu_init(void);

/* Makes a device's registers usable and returns their kernel address; boot only. */
volatile void *mmu_map_device(uint64_t physical, uint64_t size);

/* Top of a hart's kernel stack. */
uint64_t mmu_kernel_stack(unsigned cpu);

/* A new process table with nothing in its lower half, NULL when memory is out. */
uint64_t *mmu_new_root(void);

/*
 * The entry for an address at a level (0: 4 KiB pages). Where tables above it are missing: makes
 * them (`create`; NULL when memory is out), or NULL.
 */
uint64_t *mmu_walk(uint64_t *root, uint64_t address, int level, bool create);

/* Gives back the lower half with the use of every page in it, then the table. */
void mmu_free_root(uint64_t *root);

#endif
