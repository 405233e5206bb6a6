/*
 * QTest cases for the RISC-V user-interrupt controller on the virt board: its
 * node in the device tree, its place in memory, and neither when it is off
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <glib/gstdio.h>
#include <libfdt.h>
#include "riscv-uintc-common.h"

#define UINTC_NODE      "/soc/interrupt-controller@2f10000"
#define IRQ_U_SOFT      0
#define IRQ_U_EXT       8
#define IRQ_S_EXT       9
#define IRQ_M_EXT       11
#define LEVEL_HIGH      4

/* The device tree of the board with @args, which QEMU writes and then ends */
static void *device_tree(const char *args)
{
    g_autofree char *command = NULL;
    g_autofree char *path = NULL;
    g_autofree char *errors = NULL;
    char *fdt;
    gsize size;
    int status;
    int fd = g_file_open_tmp("riscv-uintc-XXXXXX", &path, NULL);

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    command = g_strdup_printf("%s -accel tcg -display none -bios none "
                              "-m 32M -machine virt,dumpdtb=%s %s",
                              g_getenv("QTEST_QEMU_BINARY"), path, args);
    g_assert_true(g_spawn_command_line_sync(command, NULL, &errors, &status,
                                            NULL));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        g_error("%s: %s", args, errors);
    }
    g_assert_true(g_file_get_contents(path, &fdt, &size, NULL));
    g_unlink(path);
    g_assert_cmpint(fdt_check_header(fdt), ==, 0);
    return fdt;
}

static int node_at(const void *fdt, const char *path)
{
    int node = fdt_path_offset(fdt, path);

    g_assert_cmpint(node, >=, 0);
    return node;
}

/* Cell @index of a property that has @count cells */
static uint32_t cell(const void *fdt, int node, const char *name, int index,
                     int count)
{
    int size;
    const fdt32_t *cells = fdt_getprop(fdt, node, name, &size);

    g_assert_nonnull(cells);
    g_assert_cmpint(size, ==, count * sizeof(*cells));
    return fdt32_to_cpu(cells[index]);
}

static uint32_t hart_phandle(const void *fdt, int hart)
{
    g_autofree char *path =
        g_strdup_printf("/cpus/cpu@%d/interrupt-controller", hart);

    return fdt_get_phandle(fdt, node_at(fdt, path));
}

/* Rules: USTATE-9 USTATE-10 UREG-1 UDLV-15 */
static void check_node(const char *args, int harts, const char *parent,
                       int interrupt_cells)
{
    g_autofree void *fdt = device_tree(args);
    int node = node_at(fdt, UINTC_NODE);
    int parent_node;
    int hart;

    g_assert_cmpint(fdt_node_check_compatible(fdt, node, "riscv,uintc0"),
                    ==, 0);
    g_assert_cmphex(cell(fdt, node, "reg", 0, 4), ==, 0);
    g_assert_cmphex(cell(fdt, node, "reg", 1, 4), ==, UINTC_BASE);
    g_assert_cmphex(cell(fdt, node, "reg", 2, 4), ==, 0);
    g_assert_cmphex(cell(fdt, node, "reg", 3, 4), ==, UINTC_SIZE);

    for (hart = 0; hart < harts; hart++) {
        g_assert_cmphex(cell(fdt, node, "interrupts-extended", 2 * hart,
                             2 * harts), ==, hart_phandle(fdt, hart));
        g_assert_cmphex(cell(fdt, node, "interrupts-extended", 2 * hart + 1,
                             2 * harts), ==, IRQ_U_SOFT);
    }

    parent_node = fdt_node_offset_by_phandle(fdt,
        cell(fdt, node, "interrupt-parent", 0, 1));
    g_assert_cmpint(parent_node, >=, 0);
    g_assert_cmpint(fdt_node_check_compatible(fdt, parent_node, parent),
                    ==, 0);
    g_assert_cmphex(cell(fdt, node, "interrupts", 0, interrupt_cells), ==,
                    UINTC_IRQ);
    if (interrupt_cells == 2) {
        g_assert_cmphex(cell(fdt, node, "interrupts", 1, 2), ==, LEVEL_HIGH);
    }
}

static void test_fdt_plic(void)
{
    check_node("-M uintc=on -cpu rv64,x-uintr=on", 1,
               "sifive,plic-1.0.0", 1);
    check_node("-M uintc=on -cpu rv64,x-uintr=on -smp 5", 5,
               "sifive,plic-1.0.0", 1);
}

static void test_fdt_sockets(void)
{
    check_node("-M uintc=on -cpu rv64,x-uintr=on -smp 4,sockets=2 "
               "-object memory-backend-ram,id=ram0,size=16M "
               "-object memory-backend-ram,id=ram1,size=16M "
               "-numa node,memdev=ram0 -numa node,memdev=ram1", 4,
               "sifive,plic-1.0.0", 1);
}

static void test_fdt_aplic(void)
{
    check_node("-M uintc=on,aia=aplic -cpu rv64,x-uintr=on -smp 2", 2,
               "riscv,aplic", 2);
    check_node("-M uintc=on,aia=aplic-imsic -cpu rv64,x-uintr=on -smp 2", 2,
               "riscv,aplic", 2);
}

/* Rules: PLICU-1 PLICU-4 CFG-4: the contexts that the PLIC node lists */
static void check_plic(const char *args, int contexts)
{
    static const int irqs[] = { IRQ_M_EXT, IRQ_S_EXT, IRQ_U_EXT };
    g_autofree void *fdt = device_tree(args);
    int node = node_at(fdt, "/soc/plic@c000000");
    int cells = 2 * 2 * contexts;
    int i;

    for (i = 0; i < 2 * contexts; i++) {
        g_assert_cmphex(cell(fdt, node, "interrupts-extended", 2 * i, cells),
                        ==, hart_phandle(fdt, i / contexts));
        g_assert_cmphex(cell(fdt, node, "interrupts-extended", 2 * i + 1,
                             cells), ==, irqs[i % contexts]);
    }
}

static void test_plic_contexts(void)
{
    check_plic("-smp 2", 2);
    check_plic("-smp 2 -cpu rv64,x-n=on", 2);
    check_plic("-smp 2 -M plic-umode=on -cpu rv64,x-n=on", 3);
}

/* Whether the memory map of @qts, which ends here, has the device's region */
static bool mapped(QTestState *qts)
{
    g_autofree char *tree = qtest_hmp(qts, "info mtree -f");
    g_autofree char *region = g_strdup_printf("%016x-%016x (prio 0, i/o): ",
                                              UINTC_BASE,
                                              UINTC_BASE + UINTC_SIZE - 1);

    qtest_quit(qts);
    g_assert_nonnull(strstr(tree, "plic"));
    return strstr(tree, region);
}

/* Rules: UREG-1 CFG-1 CFG-4: off is the default and means: not there */
static void test_off(void)
{
    g_autofree void *fdt = device_tree("");
    g_autofree void *harts = device_tree("-M uintc=off -cpu rv64,x-uintr=on");

    g_assert_cmpint(fdt_path_offset(fdt, UINTC_NODE), ==, -FDT_ERR_NOTFOUND);
    g_assert_cmpint(fdt_path_offset(harts, UINTC_NODE), ==,
                    -FDT_ERR_NOTFOUND);
    g_assert_true(mapped(uintc_init("")));
    g_assert_false(mapped(uintc_init("-M uintc=off")));
}

/* Rules: UCSR-3 with and without the device */
static void test_suicfg(void)
{
    QTestState *qts = uintc_init("-smp 2");

    g_assert_cmphex(csr_get(qts, 1, CSR_SUICFG), ==, UINTC_BASE);
    csr_set(qts, 1, CSR_SUICFG, UINT64_MAX);
    g_assert_cmphex(csr_get(qts, 1, CSR_SUICFG), ==, UINTC_BASE);
    csr_set(qts, 1, CSR_SUICFG, 0);
    g_assert_cmphex(csr_get(qts, 1, CSR_SUICFG), ==, UINTC_BASE);
    qtest_quit(qts);

    qts = uintc_init("-M uintc=off");
    csr_set(qts, 0, CSR_SUICFG, UINTC_BASE);
    g_assert_cmphex(csr_get(qts, 0, CSR_SUICFG), ==, 0);
    qtest_quit(qts);
}

/* Rules: CFG-17 and what comes close to a refused combination starts */
static void test_accepted(void)
{
    static const char *const accepted[] = {
        "-cpu rv64,zicfilp=on",
        "-cpu rv64,xventanacondops=on,x-n=on",
        "-cpu rv32,x-n=on",
        "-cpu rv64,h=on,x-uintr=on -M uintc=on",
        "-cpu max,x-uintr=on,zicfilp=off,xventanacondops=off -M uintc=on",
        "-cpu rv64,x-uintr=on -M uintc=on,uintc-receivers=16384",
        "-cpu rv64,x-uintr=on -M uintc=on,uintc-receivers=1",
        "-cpu rv64,x-uintr=on -M uintc=on,plic-umode=on",
    };
    int i;

    for (i = 0; i < ARRAY_SIZE(accepted); i++) {
        g_autofree void *fdt = device_tree(accepted[i]);

        g_assert_true(strstr(accepted[i], "uintc=on") == NULL ||
                      fdt_path_offset(fdt, UINTC_NODE) >= 0);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/virt/fdt/plic", test_fdt_plic);
    g_test_add_func("/virt/fdt/sockets", test_fdt_sockets);
    g_test_add_func("/virt/fdt/aplic", test_fdt_aplic);
    g_test_add_func("/virt/fdt/plic-contexts", test_plic_contexts);
    g_test_add_func("/virt/off", test_off);
    g_test_add_func("/virt/suicfg", test_suicfg);
    g_test_add_func("/virt/accepted", test_accepted);

    return g_test_run();
}
