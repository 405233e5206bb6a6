// SPDX-License-Identifier: MIT
/*
 * Floating-point registers. This program is built without floating point, so only the assembly here touches
 * them; the program "float" does more, with a compiler's help.
 */
#include <string.h>

#include "lib/process.h"
#include "lib/signals.h"
#include "tests/float.h"
#include "tests/registers.h"
#include "tests/test.h"

__asm__(".option push\n"
        ".option arch, +d\n"
        ".text\n"
        ".globl float_hold\n"
        "float_hold:\n"
        "    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,"
        "29,30,31\n"
        "    fld f\\n, (8 * \\n)(a0)\n"
        "    .endr\n"
        "    ld t0, 256(a0)\n"
        "    fscsr t0\n"
        "    mv a7, a2\n"
        "    mv a0, a3\n"
        "    mv a6, a1\n"
        "    ecall\n"
        "    mv a0, a6\n"
        ".globl float_store\n"
        "float_store:\n"
        "    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,"
        "29,30,31\n"
        "    fsd f\\n, (8 * \\n)(a0)\n"
        "    .endr\n"
        "    frcsr t0\n"
        "    sd t0, 256(a0)\n"
        "    ret\n"
        ".option pop\n");

static void fill(struct float_registers *registers, uint64_t seed)
{
    for (unsigned i = 0; i < 32; i++) {
        registers->f[i] = 0x3ff0000000000000 | seed << 16 | i;
    }
    registers->fcsr = (seed % 4) << 5 | (seed & 31);
}

static void hold(uint32_t seed, long number, uint64_t argument)
{
    struct float_registers in, out;

    fill(&in, seed);
    memset(&out, 0, sizeof(out));
    float_hold(&in, &out, number, argument);
    CHECK(memcmp(&in, &out, sizeof(in)) == 0);
}

static void check_zero(void)
{
    struct float_registers registers;

    float_store(&registers);
    for (unsigned i = 0; i < 32; i++) {
        CHECK_EQUAL(registers.f[i], 0);
    }
    CHECK_EQUAL(registers.fcsr, 0);
}

/* ---- Cases ---- */

static const struct register_set set = { check_zero, hold, NULL };

static void starts_zero(uint64_t hart)
{
    registers_start_zero(&set, hart);
}

static void many_hold(uint64_t argument)
{
    (void)argument;
    registers_many_hold(&set);
}

static void change_all(int signal, struct signal_frame *frame)
{
    (void)signal;
    shared->flags[0]++;
    shared->flags[1] = (uint32_t)frame->fp_state;
    hold(1000, SYS_yield, 0);
}

/* A signal's handler has registers of its own, so to say. */
static void across_signal(uint64_t argument)
{
    struct float_registers registers;
    int self = (int)MUST(process_self());

    (void)argument;
    MUST(signal_handle(SIGNAL_USR1, change_all, 0, 0));
    MUST(process_kill(self, SIGNAL_USR1)); /* before we use any */
    CHECK(shared->flags[0] == 1 && shared->flags[1] == 0);
    float_store(&registers); /* only the handler has: they are zero again */
    for (unsigned i = 0; i < 32; i++) {
        CHECK_EQUAL(registers.f[i], 0);
    }
    for (unsigned i = 2; i < 20; i++) {
        struct float_registers in, out;

        fill(&in, i);
        float_hold(&in, &out, SYS_yield, 0);
        MUST(process_kill(self, SIGNAL_USR1));
        CHECK(shared->flags[0] == i && shared->flags[1] == 1);
        float_store(&out);
        CHECK(memcmp(&in, &out, sizeof(in)) == 0);
    }
}

/* The program; it says something itself, which is no line of ours. */
static void program(uint64_t argument)
{
    const struct process_options options = { NULL, 0, PROCESS_DEFAULT_PRIORITY, 0 };
    int process = (int)MUST(process_start((const char *const[]){ "float", NULL }, &options));

    (void)argument;
    CHECK_EQUAL(process_finish(process), 0);
}

const struct test_case float_cases[] = {
    SAME_AND_CROSS("float-starts-zero", starts_zero),
    CASE("float-many-hold", many_hold),
    CASE("float-across-signal", across_signal),
    CASE("float-program", program),
    END_OF_CASES,
};
