// SPDX-License-Identifier: MIT
/*
 * Does one forbidden thing, named by its argument; the kernel must kill it and nothing else. Those that begin
 * with "handler-" do it by a user interrupt to the program itself.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/uintr.h"

#define KERNEL   0xffffffc080200000
#define UNMAPPED 0x1000

static const char constant[8] = "const";
static uint32_t code_in_data = 0x00008067; /* ret */

static unsigned recurse(unsigned depth)
{
    volatile char space[4096];

    space[0] = (char)depth;
    return depth == ~0u ? 0 : recurse(depth + 1) + (unsigned)space[0];
}

static void write_null(uint64_t vectors)
{
    *(volatile char *)0 = (char)vectors;
}

static void overflow(uint64_t vectors)
{
    (void)vectors;
    recurse(0);
}

static void ignore(uint64_t vectors)
{
    (void)vectors;
}

/* The kernel looks at a handler's address once; utvec (0x005) is the program's own register. */
static void interrupt(uintr_handler handler, uint64_t other_address)
{
    uintr_set_handler(handler, 0);
    if (other_address) {
        __asm__ volatile("csrw 0x005, %0" : : "r"(other_address) : "memory");
    }
    uintr_enable();
    uipi_send((uint64_t)uintr_register_self(0, 0));
}

static void do_it(const char *what)
{
    volatile uint64_t *kernel = (uint64_t *)KERNEL;

    if (strcmp(what, "null") == 0) {
        *(volatile char *)0 = 1;
    } else if (strcmp(what, "read-kernel") == 0) {
        (void)*kernel;
    } else if (strcmp(what, "jump-kernel") == 0) {
        ((void (*)(void))kernel)();
    } else if (strcmp(what, "write-constant") == 0) {
        *(volatile char *)constant = 1;
    } else if (strcmp(what, "write-text") == 0) {
        *(volatile uint32_t *)(uintptr_t)printf = 0;
    } else if (strcmp(what, "run-data") == 0) {
        ((void (*)(void))(uintptr_t)&code_in_data)();
    } else if (strcmp(what, "supervisor-register") == 0) {
        __asm__ volatile("csrw 0x1b1, zero"); /* suirs */
    } else if (strcmp(what, "overflow") == 0) {
        recurse(0);
    } else if (strcmp(what, "handler-null") == 0) {
        interrupt(write_null, 0);
    } else if (strcmp(what, "handler-overflow") == 0) {
        interrupt(overflow, 0);
    } else if (strcmp(what, "handler-kernel") == 0) {
        interrupt(ignore, KERNEL);
    } else if (strcmp(what, "handler-unmapped") == 0) {
        interrupt(ignore, UNMAPPED);
    }
}

int main(int argc, char **argv)
{
    if (argc == 2) {
        do_it(argv[1]);
    }
    printf("fault: still alive\n");
    return 0;
}
