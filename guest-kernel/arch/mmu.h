/* SPDX-License-Identifier: MIT */
/*
 * Sv39. One kernel table, built once at boot: text read and execute, read-only data read only, all
 * else read and write. A process table shares the kernel's upper half and owns its lower half.
 */
#ifndef ARCH_MMU_H
#define ARCH_MMU_H

#include <stddef.h>
#include <stdint.h>

#include "arch/layout.h"

#define PTE_V 0x01ul
#define PTE_R 0x02ul
#define PTE_W 0x04ul
#define PTE_X 0x08ul
#define PTE_U 0x10ul
#define PTE_G 0x20ul
#define PTE_A 0x40ul
#define PTE_D 0x80ul

extern uint64_t kernel_satp; /* set once by mmu_init(), read by starting harts */

static inline uint64_t mmu_to_physical(const void *kernel_address)
{
    return (uint64_t)kernel_address - KERNEL_OFFSET;
}

static inline void *mmu_from_physical(uint64_t physical)
{
    return (void *)(physical + KERNEL_OFFSET);
}

/* Builds the kernel's table and switches to it; stacks for harts and processes are in it. */
void mmu_init(void);

/* Makes a device's registers usable and returns their kernel address; boot only. */
volatile void *mmu_map_device(uint64_t physical, uint64_t size);

/* Top of kernel stack number `index`: harts first (by cpu index), then process slots. */
uint64_t mmu_kernel_stack(unsigned index);

/* A new process table, NULL when memory is out. */
uint64_t *mmu_new_root(void);

/* Frees the lower half with every page in it, then the table; it must not be in use. */
void mmu_free_root(uint64_t *root);

/* Maps one user page with PTE_R, PTE_W, PTE_X of `flags`; 0 or -ENOMEM. */
int mmu_map_user(uint64_t *root, uint64_t address, void *page, uint64_t flags);

/* Kernel address of a user address if every flag is set on its page, otherwise NULL. */
void *mmu_user_lookup(uint64_t *root, uint64_t address, uint64_t flags);

/* Makes this hart use a process table, or the kernel's with NULL. */
void mmu_switch(uint64_t *root);

#endif
