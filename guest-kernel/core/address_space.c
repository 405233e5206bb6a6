// SPDX-License-Identifier: MIT
#include "core/address_space.h"

#include <errno.h>

#include "arch/cpu.h"
#include "arch/csr.h"
#include "arch/mmu.h"
#include "arch/sbi.h"
#include "core/page.h"

#define ALL_HARTS 0xff

_Static_assert(MAX_HARTS <= 8, "a bit for each hart in a byte");

static uint64_t asid_mask; /* those that exist; constant after boot */

/* satp keeps the bits that a hart has. ASID 0 is the kernel's table's. */
void address_space_init(void)
{
    csr_write(CSR_SATP, kernel_satp | 0xfffful << SATP_ASID_SHIFT);
    asid_mask = csr_read(CSR_SATP) >> SATP_ASID_SHIFT & 0xffff;
    csr_write(CSR_SATP, kernel_satp);
}

/* Whoever had the number before used its ASID: each hart flushes it before the first use. */
int address_space_create(struct address_space *space, unsigned number)
{
    space->root = mmu_new_root();
    if (!space->root) {
        return -ENOMEM;
    }
    space->asid = number + 1 <= asid_mask ? number + 1 : 0;
    space->satp = SATP_SV39 | space->asid << SATP_ASID_SHIFT | mmu_to_physical(space->root) >> 12;
    space->tlb_stale = ALL_HARTS;
    space->code_stale = ALL_HARTS;
    return 0;
}

void address_space_destroy(struct address_space *space)
{
    if (this_cpu()->space == space) {
        address_space_switch(this_cpu(), NULL);
    }
    if (space->root) {
        mmu_free_root(space->root);
    }
    space->root = NULL;
}

/* After satp is written. Without ASIDs every use of the space is its first. */
static __attribute__((noinline)) void freshen(struct address_space *space, uint8_t hart)
{
    if (space->asid) {
        space->tlb_stale &= ~hart;
        __asm__ volatile("sfence.vma zero, %0" : : "r"(space->asid) : "memory");
    } else {
        __asm__ volatile("sfence.vma" : : : "memory");
    }
    if (space->code_stale & hart) {
        space->code_stale &= ~hart;
        __asm__ volatile("fence.i" : : : "memory");
    }
}

void address_space_switch(struct cpu *cpu, struct address_space *space)
{
    cpu->space = space;
    csr_write(CSR_SATP, space ? space->satp : kernel_satp);
    if (space && (space->tlb_stale & cpu->bit)) {
        freshen(space, cpu->bit);
    }
}

/*
 * Without a flush: a hart that remembers that nothing was there takes a page fault, and
 * process_fault() lets it try again.
 */
int address_space_map(struct address_space *space, uint64_t address, void *page, uint64_t flags)
{
    uint64_t *pte = mmu_walk(space->root, address, 0, true);

    if (!pte) {
        return -ENOMEM;
    }
    if (*pte & PTE_V) {
        return -EEXIST;
    }
    *pte = mmu_make_pte(page, (flags & PTE_LEAF) | PTE_U | PTE_A | PTE_D);
    return 0;
}

int address_space_map_new(struct address_space *space, uint64_t address, size_t size,
                          uint64_t flags)
{
    for (size_t at = 0; at < size; at += PAGE_SIZE) {
        void *page = page_alloc();
        int error = page ? address_space_map(space, address + at, page, flags) : -ENOMEM;

        if (error) {
            if (page) {
                page_free(page);
            }
            address_space_unmap(space, address, at);
            return error;
        }
    }
    return 0;
}

/*
 * No hart may use the old translations once this returns. Those that have the space in satp are told
 * through the firmware, which waits for them; the others flush when they use it again.
 */
static void flush(struct address_space *space)
{
    uint64_t running = 0;

    space->tlb_stale = ALL_HARTS;
    for (unsigned i = 0; i < MAX_HARTS; i++) {
        if (cpus[i].space == space) {
            running |= 1ul << cpus[i].hart_id;
        }
    }
    if (running) {
        sbi_remote_sfence_vma(running);
    }
}

/* The first entry in use at *address or above, below `end`, with its address; NULL: none. */
static uint64_t *next_entry(struct address_space *space, uint64_t *address, uint64_t end)
{
    while (*address < end) {
        int level = 2;
        uint64_t *pte = mmu_walk(space->root, *address, level, false);

        while (*pte && level > 0) {
            pte = mmu_walk(space->root, *address, --level, false);
        }
        if (*pte) {
            return pte;
        }
        *address = (*address / MMU_SPAN(level) + 1) * MMU_SPAN(level);
    }
    return NULL;
}

/* A page may be used for something else only after the flush. */
void address_space_unmap(struct address_space *space, uint64_t address, size_t size)
{
    uint64_t end = address + size, *pte;

    for (uint64_t at = address; (pte = next_entry(space, &at, end)); at += PAGE_SIZE) {
        *pte &= ~PTE_V;
    }
    flush(space);
    for (uint64_t at = address; (pte = next_entry(space, &at, end)); at += PAGE_SIZE) {
        page_free(mmu_pte_page(*pte));
        *pte = 0;
    }
}

/* First fit. Tables that do not exist are skipped as a whole. */
uint64_t address_space_find(struct address_space *space, size_t size)
{
    uint64_t start = USER_MAP_BASE, at = start;
    uint64_t end = USER_STACK_TOP - (USER_STACK_PAGES + 1) * PAGE_SIZE;

    if (size > end - start - PAGE_SIZE) {
        return 0;
    }
    while (at < start + PAGE_SIZE + size) {
        uint64_t *pte = NULL;
        int level = 2;

        if (at >= end) {
            return 0;
        }
        for (; level >= 0; level--) {
            pte = mmu_walk(space->root, at, level, false);
            if (!(*pte & PTE_V)) {
                break;
            }
        }
        if (level < 0) {
            at += PAGE_SIZE;
            start = at;
        } else {
            at = (at / MMU_SPAN(level) + 1) * MMU_SPAN(level);
        }
    }
    return start + PAGE_SIZE + size <= end ? start + PAGE_SIZE : 0;
}

void *address_space_lookup(const struct address_space *space, uint64_t address, uint64_t flags)
{
    uint64_t *pte;

    if (address >= USER_END) {
        return NULL;
    }
    flags |= PTE_V | PTE_U;
    pte = mmu_walk(space->root, address, 0, false);
    if (!pte || (*pte & flags) != flags) {
        return NULL;
    }
    return (char *)mmu_pte_page(*pte) + address % PAGE_SIZE;
}
