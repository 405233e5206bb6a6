// SPDX-License-Identifier: MIT
#include "core/devicetree.h"

#include <libfdt.h>
#include <string.h>

#include "arch/mmu.h"
#include "core/print.h"

#define S_EXTERNAL_INTERRUPT 9

struct machine machine;

static uint32_t cell(const void *property, int index)
{
    return fdt32_to_cpu(((const fdt32_t *)property)[index]);
}

/* A 32-bit or 64-bit number, by the property's own length. */
static uint64_t number(const void *tree, int node, const char *name)
{
    int length;
    const void *property = fdt_getprop(tree, node, name, &length);

    if (!property || length < 4) {
        return 0;
    }
    return length < 8 ? cell(property, 0) : ((uint64_t)cell(property, 0) << 32) | cell(property, 1);
}

/* The first entry of reg; root and soc of this machine use two cells for both halves. */
static struct reg_range reg_of(const void *tree, int node)
{
    struct reg_range range = { 0, 0 };
    int length;
    const void *reg = fdt_getprop(tree, node, "reg", &length);

    if (reg && length >= 16) {
        range.base = ((uint64_t)cell(reg, 0) << 32) | cell(reg, 1);
        range.size = ((uint64_t)cell(reg, 2) << 32) | cell(reg, 3);
    }
    return range;
}

static int find_compatible(const void *tree, const char *compatible)
{
    return fdt_node_offset_by_compatible(tree, -1, compatible);
}

static struct reg_range reg_of_compatible(const void *tree, const char *compatible)
{
    int node = find_compatible(tree, compatible);

    return node < 0 ? (struct reg_range){ 0, 0 } : reg_of(tree, node);
}

static bool hart_has(const void *tree, int cpu, const char *extension)
{
    return fdt_stringlist_search(tree, cpu, "riscv,isa-extensions", extension) >= 0;
}

static void parse_harts(const void *tree)
{
    int cpus = fdt_path_offset(tree, "/cpus");
    int node;

    machine.timebase = number(tree, cpus, "timebase-frequency");
    machine.has_sstc = true;
    machine.has_uintr = true;
    machine.has_vector = true;
    fdt_for_each_subnode (node, tree, cpus) {
        const char *type = fdt_getprop(tree, node, "device_type", NULL);

        if (!type || strcmp(type, "cpu") != 0 || machine.harts == MAX_HARTS) {
            continue;
        }
        machine.hart_id[machine.harts] = number(tree, node, "reg");
        if (machine.hart_id[machine.harts] >= 64) { /* harts are named by bits of a word */
            panic("hart %lu is not among 0 to 63", machine.hart_id[machine.harts]);
        }
        machine.harts++;
        machine.has_sstc = machine.has_sstc && hart_has(tree, node, "sstc");
        machine.has_uintr = machine.has_uintr && hart_has(tree, node, "xuintr");
        machine.has_vector = machine.has_vector && hart_has(tree, node, "v");
    }
    /* QEMU lists harts from the last to the first; number them by hart id. */
    for (unsigned i = 1; i < machine.harts; i++) {
        for (unsigned j = i; j > 0 && machine.hart_id[j - 1] > machine.hart_id[j]; j--) {
            uint64_t id = machine.hart_id[j];

            machine.hart_id[j] = machine.hart_id[j - 1];
            machine.hart_id[j - 1] = id;
        }
    }
    if (machine.harts == 0 || machine.timebase == 0) {
        panic("the device tree names no hart or no timebase");
    }
}

/* A PLIC context is one entry of interrupts-extended: a hart's interrupt controller, a level. */
static void parse_plic(const void *tree)
{
    int node = find_compatible(tree, "riscv,plic0");
    int length;
    const void *targets;

    if (node < 0) {
        return;
    }
    machine.plic = reg_of(tree, node);
    targets = fdt_getprop(tree, node, "interrupts-extended", &length);
    for (int context = 0; targets && context < length / 8; context++) {
        int controller = fdt_node_offset_by_phandle(tree, cell(targets, 2 * context));
        int cpu = controller < 0 ? controller : fdt_parent_offset(tree, controller);

        if (cpu < 0 || cell(targets, 2 * context + 1) != S_EXTERNAL_INTERRUPT) {
            continue;
        }
        for (unsigned i = 0; i < machine.harts; i++) {
            if (machine.hart_id[i] == number(tree, cpu, "reg")) {
                machine.plic_context[i] = context;
            }
        }
    }
}

/* A device's registers and its first interrupt, which is a PLIC source. */
static void parse_device(const void *tree, const char *compatible, struct reg_range *range,
                         uint32_t *irq)
{
    int node = find_compatible(tree, compatible);

    if (node >= 0) {
        *range = reg_of(tree, node);
        *irq = (uint32_t)number(tree, node, "interrupts");
    }
}

static void parse_chosen(const void *tree)
{
    int chosen = fdt_path_offset(tree, "/chosen");
    const char *arguments = fdt_getprop(tree, chosen, "bootargs", NULL);

    machine.command_line = arguments ? arguments : "";
    machine.initrd_start = number(tree, chosen, "linux,initrd-start");
    machine.initrd_end = number(tree, chosen, "linux,initrd-end");
}

void devicetree_parse(const void *tree)
{
    struct reg_range memory;
    int node;

    if (fdt_check_header(tree)) {
        panic("no device tree");
    }
    machine.tree_start = mmu_to_physical(tree);
    machine.tree_end = machine.tree_start + fdt_totalsize(tree);
    node = fdt_node_offset_by_prop_value(tree, -1, "device_type", "memory", sizeof("memory"));
    memory = node < 0 ? (struct reg_range){ 0, 0 } : reg_of(tree, node);
    machine.memory_base = memory.base;
    machine.memory_size = memory.size;
    if (memory.size == 0) {
        panic("the device tree names no memory");
    }
    parse_harts(tree);
    parse_chosen(tree);
    parse_plic(tree);
    parse_device(tree, "riscv,uintc0", &machine.uintc, &machine.uintc_irq);
    parse_device(tree, "ns16550a", &machine.uart, &machine.uart_irq);
    machine.finisher = reg_of_compatible(tree, "sifive,test0");
}
