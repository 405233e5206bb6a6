// SPDX-License-Identifier: MIT
#include "arch/backtrace.h"

#include <string.h>

#include "arch/cpu.h"
#include "arch/mmu.h"
#include "core/initrd.h"
#include "core/print.h"

#define SYMBOLS     "kernel.sym"
#define HEADING     "where it happened, and the callers:\n"
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

/* The line of kernel.sym that pc belongs to. NULL: there is none. */
static const char *find_line(uint64_t pc)
{
    const char *best = NULL, *line, *end;
    size_t size;

    if (!is_text(pc)) {
        return NULL;
    }
    line = initrd_find(SYMBOLS, &size);
    end = line ? line + size : line;
    while (line && line + NAME_OFFSET < end && line_address(line) <= pc) {
        best = line;
        line = memchr(line, '\n', (size_t)(end - line));
        line = line ? line + 1 : end;
    }
    return best;
}

static void print_line(uint64_t pc)
{
    const char *line = find_line(pc);

    if (!line) {
        kprintf("  %#lx\n", pc);
        return;
    }
    kprintf("  %#lx %.*s+%#lx\n", pc, (int)strcspn(line + NAME_OFFSET, "\n"), line + NAME_OFFSET,
            pc - line_address(line));
}

/* The RISC-V convention: ra and the caller's frame pointer lie right below a frame pointer. */
static void print_callers(uint64_t pc, uint64_t frame)
{
    for (int i = 0; i < MAX_CALLERS && is_text(pc); i++) {
        print_line(pc);
        if (!is_stack(frame)) {
            break;
        }
        pc = ((uint64_t *)frame)[-1] - 1; /* in the call, not behind it */
        frame = ((uint64_t *)frame)[-2];
    }
}

void backtrace_print(uint64_t pc, uint64_t frame)
{
    kprintf(HEADING);
    print_callers(pc, frame);
}

/*
 * A function that has made no frame yet, or never makes one, was called from ra, and `frame` is its
 * caller's. In one that has, ra is where its last call came back to, or what lies in its frame.
 */
static bool has_frame(uint64_t pc, uint64_t ra, uint64_t frame)
{
    const char *line = find_line(pc);

    if (!is_text(pc) || !is_text(ra - 1)) {
        return is_text(pc);
    }
    return (line && line == find_line(ra - 1)) ||
           (is_stack(frame) && ((uint64_t *)frame)[-1] == ra);
}

void backtrace_print_trap(uint64_t pc, uint64_t ra, uint64_t frame)
{
    kprintf(HEADING);
    if (has_frame(pc, ra, frame)) {
        print_callers(pc, frame);
    } else {
        print_line(pc);
        print_callers(ra - 1, frame);
    }
}
