/* SPDX-License-Identifier: MIT */
/*
 * A process's memory: the lower half of a page table, which is all there is to know of it. A page may
 * be mapped by several address spaces; it counts them (core/page.h). Guarded by the kernel lock.
 */
#ifndef CORE_ADDRESS_SPACE_H
#define CORE_ADDRESS_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cpu;

struct address_space {
    uint64_t *root;     /* kernel address of the root table */
    uint64_t satp;      /* the register's value: mode, ASID, root */
    uint64_t asid;      /* 0: the harts have too few, everything is flushed at each switch */
    uint8_t tlb_stale;  /* bit h: hart h flushes the ASID before it uses the space again */
    uint8_t code_stale; /* bit h: hart h executes fence.i before that */
};

/* An empty one. `number`, below MAX_PROCESSES, is its alone while it lives. 0 or -ENOMEM. */
int address_space_create(struct address_space *space, unsigned number);

/* No hart may run in it any more; satp of this one may still hold it. */
void address_space_destroy(struct address_space *space);

/*
 * Maps a page with PTE_R, PTE_W, PTE_X of `flags`, and takes over the caller's use of it. 0; -ENOMEM;
 * -EEXIST when something is mapped there.
 */
int address_space_map(struct address_space *space, uint64_t address, void *page, uint64_t flags);

/* Maps new zeroed pages; all or none. 0, -ENOMEM or -EEXIST. Size is a multiple of PAGE_SIZE. */
int address_space_map_new(struct address_space *space, uint64_t address, size_t size,
                          uint64_t flags);

/* Removes what is mapped in a range, on all harts. */
void address_space_unmap(struct address_space *space, uint64_t address, size_t size);

/* An unmapped range above USER_MAP_BASE with an unmapped page before it; 0 when there is none. */
uint64_t address_space_find(struct address_space *space, size_t size);

/* Kernel address of a user address if its page has all these PTE_ flags, otherwise NULL. */
void *address_space_lookup(const struct address_space *space, uint64_t address, uint64_t flags);

/* Makes this hart use it; NULL: the kernel's table. */
void address_space_switch(struct cpu *cpu, struct address_space *space);

/* Finds out how many ASIDs harts have; boot hart. */
void address_space_init(void);

#endif
