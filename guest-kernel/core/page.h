/* SPDX-License-Identifier: MIT */
/*
 * Physical pages of 4 KiB, by their kernel address. A page has a count of its users: several
 * address spaces may map it. Guarded by the kernel lock.
 */
#ifndef CORE_PAGE_H
#define CORE_PAGE_H

#include <stdbool.h>
#include <stddef.h>

/* Takes over all memory that holds nothing yet; before any other function here. */
void page_init(void);

/* A zeroed page with one user, NULL when memory is out; one that holds anything. */
void *page_alloc(void);
void *page_alloc_dirty(void);

/* One user more: false, and nothing happens, when there are too many already. */
bool page_get(void *page);

/* One user less; the last one frees it. */
void page_free(void *page);

size_t page_count_free(void);
size_t page_count_total(void);

#endif
