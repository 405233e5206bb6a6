/*
 * QTest cases for what the RISC-V user-interrupt controller shows to people:
 * "info pic" and trace events
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <glib/gstdio.h>
#include "qobject/qdict.h"
#include "riscv-uintc-common.h"

/* The line of @text that holds @part, or NULL */
static char *line_with(const char *text, const char *part)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    int i;

    for (i = 0; lines[i]; i++) {
        if (strstr(lines[i], part)) {
            return g_strdup(lines[i]);
        }
    }
    return NULL;
}

/* Asserts that "info pic" has a line with @part and @fact, or none with it. */
static void check_pic(QTestState *qts, const char *part, const char *fact)
{
    g_autofree char *text = qtest_hmp(qts, "info pic");
    g_autofree char *line = line_with(text, part);

    if (!fact) {
        g_assert_null(line);
        return;
    }
    g_assert_nonnull(line);
    if (!strstr(line, fact)) {
        g_test_message("\"%s\" lacks \"%s\"", line, fact);
        g_test_fail();
    }
}

/* Rules: USTATE-7 */
static void test_pic_receivers(void)
{
    QTestState *qts = uintc_init("");

    check_pic(qts, "uintc: ", "512 receivers");
    check_pic(qts, "  receiver ", NULL);

    slot_write(qts, 300, UINTC_LOW,
               LOW_ACTIVE | LOW_MODE64 | LOW_HART(2) | LOW_THRESHOLD(41) |
               LOW_TAG(0xbeef));
    check_pic(qts, "  receiver 300:", "active=1");
    check_pic(qts, "  receiver 300:", "mode=64");
    check_pic(qts, "  receiver 300:", "kn=0");
    check_pic(qts, "  receiver 300:", "hart=2 ");
    check_pic(qts, "  receiver 300:", "threshold=41 ");
    check_pic(qts, "  receiver 300:", "tag=0xbeef ");
    check_pic(qts, "  receiver 300:", "pending=0x0000000000000000");

    slot_write(qts, 300, UINTC_LOW, 0);
    check_pic(qts, "  receiver ", NULL);

    /* Pending alone is enough, and showing it doesn't clear it. */
    slot_write(qts, 299, UINTC_HIGH, 0x80000001);
    check_pic(qts, "  receiver 299:", "pending=0x0000000080000001");
    check_pic(qts, "  receiver 299:", "mode=32");
    g_assert_cmphex(slot_read(qts, 299, UINTC_HIGH), ==, 0x80000001);
    check_pic(qts, "  receiver ", NULL);

    qtest_quit(qts);
}

/* Rules: USTATE-7: as long as a doorbell is outstanding, its receiver shows */
static void test_pic_doorbell(void)
{
    QTestState *qts = uintc_init("");

    check_pic(qts, "uintc: ", "0 doorbells");
    slot_write(qts, 8, UINTC_LOW, LOW_KN);
    post(qts, 8, 1);
    check_pic(qts, "uintc: ", "1 doorbells");
    check_pic(qts, "  receiver 8:", "doorbell=1");
    slot_read(qts, 8, UINTC_HIGH);
    slot_write(qts, 8, UINTC_LOW, 0);
    check_pic(qts, "  receiver 8:", "doorbell=1");
    g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, 8);
    check_pic(qts, "uintc: ", "0 doorbells");
    check_pic(qts, "  receiver ", NULL);

    qtest_quit(qts);
}

/* The number of lines in the log at @path that hold @event */
static int count_events(const char *path, const char *event)
{
    g_autofree char *text = NULL;
    const char *found;
    int count = 0;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    for (found = strstr(text, event); found; found = strstr(found, event)) {
        found += strlen(event);
        count++;
    }
    return count;
}

/* Whether this QEMU has the event: not when built with another backend */
static bool trace_to_log(QTestState *qts)
{
    g_autofree char *text = qtest_hmp(qts, "info trace-events riscv_uintc_*");

    return strstr(text, "riscv_uintc_post : state 1");
}

/* Rules: USTATE-8 */
static void test_trace(void)
{
    g_autofree char *path = NULL;
    g_autofree char *args = NULL;
    int fd = g_file_open_tmp("riscv-uintc-XXXXXX", &path, NULL);
    int delivered;
    QTestState *qts;

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    args = g_strdup_printf("-trace \"riscv_uintc_*\" -D %s", path);
    qts = uintc_init(args);
    if (!trace_to_log(qts)) {
        g_test_skip("trace events don't go to the log");
        goto out;
    }

    run_receiver(qts, 0, 3);
    slot_write(qts, 3, UINTC_LOW, LOW_ACTIVE);
    g_assert_cmpint(count_events(path, "riscv_uintc_post receiver 3 "
                                 "vector 7 "), ==, 0);
    delivered = count_events(path, "riscv_uintc_deliver ");
    post(qts, 3, 7);
    g_assert_cmpint(count_events(path, "riscv_uintc_post receiver 3 "
                                 "vector 7 "), ==, 1);
    g_assert_cmpint(count_events(path, "riscv_uintc_deliver "), >, delivered);
    g_assert_cmpint(count_events(path, "riscv_uintc_doorbell "), ==, 0);

    slot_write(qts, 4, UINTC_LOW, LOW_KN);
    post(qts, 4, 8);
    g_assert_cmpint(count_events(path, "riscv_uintc_doorbell receiver 4 "),
                    ==, 1);

out:
    qtest_quit(qts);
    g_unlink(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/uintc/info-pic/receivers", test_pic_receivers);
    g_test_add_func("/uintc/info-pic/doorbell", test_pic_doorbell);
    g_test_add_func("/uintc/trace", test_trace);

    return g_test_run();
}
