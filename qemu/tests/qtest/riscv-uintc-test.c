/*
 * QTest cases for the registers of the RISC-V user-interrupt controller
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "riscv-uintc-common.h"

#define DEFAULT_RECEIVERS       512
#define MAX_RECEIVERS           16384

/* Rules: UREG-1 UREG-13 */
static void test_control_id(void)
{
    QTestState *qts = uintc_init("");

    g_assert_cmphex(control_read(qts, UINTC_ID), ==, UINTC_ID_VALUE);
    control_write(qts, UINTC_ID, UINT64_MAX);
    g_assert_cmphex(control_read(qts, UINTC_ID), ==, UINTC_ID_VALUE);

    qtest_quit(qts);
}

/* Rules: UREG-14 CFG-17 */
static void check_capabilities(const char *args, unsigned receivers)
{
    QTestState *qts = uintc_init(args);
    uint64_t expected = receivers | 64 << 16;

    g_assert_cmphex(control_read(qts, UINTC_CAPABILITIES), ==, expected);
    control_write(qts, UINTC_CAPABILITIES, 0);
    g_assert_cmphex(control_read(qts, UINTC_CAPABILITIES), ==, expected);

    qtest_quit(qts);
}

static void test_control_capabilities(void)
{
    check_capabilities("", DEFAULT_RECEIVERS);
    check_capabilities("-M uintc-receivers=1", 1);
    check_capabilities("-M uintc-receivers=16384", MAX_RECEIVERS);
}

/* Rules: UREG-7: every bit of LOW by itself */
static void test_low_fields(void)
{
    QTestState *qts = uintc_init("");
    int bit;

    for (bit = 0; bit < 64; bit++) {
        slot_write(qts, 3, UINTC_LOW, BIT64(bit));
        g_assert_cmphex(slot_read(qts, 3, UINTC_LOW), ==,
                        BIT64(bit) & LOW_ALL);
    }
    slot_write(qts, 3, UINTC_LOW, UINT64_MAX);
    g_assert_cmphex(slot_read(qts, 3, UINTC_LOW), ==, LOW_ALL);
    slot_write(qts, 3, UINTC_LOW, 0);
    g_assert_cmphex(slot_read(qts, 3, UINTC_LOW), ==, 0);

    qtest_quit(qts);
}

/* Rules: UREG-8 */
static void test_low_replaces(void)
{
    QTestState *qts = uintc_init("");
    uint64_t first = LOW_ACTIVE | LOW_MODE64 | LOW_KN | LOW_HART(0x1234) |
                     LOW_THRESHOLD(21) | LOW_TAG(0xabcd);
    uint64_t second = LOW_MODE64 | LOW_HART(0x4321) | LOW_THRESHOLD(42) |
                      LOW_TAG(0x1001);

    slot_write(qts, 0, UINTC_LOW, first);
    slot_write(qts, 0, UINTC_HIGH, 0x8000000000000001);
    slot_write(qts, 0, UINTC_LOW, second);
    g_assert_cmphex(slot_read(qts, 0, UINTC_LOW), ==, second);
    g_assert_cmphex(slot_read(qts, 0, UINTC_HIGH), ==, 0x8000000000000001);

    qtest_quit(qts);
}

/* Rules: UREG-7 UDLV-9: SEND and HIGH leave LOW alone, SEND checks no Tag. */
static void test_low_tag(void)
{
    QTestState *qts = uintc_init("");
    uint64_t low = LOW_MODE64 | LOW_TAG(0xbeef);

    slot_write(qts, 7, UINTC_LOW, low);
    post(qts, 7, 5);
    slot_write(qts, 7, UINTC_HIGH, BIT64(6));
    g_assert_cmphex(slot_read(qts, 7, UINTC_LOW), ==, low);
    g_assert_cmphex(slot_read(qts, 7, UINTC_HIGH), ==, BIT64(5) | BIT64(6));
    g_assert_cmphex(slot_read(qts, 7, UINTC_LOW), ==, low);

    qtest_quit(qts);
}

/* Rules: UREG-9 */
static void test_high_read_clears(void)
{
    QTestState *qts = uintc_init("");

    slot_write(qts, 1, UINTC_LOW, LOW_MODE64);
    slot_write(qts, 1, UINTC_HIGH, 0x123456789abcdef0);
    g_assert_cmphex(slot_read(qts, 1, UINTC_HIGH), ==, 0x123456789abcdef0);
    g_assert_cmphex(slot_read(qts, 1, UINTC_HIGH), ==, 0);

    qtest_quit(qts);
}

/* Rules: UREG-10 */
static void test_high_write_ors(void)
{
    QTestState *qts = uintc_init("");

    slot_write(qts, 1, UINTC_LOW, LOW_MODE64);
    slot_write(qts, 1, UINTC_HIGH, 0xf0f0000000000000);
    slot_write(qts, 1, UINTC_HIGH, 0x00000000000000ff);
    slot_write(qts, 1, UINTC_HIGH, 0);
    g_assert_cmphex(slot_read(qts, 1, UINTC_HIGH), ==, 0xf0f00000000000ff);

    qtest_quit(qts);
}

/* Rules: UREG-10 */
static void test_high_mode32(void)
{
    QTestState *qts = uintc_init("");

    slot_write(qts, 1, UINTC_HIGH, UINT64_MAX);
    g_assert_cmphex(slot_read(qts, 1, UINTC_HIGH), ==, UINT32_MAX);
    slot_write(qts, 1, UINTC_HIGH, BIT64(32));
    g_assert_cmphex(slot_read(qts, 1, UINTC_HIGH), ==, 0);

    qtest_quit(qts);
}

/* Rules: UREG-3 */
static void test_send_vectors(void)
{
    QTestState *qts = uintc_init("");
    int vector;

    for (vector = 0; vector < 32; vector++) {
        post(qts, 2, vector);
        g_assert_cmphex(slot_read(qts, 2, UINTC_HIGH), ==, BIT64(vector));
    }
    slot_write(qts, 2, UINTC_LOW, LOW_MODE64);
    for (vector = 0; vector < 64; vector++) {
        post(qts, 2, vector);
        g_assert_cmphex(slot_read(qts, 2, UINTC_HIGH), ==, BIT64(vector));
    }

    /* Vectors add up, a second post of one changes nothing. */
    post(qts, 2, 0);
    post(qts, 2, 63);
    post(qts, 2, 63);
    g_assert_cmphex(slot_read(qts, 2, UINTC_HIGH), ==, BIT64(63) | BIT64(0));

    qtest_quit(qts);
}

/* Rules: UREG-2 */
static void test_send_reads_zero(void)
{
    QTestState *qts = uintc_init("");

    slot_write(qts, 2, UINTC_LOW, LOW_ALL);
    post(qts, 2, 9);
    g_assert_cmphex(slot_read(qts, 2, UINTC_SEND), ==, 0);
    g_assert_cmphex(slot_read(qts, 2, UINTC_HIGH), ==, BIT64(9));

    qtest_quit(qts);
}

/* Rules: UREG-4 UREG-5: the form of an MSI */
static void test_send_word(void)
{
    QTestState *qts = uintc_init("");

    slot_write(qts, 4, UINTC_LOW, LOW_MODE64);
    qtest_writel(qts, uintc_slot(4, UINTC_SEND), 62);
    g_assert_cmphex(slot_read(qts, 4, UINTC_HIGH), ==, BIT64(62));
    qtest_writel(qts, uintc_slot(4, UINTC_SEND), 64);
    g_assert_cmphex(slot_read(qts, 4, UINTC_HIGH), ==, 0);

    qtest_quit(qts);
}

/* Rules: UREG-11 UREG-12 */
static void test_active(void)
{
    QTestState *qts = uintc_init("");
    uint64_t low = LOW_MODE64 | LOW_HART(5) | LOW_THRESHOLD(1) | LOW_TAG(2);

    slot_write(qts, 6, UINTC_LOW, low);
    g_assert_cmphex(slot_read(qts, 6, UINTC_ACTIVE), ==, 0);

    /* Only bit 0 counts. */
    slot_write(qts, 6, UINTC_ACTIVE, ~1ULL);
    g_assert_cmphex(slot_read(qts, 6, UINTC_ACTIVE), ==, 0);
    g_assert_cmphex(slot_read(qts, 6, UINTC_LOW), ==, low);

    slot_write(qts, 6, UINTC_ACTIVE, 1);
    g_assert_cmphex(slot_read(qts, 6, UINTC_ACTIVE), ==, 1);
    g_assert_cmphex(slot_read(qts, 6, UINTC_LOW), ==, low | LOW_ACTIVE);

    /* A 0 leaves it: LOW is the way to clear it. */
    slot_write(qts, 6, UINTC_ACTIVE, 0);
    g_assert_cmphex(slot_read(qts, 6, UINTC_ACTIVE), ==, 1);
    slot_write(qts, 6, UINTC_LOW, low);
    g_assert_cmphex(slot_read(qts, 6, UINTC_ACTIVE), ==, 0);

    qtest_quit(qts);
}

/* Rules: UREG-1: receivers from the first to the last share nothing. */
static void test_slots_independent(void)
{
    static const unsigned slots[] = { 0, 1, 2, 8191, MAX_RECEIVERS - 1 };
    QTestState *qts = uintc_init("-M uintc-receivers=16384");
    int i;

    for (i = 0; i < ARRAY_SIZE(slots); i++) {
        slot_write(qts, slots[i], UINTC_LOW,
                   LOW_MODE64 | LOW_HART(i + 10) | LOW_TAG(slots[i]));
        post(qts, slots[i], i + 1);
    }
    for (i = 0; i < ARRAY_SIZE(slots); i++) {
        g_assert_cmphex(slot_read(qts, slots[i], UINTC_LOW), ==,
                        LOW_MODE64 | LOW_HART(i + 10) | LOW_TAG(slots[i]));
        g_assert_cmphex(slot_read(qts, slots[i], UINTC_HIGH), ==,
                        BIT64(i + 1));
    }
    g_assert_cmphex(slot_read(qts, 3, UINTC_LOW), ==, 0);
    g_assert_cmphex(slot_read(qts, 3, UINTC_HIGH), ==, 0);

    qtest_quit(qts);
}

/* Rules: USTATE-1 USTATE-2 */
static void test_reset(void)
{
    QTestState *qts = uintc_init("-smp 2");
    int i;

    for (i = 0; i < 4; i++) {
        slot_write(qts, i, UINTC_LOW, LOW_ALL & ~LOW_ACTIVE);
        post(qts, i, 40 + i);
    }
    slot_write(qts, 4, UINTC_LOW, LOW_ACTIVE | LOW_HART(1));
    run_receiver(qts, 1, 4);
    post(qts, 4, 1);
    g_assert_true(usip(qts, 1));
    g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==, 4);

    qtest_system_reset(qts);

    g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==, 0);
    g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, UINTC_NO_DOORBELL);
    for (i = 0; i < 5; i++) {
        g_assert_cmphex(slot_read(qts, i, UINTC_LOW), ==, 0);
        g_assert_cmphex(slot_read(qts, i, UINTC_ACTIVE), ==, 0);
        g_assert_cmphex(slot_read(qts, i, UINTC_HIGH), ==, 0);
    }
    g_assert_false(usip(qts, 1));
    g_assert_cmphex(csr_get(qts, 1, CSR_SUIRS), ==, 0);

    /* A doorbell that was outstanding rings anew. */
    slot_write(qts, 2, UINTC_LOW, LOW_KN);
    post(qts, 2, 3);
    g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, 2);

    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/uintc/control/id", test_control_id);
    g_test_add_func("/uintc/control/capabilities", test_control_capabilities);
    g_test_add_func("/uintc/low/fields", test_low_fields);
    g_test_add_func("/uintc/low/replaces", test_low_replaces);
    g_test_add_func("/uintc/low/tag", test_low_tag);
    g_test_add_func("/uintc/high/read-clears", test_high_read_clears);
    g_test_add_func("/uintc/high/write-ors", test_high_write_ors);
    g_test_add_func("/uintc/high/mode32", test_high_mode32);
    g_test_add_func("/uintc/send/vectors", test_send_vectors);
    g_test_add_func("/uintc/send/reads-zero", test_send_reads_zero);
    g_test_add_func("/uintc/send/word", test_send_word);
    g_test_add_func("/uintc/active", test_active);
    g_test_add_func("/uintc/slots/independent", test_slots_independent);
    g_test_add_func("/uintc/reset", test_reset);

    return g_test_run();
}
