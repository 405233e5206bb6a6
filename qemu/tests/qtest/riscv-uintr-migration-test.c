/*
 * QTest cases for the RISC-V user interrupts in the migration stream: the state
 * of the harts arrives, and without the extensions there is none
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "riscv-uintc-common.h"

#define CSR_USTATUS             0x000
#define CSR_UIE                 0x004
#define CSR_UTVEC               0x005
#define CSR_USCRATCH            0x040
#define CSR_UEPC                0x041
#define CSR_UCAUSE              0x042
#define CSR_UTVAL               0x043
#define CSR_SEDELEG             0x102
#define CSR_SIDELEG             0x103
#define CSR_SUIST               0x1b0
#define CSR_MEDELEG             0x302
#define CSR_UTIMECMP            0x8b0

#define MIP_UTIP                (1 << 4)

/* The clock of "time" on the board */
#define TIME_HZ                 10000000

/* The harts stand still in ROM until the test lets them run. */
#define ALL_ON "-accel tcg -S -bios none -m 32M -smp 2 " \
               "-M virt,uintc=on,plic-umode=on -cpu rv64,x-uintr=on,x-sutc=on"

static const struct {
    int csr;
    uint64_t value[2];          /* on hart 0 and hart 1 */
} kept[] = {
    { CSR_MEDELEG,  { 0x100, 0x8 } },
    { CSR_SEDELEG,  { 0x100, 0x8 } },
    { CSR_SIDELEG,  { 0x111, 0x010 } },
    { CSR_USTATUS,  { 0x11, 0x10 } },
    { CSR_UIE,      { 0x101, 0x010 } },
    { CSR_UTVEC,    { 0x80001001, 0x80002000 } },
    { CSR_USCRATCH, { 0x123456789abcdef0, 0xfedcba9876543210 } },
    { CSR_UEPC,     { 0x80003002, 0x80004004 } },
    { CSR_UCAUSE,   { 0x8000000000000008, 0x8 } },
    { CSR_UTVAL,    { 0x1111222233334444, 0x5555666677778888 } },
    { CSR_SUIST,    { 0x8010000000080005, 0x0020000000080007 } },
    { CSR_SUIRS,    { 0x8000000000000003, 0x8000000000000004 } },
};

/* Saves @qts, which ends with that, to a file whose name is returned. */
static char *save(QTestState *qts)
{
    g_autofree char *state = NULL;
    g_autofree char *uri = NULL;
    char *path = NULL;
    int fd = g_file_open_tmp("uintr-migration-XXXXXX", &path, NULL);

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    uri = g_strdup_printf("file:%s", path);
    qtest_qmp_assert_success(qts,
        "{ 'execute': 'migrate', 'arguments': { 'uri': %s } }", uri);
    do {
        QDict *info;

        g_usleep(10000);
        g_free(state);
        info = qtest_qmp_assert_success_ref(qts,
                                            "{ 'execute': 'query-migrate' }");
        state = g_strdup(qdict_get_try_str(info, "status") ?: "");
        qobject_unref(info);
        g_assert_cmpstr(state, !=, "failed");
    } while (!g_str_equal(state, "completed"));
    qtest_quit(qts);
    return path;
}

/* A machine that has been loaded from the file that @path names */
static QTestState *load(const char *args, char *path)
{
    QTestState *qts = qtest_initf("%s -incoming file:%s", args, path);
    bool done = false;

    while (!done) {
        QDict *info;

        g_usleep(10000);
        info = qtest_qmp_assert_success_ref(qts,
                                            "{ 'execute': 'query-status' }");
        done = !g_str_equal(qdict_get_str(info, "status"), "inmigrate");
        qobject_unref(info);
    }
    unlink(path);
    g_free(path);
    return qts;
}

/* Rules: USTATE-3 */
static void test_csrs(void)
{
    QTestState *qts = qtest_init(ALL_ON);
    size_t i;
    int hart;

    for (i = 0; i < ARRAY_SIZE(kept); i++) {
        for (hart = 0; hart < 2; hart++) {
            csr_set(qts, hart, kept[i].csr, kept[i].value[hart]);
        }
    }
    qts = load(ALL_ON, save(qts));
    for (i = 0; i < ARRAY_SIZE(kept); i++) {
        for (hart = 0; hart < 2; hart++) {
            g_test_message("CSR 0x%03x of hart %d", kept[i].csr, hart);
            g_assert_cmphex(csr_get(qts, hart, kept[i].csr), ==,
                            kept[i].value[hart]);
        }
    }
    qtest_quit(qts);
}

/* The U-level bits of mip */
static uint64_t pending(QTestState *qts, int hart)
{
    return csr_get(qts, hart, CSR_MIP) & (MIP_USIP | MIP_UTIP | MIP_UEIP);
}

/* Rules: USTATE-3: a latch that was set stays one that can be cleared */
static void test_latches(void)
{
    QTestState *qts = qtest_init(ALL_ON);

    csr_set(qts, 0, CSR_MIP, MIP_USIP);
    csr_set(qts, 1, CSR_MIP, MIP_UEIP);
    qts = load(ALL_ON, save(qts));
    g_assert_cmphex(pending(qts, 0), ==, MIP_USIP);
    g_assert_cmphex(pending(qts, 1), ==, MIP_UEIP);
    csr_set(qts, 0, CSR_MIP, 0);
    csr_set(qts, 1, CSR_MIP, 0);
    g_assert_cmphex(pending(qts, 0), ==, 0);
    g_assert_cmphex(pending(qts, 1), ==, 0);
    qtest_quit(qts);
}

/* Rules: USTATE-3: it expires on the other side, and on the right hart */
static void test_timer(void)
{
    QTestState *qts = qtest_init(ALL_ON);
    int wait;

    csr_set(qts, 0, CSR_UTIMECMP, TIME_HZ / 2);
    csr_set(qts, 1, CSR_UTIMECMP, UINT64_MAX - 1);
    qts = load(ALL_ON, save(qts));
    g_assert_cmphex(csr_get(qts, 0, CSR_UTIMECMP), ==, TIME_HZ / 2);
    g_assert_cmphex(csr_get(qts, 1, CSR_UTIMECMP), ==, UINT64_MAX - 1);
    g_assert_cmphex(pending(qts, 0), ==, 0);

    qtest_qmp_assert_success(qts, "{ 'execute': 'cont' }");
    for (wait = 0; wait < 1000; wait++) {
        if (pending(qts, 0)) {
            break;
        }
        g_usleep(10000);
    }
    g_assert_cmphex(pending(qts, 0), ==, MIP_UTIP);
    g_assert_cmphex(pending(qts, 1), ==, 0);
    qtest_quit(qts);
}

static const char * const sections[] = {
    "cpu/n", "cpu/uintr", "cpu/sutc", "riscv_uintc"
};

/* Which of the sections are in the stream of a machine with @args */
static unsigned saved_sections(const char *args)
{
    g_autofree char *path = save(qtest_init(args));
    g_autofree char *stream = NULL;
    unsigned found = 0;
    size_t len, i, at;

    g_assert_true(g_file_get_contents(path, &stream, &len, NULL));
    unlink(path);
    for (i = 0; i < ARRAY_SIZE(sections); i++) {
        size_t size = strlen(sections[i]);

        for (at = 1; at + size < len; at++) {
            /* in the stream a name comes after its length */
            if (stream[at - 1] == size &&
                !memcmp(stream + at, sections[i], size)) {
                found |= 1 << i;
                break;
            }
        }
    }
    return found;
}

/* Rules: CFG-5 */
static void test_sections(void)
{
#define OFF "-accel tcg -S -bios none -m 32M "

    g_assert_cmphex(saved_sections(OFF "-M virt -cpu rv64"), ==, 0);
    g_assert_cmphex(saved_sections(OFF "-M virt -cpu rv64,x-n=on"), ==, 1);
    g_assert_cmphex(saved_sections(OFF "-M virt -cpu rv64,x-sutc=on"), ==, 5);
    g_assert_cmphex(saved_sections(OFF "-M virt -cpu rv64,x-uintr=on"), ==, 3);
    g_assert_cmphex(saved_sections(ALL_ON), ==, 15);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/uintr/migration/csrs", test_csrs);
    g_test_add_func("/uintr/migration/latches", test_latches);
    g_test_add_func("/uintr/migration/timer", test_timer);
    g_test_add_func("/uintr/migration/sections", test_sections);

    return g_test_run();
}
