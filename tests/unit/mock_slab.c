// SPDX-License-Identifier: MIT
#include <malloc.h>
#include <stdlib.h>

#include "arch/layout.h"
#include "core/slab.h"
#include "mock.h"
#include "unit.h"

void *slab_alloc(size_t size)
{
    void *memory = size > PAGE_SIZE || mock_allocation_fails() ? NULL : calloc(1, size);

    mock_memory.slabs += memory != NULL;
    return memory;
}

void slab_free(void *memory, size_t size)
{
    if (!memory) {
        return;
    }
    CHECK_IS(size, malloc_usable_size(memory)); /* the size asked for, says AddressSanitizer */
    mock_memory.slabs--;
    free(memory);
}
