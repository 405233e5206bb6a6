// SPDX-License-Identifier: MIT
/*
 * Floating-point registers. This program is built without floating point, so only the assembly here touches
 * them; the program "float" does more, with a compiler's help.
 */
#include <string.h>

#include "lib/process.h"
#include "lib/signals.h"
#include "tests/float.h"
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

static void hold(uint64_t seed, long number, uint64_t argument)
{
    struct float_registers in, out;

    fill(&in, seed);
    memset(&out, 0, sizeof(out));
    float_hold(&in, &out, number, argument);
    CHECK(memcmp(&in, &out, sizeof(in)) == 0);
}

/* ---- Cases ---- */

static void check_zero(uint64_t argument)
{
    struct float_registers registers;

    (void)argument;
    float_store(&registers); /* this thread's first instruction of that kind */
    for (unsigned i = 0; i < 32; i++) {
        CHECK_EQUAL(registers.f[i], 0);
    }
    CHECK_EQUAL(registers.fcsr, 0);
    hold(7, SYS_yield, 0); /* leaves something for the next one */
}

static void check_zero_in_thread(void *unused)
{
    (void)unused;
    check_zero(0);
}

/* A thread begins with zeros and never sees what others have left in the hart. */
static void starts_zero(uint64_t hart)
{
    struct thread thread;

    test_pin((unsigned)hart);
    hold(3, SYS_yield, 0);
    for (unsigned i = 0; i < 5; i++) {
        PEER_DONE(PEER(check_zero, 0, hart, -1));
        test_thread(&thread, check_zero_in_thread, NULL, (unsigned)hart);
        thread_join(&thread);
        hold(i, SYS_sleep, 10000);
    }
}

static void hold_often(void *number)
{
    unsigned harts = test_harts();
    uint64_t self = (uintptr_t)number;

    for (unsigned i = 0; i < 25; i++) {
        hold(self * 100 + i, SYS_yield, 0);
        hold(self * 100 + i, SYS_sleep, 1000);
        if (self % 2) {
            hold(self * 100 + i, SYS_set_affinity, HART(i % harts)); /* to another hart with it */
        }
    }
}

static void hold_often_as_peer(uint64_t number)
{
    hold_often((void *)(uintptr_t)number);
}

/* Threads and processes hold their registers on all harts, and take them along. */
static void many_hold(uint64_t argument)
{
    struct thread threads[4];
    int peers[4];

    (void)argument;
    for (uintptr_t i = 0; i < 4; i++) {
        MUST(thread_start(&threads[i], hold_often, (void *)i));
        peers[i] = PEER(hold_often_as_peer, i + 10, 0, -1);
    }
    for (unsigned i = 0; i < 4; i++) {
        thread_join(&threads[i]);
        PEER_DONE(peers[i]);
    }
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
