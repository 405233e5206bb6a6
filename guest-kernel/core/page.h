/* SPDX-License-Identifier: MIT */
/* Physical pages. Any hart, kernel context; never blocks. */
#ifndef CORE_PAGE_H
#define CORE_PAGE_H

#include <stddef.h>

/* Takes all memory behind the kernel, but for the device tree and the initrd. */
void page_init(void);

/* A zeroed page by its kernel address, NULL when memory is out. */
void *page_alloc(void);
void page_free(void *page);

/* Pages that page_alloc() could still hand out. */
size_t page_count_free(void);

#endif
