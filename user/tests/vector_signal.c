// SPDX-License-Identifier: MIT
/* Vector registers and signals: a handler's own, and the frame that holds the thread's. */
#include <string.h>

#include "lib/signals.h"
#include "tests/test.h"
#include "tests/vector.h"

static void change_all(int signal, struct signal_frame *frame)
{
    (void)signal;
    shared->flags[0]++;
    shared->flags[1] = frame->vector_state;
    vector_check_hold(1000, SYS_yield, 0);
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
    MUST(signal_handle(SIGNAL_USR1, change_all, 0, 0));
    send_signal(); /* before we use any */
    CHECK(shared->flags[0] == 1 && shared->flags[1] == 0);
    vector_check_zero(); /* only the handler has */
    for (unsigned i = 2; i < 20; i++) {
        struct vector_registers in, out, later;

        vector_fill(&in, i);
        in.vstart = 0;
        vector_hold(&in, &out, SYS_yield, 0);
        send_signal();
        CHECK(shared->flags[0] == i && shared->flags[1] == 1);
        vector_store(NULL, &later);
        vector_check_same(&in, &later);
    }
}

static void change_all_and_look(int signal, struct signal_frame *frame)
{
    struct vector_registers out;

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

    test_pin(0);
    MUST(signal_handle(SIGNAL_USR1, change_all_and_look, 0, 0));
    peer = PEER(send_signals, 0, hart, self);
    for (unsigned i = 0; i < 100 || shared->flags[0] < 50; i++) {
        vector_check_spin(i);
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
        memset(saved->v, 0x5a, 32 * vector_length());
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
    struct vector_registers in, out;

    (void)argument;
    MUST(signal_handle(SIGNAL_USR1, change_frame, 0, 0));
    vector_check_hold(10, SYS_yield, 0);
    change = CHANGE;
    send_signal();
    vector_store(NULL, &out);
    CHECK_EQUAL(out.vl, 3);
    CHECK_EQUAL(out.vtype, 0);
    CHECK_EQUAL(out.vcsr, 5);
    for (size_t i = 0; i < 32 * vector_length(); i++) {
        CHECK_EQUAL(out.v[i], 0x5a);
    }
    vector_fill(&in, 11);
    vector_hold(&in, &out, SYS_yield, 0);
    change = WILD;
    send_signal();
    vector_store(NULL, &out);
    CHECK_EQUAL(out.vl, 0);
    CHECK_EQUAL(out.vtype, VILL);
    CHECK(memcmp(out.v, in.v, 32 * vector_length()) == 0);
    change = NOTHING;
    send_signal();
    vector_check_zero();
}

/* A frame that has no room must not go where something else is, below the stack. */
static void use_stack(uint64_t size)
{
    MUST(signal_set_stack((char *)test_map(5 * PAGE_SIZE) + 2 * PAGE_SIZE, size));
    MUST(signal_handle(SIGNAL_USR1, change_frame, SIGNAL_ON_STACK, 0));
    vector_check_hold(10, SYS_yield, 0);
    change = NOTHING;
    send_signal();
    vector_check_zero();
}

static void signal_stack(uint64_t argument)
{
    size_t least = sizeof(struct signal_frame) + sizeof(struct signal_vector);

    (void)argument;
    least += 32 * vector_length();
    CHECK_EQUAL(peer_run(use_stack, SIGNAL_STACK_MIN),
                least > SIGNAL_STACK_MIN ? STATUS_SIGNAL(11) : 0);
    CHECK_EQUAL(peer_run(use_stack, SIGNAL_STACK_MIN + least), 0);
}

const struct test_case vector_signal_cases[] = {
    VECTOR_CASE("vector-across-signal", across_signal, 0, 0),
    VECTOR_CASE("vector-signal-anywhere-same", signal_anywhere, 0, 0),
    VECTOR_CASE("vector-signal-anywhere-cross", signal_anywhere, 1, 2),
    VECTOR_CASE("vector-signal-changes", signal_changes, 0, 0),
    VECTOR_CASE("vector-signal-stack", signal_stack, 0, 0),
    END_OF_CASES,
};
