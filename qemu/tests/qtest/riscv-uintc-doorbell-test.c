/*
 * QTest cases for the doorbell of the RISC-V user-interrupt controller, up to
 * the wired interrupt at the PLIC and the APLIC
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "qobject/qlist.h"
#include "riscv-uintc-common.h"

#define PLIC_BASE               0xc000000
#define PLIC_PRIORITY(irq)      (PLIC_BASE + 4 * (irq))
#define PLIC_PENDING(irq)       (PLIC_BASE + 0x1000 + (irq) / 32 * 4)
#define PLIC_ENABLE(ctx, irq)   (PLIC_BASE + 0x2000 + 0x80 * (ctx) + \
                                 (irq) / 32 * 4)
#define PLIC_CLAIM(ctx)         (PLIC_BASE + 0x200004 + 0x1000 * (ctx))
#define PLIC_CONTEXT_S          1

#define APLIC_BASE              0xc000000
#define APLIC_SOURCECFG(irq)    (APLIC_BASE + 4 * (irq))
#define APLIC_LEVEL_HIGH        6
#define APLIC_IN_CLRIP(irq)     (APLIC_BASE + 0x1d00 + (irq) / 32 * 4)

#define IRQ_BIT(irq)            (1u << (irq) % 32)

/* The QOM path of the one device of @type that the board made */
static char *board_device(QTestState *qts, const char *type)
{
    g_autofree char *child = g_strdup_printf("child<%s>", type);
    char *path = NULL;
    QDict *answer;
    QListEntry *entry;

    answer = qtest_qmp(qts,
        "{ 'execute': 'qom-list',"
        "  'arguments': { 'path': '/machine/unattached' } }");
    QLIST_FOREACH_ENTRY(qdict_get_qlist(answer, "return"), entry) {
        QDict *property = qobject_to(QDict, qlist_entry_obj(entry));

        if (g_str_equal(qdict_get_str(property, "type"), child)) {
            path = g_strdup_printf("/machine/unattached/%s",
                                   qdict_get_str(property, "name"));
            break;
        }
    }
    qobject_unref(answer);
    g_assert_nonnull(path);
    return path;
}

/* A UINTC whose wired interrupt qtest_get_irq(…, UINTC_IRQ) shows */
static QTestState *doorbell_init(const char *more_args)
{
    QTestState *qts = uintc_init(more_args);
    g_autofree char *plic = board_device(qts, "riscv.sifive.plic");

    qtest_irq_intercept_in(qts, plic);
    return qts;
}

static void block(QTestState *qts, unsigned receiver)
{
    slot_write(qts, receiver, UINTC_LOW, LOW_MODE64 | LOW_KN);
}

/* Nothing outstanding: registers and wire say so */
static void check_silent(QTestState *qts)
{
    g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==, 0);
    g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, UINTC_NO_DOORBELL);
    g_assert_false(qtest_get_irq(qts, UINTC_IRQ));
}

/* Rules: UDLV-10 UDLV-14 UDLV-15 UREG-15 UREG-17 */
static void test_ring(void)
{
    QTestState *qts = doorbell_init("");

    check_silent(qts);
    block(qts, 3);
    check_silent(qts);
    post(qts, 3, 7);
    g_assert_true(qtest_get_irq(qts, UINTC_IRQ));
    g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==, 1);
    g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==, 1);
    g_assert_true(qtest_get_irq(qts, UINTC_IRQ));

    g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, 3);
    check_silent(qts);
    g_assert_cmphex(slot_read(qts, 3, UINTC_HIGH), ==, BIT64(7));

    qtest_quit(qts);
}

/* Rules: UDLV-10 UREG-4: an MSI rings it as well */
static void test_ring_word(void)
{
    QTestState *qts = doorbell_init("");

    block(qts, 0);
    qtest_writel(qts, uintc_slot(0, UINTC_SEND), 1);
    g_assert_true(qtest_get_irq(qts, UINTC_IRQ));
    g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, 0);
    check_silent(qts);

    qtest_quit(qts);
}

/* Rules: UDLV-11 */
static void test_once(void)
{
    QTestState *qts = doorbell_init("");

    block(qts, 3);
    post(qts, 3, 7);
    post(qts, 3, 7);
    post(qts, 3, 8);
    g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==, 1);
    g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, 3);
    check_silent(qts);

    /* Also when the vector was already pending */
    post(qts, 3, 7);
    g_assert_true(qtest_get_irq(qts, UINTC_IRQ));
    g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, 3);
    check_silent(qts);

    qtest_quit(qts);
}

/* Rules: UREG-15 UREG-17 UDLV-14: across words and at both ends */
static void test_lowest_first(void)
{
    static const unsigned rung[] = { 64, 16383, 7, 63, 0, 8000, 31, 32 };
    static const unsigned order[] = { 0, 7, 31, 32, 63, 64, 8000, 16383 };
    QTestState *qts = doorbell_init("-M uintc-receivers=16384");
    int i;

    for (i = 0; i < ARRAY_SIZE(rung); i++) {
        block(qts, rung[i]);
        post(qts, rung[i], 1);
        g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==, i + 1);
    }
    for (i = 0; i < ARRAY_SIZE(order); i++) {
        g_assert_true(qtest_get_irq(qts, UINTC_IRQ));
        g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, order[i]);
        g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==,
                        ARRAY_SIZE(order) - 1 - i);
    }
    check_silent(qts);

    qtest_quit(qts);
}

/* Rules: UDLV-12 */
static void test_active_silent(void)
{
    QTestState *qts = doorbell_init("");

    slot_write(qts, 3, UINTC_LOW, LOW_ACTIVE | LOW_MODE64 | LOW_KN);
    post(qts, 3, 7);
    check_silent(qts);

    qtest_quit(qts);
}

/* Rules: UDLV-12 */
static void test_no_kn_silent(void)
{
    QTestState *qts = doorbell_init("");

    slot_write(qts, 3, UINTC_LOW, LOW_MODE64);
    post(qts, 3, 7);
    check_silent(qts);

    /* What is pending rings nothing when KN comes later. */
    block(qts, 3);
    check_silent(qts);

    qtest_quit(qts);
}

/* Rules: UDLV-13: a kernel puts back what it found */
static void test_high_write_silent(void)
{
    QTestState *qts = doorbell_init("");

    block(qts, 3);
    slot_write(qts, 3, UINTC_HIGH, UINT64_MAX);
    check_silent(qts);
    g_assert_cmphex(slot_read(qts, 3, UINTC_HIGH), ==, UINT64_MAX);

    qtest_quit(qts);
}

/* Rules: UDLV-24 */
static void test_threshold(void)
{
    QTestState *qts = doorbell_init("");

    slot_write(qts, 3, UINTC_LOW, LOW_MODE64 | LOW_KN | LOW_THRESHOLD(63));
    post(qts, 3, 0);
    g_assert_true(qtest_get_irq(qts, UINTC_IRQ));
    g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, 3);

    qtest_quit(qts);
}

/* Rules: UDLV-10: the hart is of no concern, it may not even exist */
static void test_no_such_hart(void)
{
    QTestState *qts = doorbell_init("");

    slot_write(qts, 3, UINTC_LOW, LOW_MODE64 | LOW_KN | LOW_HART(0xfff0));
    post(qts, 3, 0);
    g_assert_true(qtest_get_irq(qts, UINTC_IRQ));
    g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, 3);

    qtest_quit(qts);
}

/* Rules: UREG-16 and that the count can't be written */
static void test_writes_ignored(void)
{
    QTestState *qts = doorbell_init("");

    control_write(qts, UINTC_DOORBELL, 3);
    control_write(qts, UINTC_OUTSTANDING, 5);
    check_silent(qts);
    block(qts, 3);
    post(qts, 3, 7);
    control_write(qts, UINTC_DOORBELL, 3);
    control_write(qts, UINTC_DOORBELL, UINT64_MAX);
    control_write(qts, UINTC_OUTSTANDING, 0);
    g_assert_true(qtest_get_irq(qts, UINTC_IRQ));
    g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==, 1);
    g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, 3);

    qtest_quit(qts);
}

/* Rules: UDLV-23 UDLV-14 USTATE-2 */
static void test_survives_low(void)
{
    QTestState *qts = doorbell_init("");

    block(qts, 3);
    block(qts, 4);
    post(qts, 3, 7);
    post(qts, 4, 7);
    slot_write(qts, 3, UINTC_LOW, LOW_ACTIVE);
    slot_write(qts, 3, UINTC_LOW, 0);
    slot_read(qts, 3, UINTC_HIGH);
    g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==, 2);
    g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, 3);
    g_assert_true(qtest_get_irq(qts, UINTC_IRQ));

    qtest_system_reset(qts);
    check_silent(qts);

    qtest_quit(qts);
}

/*
 * Rules: UDLV-25 in the order that an OS keeps: block first, then look. Only
 * one of "found pending" and "rung" may happen, and one must.
 */
static void test_block_order(void)
{
    QTestState *qts = doorbell_init("");
    uint64_t running = LOW_ACTIVE | LOW_MODE64;
    uint64_t pending;

    /* The post comes before: found, put back, don't block. */
    slot_write(qts, 3, UINTC_LOW, running);
    post(qts, 3, 7);
    block(qts, 3);
    pending = slot_read(qts, 3, UINTC_HIGH);
    g_assert_cmphex(pending, ==, BIT64(7));
    slot_write(qts, 3, UINTC_HIGH, pending);
    check_silent(qts);
    slot_write(qts, 3, UINTC_LOW, running);
    g_assert_cmphex(slot_read(qts, 3, UINTC_HIGH), ==, BIT64(7));

    /* It comes after: blocked, then woken. */
    block(qts, 3);
    g_assert_cmphex(slot_read(qts, 3, UINTC_HIGH), ==, 0);
    post(qts, 3, 9);
    g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, 3);
    slot_write(qts, 3, UINTC_LOW, running);
    g_assert_cmphex(slot_read(qts, 3, UINTC_HIGH), ==, BIT64(9));

    qtest_quit(qts);
}

static void plic_enable(QTestState *qts, unsigned irq)
{
    qtest_writel(qts, PLIC_PRIORITY(irq), 1);
    qtest_writel(qts, PLIC_ENABLE(PLIC_CONTEXT_S, irq), IRQ_BIT(irq));
}

/* Rules: UDLV-15 */
static void test_plic(void)
{
    QTestState *qts = uintc_init("");

    plic_enable(qts, UINTC_IRQ);
    g_assert_cmphex(qtest_readl(qts, PLIC_PENDING(UINTC_IRQ)), ==, 0);
    block(qts, 3);
    post(qts, 3, 7);
    g_assert_cmphex(qtest_readl(qts, PLIC_PENDING(UINTC_IRQ)), ==,
                    IRQ_BIT(UINTC_IRQ));
    g_assert_cmphex(qtest_readl(qts, PLIC_CLAIM(PLIC_CONTEXT_S)), ==,
                    UINTC_IRQ);
    g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, 3);
    qtest_writel(qts, PLIC_CLAIM(PLIC_CONTEXT_S), UINTC_IRQ);
    g_assert_cmphex(qtest_readl(qts, PLIC_CLAIM(PLIC_CONTEXT_S)), ==, 0);

    qtest_quit(qts);
}

/* Rules: UDLV-14: a handler that takes one doorbell is called again. */
static void test_plic_again(void)
{
    QTestState *qts = uintc_init("");
    int i;

    plic_enable(qts, UINTC_IRQ);
    for (i = 0; i < 3; i++) {
        block(qts, i);
        post(qts, i, 0);
    }
    for (i = 0; i < 3; i++) {
        g_assert_cmphex(qtest_readl(qts, PLIC_CLAIM(PLIC_CONTEXT_S)), ==,
                        UINTC_IRQ);
        g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, i);
        qtest_writel(qts, PLIC_CLAIM(PLIC_CONTEXT_S), UINTC_IRQ);
    }
    g_assert_cmphex(qtest_readl(qts, PLIC_CLAIM(PLIC_CONTEXT_S)), ==, 0);

    qtest_quit(qts);
}

/* Rules: UDLV-14 UDLV-15 on a machine with an APLIC, with and without MSIs */
static void check_aplic(const char *args)
{
    QTestState *qts = uintc_init(args);

    qtest_writel(qts, APLIC_SOURCECFG(UINTC_IRQ), APLIC_LEVEL_HIGH);
    g_assert_cmphex(qtest_readl(qts, APLIC_IN_CLRIP(UINTC_IRQ)), ==, 0);
    block(qts, 3);
    post(qts, 3, 7);
    g_assert_cmphex(qtest_readl(qts, APLIC_IN_CLRIP(UINTC_IRQ)), ==,
                    IRQ_BIT(UINTC_IRQ));
    g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, 3);
    g_assert_cmphex(qtest_readl(qts, APLIC_IN_CLRIP(UINTC_IRQ)), ==, 0);

    qtest_quit(qts);
}

static void test_aplic(void)
{
    check_aplic("-M aia=aplic");
    check_aplic("-M aia=aplic-imsic");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/uintc/doorbell/ring", test_ring);
    g_test_add_func("/uintc/doorbell/ring-word", test_ring_word);
    g_test_add_func("/uintc/doorbell/once", test_once);
    g_test_add_func("/uintc/doorbell/lowest-first", test_lowest_first);
    g_test_add_func("/uintc/doorbell/active-silent", test_active_silent);
    g_test_add_func("/uintc/doorbell/no-kn-silent", test_no_kn_silent);
    g_test_add_func("/uintc/doorbell/high-write-silent",
                    test_high_write_silent);
    g_test_add_func("/uintc/doorbell/threshold", test_threshold);
    g_test_add_func("/uintc/doorbell/no-such-hart", test_no_such_hart);
    g_test_add_func("/uintc/doorbell/writes-ignored", test_writes_ignored);
    g_test_add_func("/uintc/doorbell/survives-low", test_survives_low);
    g_test_add_func("/uintc/doorbell/block-order", test_block_order);
    g_test_add_func("/uintc/doorbell/plic", test_plic);
    g_test_add_func("/uintc/doorbell/plic-again", test_plic_again);
    g_test_add_func("/uintc/doorbell/aplic", test_aplic);

    return g_test_run();
}
