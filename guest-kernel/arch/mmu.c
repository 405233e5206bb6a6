// SPDX-License-Identifier: MIT
#include "arch/mmu.h"

#include <string.h>

#include "arch/csr.h"
#include "core/copy.h"
#include "core/devicetree.h"
#include "core/page.h"
#include "core/print.h"

#define KERNEL_HALF 256 /* first root entry of the upper half */

uint64_t kernel_satp;
static uint64_t *kernel_root;

/* From the linker script; page aligned. */
extern char text_start[], text_end[], rodata_end[], kernel_end[];

uint64_t *mmu_walk(uint64_t *root, uint64_t address, int level, bool create)
{
    uint64_t *table = root;

    for (int at = 2; at > level; at--) {
        uint64_t *pte = &table[address / MMU_SPAN(at) % MMU_ENTRIES];

        if (!(*pte & PTE_V)) {
            void *page = create ? page_alloc() : NULL;

            if (!page) {
                return NULL;
            }
            *pte = mmu_make_pte(page, 0);
        }
        table = mmu_pte_page(*pte);
    }
    return &table[address / MMU_SPAN(level) % MMU_ENTRIES];
}

static void map_kernel(uint64_t address, uint64_t physical, uint64_t flags, int level)
{
    uint64_t *pte = mmu_walk(kernel_root, address, level, true);

    if (!pte) {
        panic("no memory for the kernel's page table");
    }
    *pte = mmu_make_pte(mmu_from_physical(physical), flags | PTE_A | PTE_D | PTE_G);
}

static uint64_t image_flags(uint64_t address)
{
    if (address >= (uint64_t)text_start && address < (uint64_t)text_end) {
        return PTE_R | PTE_X;
    }
    if (address >= (uint64_t)text_end && address < (uint64_t)rodata_end) {
        return PTE_R;
    }
    return PTE_R | PTE_W;
}

/* Small pages where permissions change, 2 MiB pages behind the image. Below it is the firmware. */
static void map_memory(void)
{
    uint64_t address = (uint64_t)text_start;
    uint64_t end = KERNEL_OFFSET + machine.memory_base + machine.memory_size;

    while (address < end) {
        uint64_t physical = address - KERNEL_OFFSET;

        if (address < (uint64_t)kernel_end || address % MMU_SPAN(1) ||
            end - address < MMU_SPAN(1)) {
            map_kernel(address, physical, image_flags(address), 0);
            address += PAGE_SIZE;
        } else {
            map_kernel(address, physical, PTE_R | PTE_W, 1);
            address += MMU_SPAN(1);
        }
    }
}

uint64_t mmu_kernel_stack(unsigned cpu)
{
    return KSTACK_BASE + (cpu + 1ul) * KSTACK_STRIDE;
}

static void map_stacks(void)
{
    for (unsigned i = 0; i < machine.harts; i++) {
        for (unsigned j = 1; j <= KSTACK_PAGES; j++) {
            map_kernel(mmu_kernel_stack(i) - j * PAGE_SIZE, mmu_to_physical(page_alloc()),
                       PTE_R | PTE_W, 0);
        }
    }
}

volatile void *mmu_map_device(uint64_t physical, uint64_t size)
{
    uint64_t first = physical & -(uint64_t)PAGE_SIZE;

    for (uint64_t at = first; at < physical + size; at += PAGE_SIZE) {
        map_kernel(at + KERNEL_OFFSET, at, PTE_R | PTE_W, 0);
    }
    __asm__ volatile("sfence.vma" : : : "memory");
    return mmu_from_physical(physical);
}

void mmu_init(void)
{
    kernel_root = page_alloc();
    map_memory();
    map_stacks();
    kernel_satp = SATP_SV39 | (mmu_to_physical(kernel_root) >> 12);
    csr_write(CSR_SATP, kernel_satp);
    __asm__ volatile("sfence.vma" : : : "memory");
}

uint64_t *mmu_new_root(void)
{
    uint64_t *root = page_alloc();

    if (root) {
        copy_memory(root + KERNEL_HALF, kernel_root + KERNEL_HALF, PAGE_SIZE / 2);
    }
    return root;
}

static void free_table(uint64_t *table, int level, unsigned entries)
{
    for (unsigned i = 0; i < entries; i++) {
        if (!(table[i] & PTE_V)) {
            continue;
        }
        if (level > 0) {
            free_table(mmu_pte_page(table[i]), level - 1, MMU_ENTRIES);
        } else {
            page_free(mmu_pte_page(table[i]));
        }
    }
    page_free(table);
}

void mmu_free_root(uint64_t *root)
{
    free_table(root, 2, KERNEL_HALF);
}
