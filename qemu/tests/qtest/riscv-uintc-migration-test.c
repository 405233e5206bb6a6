/*
 * QTest cases for the migration of the RISC-V user-interrupt controller
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <glib/gstdio.h>
#include "qobject/qdict.h"
#include "riscv-uintc-common.h"

/* Waits for the migration that @qts takes part in; true if it succeeded. */
static bool migration_done(QTestState *qts)
{
    for (;;) {
        QDict *info = qtest_qmp_assert_success_ref(qts,
            "{ 'execute': 'query-migrate' }");
        g_autofree char *status =
            g_strdup(qdict_get_try_str(info, "status") ?: "none");

        qobject_unref(info);
        if (g_str_equal(status, "completed")) {
            return true;
        }
        if (g_str_equal(status, "failed")) {
            return false;
        }
        g_usleep(10 * 1000);
    }
}

/* Quits @from; the result is a new QEMU that goes on in its place. */
static QTestState *migrate(QTestState *from, const char *args)
{
    g_autofree char *path = NULL;
    g_autofree char *uri = NULL;
    g_autofree char *more = NULL;
    QTestState *to;
    int fd = g_file_open_tmp("riscv-uintc-XXXXXX", &path, NULL);

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    uri = g_strdup_printf("file:%s", path);
    qtest_qmp_assert_success(from,
        "{ 'execute': 'migrate', 'arguments': { 'uri': %s } }", uri);
    g_assert_true(migration_done(from));
    qtest_quit(from);

    more = g_strdup_printf("%s -incoming %s", args, uri);
    to = uintc_init(more);
    g_assert_true(migration_done(to));
    g_unlink(path);
    return to;
}

/* Rules: USTATE-4: every field of the first and last receiver and of others */
static void test_receivers(void)
{
    static const unsigned slots[] = { 0, 1, 63, 64, 511 };
    QTestState *qts = uintc_init("");
    int i, bit;

    for (i = 0; i < ARRAY_SIZE(slots); i++) {
        slot_write(qts, slots[i], UINTC_LOW, LOW_ALL & ~(LOW_ACTIVE << i));
        slot_write(qts, slots[i], UINTC_HIGH, 0x8000000000000001 | slots[i]);
    }
    for (bit = 0; bit < 64; bit++) {
        slot_write(qts, 100 + bit, UINTC_LOW, LOW_MODE64);
        slot_write(qts, 100 + bit, UINTC_HIGH, BIT64(bit));
        slot_write(qts, 100 + bit, UINTC_LOW, BIT64(bit));
    }

    qts = migrate(qts, "");

    for (i = 0; i < ARRAY_SIZE(slots); i++) {
        uint64_t mask = i == 1 ? UINT32_MAX : UINT64_MAX;

        g_assert_cmphex(slot_read(qts, slots[i], UINTC_LOW), ==,
                        LOW_ALL & ~(LOW_ACTIVE << i));
        g_assert_cmphex(slot_read(qts, slots[i], UINTC_HIGH), ==,
                        (0x8000000000000001 | slots[i]) & mask);
    }
    for (bit = 0; bit < 64; bit++) {
        g_assert_cmphex(slot_read(qts, 100 + bit, UINTC_LOW), ==,
                        BIT64(bit) & LOW_ALL);
        g_assert_cmphex(slot_read(qts, 100 + bit, UINTC_HIGH), ==,
                        BIT64(bit));
    }
    g_assert_cmphex(slot_read(qts, 2, UINTC_LOW), ==, 0);
    g_assert_cmphex(slot_read(qts, 2, UINTC_HIGH), ==, 0);
    g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==, 0);

    qtest_quit(qts);
}

/* Rules: USTATE-4 UDLV-11: outstanding, claimed and not rung */
static void test_doorbells(void)
{
    static const unsigned rung[] = { 1, 2, 70, 511 };
    QTestState *qts = uintc_init("");
    int i;

    for (i = 0; i < ARRAY_SIZE(rung); i++) {
        slot_write(qts, rung[i], UINTC_LOW, LOW_KN);
        post(qts, rung[i], 3);
    }
    g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, 1);

    qts = migrate(qts, "");

    /* Receiver 2 has rung and stays silent, receiver 1 rings anew. */
    post(qts, 2, 4);
    g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==, 3);
    post(qts, 1, 4);
    g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==, 4);
    for (i = 0; i < ARRAY_SIZE(rung); i++) {
        g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, rung[i]);
    }
    g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, UINTC_NO_DOORBELL);

    qtest_quit(qts);
}

/* Rules: USTATE-4 UDLV-14: the wired interrupt falls at the last claim. */
static void test_wire(void)
{
    const char *args = "-M aia=aplic";
    const uint64_t sourcecfg = 0xc000000 + 4 * UINTC_IRQ;
    const uint64_t in_clrip = 0xc001d00 + UINTC_IRQ / 32 * 4;
    const uint32_t bit = 1u << UINTC_IRQ % 32;
    QTestState *qts = uintc_init(args);

    qtest_writel(qts, sourcecfg, 6);
    slot_write(qts, 9, UINTC_LOW, LOW_KN);
    post(qts, 9, 3);
    g_assert_cmphex(qtest_readl(qts, in_clrip), ==, bit);

    qts = migrate(qts, args);

    g_assert_cmphex(qtest_readl(qts, in_clrip), ==, bit);
    g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, 9);
    g_assert_cmphex(qtest_readl(qts, in_clrip), ==, 0);

    qtest_quit(qts);
}

/*
 * Rules: USTATE-3 USTATE-4 UDLV-2: hart 0 has the level only, hart 1 the
 * latch only, hart 2 both and hart 3 neither, with a vector below the
 * threshold. What each becomes after its two steps tells them apart.
 */
static void test_levels(void)
{
    const char *args = "-smp 4";
    QTestState *qts = uintc_init(args);
    int hart;

    for (hart = 0; hart < 4; hart++) {
        run_receiver(qts, hart, 10 + hart);
        slot_write(qts, 10 + hart, UINTC_LOW,
                   LOW_ACTIVE | LOW_HART(hart) | LOW_THRESHOLD(5));
    }
    slot_write(qts, 10, UINTC_HIGH, BIT64(5));
    post(qts, 11, 5);
    slot_read(qts, 11, UINTC_HIGH);
    post(qts, 12, 5);
    post(qts, 13, 4);

    qts = migrate(qts, args);

    for (hart = 0; hart < 4; hart++) {
        g_assert_cmphex(csr_get(qts, hart, CSR_SUIRS), ==,
                        SUIRS_ENABLE | (10 + hart));
        g_assert_cmpint(usip(qts, hart), ==, hart != 3);
        clear_usip(qts, hart);
    }
    g_assert_true(usip(qts, 0));
    g_assert_false(usip(qts, 1));
    g_assert_true(usip(qts, 2));
    for (hart = 0; hart < 3; hart++) {
        slot_read(qts, 10 + hart, UINTC_HIGH);
        g_assert_false(usip(qts, hart));
    }

    /* The new device knows which receiver hart 3 runs. */
    slot_write(qts, 13, UINTC_LOW,
               LOW_ACTIVE | LOW_HART(3) | LOW_THRESHOLD(4));
    g_assert_true(usip(qts, 3));
    g_assert_cmphex(slot_read(qts, 13, UINTC_HIGH), ==, BIT64(4));
    g_assert_false(usip(qts, 3));

    qtest_quit(qts);
}

/* Rules: USTATE-3 USTATE-4: the level is 0 before and 0 after, with a latch. */
static void test_latch_survives_twice(void)
{
    QTestState *qts = uintc_init("");

    run_receiver(qts, 0, 3);
    slot_write(qts, 3, UINTC_LOW, LOW_ACTIVE);
    post(qts, 3, 1);
    slot_read(qts, 3, UINTC_HIGH);

    qts = migrate(migrate(qts, ""), "");

    g_assert_true(usip(qts, 0));
    clear_usip(qts, 0);
    g_assert_false(usip(qts, 0));

    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/uintc/migration/receivers", test_receivers);
    g_test_add_func("/uintc/migration/doorbells", test_doorbells);
    g_test_add_func("/uintc/migration/wire", test_wire);
    g_test_add_func("/uintc/migration/levels", test_levels);
    g_test_add_func("/uintc/migration/latch", test_latch_survives_twice);

    return g_test_run();
}
