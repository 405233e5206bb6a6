/*
 * QTest cases for what those who debug a guest see of the RISC-V user
 * interrupts: disassembly, register dump and the debugger's registers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/sockets.h"
#include "libqtest.h"

#define RAM_BASE                0x80000000

#define ARGS "-accel tcg -S -bios none -m 32M -M virt "
#define ALL_ON "-cpu rv64,x-uintr=on,x-sutc=on "

static const struct {
    uint32_t insn;
    const char *text;           /* operands are after one or more blanks */
} disassembly[] = {
    { 0x00200073, "uret" },
    { 0x00b5657b, NULL },       /* opcode of uipi, rs2 is not x0 */
    { 0x0005e57b, "uipi.send" }, { 0x0200657b, "uipi.read" },
    { 0x0405e07b, "uipi.write" }, { 0x0600607b, "uipi.activate" },
    { 0x0800607b, "uipi.deactivate" }, { 0x0a00657b, "uipi.claim" },
    { 0x0c05e57b, "uipi.thresh" }, { 0x0e00657b, NULL },
    { 0x0005a57b, "uipi.send" }, { 0x0010257b, "uipi.read" },
    { 0x0025a07b, "uipi.write" }, { 0x0030207b, "uipi.activate" },
    { 0x0040207b, "uipi.deactivate" }, { 0x0050257b, NULL },
    { 0x00002573, "ustatus" }, { 0x00402573, "uie" }, { 0x00502573, "utvec" },
    { 0x04002573, "uscratch" }, { 0x04102573, "uepc" },
    { 0x04202573, "ucause" }, { 0x04302573, "utval" }, { 0x04402573, "uip" },
    { 0x10202573, "sedeleg" }, { 0x10302573, "sideleg" },
    { 0x1b002573, "suist" }, { 0x1b102573, "suirs" },
    { 0x1b202573, "suicfg" }, { 0x8b002573, "utimecmp" },
};

/* Is @word in @text, with nothing before or behind that could belong to it? */
static bool has_word(const char *text, const char *word)
{
    size_t len = strlen(word);
    const char *at;

    for (at = text; (at = strstr(at, word)); at += len) {
        if ((at == text || !g_ascii_isalnum(at[-1])) &&
            !g_ascii_isalnum(at[len]) && at[len] != '.') {
            return true;
        }
    }
    return false;
}

/* Rules: USTATE-11 */
static void test_disassembly(void)
{
    QTestState *qts = qtest_init(ARGS ALL_ON);
    size_t i;

    for (i = 0; i < ARRAY_SIZE(disassembly); i++) {
        g_autofree char *text = NULL;

        qtest_writel(qts, RAM_BASE, disassembly[i].insn);
        text = qtest_hmp(qts, "x/1i 0x%x", RAM_BASE);
        g_test_message("%s", text);
        if (disassembly[i].text) {
            g_assert_true(has_word(text, disassembly[i].text));
        } else {
            g_assert_true(has_word(text, "illegal"));
        }
    }
    qtest_quit(qts);
}

/* Rules: USTATE-11: without x-uintr there is no uipi to print */
static void test_disassembly_off(void)
{
    QTestState *qts = qtest_init(ARGS "-cpu rv64");
    size_t i;

    for (i = 0; i < ARRAY_SIZE(disassembly); i++) {
        g_autofree char *text = NULL;

        qtest_writel(qts, RAM_BASE, disassembly[i].insn);
        text = qtest_hmp(qts, "x/1i 0x%x", RAM_BASE);
        g_assert_null(strstr(text, "uipi"));
    }
    qtest_quit(qts);
}

static const char * const dumped[] = {
    "sedeleg", "sideleg", "utvec", "uscratch", "uepc", "ucause", "utval",
    "suist", "suirs", "utimecmp",
};

static void check_dump(const char *args, bool shown)
{
    QTestState *qts = qtest_init(args);
    g_autofree char *text = qtest_hmp(qts, "info registers");
    size_t i;

    for (i = 0; i < ARRAY_SIZE(dumped); i++) {
        g_test_message("%s", dumped[i]);
        g_assert_cmpint(has_word(text, dumped[i]), ==, shown);
    }
    qtest_quit(qts);
}

/* Rules: USTATE-12 */
static void test_dump(void)
{
    check_dump(ARGS ALL_ON, true);
    check_dump(ARGS "-cpu rv64", false);
}

/* The debugger's packet for @data */
static void gdb_send(int fd, const char *data)
{
    g_autofree char *packet = NULL;
    uint8_t sum = 0;
    const char *c;

    for (c = data; *c; c++) {
        sum += *c;
    }
    packet = g_strdup_printf("$%s#%02x", data, sum);
    g_assert_cmpint(send(fd, packet, strlen(packet), 0), ==, strlen(packet));
}

/* The data of the answer's packet, which is acknowledged */
static char *gdb_receive(int fd)
{
    g_autoptr(GString) data = g_string_new(NULL);
    char c;

    do {
        g_assert_cmpint(recv(fd, &c, 1, 0), ==, 1);
    } while (c != '$');
    while (recv(fd, &c, 1, 0) == 1 && c != '#') {
        g_string_append_c(data, c);
    }
    g_assert_cmpint(recv(fd, &c, 1, 0), ==, 1);
    g_assert_cmpint(recv(fd, &c, 1, 0), ==, 1);
    g_assert_cmpint(send(fd, "+", 1, 0), ==, 1);
    return g_string_free(g_steal_pointer(&data), FALSE);
}

/* All the debugger is told about CSRs: XML that comes in pieces */
static char *gdb_csr_names(const char *args)
{
    g_autofree char *dir = g_dir_make_tmp("uintr-debug-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "gdb", NULL);
    g_autoptr(GString) xml = g_string_new(NULL);
    QTestState *qts = qtest_initf("%s -gdb unix:path=%s,server=on,wait=off",
                                  args, path);
    int fd = unix_connect(path, &error_abort);
    bool more = true;

    while (more) {
        g_autofree char *request = g_strdup_printf(
            "qXfer:features:read:riscv-csr.xml:%zx,400", xml->len);
        g_autofree char *answer = NULL;

        gdb_send(fd, request);
        answer = gdb_receive(fd);
        g_assert_true(answer[0] == 'm' || answer[0] == 'l');
        more = answer[0] == 'm';
        g_string_append(xml, answer + 1);
    }
    close(fd);
    qtest_quit(qts);
    unlink(path);
    rmdir(dir);
    return g_string_free(g_steal_pointer(&xml), FALSE);
}

static void check_gdb(const char *args, bool shown)
{
    static const char * const more[] = { "ustatus", "uie", "uip", "suicfg" };
    g_autofree char *xml = gdb_csr_names(args);
    size_t i;

    g_assert_true(has_word(xml, "sstatus"));
    for (i = 0; i < ARRAY_SIZE(dumped); i++) {
        g_test_message("%s", dumped[i]);
        g_assert_cmpint(has_word(xml, dumped[i]), ==, shown);
    }
    for (i = 0; i < ARRAY_SIZE(more); i++) {
        g_test_message("%s", more[i]);
        g_assert_cmpint(has_word(xml, more[i]), ==, shown);
    }
}

/* Rules: USTATE-12 */
static void test_gdb(void)
{
    check_gdb(ARGS ALL_ON, true);
    check_gdb(ARGS "-cpu rv64", false);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/uintr/debug/disassembly", test_disassembly);
    g_test_add_func("/uintr/debug/disassembly-off", test_disassembly_off);
    g_test_add_func("/uintr/debug/dump", test_dump);
    g_test_add_func("/uintr/debug/gdb", test_gdb);

    return g_test_run();
}
