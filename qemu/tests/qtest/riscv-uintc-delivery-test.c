/*
 * QTest cases for delivery by the RISC-V user-interrupt controller: how
 * pending vectors become a hart's USIP, by the level and by the latch
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "riscv-uintc-common.h"

#define LOW_RUN(hart)   (LOW_ACTIVE | LOW_MODE64 | LOW_HART(hart))

/* Rules: UDLV-1 UDLV-13 UDLV-19 (a HIGH write sets no latch) */
static void test_level_pending(void)
{
    QTestState *qts = uintc_init("");

    run_receiver(qts, 0, 3);
    slot_write(qts, 3, UINTC_LOW, LOW_RUN(0));
    g_assert_false(usip(qts, 0));

    slot_write(qts, 3, UINTC_HIGH, BIT64(63));
    g_assert_true(usip(qts, 0));
    g_assert_cmphex(slot_read(qts, 3, UINTC_HIGH), ==, BIT64(63));
    g_assert_false(usip(qts, 0));

    qtest_quit(qts);
}

/* Rules: UDLV-2 UDLV-5 (sip) UDLV-19: clearing the latch isn't enough. */
static void test_level_holds(void)
{
    QTestState *qts = uintc_init("");

    run_receiver(qts, 0, 3);
    slot_write(qts, 3, UINTC_LOW, LOW_RUN(0));
    post(qts, 3, 7);
    clear_usip(qts, 0);
    g_assert_true(usip(qts, 0));
    g_assert_cmphex(slot_read(qts, 3, UINTC_HIGH), ==, BIT64(7));
    g_assert_false(usip(qts, 0));

    qtest_quit(qts);
}

/* Rules: UDLV-2 UDLV-3 UDLV-5 (mip) COMPAT-1: reading pending isn't either. */
static void test_latch_holds(void)
{
    QTestState *qts = uintc_init("");

    run_receiver(qts, 0, 3);
    slot_write(qts, 3, UINTC_LOW, LOW_RUN(0));
    post(qts, 3, 7);
    g_assert_true(usip(qts, 0));
    g_assert_cmphex(slot_read(qts, 3, UINTC_HIGH), ==, BIT64(7));
    g_assert_true(usip(qts, 0));
    csr_set(qts, 0, CSR_MIP, csr_get(qts, 0, CSR_MIP) & ~MIP_USIP);
    g_assert_false(usip(qts, 0));

    qtest_quit(qts);
}

/* Rules: UDLV-20: a post between the two steps of a handler, in either order */
static void test_latch_no_loss(void)
{
    QTestState *qts = uintc_init("");

    run_receiver(qts, 0, 3);
    slot_write(qts, 3, UINTC_LOW, LOW_RUN(0));

    post(qts, 3, 1);
    clear_usip(qts, 0);
    post(qts, 3, 2);
    g_assert_cmphex(slot_read(qts, 3, UINTC_HIGH), ==, BIT64(1) | BIT64(2));
    g_assert_true(usip(qts, 0));
    clear_usip(qts, 0);
    g_assert_false(usip(qts, 0));

    post(qts, 3, 1);
    g_assert_cmphex(slot_read(qts, 3, UINTC_HIGH), ==, BIT64(1));
    post(qts, 3, 2);
    clear_usip(qts, 0);
    g_assert_true(usip(qts, 0));
    g_assert_cmphex(slot_read(qts, 3, UINTC_HIGH), ==, BIT64(2));
    g_assert_false(usip(qts, 0));

    qtest_quit(qts);
}

/* Rules: UDLV-2: the level never turns into the latch, nor with a CSR write */
static void test_latch_not_from_level(void)
{
    QTestState *qts = uintc_init("");

    run_receiver(qts, 0, 3);
    slot_write(qts, 3, UINTC_LOW, LOW_RUN(0));
    slot_write(qts, 3, UINTC_HIGH, 1);
    csr_set(qts, 0, CSR_MIE, UINT64_MAX);
    clear_usip(qts, 0);
    g_assert_true(usip(qts, 0));
    slot_write(qts, 3, UINTC_LOW, LOW_MODE64);
    g_assert_false(usip(qts, 0));

    qtest_quit(qts);
}

/* Rules: UDLV-1 UDLV-4: every threshold, one vector below it and one at it */
static void test_threshold_level(void)
{
    QTestState *qts = uintc_init("");
    int threshold;

    run_receiver(qts, 0, 3);
    for (threshold = 0; threshold < 64; threshold++) {
        slot_write(qts, 3, UINTC_LOW,
                   LOW_RUN(0) | LOW_THRESHOLD(threshold));
        if (threshold > 0) {
            slot_write(qts, 3, UINTC_HIGH, BIT64(threshold) - 1);
            g_assert_false(usip(qts, 0));
        }
        slot_write(qts, 3, UINTC_HIGH, BIT64(threshold));
        g_assert_true(usip(qts, 0));
        slot_read(qts, 3, UINTC_HIGH);
        g_assert_false(usip(qts, 0));
    }

    qtest_quit(qts);
}

/* Rules: UDLV-3 UDLV-4: what counts is the threshold when the post happens. */
static void test_threshold_latch(void)
{
    QTestState *qts = uintc_init("");

    run_receiver(qts, 0, 3);
    slot_write(qts, 3, UINTC_LOW, LOW_RUN(0) | LOW_THRESHOLD(20));
    post(qts, 3, 0);
    post(qts, 3, 19);
    g_assert_false(usip(qts, 0));
    g_assert_cmphex(slot_read(qts, 3, UINTC_HIGH), ==, BIT64(0) | BIT64(19));
    slot_write(qts, 3, UINTC_LOW, LOW_RUN(0));
    g_assert_false(usip(qts, 0));

    slot_write(qts, 3, UINTC_LOW, LOW_RUN(0) | LOW_THRESHOLD(20));
    post(qts, 3, 20);
    slot_read(qts, 3, UINTC_HIGH);
    g_assert_true(usip(qts, 0));
    clear_usip(qts, 0);
    g_assert_false(usip(qts, 0));

    /* Another vector above the threshold doesn't lift one below over it. */
    slot_write(qts, 3, UINTC_HIGH, BIT64(40));
    post(qts, 3, 5);
    slot_read(qts, 3, UINTC_HIGH);
    g_assert_false(usip(qts, 0));

    qtest_quit(qts);
}

/* Rules: UDLV-18 */
static void test_threshold_change(void)
{
    QTestState *qts = uintc_init("");

    run_receiver(qts, 0, 3);
    slot_write(qts, 3, UINTC_LOW, LOW_RUN(0) | LOW_THRESHOLD(33));
    slot_write(qts, 3, UINTC_HIGH, BIT64(32));
    g_assert_false(usip(qts, 0));
    slot_write(qts, 3, UINTC_LOW, LOW_RUN(0) | LOW_THRESHOLD(32));
    g_assert_true(usip(qts, 0));
    slot_write(qts, 3, UINTC_LOW, LOW_RUN(0) | LOW_THRESHOLD(33));
    g_assert_false(usip(qts, 0));

    qtest_quit(qts);
}

/* Rules: UDLV-6 UDLV-12: neither level nor latch, and no doorbell without KN */
static void test_inactive(void)
{
    QTestState *qts = uintc_init("");

    run_receiver(qts, 0, 3);
    slot_write(qts, 3, UINTC_LOW, LOW_RUN(0) & ~LOW_ACTIVE);
    post(qts, 3, 7);
    g_assert_false(usip(qts, 0));
    g_assert_cmphex(slot_read(qts, 3, UINTC_HIGH), ==, BIT64(7));

    /* Becoming active with nothing pending shows that no latch was set. */
    slot_write(qts, 3, UINTC_ACTIVE, 1);
    g_assert_false(usip(qts, 0));
    g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==, 0);

    qtest_quit(qts);
}

/* Rules: UDLV-17 */
static void test_active_change(void)
{
    QTestState *qts = uintc_init("");
    uint64_t inactive = LOW_RUN(0) & ~LOW_ACTIVE;

    run_receiver(qts, 0, 3);
    slot_write(qts, 3, UINTC_LOW, inactive);
    slot_write(qts, 3, UINTC_HIGH, BIT64(7));
    slot_write(qts, 3, UINTC_ACTIVE, 1);
    g_assert_true(usip(qts, 0));
    slot_write(qts, 3, UINTC_LOW, inactive);
    g_assert_false(usip(qts, 0));
    slot_write(qts, 3, UINTC_LOW, LOW_RUN(0));
    g_assert_true(usip(qts, 0));

    qtest_quit(qts);
}

/* Rules: UDLV-3 UDLV-7: a receiver that waits for its turn on the hart */
static void test_not_running(void)
{
    QTestState *qts = uintc_init("");

    run_receiver(qts, 0, 3);
    slot_write(qts, 3, UINTC_LOW, LOW_RUN(0));
    slot_write(qts, 4, UINTC_LOW, LOW_RUN(0) | LOW_THRESHOLD(6));

    slot_write(qts, 4, UINTC_HIGH, BIT64(9));
    g_assert_false(usip(qts, 0));
    post(qts, 4, 5);
    g_assert_false(usip(qts, 0));

    /* The latch is the hart's, so that its handler or kernel looks. */
    post(qts, 4, 6);
    g_assert_true(usip(qts, 0));
    clear_usip(qts, 0);
    g_assert_false(usip(qts, 0));

    qtest_quit(qts);
}

/* Rules: UDLV-3: the same with suirs disabled */
static void test_not_running_disabled(void)
{
    QTestState *qts = uintc_init("");

    csr_set(qts, 0, CSR_SUIRS, 4);
    slot_write(qts, 4, UINTC_LOW, LOW_RUN(0));
    slot_write(qts, 4, UINTC_HIGH, BIT64(9));
    g_assert_false(usip(qts, 0));
    post(qts, 4, 6);
    g_assert_true(usip(qts, 0));
    clear_usip(qts, 0);
    g_assert_false(usip(qts, 0));

    qtest_quit(qts);
}

/* Rules: UDLV-7: two harts name one receiver, its hartid decides */
static void test_other_hart(void)
{
    QTestState *qts = uintc_init("-smp 2");

    run_receiver(qts, 0, 3);
    run_receiver(qts, 1, 3);
    slot_write(qts, 3, UINTC_LOW, LOW_RUN(1));
    post(qts, 3, 7);
    g_assert_false(usip(qts, 0));
    g_assert_true(usip(qts, 1));

    slot_write(qts, 3, UINTC_LOW, LOW_RUN(0));
    g_assert_true(usip(qts, 0));
    g_assert_true(usip(qts, 1));
    clear_usip(qts, 1);
    g_assert_true(usip(qts, 0));
    g_assert_false(usip(qts, 1));

    qtest_quit(qts);
}

/* Rules: UDLV-16 UDLV-7: enabling, disabling and switching the receiver */
static void test_suirs_change(void)
{
    QTestState *qts = uintc_init("");

    slot_write(qts, 3, UINTC_LOW, LOW_RUN(0));
    slot_write(qts, 4, UINTC_LOW, LOW_RUN(0));
    slot_write(qts, 3, UINTC_HIGH, 1);
    g_assert_false(usip(qts, 0));
    run_receiver(qts, 0, 3);
    g_assert_true(usip(qts, 0));
    run_receiver(qts, 0, 4);
    g_assert_false(usip(qts, 0));
    run_receiver(qts, 0, 3);
    g_assert_true(usip(qts, 0));
    csr_set(qts, 0, CSR_SUIRS, 3);
    g_assert_false(usip(qts, 0));

    qtest_quit(qts);
}

/* Rules: UIPI-31 UDLV-1: the index isn't taken modulo the receivers */
static void test_suirs_beyond(void)
{
    static const unsigned receivers[] = { 16, 16 + 3, 0x8003, UINT16_MAX };
    QTestState *qts = uintc_init("-M uintc-receivers=16");
    int i;

    for (i = 0; i < 16; i++) {
        slot_write(qts, i, UINTC_LOW, LOW_RUN(0));
        slot_write(qts, i, UINTC_HIGH, 1);
    }
    for (i = 0; i < ARRAY_SIZE(receivers); i++) {
        run_receiver(qts, 0, receivers[i]);
        g_assert_cmphex(csr_get(qts, 0, CSR_SUIRS), ==,
                        SUIRS_ENABLE | receivers[i]);
        g_assert_false(usip(qts, 0));
    }
    run_receiver(qts, 0, 15);
    g_assert_true(usip(qts, 0));

    qtest_quit(qts);
}

/* Rules: UDLV-8: nothing is lost and nobody is disturbed */
static void test_no_such_hart(void)
{
    static const unsigned harts[] = { 2, 3, 64, 0x8000, UINT16_MAX };
    QTestState *qts = uintc_init("-smp 2");
    int i;

    run_receiver(qts, 0, 3);
    run_receiver(qts, 1, 3);
    for (i = 0; i < ARRAY_SIZE(harts); i++) {
        slot_write(qts, 3, UINTC_LOW, LOW_RUN(harts[i]));
        post(qts, 3, i);
        g_assert_false(usip(qts, 0));
        g_assert_false(usip(qts, 1));
    }
    slot_write(qts, 3, UINTC_LOW, LOW_RUN(1));
    g_assert_true(usip(qts, 1));
    g_assert_cmphex(slot_read(qts, 3, UINTC_HIGH), ==, 0x1f);
    g_assert_false(usip(qts, 1));

    qtest_quit(qts);
}

/* Rules: UDLV-1 UDLV-3: the last hart of the machine is one like the others */
static void test_many_harts(void)
{
    QTestState *qts = uintc_init("-smp 8");
    int hart, other;

    for (hart = 0; hart < 8; hart++) {
        run_receiver(qts, hart, 100 + hart);
        slot_write(qts, 100 + hart, UINTC_LOW, LOW_RUN(hart));
    }
    for (hart = 0; hart < 8; hart++) {
        post(qts, 100 + hart, hart);
        for (other = 0; other < 8; other++) {
            g_assert_cmpint(usip(qts, other), ==, other == hart);
        }
        slot_read(qts, 100 + hart, UINTC_HIGH);
        clear_usip(qts, hart);
    }

    qtest_quit(qts);
}

/* Rules: UDLV-1: hartid counts through the sockets */
static void test_sockets(void)
{
    QTestState *qts = uintc_init(
        "-smp 4,sockets=2 "
        "-object memory-backend-ram,id=ram0,size=16M -numa node,memdev=ram0 "
        "-object memory-backend-ram,id=ram1,size=16M -numa node,memdev=ram1");

    run_receiver(qts, 3, 9);
    slot_write(qts, 9, UINTC_LOW, LOW_RUN(3));
    post(qts, 9, 1);
    g_assert_false(usip(qts, 1));
    g_assert_false(usip(qts, 2));
    g_assert_true(usip(qts, 3));

    qtest_quit(qts);
}

/* Rules: UDLV-1 UDLV-2 COMPAT-5: the oldest form of LOW, 32-bit mode */
static void test_mode32(void)
{
    QTestState *qts = uintc_init("");

    run_receiver(qts, 0, 3);
    slot_write(qts, 3, UINTC_LOW, LOW_ACTIVE);
    post(qts, 3, 31);
    g_assert_true(usip(qts, 0));
    clear_usip(qts, 0);
    g_assert_true(usip(qts, 0));
    slot_write(qts, 3, UINTC_LOW, LOW_ACTIVE | LOW_THRESHOLD(32));
    g_assert_false(usip(qts, 0));
    g_assert_cmphex(slot_read(qts, 3, UINTC_HIGH), ==, BIT64(31));

    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/uintc/level/pending", test_level_pending);
    g_test_add_func("/uintc/level/holds", test_level_holds);
    g_test_add_func("/uintc/latch/holds", test_latch_holds);
    g_test_add_func("/uintc/latch/no-loss", test_latch_no_loss);
    g_test_add_func("/uintc/latch/not-from-level", test_latch_not_from_level);
    g_test_add_func("/uintc/threshold/level", test_threshold_level);
    g_test_add_func("/uintc/threshold/latch", test_threshold_latch);
    g_test_add_func("/uintc/threshold/change", test_threshold_change);
    g_test_add_func("/uintc/active/inactive", test_inactive);
    g_test_add_func("/uintc/active/change", test_active_change);
    g_test_add_func("/uintc/suirs/not-running", test_not_running);
    g_test_add_func("/uintc/suirs/disabled", test_not_running_disabled);
    g_test_add_func("/uintc/suirs/change", test_suirs_change);
    g_test_add_func("/uintc/suirs/beyond", test_suirs_beyond);
    g_test_add_func("/uintc/hart/other", test_other_hart);
    g_test_add_func("/uintc/hart/none", test_no_such_hart);
    g_test_add_func("/uintc/hart/many", test_many_harts);
    g_test_add_func("/uintc/hart/sockets", test_sockets);
    g_test_add_func("/uintc/mode32", test_mode32);

    return g_test_run();
}
