// SPDX-License-Identifier: MIT
/*
 * Vector registers, on machines that have some. This program is built without, so only the assembly
 * here touches them. vstart, vl, vtype and vcsr count as registers too.
 */
#include <string.h>

#include "lib/process.h"
#include "lib/signals.h"
#include "lib/uintr.h"
#include "tests/float.h"
#include "tests/test.h"

#define LONGEST  128 /* bytes of a register: the kernel has memory for up to so many */
#define VILL     (1ul << 63)
#define VECTOR   5
#define SPINS    20000
#define ON_STACK 4 /* beside UINTR_SAVE_... */

struct registers {
    uint64_t vstart, vl, vtype, vcsr;
    uint8_t v[32 * LONGEST]; /* as many as there are */
};

/* Load all of them; make a system call, let time pass, or send a user interrupt; store all of them. */
void vector_hold(const struct registers *in, struct registers *out, long number, uint64_t argument);
void vector_spin(const struct registers *in, struct registers *out, uint64_t turns);
void vector_send(const struct registers *in, struct registers *out, uint64_t index);
void vector_store(const struct registers *unused, struct registers *out);

__asm__(".option push\n"
        ".option arch, +v\n"
        ".macro ALL_VECTORS instruction, at\n"
        "    csrw vstart, zero\n"
        "    csrr t0, vlenb\n"
        "    slli t0, t0, 3\n"
        "    addi t1, \\at, 32\n"
        "    .irp n, 0,8,16,24\n"
        "    \\instruction v\\n, (t1)\n"
        "    add t1, t1, t0\n"
        "    .endr\n"
        ".endm\n"
        ".macro LOAD_VECTORS\n"
        "    ALL_VECTORS vl8r.v, a0\n"
        "    ld t0, 8(a0)\n"
        "    ld t1, 16(a0)\n"
        "    vsetvl zero, t0, t1\n"
        "    ld t0, 24(a0)\n"
        "    csrw vcsr, t0\n"
        "    ld t0, 0(a0)\n"
        "    csrw vstart, t0\n"
        ".endm\n"
        ".text\n"
        ".globl vector_hold\n"
        "vector_hold:\n"
        "    LOAD_VECTORS\n"
        "    mv a7, a2\n"
        "    mv a0, a3\n"
        "    ecall\n"
        "    j vector_store\n"
        ".globl vector_spin\n"
        "vector_spin:\n"
        "    LOAD_VECTORS\n"
        "1:  addi a2, a2, -1\n"
        "    bnez a2, 1b\n"
        "    j vector_store\n"
        ".globl vector_send\n"
        "vector_send:\n"
        "    LOAD_VECTORS\n"
        "    .insn r 0x7b, 6, 0, t0, a2, x0\n"
        ".globl vector_store\n"
        "vector_store:\n"
        "    csrr t0, vstart\n"
        "    sd t0, 0(a1)\n"
        "    csrr t0, vl\n"
        "    sd t0, 8(a1)\n"
        "    csrr t0, vtype\n"
        "    sd t0, 16(a1)\n"
        "    csrr t0, vcsr\n"
        "    sd t0, 24(a1)\n"
        "    ALL_VECTORS vs8r.v, a1\n"
        "    ret\n"
        ".option pop\n");

static size_t length; /* bytes of a register */

static void look_at_machine(void)
{
    length = test_info().vector_length;
    CHECK(length >= 16 && length <= LONGEST);
}

/* Elements of 8, 16, 32 and 64 bits, in 1, 2 and 8 registers, tails and masks left and not; none. */
static void fill(struct registers *registers, uint32_t seed)
{
    static const uint64_t types[] = { 0x00, 0x09, 0xd3, 0x58, VILL };
    uint64_t type = types[seed % 5];
    uint64_t most = (length << (type & 7)) >> (type >> 3 & 7);

    registers->vstart = seed % 8;
    registers->vl = type == VILL ? 0 : seed % (most + 1);
    registers->vtype = type;
    registers->vcsr = seed % 7 + 1;
    test_fill(registers->v, 32 * length, seed);
}

static void check_same(const struct registers *in, const struct registers *out)
{
    CHECK_EQUAL(out->vstart, in->vstart);
    CHECK_EQUAL(out->vl, in->vl);
    CHECK_EQUAL(out->vtype, in->vtype);
    CHECK_EQUAL(out->vcsr, in->vcsr);
    CHECK(memcmp(out->v, in->v, 32 * length) == 0);
}

static void hold(uint32_t seed, long number, uint64_t argument)
{
    struct registers in, out;

    fill(&in, seed);
    vector_hold(&in, &out, number, argument);
    check_same(&in, &out);
}

static void check_all_zero(void)
{
    struct registers out;

    vector_store(NULL, &out);
    CHECK_EQUAL(out.vstart, 0);
    CHECK_EQUAL(out.vl, 0);
    CHECK_EQUAL(out.vtype, VILL);
    CHECK_EQUAL(out.vcsr, 0);
    for (size_t i = 0; i < 32 * length; i++) {
        CHECK_EQUAL(out.v[i], 0);
    }
}

/* ---- Threads ---- */

static void check_zero(uint64_t argument)
{
    (void)argument;
    look_at_machine();
    check_all_zero(); /* this thread's first instructions of that kind */
    hold(7, SYS_yield, 0);
}

static void check_zero_in_thread(void *unused)
{
    (void)unused;
    check_zero(0);
}

/* A thread begins with zeros and never sees what others have left in the hart or in memory. */
static void starts_zero(uint64_t hart)
{
    struct thread thread;

    look_at_machine();
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
    struct registers in, out;
    unsigned harts = test_harts();
    uint32_t self = (uint32_t)(uintptr_t)number;

    for (unsigned i = 0; i < 25; i++) {
        hold(self * 100 + i, SYS_yield, 0);
        hold(self * 100 + i, SYS_sleep, 1000);
        fill(&in, self * 100 + i);
        vector_spin(&in, &out, SPINS);
        check_same(&in, &out);
        if (self % 2) {
            hold(self * 100 + i, SYS_set_affinity, HART(i % harts)); /* to another hart with it */
        }
    }
}

static void hold_often_as_peer(uint64_t number)
{
    look_at_machine();
    hold_often((void *)(uintptr_t)number);
}

/* Threads and processes hold their registers on all harts, and take them along. */
static void many_hold(uint64_t argument)
{
    struct thread threads[4];
    int peers[4];

    (void)argument;
    look_at_machine();
    for (uintptr_t i = 0; i < 4; i++) {
        MUST(thread_start(&threads[i], hold_often, (void *)i));
        peers[i] = PEER(hold_often_as_peer, i + 10, 0, -1);
    }
    for (unsigned i = 0; i < 4; i++) {
        thread_join(&threads[i]);
        PEER_DONE(peers[i]);
    }
}

/* ---- Signals ---- */

static void change_all(int signal, struct signal_frame *frame)
{
    (void)signal;
    shared->flags[0]++;
    shared->flags[1] = frame->vector_state;
    hold(1000, SYS_yield, 0);
}

static void send_signal(void)
{
    int self = (int)MUST(process_self());

    MUST(process_kill(self, SIGNAL_USR1));
    MUST(handle_close(self));
}

/* A signal's handler has registers of its own, so to say. */
static void across_signal(uint64_t argument)
{
    (void)argument;
    look_at_machine();
    MUST(signal_handle(SIGNAL_USR1, change_all, 0, 0));
    send_signal(); /* before we use any */
    CHECK(shared->flags[0] == 1 && shared->flags[1] == 0);
    check_all_zero(); /* only the handler has */
    for (unsigned i = 2; i < 20; i++) {
        struct registers in, out, later;

        fill(&in, i);
        in.vstart = 0;
        vector_hold(&in, &out, SYS_yield, 0);
        send_signal();
        CHECK(shared->flags[0] == i && shared->flags[1] == 1);
        vector_store(NULL, &later);
        check_same(&in, &later);
    }
}

static void change_all_and_look(int signal, struct signal_frame *frame)
{
    struct registers out;

    vector_store(NULL, &out);
    CHECK_EQUAL(out.vstart, 0); /* C functions may expect that */
    change_all(signal, frame);
}

static void send_signals(uint64_t argument)
{
    (void)argument;
    while (!test_get(&shared->flags[2])) {
        MUST(process_kill(PEER_HANDLE(0), SIGNAL_USR1));
        thread_sleep(200000);
    }
}

/* Between any two instructions, and with any vstart. */
static void signal_anywhere(uint64_t hart)
{
    int self = (int)MUST(process_self()), peer;

    look_at_machine();
    test_pin(0);
    MUST(signal_handle(SIGNAL_USR1, change_all_and_look, 0, 0));
    peer = PEER(send_signals, 0, hart, self);
    for (unsigned i = 0; i < 100 || shared->flags[0] < 50; i++) {
        struct registers in, out;

        fill(&in, i);
        vector_spin(&in, &out, SPINS);
        check_same(&in, &out);
    }
    test_set(&shared->flags[2], 1);
    PEER_DONE(peer);
    MUST(handle_close(self));
}

static enum { CHANGE, WILD, NOTHING } change;

static void change_frame(int signal, struct signal_frame *frame)
{
    struct signal_vector *saved = (struct signal_vector *)(frame + 1);

    (void)signal;
    switch (change) {
    case CHANGE:
        saved->vl = 3;
        saved->vtype = 0;
        saved->vcsr = 5;
        memset(saved->v, 0x5a, 32 * length);
        break;
    case WILD:
        memset(saved, 0xff, sizeof(*saved));
        break;
    case NOTHING:
        frame->vector_state = 0;
        break;
    }
}

/* What the handler makes of the frame, however wild, is what the thread goes on with. */
static void signal_changes(uint64_t argument)
{
    struct registers in, out;

    (void)argument;
    look_at_machine();
    MUST(signal_handle(SIGNAL_USR1, change_frame, 0, 0));
    hold(10, SYS_yield, 0);
    change = CHANGE;
    send_signal();
    vector_store(NULL, &out);
    CHECK_EQUAL(out.vl, 3);
    CHECK_EQUAL(out.vtype, 0);
    CHECK_EQUAL(out.vcsr, 5);
    for (size_t i = 0; i < 32 * length; i++) {
        CHECK_EQUAL(out.v[i], 0x5a);
    }
    fill(&in, 11);
    vector_hold(&in, &out, SYS_yield, 0);
    change = WILD;
    send_signal();
    vector_store(NULL, &out);
    CHECK_EQUAL(out.vl, 0);
    CHECK_EQUAL(out.vtype, VILL);
    CHECK(memcmp(out.v, in.v, 32 * length) == 0);
    change = NOTHING;
    send_signal();
    check_all_zero();
}

/* A frame that has no room must not go where something else is, below the stack. */
static void use_stack(uint64_t size)
{
    look_at_machine();
    MUST(signal_set_stack((char *)test_map(5 * PAGE_SIZE) + 2 * PAGE_SIZE, size));
    MUST(signal_handle(SIGNAL_USR1, change_frame, SIGNAL_ON_STACK, 0));
    hold(10, SYS_yield, 0);
    change = NOTHING;
    send_signal();
    check_all_zero();
}

static void signal_stack(uint64_t argument)
{
    size_t least = sizeof(struct signal_frame) + sizeof(struct signal_vector);

    (void)argument;
    look_at_machine();
    least += 32 * length;
    CHECK_EQUAL(peer_run(use_stack, SIGNAL_STACK_MIN),
                least > SIGNAL_STACK_MIN ? STATUS_SIGNAL(11) : 0);
    CHECK_EQUAL(peer_run(use_stack, SIGNAL_STACK_MIN + least), 0);
}

/* ---- User interrupts ---- */

static void do_nothing(uint64_t vectors)
{
    (void)vectors;
}

/* On machines with and without vectors. */
static void flag(uint64_t argument)
{
    static char stack[2048] __attribute__((aligned(16)));
    bool has = test_info().vector_length > 0;

    (void)argument;
    for (unsigned flags = UINTR_SAVE_VECTOR; flags <= (UINTR_SAVE_VECTOR | UINTR_SAVE_FP);
         flags++) {
        if (has) {
            MUST(uintr_set_handler(do_nothing, flags));
            FAILS(uintr_set_handler(do_nothing, flags), EBUSY);
            MUST(uintr_unregister_handler(0));
            MUST(uintr_set_handler_on_stack(do_nothing, flags, stack, sizeof(stack)));
            MUST(uintr_unregister_handler(0));
        } else {
            FAILS(uintr_set_handler(do_nothing, flags), ENOTSUP);
            FAILS(uintr_set_handler_on_stack(do_nothing, flags, stack, sizeof(stack)), ENOTSUP);
        }
        FAILS(uintr_unregister_handler(0), EINVAL);
    }
    FAILS(uintr_set_handler(do_nothing, 4), EINVAL);
}

static void store(uint64_t argument)
{
    struct registers out;

    (void)argument;
    vector_store(NULL, &out);
}

/* Without vectors their instructions are none. */
static void instructions(uint64_t argument)
{
    (void)argument;
    CHECK_EQUAL(peer_run(store, 0), test_info().vector_length > 0 ? 0 : STATUS_FAULT(2));
}

static volatile uint32_t handled;
static unsigned saved_flags;

static void change_everything(uint64_t vectors)
{
    CHECK_EQUAL(vectors, 1ul << VECTOR);
    if (saved_flags & UINTR_SAVE_FP) {
        struct float_registers in = { .f = { [0 ... 31] = handled }, .fcsr = 31 }, out;

        float_hold(&in, &out, SYS_get_hart, 0);
    }
    hold(1000 + handled, SYS_get_hart, 0);
    handled++;
}

static void send_often(uint64_t argument)
{
    int index = (int)MUST(uintr_register_sender(PEER_HANDLE(0), 0));

    (void)argument;
    while (!test_get(&shared->flags[0])) {
        CHECK(uipi_send((uint64_t)index) != UIPI_REFUSED);
        thread_sleep(50000);
    }
}

/* The handler's float_hold() also changes fs0 to fs11, which C functions must not. */
static void hold_both(const struct registers *in, struct registers *out, unsigned i, int index)
{
    struct float_registers before, after;

    for (unsigned n = 0; n < 32; n++) {
        before.f[n] = (n >= 8 && n <= 9) || (n >= 18 && n <= 27) ? handled : 100 * i + n;
    }
    before.fcsr = i % 4 << 5 | (i & 31);
    float_hold(&before, &after, SYS_get_hart, 0);
    vector_send(in, out, (uint64_t)index);
    float_store(&after);
    for (unsigned n = 0; n < 32; n++) {
        CHECK((n >= 8 && n <= 9) || (n >= 18 && n <= 27) || after.f[n] == before.f[n]);
    }
    CHECK_EQUAL(after.fcsr, before.fcsr);
}

/* By itself at one instruction, and by a peer on another hart or the same at any. */
static void interrupted(uint64_t flags, unsigned hart)
{
    static char stack[16384] __attribute__((aligned(16)));
    unsigned rounds = 0;
    int index, handle, peer;

    look_at_machine();
    test_pin(0);
    saved_flags = flags & (UINTR_SAVE_FP | UINTR_SAVE_VECTOR);
    if (flags & ON_STACK) {
        MUST(uintr_set_handler_on_stack(change_everything, saved_flags, stack, sizeof(stack)));
    } else {
        MUST(uintr_set_handler(change_everything, saved_flags));
    }
    index = (int)MUST(uintr_register_self(VECTOR, 0));
    uintr_enable();
    MUST(uipi_send((uint64_t)index)); /* before we use any */
    CHECK_EQUAL(handled, 1);
    check_all_zero();
    uintr_disable();
    MUST(uintr_unregister_sender(index, 0));
    handle = (int)MUST(uintr_create_fd(VECTOR, 0));
    index = (int)MUST(uintr_register_sender(handle, 0));
    peer = PEER(send_often, 0, hart, handle);
    MUST(handle_close(handle));
    uintr_enable();
    for (unsigned i = 0; i < 100 || handled < 150; i++) {
        struct registers in, out;
        uint32_t before = handled;

        fill(&in, i);
        if (saved_flags & UINTR_SAVE_FP) {
            hold_both(&in, &out, i, index);
        } else {
            vector_send(&in, &out, (uint64_t)index);
        }
        check_same(&in, &out);
        CHECK(handled > before);
        vector_spin(&in, &out, SPINS);
        check_same(&in, &out);
        rounds++;
    }
    uintr_disable();
    CHECK(handled > rounds); /* the peer has sent too */
    test_set(&shared->flags[0], 1);
    PEER_DONE(peer);
    MUST(uintr_unregister_handler(0));
}

static void interrupted_on(uint64_t hart)
{
    interrupted(UINTR_SAVE_VECTOR, (unsigned)hart);
}

static void interrupted_with(uint64_t flags)
{
    interrupted(flags, 0);
}

const struct test_case vector_cases[] = {
    CASE("vector-flag", flag),
    CASE("vector-instructions", instructions),
    VECTOR_CASE("vector-starts-zero-same", starts_zero, 0, 0),
    VECTOR_CASE("vector-starts-zero-cross", starts_zero, 1, 2),
    VECTOR_CASE("vector-many-hold", many_hold, 0, 0),
    VECTOR_CASE("vector-across-signal", across_signal, 0, 0),
    VECTOR_CASE("vector-signal-anywhere-same", signal_anywhere, 0, 0),
    VECTOR_CASE("vector-signal-anywhere-cross", signal_anywhere, 1, 2),
    VECTOR_CASE("vector-signal-changes", signal_changes, 0, 0),
    VECTOR_CASE("vector-signal-stack", signal_stack, 0, 0),
    VECTOR_CASE("vector-interrupt-same", interrupted_on, 0, 0),
    VECTOR_CASE("vector-interrupt-cross", interrupted_on, 1, 2),
    VECTOR_CASE("vector-interrupt-fp", interrupted_with, UINTR_SAVE_VECTOR | UINTR_SAVE_FP, 0),
    VECTOR_CASE("vector-interrupt-stack", interrupted_with, UINTR_SAVE_VECTOR | ON_STACK, 0),
    VECTOR_CASE("vector-interrupt-fp-stack", interrupted_with,
                UINTR_SAVE_VECTOR | UINTR_SAVE_FP | ON_STACK, 0),
    END_OF_CASES,
};
