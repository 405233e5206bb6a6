/*
 * QTest cases for what nobody should do to the RISC-V user-interrupt
 * controller: wild accesses by any bus master, by the monitor and by the
 * debugger, wild numbers of harts and receivers, and the device's own
 * properties.  QEMU survives, and the receivers that were not meant are not
 * changed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "riscv-uintc-common.h"

#define VICTIM_LOW  (LOW_MODE64 | LOW_KN | LOW_HART(1) | LOW_THRESHOLD(1) | \
                     LOW_TAG(0x0101))

static void set_victim(QTestState *qts, unsigned receiver)
{
    slot_write(qts, receiver, UINTC_LOW, VICTIM_LOW);
    slot_write(qts, receiver, UINTC_HIGH, BIT64(40));
}

static void check_victim(QTestState *qts, unsigned receiver)
{
    g_assert_cmphex(slot_read(qts, receiver, UINTC_LOW), ==, VICTIM_LOW);
    g_assert_cmphex(slot_read(qts, receiver, UINTC_HIGH), ==, BIT64(40));
    g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==, 0);
    g_assert_cmphex(control_read(qts, UINTC_ID), ==, UINTC_ID_VALUE);
}

/* Reads and writes of @from to @to bytes at every offset of 64 bytes */
static void every_length(QTestState *qts, uint64_t start, unsigned from,
                         unsigned to)
{
    static const uint8_t zero[32];
    uint8_t got[32];
    unsigned offset, len;

    for (offset = 0; offset < 64; offset++) {
        for (len = from; len <= to; len++) {
            qtest_memread(qts, start + offset, got, len);
            qtest_memwrite(qts, start + offset, zero, len);
        }
    }
}

/*
 * Rules: UREG-4 UREG-18: less than 8 bytes, in the memory core's aligned
 * pieces, do nothing but post, where a piece is the 4 bytes of a SEND.
 */
static void test_short(void)
{
    static const unsigned slots[] = { 0, 1, 510, 511 };
    QTestState *qts = uintc_init("");
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(slots); i++) {
        slot_write(qts, slots[i], UINTC_LOW, VICTIM_LOW & ~LOW_KN);
        slot_write(qts, slots[i], UINTC_HIGH, BIT64(40));
    }
    every_length(qts, uintc_slot(0, 0), 1, 7);
    every_length(qts, uintc_slot(510, 0), 1, 7);
    every_length(qts, UINTC_BASE + UINTC_CONTROL, 1, 7);
    for (i = 0; i < ARRAY_SIZE(slots); i++) {
        g_assert_cmphex(slot_read(qts, slots[i], UINTC_LOW), ==,
                        VICTIM_LOW & ~LOW_KN);
        g_assert_cmphex(slot_read(qts, slots[i], UINTC_HIGH), ==,
                        BIT64(40) | 1);
    }

    qtest_quit(qts);
}

/* Longer ones contain legal accesses too, of these slots and no other. */
static void test_long(void)
{
    QTestState *qts = uintc_init("");

    set_victim(qts, 100);
    every_length(qts, uintc_slot(0, 0), 8, 17);
    every_length(qts, uintc_slot(510, 0), 8, 17);
    every_length(qts, UINTC_BASE + UINTC_CONTROL, 8, 17);
    every_length(qts, UINTC_BASE + UINTC_SIZE - 64, 8, 17);
    check_victim(qts, 100);

    qtest_quit(qts);
}

/* Rules: UREG-18: across the ends of the region, nothing and no neighbour */
static void test_across_ends(void)
{
    QTestState *qts = uintc_init("");
    uint8_t ones[32];
    unsigned offset;

    memset(ones, 0xff, sizeof(ones));
    set_victim(qts, 0);
    for (offset = 1; offset < 8; offset++) {
        qtest_memwrite(qts, UINTC_BASE - offset, ones, 8);
        qtest_memwrite(qts, UINTC_BASE + UINTC_SIZE - offset, ones, 16);
        qtest_memread(qts, UINTC_BASE - offset, ones, 8);
        qtest_memread(qts, UINTC_BASE + UINTC_SIZE - offset, ones, 16);
        memset(ones, 0xff, sizeof(ones));
    }
    check_victim(qts, 0);

    qtest_quit(qts);
}

/* Rules: UREG-19 UREG-20: all of the region, a word after the other */
static void test_sweep(gconstpointer data)
{
    unsigned receivers = GPOINTER_TO_UINT(data);
    g_autofree char *args = g_strdup_printf("-M uintc-receivers=%u -smp 3",
                                            receivers);
    QTestState *qts = uintc_init(args);
    unsigned offset;

    /* ~0 to LOW is a hart that is none, to SEND a vector that is none. */
    for (offset = 0; offset < UINTC_SIZE; offset += 8) {
        qtest_writeq(qts, UINTC_BASE + offset, UINT64_MAX);
        if (offset >= receivers * UINTC_SLOT_SIZE && offset < UINTC_CONTROL) {
            /* Not each of them: they are all alike. */
            offset += 8 * 61;
        }
    }
    g_assert_cmphex(slot_read(qts, receivers - 1, UINTC_LOW), ==, LOW_ALL);
    g_assert_cmphex(slot_read(qts, receivers - 1, UINTC_HIGH), ==,
                    UINT64_MAX);
    g_assert_cmphex(slot_read(qts, receivers, UINTC_LOW), ==, 0);
    g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==, 0);
    g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, UINTC_NO_DOORBELL);
    g_assert_false(usip(qts, 0));
    g_assert_false(usip(qts, 2));

    qtest_quit(qts);
}

/* Rules: UDLV-14 UDLV-15: the doorbells of all receivers there can be */
static void test_all_doorbells(void)
{
    QTestState *qts = uintc_init("-M uintc-receivers=16384");
    unsigned i;

    for (i = 0; i < 16384; i++) {
        slot_write(qts, i, UINTC_LOW, LOW_KN);
        post(qts, i, i % 32);
    }
    g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==, 16384);
    for (i = 0; i < 16384; i++) {
        g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, i);
    }
    g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, UINTC_NO_DOORBELL);
    g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==, 0);

    qtest_quit(qts);
}

/* Rules: UDLV-3 UDLV-8: a hart that is none, at the limits of the field */
static void test_harts(void)
{
    static const unsigned harts[] = {
        3, 4, 31, 32, 63, 64, 255, 256, 0x7fff, 0x8000, 0xfffd, 0xfffe, 0xffff
    };
    QTestState *qts = uintc_init("-smp 3");
    unsigned i, hart;

    for (hart = 0; hart < 3; hart++) {
        run_receiver(qts, hart, hart);
    }
    for (i = 0; i < ARRAY_SIZE(harts); i++) {
        for (hart = 0; hart < 3; hart++) {
            slot_write(qts, hart, UINTC_LOW, LOW_ACTIVE | LOW_MODE64 |
                       LOW_HART(harts[i]));
            post(qts, hart, 0);
            post(qts, hart, 63);
        }
        for (hart = 0; hart < 3; hart++) {
            g_assert_false(usip(qts, hart));
            g_assert_cmphex(slot_read(qts, hart, UINTC_HIGH), ==,
                            BIT64(63) | 1);
        }
    }
    g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==, 0);

    qtest_quit(qts);
}

/* Rules: UIPI-31 UCSR-2: suirs beyond the receivers holds no level */
static void test_suirs(void)
{
    static const uint64_t values[] = {
        1, 2, 63, 64, 0x7fff, 0x8000, 0xffff
    };
    QTestState *qts = uintc_init("-M uintc-receivers=1");
    unsigned i;

    slot_write(qts, 0, UINTC_LOW, LOW_ACTIVE);
    slot_write(qts, 0, UINTC_HIGH, 1);
    for (i = 0; i < ARRAY_SIZE(values); i++) {
        run_receiver(qts, 0, values[i]);
        g_assert_false(usip(qts, 0));
        run_receiver(qts, 0, 0);
        g_assert_true(usip(qts, 0));
        csr_set(qts, 0, CSR_SUIRS, values[i]);
        g_assert_false(usip(qts, 0));
    }

    qtest_quit(qts);
}

/* What a person at the monitor or with a debugger can ask for */
static void test_monitor(void)
{
    static const char *const commands[] = {
        "info pic", "info qtree", "info mtree -f", "info irq",
        "info registers -a", "info qom-tree",
        "xp /64bx 0x2f10000", "xp /64hx 0x2f10000", "xp /64wx 0x2f10000",
        "xp /64gx 0x2f10000", "xp /64gx 0x2f10003", "xp /64gx 0x2f90000",
        "xp /4gx 0x2f90ff8", "xp /4gx 0x2f0fffc", "x /16gx 0x2f10000",
        "x /16i 0x2f10000", "gpa2hva 0x2f10000", "gva2gpa 0x2f10000",
        "print $suist", "system_reset", "info pic",
    };
    QTestState *qts = uintc_init("-smp 2");
    unsigned i;

    slot_write(qts, 1, UINTC_LOW, LOW_ALL);
    run_receiver(qts, 0, 0xffff);
    run_receiver(qts, 1, 511);
    for (i = 0; i < ARRAY_SIZE(commands); i++) {
        g_autofree char *text = qtest_hmp(qts, "%s", commands[i]);

        g_assert_nonnull(text);
    }
    g_assert_cmphex(control_read(qts, UINTC_ID), ==, UINTC_ID_VALUE);

    qtest_quit(qts);
}

static bool is_error(QDict *response)
{
    bool error = qdict_haskey(response, "error");

    qobject_unref(response);
    return error;
}

/* The device is the machine's: nobody adds one, removes it or resizes it. */
static void test_properties(void)
{
    static const char *const names[] = {
        "num-receivers", "num-harts", "hartid-base", "base"
    };
    QTestState *qts = uintc_init("");
    g_autofree char *tree = qtest_hmp(qts, "info qom-tree");
    g_auto(GStrv) lines = g_strsplit(tree, "\n", -1);
    g_autofree char *path = NULL;
    unsigned i;

    for (i = 0; lines[i]; i++) {
        if (strstr(lines[i], "(riscv.uintc)")) {
            g_auto(GStrv) words = g_strsplit(g_strstrip(lines[i]), " ", 2);

            /* "/device[N]": of the machine's devices without a parent */
            path = g_strdup_printf("/machine/unattached%s", words[0]);
        }
    }
    g_assert_nonnull(path);
    set_victim(qts, 511);
    for (i = 0; i < ARRAY_SIZE(names); i++) {
        g_assert_false(is_error(qtest_qmp(
            qts, "{'execute': 'qom-get', 'arguments': "
            "{'path': %s, 'property': %s}}", path, names[i])));
        g_assert_true(is_error(qtest_qmp(
            qts, "{'execute': 'qom-set', 'arguments': "
            "{'path': %s, 'property': %s, 'value': 16384}}", path, names[i])));
    }
    g_assert_true(is_error(qtest_qmp(
        qts, "{'execute': 'device_add', 'arguments': "
        "{'driver': 'riscv.uintc', 'id': 'u'}}")));
    check_victim(qts, 511);

    qtest_quit(qts);
}

/* The device's defaults are no way round the machine's checks. */
static void test_globals(void)
{
#define UINTC_GLOBAL(name, value) \
    "-global driver=riscv.uintc,property=" name ",value=" value " "
    QTestState *qts = uintc_init(UINTC_GLOBAL("num-receivers", "99999")
                                 UINTC_GLOBAL("num-harts", "77")
                                 UINTC_GLOBAL("hartid-base", "5"));

    g_assert_cmphex(control_read(qts, UINTC_CAPABILITIES), ==,
                    512 | 64 << 16);
    run_receiver(qts, 0, 511);
    slot_write(qts, 511, UINTC_LOW, LOW_ACTIVE);
    post(qts, 511, 0);
    g_assert_true(usip(qts, 0));

    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/uintc/bad/short", test_short);
    g_test_add_func("/uintc/bad/long", test_long);
    g_test_add_func("/uintc/bad/across-ends", test_across_ends);
    g_test_add_data_func("/uintc/bad/sweep-1", GUINT_TO_POINTER(1),
                         test_sweep);
    g_test_add_data_func("/uintc/bad/sweep-512", GUINT_TO_POINTER(512),
                         test_sweep);
    g_test_add_data_func("/uintc/bad/sweep-16383", GUINT_TO_POINTER(16383),
                         test_sweep);
    g_test_add_func("/uintc/bad/all-doorbells", test_all_doorbells);
    g_test_add_func("/uintc/bad/harts", test_harts);
    g_test_add_func("/uintc/bad/suirs", test_suirs);
    g_test_add_func("/uintc/bad/monitor", test_monitor);
    g_test_add_func("/uintc/bad/properties", test_properties);
    g_test_add_func("/uintc/bad/globals", test_globals);

    return g_test_run();
}
