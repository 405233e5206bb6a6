/*
 * QTest cases for the options of the RISC-V user interrupts: what is refused at
 * start-up, and what the accepted ones put into the device tree
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bswap.h"

typedef struct {
    const char *path;
    const char *args;
    const char *names;      /* what the message must name */
} Refused;

/* Each would start but for the one thing that its path says. */
static const Refused refused[] = {
    /* Rules: CFG-9 */
    { "n-without-s", "-M virt -cpu rv64,x-n=on,h=off,s=off", "x-n" },
    { "n-without-u", "-M virt -cpu rv64,x-n=on,h=off,s=off,u=off", "x-n" },
    /* Rules: CFG-10 */
    { "uintr-rv32", "-M virt -cpu rv32,x-uintr=on", "x-uintr" },
    /* Rules: CFG-11 */
    { "uintr-rv128", "-accel tcg,thread=single -M virt "
      "-cpu x-rv128,x-uintr=on", "x-uintr" },
    /* Rules: CFG-12 */
    { "n-zicfilp", "-M virt -cpu rv64,x-n=on,zicfilp=on", "zicfilp" },
    /* Rules: CFG-13 */
    { "uintr-ventana", "-M virt -cpu rv64,x-uintr=on,xventanacondops=on",
      "xventanacondops" },
    /* Rules: CFG-14 */
    { "uintc-without-uintr", "-M virt,uintc=on -cpu rv64", "x-uintr" },
    { "uintc-with-n-only", "-M virt,uintc=on -cpu rv64,x-n=on", "x-uintr" },
    /* Rules: CFG-15 */
    { "plic-without-n", "-M virt,plic-umode=on -cpu rv64", "x-n" },
    /* Rules: CFG-16 */
    { "plic-aplic", "-M virt,plic-umode=on,aia=aplic -cpu rv64,x-n=on",
      "aia" },
    { "plic-imsic", "-M virt,plic-umode=on,aia=aplic-imsic -cpu rv64,x-n=on",
      "aia" },
    /* Rules: CFG-17 */
    { "no-receivers", "-M virt,uintc=on,uintc-receivers=0 "
      "-cpu rv64,x-uintr=on", "receivers" },
    { "many-receivers", "-M virt,uintc=on,uintc-receivers=16385 "
      "-cpu rv64,x-uintr=on", "receivers" },
    { "too-many-receivers", "-M virt,uintc=on,uintc-receivers=4294967297 "
      "-cpu rv64,x-uintr=on", "receivers" },
    /* Rules: CFG-19 */
    { "sutc-rv32", "-M virt -cpu rv32,x-sutc=on", "x-sutc" },
    /* Rules: CFG-20 */
    { "uintr-n-off", "-M virt -cpu rv64,x-uintr=on,x-n=off", "x-n" },
    { "sutc-n-off", "-M virt -cpu rv64,x-sutc=on,x-n=off", "x-n" },
    /* Rules: CFG-21 */
    { "uintc-not-tcg", "-accel qtest -M virt,uintc=on", "TCG" },
    { "plic-not-tcg", "-accel qtest -M virt,plic-umode=on", "TCG" },
};

/*
 * The device tree that QEMU makes of @args before it ends, or NULL if it
 * refuses them; @message is what it complained of.
 */
static char *start(const char *args, size_t *len, char **message)
{
    g_autofree char *dir = g_dir_make_tmp("uintr-options-XXXXXX", NULL);
    g_autofree char *dtb = g_build_filename(dir, "dtb", NULL);
    g_autofree char *line = g_strdup_printf(
        "%s %s -nodefaults -display none -bios none -S "
        "-machine dumpdtb=%s", g_getenv("QTEST_QEMU_BINARY"), args, dtb);
    g_auto(GStrv) argv = NULL;
    g_autofree char *out = NULL;
    char *tree = NULL;
    int status;

    g_assert_true(g_shell_parse_argv(line, NULL, &argv, NULL));
    g_assert_true(g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL,
                               NULL, &out, message, &status, NULL));
    g_assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 0) {
        g_assert_true(g_file_get_contents(dtb, &tree, len, NULL));
        unlink(dtb);
    }
    rmdir(dir);
    return tree;
}

/* Rules: CFG-18 */
static void test_refused(gconstpointer data)
{
    const Refused *r = data;
    g_autofree char *message = NULL;
    size_t len;

    g_assert_null(start(r->args, &len, &message));
    g_test_message("%s", message);
    g_assert_nonnull(strstr(message, r->names));
    g_assert_null(strstr(message, "not found"));
    len = strlen(message);
    g_assert_true(len && strchr(message, '\n') == message + len - 1);
}

/* The device tree of @args, which QEMU accepts */
static char *device_tree(const char *args, size_t *len)
{
    g_autofree char *message = NULL;
    char *tree = start(args, len, &message);

    if (!tree) {
        g_error("QEMU refused %s: %s", args, message);
    }
    return tree;
}

/* Is @name an item of a string list in the device tree of @args? */
static bool tree_has(const char *args, const char *name)
{
    size_t len, size = strlen(name) + 1, i;
    g_autofree char *tree = device_tree(args, &len);

    for (i = 1; i + size <= len; i++) {
        /* the first item is where the value starts, on a word's boundary */
        if ((i % 4 == 0 || !tree[i - 1]) && !memcmp(tree + i, name, size)) {
            return true;
        }
    }
    return false;
}

/*
 * Does the tree of @args hold a list of exactly these interrupts of one hart?
 * The cells of such a list are the hart's handle and a number, in turn. Before
 * a list come its length and its name.
 */
static bool tree_lists(const char *args, const uint32_t *irqs, size_t count)
{
    size_t len, at, i;
    g_autofree char *tree = device_tree(args, &len);

    for (at = 0; at + 8 + count * 8 <= len; at += 4) {
        const char *cells = tree + at + 8;

        if (ldl_be_p(tree + at) != count * 8) {
            continue;
        }
        for (i = 0; i < count; i++) {
            if (ldl_be_p(cells + 8 * i) != ldl_be_p(cells) ||
                ldl_be_p(cells + 8 * i + 4) != irqs[i]) {
                break;
            }
        }
        if (i == count) {
            return true;
        }
    }
    return false;
}

static const uint32_t msu[] = { 11, 9, 8 };

/* Rules: CFG-1 CFG-4 */
static void test_default(void)
{
    g_assert_false(tree_has("-M virt -cpu rv64", "xn"));
    g_assert_false(tree_has("-M virt -cpu rv64", "xuintr"));
    g_assert_false(tree_has("-M virt -cpu rv64", "xsutc"));
    g_assert_false(tree_has("-M virt -cpu rv64,x-uintr=on", "riscv,uintc0"));
    g_assert_true(tree_lists("-M virt -cpu rv64,x-uintr=on", msu, 2));
}

/* Rules: CFG-1: "max" means all that is ratified */
static void test_max(void)
{
    g_assert_false(tree_has("-M virt -cpu max", "xn"));
    g_assert_false(tree_has("-M virt -cpu max", "xuintr"));
    g_assert_false(tree_has("-M virt -cpu max", "xsutc"));
}

/* Rules: CFG-6 */
static void test_n(void)
{
    g_assert_true(tree_has("-M virt -cpu rv64,x-n=on", "xn"));
    g_assert_false(tree_has("-M virt -cpu rv64,x-n=on", "xuintr"));
    g_assert_false(tree_has("-M virt -cpu rv64,x-n=on", "xsutc"));
    g_assert_true(tree_has("-M virt -cpu rv32,x-n=on", "xn"));
}

/* Rules: CFG-7 */
static void test_uintr(void)
{
    g_assert_true(tree_has("-M virt -cpu rv64,x-uintr=on", "xuintr"));
    g_assert_true(tree_has("-M virt -cpu rv64,x-uintr=on", "xn"));
    g_assert_false(tree_has("-M virt -cpu rv64,x-uintr=on", "xsutc"));
}

/* Rules: CFG-8 */
static void test_sutc(void)
{
    g_assert_true(tree_has("-M virt -cpu rv64,x-sutc=on", "xsutc"));
    g_assert_true(tree_has("-M virt -cpu rv64,x-sutc=on", "xn"));
    g_assert_false(tree_has("-M virt -cpu rv64,x-sutc=on", "xuintr"));
}

/* Rules: CFG-14 and that it starts with what it asks for */
static void test_uintc(void)
{
    const char *args = "-M virt,uintc=on -cpu rv64,x-uintr=on";

    g_assert_true(tree_has(args, "riscv,uintc0"));
    g_assert_true(tree_lists(args, msu, 2));
}

/* Rules: PLICU-4 CFG-15 */
static void test_plic(void)
{
    const char *args = "-M virt,plic-umode=on -cpu rv64,x-n=on";

    g_assert_true(tree_lists(args, msu, 3));
    g_assert_false(tree_lists(args, msu, 2));
}

int main(int argc, char **argv)
{
    size_t i;

    g_test_init(&argc, &argv, NULL);

    for (i = 0; i < ARRAY_SIZE(refused); i++) {
        g_autofree char *path = g_strdup_printf("/uintr/options/refuse/%s",
                                                refused[i].path);

        g_test_add_data_func(path, &refused[i], test_refused);
    }
    g_test_add_func("/uintr/options/default", test_default);
    g_test_add_func("/uintr/options/max", test_max);
    g_test_add_func("/uintr/options/n", test_n);
    g_test_add_func("/uintr/options/uintr", test_uintr);
    g_test_add_func("/uintr/options/sutc", test_sutc);
    g_test_add_func("/uintr/options/uintc", test_uintc);
    g_test_add_func("/uintr/options/plic", test_plic);

    return g_test_run();
}
