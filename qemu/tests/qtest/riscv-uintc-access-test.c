/*
 * QTest cases for refused accesses to the RISC-V user-interrupt controller:
 * bus errors, reserved offsets and vectors that don't exist
 *
 * QTest doesn't report a bus error, so these cases look at what the access
 * did (nothing, and 0 read) and at QEMU's log: a bus error is a line
 * "Invalid read..." or "Invalid write..." of the memory core, what the device
 * ignores is a guest error of its own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <glib/gstdio.h>
#include "riscv-uintc-common.h"

typedef struct Logged {
    QTestState *qts;
    char *path;
} Logged;

static Logged logged_init(const char *more_args)
{
    Logged log;
    g_autofree char *args = NULL;
    int fd = g_file_open_tmp("riscv-uintc-XXXXXX", &log.path, NULL);

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    args = g_strdup_printf("-d guest_errors,invalid_mem -D %s %s", log.path,
                           more_args);
    log.qts = uintc_init(args);
    return log;
}

static void logged_quit(Logged *log)
{
    qtest_quit(log->qts);
    g_unlink(log->path);
    g_free(log->path);
}

/* The number of bus errors (or, not @bus, of guest errors) so far */
static int log_lines(Logged *log, bool bus)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    int count = 0;
    int i;

    g_assert_true(g_file_get_contents(log->path, &text, NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    for (i = 0; lines[i]; i++) {
        if (*lines[i] && g_str_has_prefix(lines[i], "Invalid ") == bus) {
            count++;
        }
    }
    return count;
}

static uint64_t read_sized(QTestState *qts, uint64_t addr, unsigned size)
{
    switch (size) {
    case 1:
        return qtest_readb(qts, addr);
    case 2:
        return qtest_readw(qts, addr);
    case 4:
        return qtest_readl(qts, addr);
    default:
        return qtest_readq(qts, addr);
    }
}

static void write_sized(QTestState *qts, uint64_t addr, unsigned size,
                        uint64_t value)
{
    switch (size) {
    case 1:
        qtest_writeb(qts, addr, value);
        break;
    case 2:
        qtest_writew(qts, addr, value);
        break;
    case 4:
        qtest_writel(qts, addr, value);
        break;
    default:
        qtest_writeq(qts, addr, value);
        break;
    }
}

/* A receiver and a doorbell that a wrong access would be seen to change */
#define VICTIM_LOW  (LOW_MODE64 | LOW_KN | LOW_HART(1) | LOW_THRESHOLD(1) | \
                     LOW_TAG(0x0101))
#define VICTIM_HIGH 0x0101010101010101

static void set_victim(QTestState *qts)
{
    slot_write(qts, 2, UINTC_LOW, VICTIM_LOW);
    post(qts, 2, 0);
    slot_write(qts, 2, UINTC_HIGH, VICTIM_HIGH);
}

static void check_victim(QTestState *qts)
{
    g_assert_cmphex(slot_read(qts, 1, UINTC_LOW), ==, 0);
    g_assert_cmphex(slot_read(qts, 1, UINTC_HIGH), ==, 0);
    g_assert_cmphex(slot_read(qts, 2, UINTC_LOW), ==, VICTIM_LOW);
    g_assert_cmphex(slot_read(qts, 2, UINTC_HIGH), ==, VICTIM_HIGH);
    g_assert_cmphex(slot_read(qts, 3, UINTC_LOW), ==, 0);
    g_assert_cmphex(slot_read(qts, 3, UINTC_HIGH), ==, 0);
    g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==, 1);
    g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, 2);
}

/*
 * Rules: UREG-18: each narrow access inside a slot or the four control
 * registers is a bus error; the one exception is a 4-byte write to SEND.
 */
static void check_narrow(unsigned size, bool is_write)
{
    Logged log = logged_init("");
    QTestState *qts = log.qts;
    const uint64_t areas[] = { uintc_slot(2, 0), UINTC_BASE + UINTC_CONTROL };
    int errors = 0;
    int i, offset;

    set_victim(qts);
    for (i = 0; i < ARRAY_SIZE(areas); i++) {
        for (offset = 0; offset < 32; offset += size) {
            uint64_t addr = areas[i] + offset;

            if (!is_write) {
                g_assert_cmphex(read_sized(qts, addr, size), ==, 0);
            } else if (size == 4 && addr == uintc_slot(2, UINTC_SEND)) {
                continue;
            } else {
                write_sized(qts, addr, size, 0x01010101);
            }
            g_assert_cmpint(log_lines(&log, true), ==, ++errors);
        }
    }
    check_victim(qts);
    g_assert_cmpint(log_lines(&log, false), ==, 0);
    g_assert_cmpint(log_lines(&log, true), ==, errors);

    logged_quit(&log);
}

static void test_narrow_reads(void)
{
    check_narrow(1, false);
    check_narrow(2, false);
    check_narrow(4, false);
}

static void test_narrow_writes(void)
{
    check_narrow(1, true);
    check_narrow(2, true);
    check_narrow(4, true);
}

/* Rules: UREG-4: the exception is no bus error and no guest error. */
static void test_word_send(void)
{
    Logged log = logged_init("");

    qtest_writel(log.qts, uintc_slot(2, UINTC_SEND), 31);
    g_assert_cmphex(slot_read(log.qts, 2, UINTC_HIGH), ==, BIT64(31));
    g_assert_cmpint(log_lines(&log, true), ==, 0);
    g_assert_cmpint(log_lines(&log, false), ==, 0);

    logged_quit(&log);
}

/*
 * Rules: UREG-18: an 8-byte access across two registers is refused as well.
 * (The memory core makes aligned parts of it, none a write to SEND.)
 */
static void test_misaligned(void)
{
    static const unsigned offsets[] = {
        UINTC_SEND + 4, UINTC_LOW + 1, UINTC_LOW + 4, UINTC_HIGH + 2,
        UINTC_HIGH + 4, UINTC_ACTIVE + 4,
    };
    Logged log = logged_init("");
    QTestState *qts = log.qts;
    int i;

    set_victim(qts);
    for (i = 0; i < ARRAY_SIZE(offsets); i++) {
        int errors = log_lines(&log, true);

        g_assert_cmphex(slot_read(qts, 2, offsets[i]), ==, 0);
        g_assert_cmpint(log_lines(&log, true), >, errors);
        errors = log_lines(&log, true);
        slot_write(qts, 2, offsets[i], 0x0101010101010101);
        g_assert_cmpint(log_lines(&log, true), >, errors);
    }
    /* Half of this one lies on the victim's SEND. */
    slot_write(qts, 1, UINTC_ACTIVE + 4, 0x0000000100000001);
    check_victim(qts);

    logged_quit(&log);
}

/* Rules: UREG-19: 8-byte accesses where nothing is: ignored and logged */
static void check_reserved(Logged *log, uint64_t addr)
{
    int errors = log_lines(log, false);

    qtest_writeq(log->qts, addr, UINT64_MAX);
    g_assert_cmpint(log_lines(log, false), ==, errors + 1);
    g_assert_cmphex(qtest_readq(log->qts, addr), ==, 0);
    g_assert_cmpint(log_lines(log, true), ==, 0);
}

static void test_reserved_control(void)
{
    static const unsigned offsets[] = { 0x20, 0x28, 0x800, 0xff8 };
    Logged log = logged_init("");
    int i;

    set_victim(log.qts);
    for (i = 0; i < ARRAY_SIZE(offsets); i++) {
        check_reserved(&log, UINTC_BASE + UINTC_CONTROL + offsets[i]);
    }
    check_victim(log.qts);

    logged_quit(&log);
}

/*
 * Rules: UREG-18 UREG-20: a slot beyond the receivers has no register, and so
 * no SEND that could take 4 bytes.
 */
static void check_beyond(const char *args, unsigned receivers)
{
    static const unsigned regs[] = {
        UINTC_SEND, UINTC_LOW, UINTC_HIGH, UINTC_ACTIVE
    };
    Logged log = logged_init(args);
    int i;

    for (i = 0; i < ARRAY_SIZE(regs); i++) {
        check_reserved(&log, uintc_slot(receivers, regs[i]));
    }
    qtest_writel(log.qts, uintc_slot(receivers, UINTC_SEND), 1);
    g_assert_cmpint(log_lines(&log, true), ==, 1);

    /* The last that exists is another matter. */
    slot_write(log.qts, receivers - 1, UINTC_LOW, LOW_ALL);
    g_assert_cmphex(slot_read(log.qts, receivers - 1, UINTC_LOW), ==, LOW_ALL);
    g_assert_cmphex(slot_read(log.qts, receivers - 1, UINTC_HIGH), ==, 0);
    g_assert_cmpint(log_lines(&log, true), ==, 1);

    logged_quit(&log);
}

static void test_beyond_receivers(void)
{
    check_beyond("", 512);
    check_beyond("-M uintc-receivers=1", 1);
    check_beyond("-M uintc-receivers=16383", 16383);
}

/* Rules: UREG-5 UREG-6: a vector that the receiver lacks is logged, ignored */
static void check_vector(Logged *log, uint64_t low, uint64_t vector)
{
    int errors = log_lines(log, false);

    slot_write(log->qts, 5, UINTC_LOW, low);
    post(log->qts, 5, vector);
    g_assert_cmpint(log_lines(log, false), ==, errors + 1);
    g_assert_cmphex(slot_read(log->qts, 5, UINTC_HIGH), ==, 0);
    g_assert_cmphex(control_read(log->qts, UINTC_OUTSTANDING), ==, 0);
    g_assert_cmpint(log_lines(log, true), ==, 0);
}

static void test_vector_mode64(void)
{
    static const uint64_t vectors[] = {
        64, 65, 128, 0x100000000, 0x100000003, BIT64(63), UINT64_MAX
    };
    Logged log = logged_init("");
    int i;

    for (i = 0; i < ARRAY_SIZE(vectors); i++) {
        check_vector(&log, LOW_MODE64, vectors[i]);
        check_vector(&log, LOW_MODE64 | LOW_KN, vectors[i]);
    }

    logged_quit(&log);
}

static void test_vector_mode32(void)
{
    static const uint64_t vectors[] = {
        32, 33, 63, 64, 0x100000003, UINT64_MAX
    };
    Logged log = logged_init("");
    int i;

    for (i = 0; i < ARRAY_SIZE(vectors); i++) {
        check_vector(&log, 0, vectors[i]);
        check_vector(&log, LOW_KN, vectors[i]);
    }

    logged_quit(&log);
}

/* Rules: UREG-5 UREG-6: nor does it set the latch of the receiver's hart. */
static void test_vector_no_latch(void)
{
    QTestState *qts = uintc_init("");

    run_receiver(qts, 0, 5);
    slot_write(qts, 5, UINTC_LOW, LOW_ACTIVE);
    post(qts, 5, 32);
    g_assert_false(usip(qts, 0));
    slot_write(qts, 5, UINTC_LOW, LOW_ACTIVE | LOW_MODE64);
    post(qts, 5, 64);
    g_assert_false(usip(qts, 0));

    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/uintc/access/narrow-reads", test_narrow_reads);
    g_test_add_func("/uintc/access/narrow-writes", test_narrow_writes);
    g_test_add_func("/uintc/access/word-send", test_word_send);
    g_test_add_func("/uintc/access/misaligned", test_misaligned);
    g_test_add_func("/uintc/reserved/control", test_reserved_control);
    g_test_add_func("/uintc/reserved/receivers", test_beyond_receivers);
    g_test_add_func("/uintc/vector/mode64", test_vector_mode64);
    g_test_add_func("/uintc/vector/mode32", test_vector_mode32);
    g_test_add_func("/uintc/vector/no-latch", test_vector_no_latch);

    return g_test_run();
}
