// SPDX-License-Identifier: MIT
#include "arch/backtrace.h"

#include <string.h>

#include "arch/cpu.h"
#include "arch/mmu.h"
#include "core/initrd.h"
#include "core/print.h"

#define SYMBOLS     "kernel.sym"
#define MAX_CALLERS 32
#define NAME_OFFSET 19 /* behind the address, a blank, the kind and a blank */

extern char text_start[], text_end[], bss_start[], bss_end[];

static bool is_text(uint64_t address)
{
    return address >= (uint64_t)text_start && address < (uint64_t)text_end;
}

/*
 * Frames lie on the hart's kernel stack, on its panic stack, which is one page of memory, or during
 * boot in the kernel's image.
 */
static bool is_stack(uint64_t address)
{
    struct cpu *cpu = this_cpu();

    return address % 16 == 0 &&
           ((address > (uint64_t)bss_start + 16 && address <= (uint64_t)bss_end) ||
            (address <= cpu->kernel_sp &&
             address > cpu->kernel_sp - KSTACK_PAGES * PAGE_SIZE + 16) ||
            (address <= cpu->panic_sp && address > cpu->panic_sp - PAGE_SIZE + 16));
}

/* The sixteen digits that nm begins each line with. */
static uint64_t line_address(const char *line)
{
    uint64_t address = 0;

    for (int i = 0; i < 16; i++) {
        address = address * 16 + (uint64_t)(line[i] <= '9' ? line[i] - '0' : line[i] - 'a' + 10);
    }
    return address;
}

static void print_line(uint64_t pc)
{
    const char *best = NULL, *line, *end;
    size_t size;

    line = initrd_find(SYMBOLS, &size);
    end = line ? line + size : line;
    while (line && line + NAME_OFFSET < end && line_address(line) <= pc) {
        best = line;
        line = memchr(line, '\n', (size_t)(end - line));
        line = line ? line + 1 : end;
    }
    if (!best) {
        kprintf("  %#lx\n", pc);
        return;
    }
    kprintf("  %#lx %.*s+%#lx\n", pc, (int)strcspn(best + NAME_OFFSET, "\n"), best + NAME_OFFSET,
            pc - line_address(best));
}

/* The RISC-V convention: ra and the caller's frame pointer lie right below a frame pointer. */
void backtrace_print(uint64_t pc, uint64_t frame)
{
    kprintf("where it happened, and the callers:\n");
    for (int i = 0; i < MAX_CALLERS && is_text(pc); i++) {
        print_line(pc);
        if (!is_stack(frame)) {
            break;
        }
        pc = ((uint64_t *)frame)[-1] - 1; /* in the call, not behind it */
        frame = ((uint64_t *)frame)[-2];
    }
}
