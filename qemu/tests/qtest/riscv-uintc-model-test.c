/*
 * QTest cases that hold the RISC-V user-interrupt controller against a model
 *
 * Random operations go to the device and to the model of riscv-uintc-model.h,
 * and after each one everything that can be seen is compared: the value read
 * or the exception, USIP of every hart, the doorbell's line and count.  Most
 * operations are instructions of the harts (riscv-uintc-model-guest.h), some
 * are accesses from outside, as a device's MSI is one.
 *
 * UINTC_MODEL_OPS=N     operations in each case (25000)
 * UINTC_MODEL_SEED=N    the same operations as in the run that printed N
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "riscv-uintc-common.h"
#include "riscv-uintc-model-harts.h"

/* The APLIC shows the line as it is; the PLIC would remember it. */
#define APLIC_SOURCECFG(irq)    (0xc000000 + 4 * (irq))
#define APLIC_LEVEL_HIGH        6
#define APLIC_INPUTS(irq)       (0xc001d00 + (irq) / 32 * 4)

#define REMEMBERED              20

enum {
    CAUSE_LOAD_FAULT = 5,
    CAUSE_STORE_FAULT = 7,
};

typedef struct Remembered {
    Op op;
    bool outside;
    Outcome got;
} Remembered;

typedef struct Run {
    QTestState *qts;
    UintcModel model;
    OpSource source;
    uint32_t seed;
    uint64_t done;
    uint64_t resets;
    Remembered last[REMEMBERED];
} Run;

static void model_load_or_store(UintcModel *m, const Op *op, Outcome *e)
{
    uint64_t offset = op->a1 - UINTC_BASE;
    unsigned size = op_access_size(op->kind);
    uint64_t value;

    if (op->a1 >= GUEST_TABLE) {
        m->table[(op->a1 - GUEST_TABLE) / 8] = op->a0;
    } else if (op->kind >= STORE_8) {
        value = op->a0 & (UINT64_MAX >> (64 - 8 * size));
        if (!uintc_model_write(m, offset, size, value)) {
            e->cause = CAUSE_STORE_FAULT;
        }
    } else if (uintc_model_read(m, offset, size, &value)) {
        e->result = value;
    } else {
        e->cause = CAUSE_LOAD_FAULT;
    }
}

static Outcome model_op(UintcModel *m, const Op *op)
{
    Outcome e = { .result = op->a0 };
    bool usip = uintc_model_usip(m, op->hart);
    ModelHart *hart = &m->hart[op->hart];
    uint64_t value;
    int i;

    switch (op->kind) {
    case LOAD_8 ... STORE_1:
        model_load_or_store(m, op, &e);
        break;
    case SUIRS:
        e.result = uintc_model_suirs(m, op->hart, op->a0);
        break;
    case SUIST:
        e.result = uintc_model_suist(m, op->hart, op->a0);
        break;
    case MIP_WRITE:
        e.result = usip;
        hart->latch = op->a0 & MIP_USIP;
        break;
    case MIP_SET:
        e.result = usip;
        hart->latch |= op->a0 & MIP_USIP;
        break;
    case MIP_CLEAR:
    case SIP_CLEAR:
    case UIP_CLEAR:
        e.result = usip;
        hart->latch &= ~op->a0 & MIP_USIP;
        break;
    case SEND:
    case OLD_SEND:
        if (uintc_model_send(m, op->hart, op->a0, &value)) {
            e.result = value;
        } else {
            e.cause = CAUSE_LOAD_FAULT;
        }
        break;
    case TAKE:
    case OLD_TAKE:
        e.result = uintc_model_take(m, op->hart);
        break;
    case PUT:
    case OLD_PUT:
        uintc_model_put(m, op->hart, op->a0);
        break;
    case ACTIVATE:
    case OLD_ACTIVATE:
        uintc_model_set_active(m, op->hart, true);
        break;
    case DEACTIVATE:
    case OLD_DEACTIVATE:
        uintc_model_set_active(m, op->hart, false);
        break;
    case CLAIM:
        e.result = uintc_model_claim(m, op->hart);
        break;
    case THRESHOLD:
        e.result = uintc_model_threshold(m, op->hart, op->a0);
        break;
    default:
        g_assert_not_reached();
    }
    e.line = m->outstanding > 0;
    e.count = m->outstanding;
    for (i = 0; i < m->harts; i++) {
        e.usip |= (uint64_t)uintc_model_usip(m, i) << i;
    }
    return e;
}

static void describe(const char *what, const Outcome *o)
{
    g_test_message("  %s: a0 0x%" PRIx64 " cause %" PRIu64 " line %" PRIu64
                   " count %" PRIu64 " usip 0x%" PRIx64, what, o->result,
                   o->cause, o->line, o->count, o->usip);
}

static void report_mismatch(Run *run, const Outcome *expected)
{
    uint64_t first = run->done < REMEMBERED ? 0 : run->done - REMEMBERED + 1;
    uint64_t i;

    g_test_message("UINTC_MODEL_SEED=%" PRIu32 ": operation %" PRIu64
                   " differs from the model (%" PRIu64 " resets before)",
                   run->seed, run->done, run->resets);
    for (i = first; i <= run->done; i++) {
        const Remembered *r = &run->last[i % REMEMBERED];

        g_test_message("%" PRIu64 ": %s %u: %s a0=0x%" PRIx64 " a1=0x%" PRIx64,
                       i, r->outside ? "outside" : "hart", r->op.hart,
                       op_name(r->op.kind), r->op.a0, r->op.a1);
        describe("got", &r->got);
    }
    describe("expected", expected);
    g_test_fail();
}

/* Compares what an operation did; @outside: traps aren't seen there. */
static bool check_op(Run *run, const Op *op, Outcome expected, Outcome got,
                     bool outside)
{
    if (op->kind >= MIP_WRITE && op->kind <= UIP_CLEAR) {
        got.result &= MIP_USIP;
    }
    if (outside) {
        if (expected.cause == CAUSE_LOAD_FAULT) {
            expected.result = 0;
        }
        expected.cause = 0;
    }
    run->last[run->done % REMEMBERED] = (Remembered) { *op, outside, got };
    if (memcmp(&expected, &got, sizeof(got)) != 0) {
        report_mismatch(run, &expected);
        return false;
    }
    run->done++;
    return true;
}

/* ---- operations by the harts ---- */

static void wait_for_list(Run *run, unsigned hart)
{
    if (!harts_wait(run->qts, hart)) {
        g_error("UINTC_MODEL_SEED=%" PRIu32 ": the harts hang somewhere "
                "after operation %" PRIu64, run->seed, run->done);
    }
}

static bool run_on_harts(Run *run, unsigned n)
{
    static Op op[LARGEST_BATCH];
    static Outcome expected[LARGEST_BATCH];
    static Outcome got[LARGEST_BATCH];
    const uint64_t token[TOKEN_WORDS] = {
        [TOKEN_HARTS] = run->model.harts,
        [TOKEN_LINE] = APLIC_INPUTS(UINTC_IRQ),
        [TOKEN_COUNT] = UINTC_BASE + UINTC_CONTROL + UINTC_OUTSTANDING,
    };
    unsigned i;

    for (i = 0; i < n; i++) {
        op_source_next(&run->source, &op[i], false);
        expected[i] = model_op(&run->model, &op[i]);
    }
    harts_place(run->qts, 0, op, n, token);
    harts_share_token(run->qts, true);
    harts_wake(run->qts, op[0].hart);
    wait_for_list(run, 0);

    harts_outcomes(run->qts, 0, got, n);
    for (i = 0; i < n; i++) {
        if (!check_op(run, &op[i], expected[i], got[i], false)) {
            return false;
        }
    }
    return true;
}

/* ---- operations from outside ---- */

static uint64_t do_outside(QTestState *qts, const Op *op)
{
    switch (op->kind) {
    case LOAD_8:
        return qtest_readq(qts, op->a1);
    case LOAD_4:
        return qtest_readl(qts, op->a1);
    case LOAD_2:
        return qtest_readw(qts, op->a1);
    case LOAD_1:
        return qtest_readb(qts, op->a1);
    case STORE_8:
        qtest_writeq(qts, op->a1, op->a0);
        break;
    case STORE_4:
        qtest_writel(qts, op->a1, op->a0);
        break;
    case STORE_2:
        qtest_writew(qts, op->a1, op->a0);
        break;
    default:
        qtest_writeb(qts, op->a1, op->a0);
        break;
    }
    return op->a0;
}

static bool run_outside(Run *run, unsigned n)
{
    QTestState *qts = run->qts;
    Op op;

    for (; n > 0; n--) {
        Outcome expected, got = { };
        unsigned hart;

        op_source_next(&run->source, &op, true);
        expected = model_op(&run->model, &op);
        got.result = do_outside(qts, &op);
        got.line = qtest_readl(qts, APLIC_INPUTS(UINTC_IRQ)) >>
                   UINTC_IRQ % 32 & 1;
        got.count = control_read(qts, UINTC_OUTSTANDING);
        for (hart = 0; hart < run->model.harts; hart++) {
            got.usip |= (uint64_t)usip(qts, hart) << hart;
        }
        if (!check_op(run, &op, expected, got, true)) {
            return false;
        }
    }
    return true;
}

static void watch_line(Run *run)
{
    qtest_writel(run->qts, APLIC_SOURCECFG(UINTC_IRQ), APLIC_LEVEL_HIGH);
}

static void clear_table(Run *run)
{
    memset(run->model.table, 0, sizeof(run->model.table));
    qtest_memset(run->qts, GUEST_TABLE, 0, sizeof(run->model.table));
}

static void reset(Run *run)
{
    qtest_system_reset(run->qts);
    watch_line(run);
    uintc_model_reset(&run->model);
    op_source_move(&run->source);
    run->resets++;
}

/* ---- harts at once ---- */

/* What @hart does: first its receivers get its number, and doorbells. */
static void plan_apart(Run *run, unsigned hart, Op *op, Outcome *expected,
                       unsigned n)
{
    unsigned harts = run->model.harts;
    unsigned i;

    run->source.apart = hart;
    for (i = 0; i < n; i++) {
        if (i < run->model.receivers / harts) {
            op[i] = (Op) {
                STORE_8, hart, LOW_KN | LOW_MODE64 | LOW_HART(hart),
                uintc_slot(i * harts + hart, UINTC_LOW)
            };
        } else {
            op_source_next(&run->source, &op[i], false);
        }
        expected[i] = model_op(&run->model, &op[i]);
    }
}

static bool check_apart(Run *run, unsigned hart, const Op *op,
                        Outcome *expected, unsigned n)
{
    static Outcome got[LARGEST_BATCH];
    unsigned i;

    harts_outcomes(run->qts, hart, got, n);
    for (i = 0; i < n; i++) {
        /* These depend on when the others do what. */
        expected[i].line = got[i].line;
        expected[i].count = got[i].count;
        expected[i].usip &= 1 << hart;
        if (!check_op(run, &op[i], expected[i], got[i], false)) {
            return false;
        }
    }
    return true;
}

/*
 * The harts have only the device in common: each must see what it would see
 * alone, and in the end no doorbell may be missing.
 */
static bool run_at_once(Run *run, unsigned n)
{
    static Op op[MODEL_MAX_HARTS][LARGEST_BATCH];
    static Outcome expected[MODEL_MAX_HARTS][LARGEST_BATCH];
    unsigned harts = run->model.harts;
    bool same = true;
    unsigned hart;

    reset(run);
    clear_table(run);
    harts_share_token(run->qts, false);
    run->source.at_once = true;
    for (hart = 0; hart < harts; hart++) {
        const uint64_t token[TOKEN_WORDS] = {
            [TOKEN_HARTS] = 1,
            [TOKEN_LINE] = GUEST_TABLE,
            [TOKEN_COUNT] = GUEST_TABLE,
        };

        plan_apart(run, hart, op[hart], expected[hart], n);
        harts_place(run->qts, hart, op[hart], n, token);
    }
    run->source.at_once = false;
    harts_wake_all(run->qts, harts);
    for (hart = 0; hart < harts; hart++) {
        wait_for_list(run, hart);
    }
    for (hart = 0; same && hart < harts; hart++) {
        same = check_apart(run, hart, op[hart], expected[hart], n);
    }
    return same && run_on_harts(run, 1 + n / 8);
}

/* ---- the cases ---- */

static uint64_t number_from_environment(const char *name, uint64_t otherwise)
{
    const char *text = g_getenv(name);
    uint64_t value = otherwise;

    if (text && qemu_strtou64(text, NULL, 0, &value) < 0) {
        g_error("%s must be a number, not '%s'", name, text);
    }
    return value;
}

static void start(Run *run, unsigned receivers, unsigned harts,
                  const char *accel)
{
    run->qts = qtest_initf("-accel tcg,thread=%s -S -bios none -m 32M "
                           "-M virt,aia=aplic,uintc=on,uintc-receivers=%u "
                           "-cpu rv64,x-uintr=on -smp %u",
                           accel, receivers, harts);
    harts_load(run->qts);
    clear_table(run);
    watch_line(run);
    qtest_qmp_assert_success(run->qts, "{ 'execute': 'cont' }");
}

static void check(unsigned receivers, unsigned harts, const char *accel,
                  bool at_once)
{
    uint64_t ops = number_from_environment("UINTC_MODEL_OPS", 25000);
    g_autofree Run *run = g_new0(Run, 1);
    bool same = true;

    run->seed = number_from_environment("UINTC_MODEL_SEED", g_random_int());
    g_test_message("UINTC_MODEL_SEED=%" PRIu32 " UINTC_MODEL_OPS=%" PRIu64,
                   run->seed, ops);
    uintc_model_init(&run->model, receivers, harts, GUEST_TABLE >> 12);
    run->source.rand = g_rand_new_with_seed(run->seed);
    run->source.model = &run->model;
    op_source_move(&run->source);
    start(run, receivers, harts, accel);

    while (same && run->done < ops) {
        unsigned n = 1 + op_random(&run->source, LARGEST_BATCH);

        if (at_once) {
            same = run_at_once(run, LARGEST_BATCH);
            continue;
        }
        switch (op_random(&run->source, 16)) {
        case 0:
            reset(run);
            break;
        case 1:
        case 2:
            same = run_outside(run, n / 16);
            break;
        default:
            same = run_on_harts(run, MIN(n, ops - run->done));
            break;
        }
    }
    g_test_message("%" PRIu64 " operations and %" PRIu64 " resets as in the "
                   "model", run->done, run->resets);

    qtest_quit(run->qts);
    g_rand_free(run->source.rand);
    uintc_model_free(&run->model);
}

static void test_one_receiver(void)
{
    check(1, 4, "single", false);
}

static void test_few_receivers(void)
{
    check(3, 4, "single", false);
}

static void test_default_receivers(void)
{
    check(512, 4, "single", false);
}

static void test_all_receivers(void)
{
    check(16384, 4, "single", false);
}

static void test_one_hart(void)
{
    check(3, 1, "single", false);
}

/* The harts take turns here too, but each in a thread of its own. */
static void test_threads(void)
{
    check(3, 2, "multi", false);
}

static void test_at_once(void)
{
    check(64, 4, "multi", true);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/uintc/model/one-receiver", test_one_receiver);
    g_test_add_func("/uintc/model/few-receivers", test_few_receivers);
    g_test_add_func("/uintc/model/default-receivers", test_default_receivers);
    g_test_add_func("/uintc/model/all-receivers", test_all_receivers);
    g_test_add_func("/uintc/model/one-hart", test_one_hart);
    g_test_add_func("/uintc/model/threads", test_threads);
    g_test_add_func("/uintc/model/at-once", test_at_once);

    return g_test_run();
}
