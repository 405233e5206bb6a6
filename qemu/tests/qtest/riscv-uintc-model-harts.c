/*
 * Operations on the RISC-V user-interrupt controller by the harts
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "riscv-uintc-common.h"
#include "riscv-uintc-model-harts.h"

#define ACLINT_MSIP(hart)       (0x2000000 + 4 * (hart))
#define STUB(kind)              (GUEST_STUBS + 8 * (kind))
#define TOKEN(hart)             (GUEST_TOKEN + 8 * TOKEN_WORDS * (hart))
#define RECORDS(hart)           (GUEST_RECORDS + 0x10000 * (hart))
#define HART_TIMEOUT            (120 * G_TIME_SPAN_SECOND)

static void write_words(QTestState *qts, uint64_t addr, uint64_t *words,
                        size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        words[i] = cpu_to_le64(words[i]);
    }
    qtest_bufwrite(qts, addr, words, n * sizeof(*words));
}

void harts_load(QTestState *qts)
{
    uint32_t code[ARRAY_SIZE(guest_code)];
    uint32_t stubs[KINDS][2];
    int i;

    for (i = 0; i < ARRAY_SIZE(code); i++) {
        code[i] = cpu_to_le32(guest_code[i]);
    }
    for (i = 0; i < KINDS; i++) {
        stubs[i][0] = cpu_to_le32(op_insn(i));
        stubs[i][1] = cpu_to_le32(INSN_RET);
    }
    qtest_memwrite(qts, GUEST_CODE, code, sizeof(code));
    qtest_memwrite(qts, GUEST_STUBS, stubs, sizeof(stubs));
}

void harts_place(QTestState *qts, unsigned hart, const Op *op, unsigned n,
                 const uint64_t token[TOKEN_WORDS])
{
    static uint64_t record[LARGEST_BATCH + 1][RECORD_WORDS];
    uint64_t copy[TOKEN_WORDS];
    unsigned i;

    memset(record, 0, sizeof(record));
    for (i = 0; i < n; i++) {
        record[i][RECORD_STUB] = STUB(op[i].kind);
        record[i][RECORD_HART] = op[i].hart;
        record[i][RECORD_A0] = op[i].a0;
        record[i][RECORD_A1] = op[i].a1;
    }
    record[n][RECORD_HART] = UINT64_MAX;
    write_words(qts, RECORDS(hart), record[0], (n + 1) * RECORD_WORDS);
    memcpy(copy, token, sizeof(copy));
    copy[TOKEN_RECORD] = RECORDS(hart);
    write_words(qts, TOKEN(hart), copy, TOKEN_WORDS);
}

void harts_share_token(QTestState *qts, bool shared)
{
    uint64_t token[MODEL_MAX_HARTS];
    unsigned hart;

    for (hart = 0; hart < MODEL_MAX_HARTS; hart++) {
        token[hart] = TOKEN(shared ? 0 : hart);
    }
    write_words(qts, GUEST_TOKEN_OF_HART, token, MODEL_MAX_HARTS);
}

void harts_wake(QTestState *qts, unsigned hart)
{
    qtest_writel(qts, ACLINT_MSIP(hart), 1);
}

void harts_wake_all(QTestState *qts, unsigned harts)
{
    uint32_t msip[MODEL_MAX_HARTS];
    unsigned hart;

    for (hart = 0; hart < harts; hart++) {
        msip[hart] = cpu_to_le32(1);
    }
    qtest_memwrite(qts, ACLINT_MSIP(0), msip, harts * sizeof(msip[0]));
}

bool harts_wait(QTestState *qts, unsigned hart)
{
    int64_t deadline = g_get_monotonic_time() + HART_TIMEOUT;

    while (qtest_readq(qts, TOKEN(hart) + 8 * TOKEN_DONE) == 0) {
        if (g_get_monotonic_time() > deadline) {
            return false;
        }
        g_usleep(100);
    }
    return true;
}

void harts_outcomes(QTestState *qts, unsigned list, Outcome *got, unsigned n)
{
    static uint64_t record[LARGEST_BATCH][RECORD_WORDS];
    unsigned i, hart;

    qtest_bufread(qts, RECORDS(list), record, n * sizeof(record[0]));
    for (i = 0; i < n; i++) {
        const uint64_t *r = record[i];

        got[i].result = le64_to_cpu(r[RECORD_RESULT]);
        got[i].cause = le64_to_cpu(r[RECORD_CAUSE]);
        got[i].line = le64_to_cpu(r[RECORD_LINE]) >> UINTC_IRQ % 32 & 1;
        got[i].count = le64_to_cpu(r[RECORD_COUNT]);
        got[i].usip = 0;
        for (hart = 0; hart < MODEL_MAX_HARTS; hart++) {
            got[i].usip |= (le64_to_cpu(r[RECORD_MIP + hart]) & MIP_USIP)
                           << hart;
        }
    }
}
