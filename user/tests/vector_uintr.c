// SPDX-License-Identifier: MIT
/* Vector registers and user interrupts, whose handlers save them if they say so. */
#include "lib/uintr.h"
#include "tests/float.h"
#include "tests/test.h"
#include "tests/vector.h"

#define VECTOR   5
#define ON_STACK 4 /* beside UINTR_SAVE_... */

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

static volatile uint32_t handled;
static unsigned saved_flags;

static void change_everything(uint64_t vectors)
{
    CHECK_EQUAL(vectors, 1ul << VECTOR);
    if (saved_flags & UINTR_SAVE_FP) {
        struct float_registers in = { .f = { [0 ... 31] = handled }, .fcsr = 31 }, out;

        float_hold(&in, &out, SYS_get_hart, 0);
    }
    vector_check_hold(1000 + handled, SYS_get_hart, 0);
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
static void hold_both(const struct vector_registers *in, struct vector_registers *out, unsigned i,
                      int index)
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
    vector_check_zero();
    uintr_disable();
    MUST(uintr_unregister_sender(index, 0));
    handle = (int)MUST(uintr_create_fd(VECTOR, 0));
    index = (int)MUST(uintr_register_sender(handle, 0));
    peer = PEER(send_often, 0, hart, handle);
    MUST(handle_close(handle));
    uintr_enable();
    for (unsigned i = 0; i < 100 || handled < 150; i++) {
        struct vector_registers in, out;
        uint32_t before = handled;

        vector_fill(&in, i);
        if (saved_flags & UINTR_SAVE_FP) {
            hold_both(&in, &out, i, index);
        } else {
            vector_send(&in, &out, (uint64_t)index);
        }
        vector_check_same(&in, &out);
        CHECK(handled > before);
        vector_check_spin(i);
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

const struct test_case vector_uintr_cases[] = {
    CASE("vector-flag", flag),
    VECTOR_CASE("vector-interrupt-same", interrupted_on, 0, 0),
    VECTOR_CASE("vector-interrupt-cross", interrupted_on, 1, 2),
    VECTOR_CASE("vector-interrupt-fp", interrupted_with, UINTR_SAVE_VECTOR | UINTR_SAVE_FP, 0),
    VECTOR_CASE("vector-interrupt-stack", interrupted_with, UINTR_SAVE_VECTOR | ON_STACK, 0),
    VECTOR_CASE("vector-interrupt-fp-stack", interrupted_with,
                UINTR_SAVE_VECTOR | UINTR_SAVE_FP | ON_STACK, 0),
    END_OF_CASES,
};
