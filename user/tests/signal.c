// SPDX-License-Identifier: MIT
/* Signals: actions, masks, nesting. Which thread takes them: signal_thread.c; where: signal_stack.c. */
#include "lib/signals.h"

#include <string.h>

#include "lib/ecall.h"
#include "tests/test.h"

#define BIT(signal) (1ul << (signal))
#define BLOCKABLE   (0xfffffffeul & ~BIT(SIGNAL_KILL))

static volatile unsigned handled[SIGNAL_MAX + 1], order[64], handlings;
static int self;

static void note(int signal, struct signal_frame *frame)
{
    (void)frame;
    handled[signal]++;
    order[handlings++ % 64] = (unsigned)signal;
}

static void send(int signal)
{
    if (!self) {
        self = (int)MUST(process_self());
    }
    MUST(process_kill(self, signal));
}

static long action(int signal, const struct signal_action *new, struct signal_action *old)
{
    return ecall_result(ecall_3(SYS_sigaction, (uint64_t)signal, (uint64_t) new, (uint64_t)old));
}

/* ---- Actions ---- */

static void action_errors(uint64_t argument)
{
    struct signal_action good = { .handler = (uint64_t)note, .restorer = (uint64_t)note }, bad, old;

    (void)argument;
    FAILS(action(0, &good, NULL), EINVAL);
    FAILS(action(SIGNAL_MAX + 1, &good, NULL), EINVAL);
    FAILS(action(-1, &good, NULL), EINVAL);
    FAILS(action(0, NULL, &old), EINVAL);
    FAILS(action(SIGNAL_KILL, &good, NULL), EINVAL);
    FAILS(action(SIGNAL_USR1, KERNEL, NULL), EFAULT);
    FAILS(action(SIGNAL_USR1, NULL, KERNEL), EFAULT);
    FAILS(action(SIGNAL_USR1, NULL, READ_ONLY), EFAULT);
    FAILS(action(SIGNAL_USR1, &good, KERNEL), EFAULT);
    bad = good;
    bad.flags = 8;
    FAILS(action(SIGNAL_USR1, &bad, NULL), EINVAL);
    bad = good;
    bad.reserved = 1;
    FAILS(action(SIGNAL_USR1, &bad, NULL), EINVAL);
    bad = good;
    bad.handler = (uint64_t)KERNEL;
    FAILS(action(SIGNAL_USR1, &bad, NULL), EFAULT);
    bad.handler = 0x4000000000;
    FAILS(action(SIGNAL_USR1, &bad, NULL), EFAULT);
    bad = good;
    bad.restorer = (uint64_t)KERNEL;
    FAILS(action(SIGNAL_USR1, &bad, NULL), EFAULT);
    MUST(action(SIGNAL_USR1, NULL, &old)); /* none of them has set anything */
    CHECK_EQUAL(old.handler, SIGNAL_DEFAULT);
    MUST(action(SIGNAL_KILL, NULL, &old));
    CHECK_EQUAL(old.handler, SIGNAL_DEFAULT);
}

static void action_old(uint64_t argument)
{
    struct signal_action old, new = { .handler = (uint64_t)note,
                                      .restorer = 0x12344,
                                      .mask = 0x5678,
                                      .flags = SIGNAL_NODEFER | SIGNAL_RESTART };

    (void)argument;
    memset(&old, 0xff, sizeof(old));
    MUST(action(SIGNAL_MAX, &new, &old));
    CHECK(old.handler == 0 && old.restorer == 0 && old.mask == 0 && old.flags == 0);
    MUST(action(SIGNAL_MAX, &new, &new)); /* old and new may be one: it is read first */
    MUST(action(SIGNAL_MAX, NULL, &old));
    CHECK(old.handler == (uint64_t)note && old.restorer == 0x12344 && old.mask == 0x5678);
    CHECK_EQUAL(old.flags, SIGNAL_NODEFER | SIGNAL_RESTART);
    MUST(action(SIGNAL_MAX, NULL, NULL));
}

static struct signal_frame *seen_frame;
static uint64_t seen_mask;

static void look(int signal, struct signal_frame *frame)
{
    note(signal, frame);
    seen_frame = frame;
    CHECK_EQUAL(frame->signal, signal);
    seen_mask = (uint64_t)signal_set_mask(SIGNAL_BLOCK, 0);
}

/* A signal to oneself is handled before the call that sends it returns; the mask comes back. */
static void handler_runs(uint64_t argument)
{
    (void)argument;
    for (int signal = 1; signal <= SIGNAL_MAX; signal++) {
        if (signal == SIGNAL_KILL) {
            continue;
        }
        MUST(signal_handle(signal, look, 0, BIT(20) | BIT(SIGNAL_KILL)));
        for (unsigned i = 1; i <= 3; i++) {
            send(signal);
            CHECK_EQUAL(handled[signal], i);
        }
        CHECK_EQUAL((uint64_t)seen_frame % 16, 0);
        CHECK_EQUAL(seen_mask, BIT(20) | BIT(signal)); /* while it runs */
        CHECK_EQUAL(signal_set_mask(SIGNAL_BLOCK, 0), 0);
    }
    CHECK_EQUAL(handlings, 3 * (SIGNAL_MAX - 1));
}

static void ignored(uint64_t argument)
{
    (void)argument;
    MUST(signal_handle(SIGNAL_TERM, (signal_handler)SIGNAL_IGNORE, 0, 0));
    send(SIGNAL_TERM);
    send(SIGNAL_CHILD); /* by default */
    MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_TERM)));
    send(SIGNAL_TERM);
    MUST(signal_handle(SIGNAL_TERM, note, 0, 0));
    MUST(signal_set_mask(SIGNAL_UNBLOCK, BIT(SIGNAL_TERM)));
    CHECK_EQUAL(handled[SIGNAL_TERM], 0); /* an ignored one isn't kept */
    MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_TERM)));
    send(SIGNAL_TERM);
    MUST(signal_handle(SIGNAL_TERM, (signal_handler)SIGNAL_IGNORE, 0, 0)); /* drops it */
    MUST(signal_handle(SIGNAL_TERM, note, 0, 0));
    MUST(signal_set_mask(SIGNAL_UNBLOCK, BIT(SIGNAL_TERM)));
    CHECK_EQUAL(handled[SIGNAL_TERM], 0);
    send(SIGNAL_TERM);
    CHECK_EQUAL(handled[SIGNAL_TERM], 1);
}

/* A new process has none of its starter's actions and blocks nothing. */
static void check_defaults(uint64_t argument)
{
    (void)argument;
    CHECK_EQUAL(signal_set_mask(SIGNAL_BLOCK, 0), 0);
    for (int signal = 1; signal <= SIGNAL_MAX; signal++) {
        struct signal_action old;

        MUST(action(signal, NULL, &old));
        CHECK(old.handler == SIGNAL_DEFAULT && old.flags == 0 && old.mask == 0);
    }
}

static void not_inherited(uint64_t argument)
{
    MUST(signal_set_mask(SIGNAL_SETMASK, ~0ul));
    MUST(signal_handle(SIGNAL_USR1, note, SIGNAL_RESTART, ~0ul));
    MUST(signal_handle(SIGNAL_USR2, (signal_handler)SIGNAL_IGNORE, 0, 0));
    CHECK_EQUAL(peer_run(check_defaults, argument), 0);
}

/* ---- Masks ---- */

static void masks(uint64_t argument)
{
    (void)argument;
    FAILS(signal_set_mask(3, 0), EINVAL);
    FAILS(signal_set_mask(UINT32_MAX, ~0ul), EINVAL);
    CHECK_EQUAL(signal_set_mask(SIGNAL_BLOCK, BIT(3) | BIT(5)), 0);
    CHECK_EQUAL(signal_set_mask(SIGNAL_BLOCK, BIT(7)), BIT(3) | BIT(5));
    CHECK_EQUAL(signal_set_mask(SIGNAL_UNBLOCK, BIT(5) | BIT(9)), BIT(3) | BIT(5) | BIT(7));
    CHECK_EQUAL(signal_set_mask(SIGNAL_SETMASK, ~0ul), BIT(3) | BIT(7));
    CHECK_EQUAL(signal_set_mask(SIGNAL_SETMASK, 0), BLOCKABLE); /* all that there are but KILL */
    CHECK_EQUAL(signal_set_mask(SIGNAL_SETMASK, 0), 0);
}

/* Blocked, it is kept, once, until it is not. */
static void blocked(uint64_t argument)
{
    (void)argument;
    MUST(signal_handle(SIGNAL_USR1, note, 0, 0));
    MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_USR1)));
    for (unsigned i = 0; i < 5; i++) {
        send(SIGNAL_USR1);
    }
    CHECK_EQUAL(handled[SIGNAL_USR1], 0);
    MUST(signal_set_mask(SIGNAL_UNBLOCK, BIT(SIGNAL_USR1)));
    CHECK_EQUAL(handled[SIGNAL_USR1], 1);
    MUST(thread_yield());
    CHECK_EQUAL(handled[SIGNAL_USR1], 1);
}

/* Of several the lowest number comes first, when each keeps the others off. */
static void lowest_first(uint64_t argument)
{
    static const int signals[] = { 31, 2, 17, 10, 1, 30 };

    (void)argument;
    MUST(signal_set_mask(SIGNAL_SETMASK, ~0ul));
    for (unsigned i = 0; i < 6; i++) {
        MUST(signal_handle(signals[i], note, 0, ~0ul));
        send(signals[i]);
    }
    MUST(signal_set_mask(SIGNAL_SETMASK, 0));
    CHECK_EQUAL(handlings, 6);
    for (unsigned i = 1; i < 6; i++) {
        CHECK(order[i - 1] < order[i]);
    }
}

static void exit_by_signal(uint64_t argument)
{
    MUST(signal_set_mask(SIGNAL_SETMASK, ~0ul));
    send((int)argument);
    test_set(&shared->flags[0], 1);
    MUST(signal_set_mask(SIGNAL_SETMASK, 0));
    test_set(&shared->flags[1], 1);
}

/* A deadly one waits while it is blocked; KILL doesn't. */
static void deadly_blocked(uint64_t argument)
{
    (void)argument;
    CHECK_EQUAL(peer_run(exit_by_signal, SIGNAL_TERM), STATUS_SIGNAL(SIGNAL_TERM));
    CHECK(shared->flags[0] == 1 && shared->flags[1] == 0);
    test_set(&shared->flags[0], 0);
    CHECK_EQUAL(peer_run(exit_by_signal, SIGNAL_KILL), STATUS_SIGNAL(SIGNAL_KILL));
    CHECK(shared->flags[0] == 0 && shared->flags[1] == 0);
}

/* ---- Nesting ---- */

static unsigned depth, deepest;

static void send_again(int signal, struct signal_frame *frame)
{
    unsigned before = handlings;

    note(signal, frame);
    depth++;
    deepest = depth > deepest ? depth : deepest;
    if (handlings < 5) {
        send(signal);
    }
    if (deepest == 1) {
        CHECK(handlings == before + 1); /* it waits until this one has returned */
    }
    depth--;
}

static void nested_same(uint64_t flags)
{
    MUST(signal_handle(SIGNAL_USR1, send_again, (unsigned)flags, 0));
    send(SIGNAL_USR1);
    CHECK_EQUAL(handlings, 5);
    CHECK_EQUAL(deepest, flags & SIGNAL_NODEFER ? 5 : 1);
}

static void send_other(int signal, struct signal_frame *frame)
{
    note(signal, frame);
    send(SIGNAL_USR2);
    order[handlings++] = 99; /* end of this one */
}

/* Another one interrupts a handler, or waits, as the mask of the action has it. */
static void nested_other(uint64_t mask)
{
    MUST(signal_handle(SIGNAL_USR1, send_other, 0, mask));
    MUST(signal_handle(SIGNAL_USR2, note, 0, 0));
    send(SIGNAL_USR1);
    CHECK_EQUAL(handlings, 3);
    CHECK_EQUAL(order[0], SIGNAL_USR1);
    CHECK_EQUAL(order[1], mask ? 99 : SIGNAL_USR2);
    CHECK_EQUAL(order[2], mask ? SIGNAL_USR2 : 99);
}

/* ---- SYS_sigsuspend ---- */

static void suspend(uint64_t argument)
{
    (void)argument;
    MUST(signal_handle(SIGNAL_USR1, note, 0, 0));
    MUST(signal_handle(SIGNAL_USR2, note, 0, 0));
    MUST(signal_set_mask(SIGNAL_SETMASK, BIT(SIGNAL_USR1) | BIT(SIGNAL_USR2) | BIT(3)));
    send(SIGNAL_USR2);
    send(SIGNAL_USR1);
    FAILS(signal_suspend(BIT(SIGNAL_USR2)), EINTR); /* the one that is not in the mask */
    CHECK(handled[SIGNAL_USR1] == 1 && handled[SIGNAL_USR2] == 0);
    CHECK_EQUAL(signal_set_mask(SIGNAL_BLOCK, 0), BIT(SIGNAL_USR1) | BIT(SIGNAL_USR2) | BIT(3));
    FAILS(signal_suspend(0), EINTR);
    CHECK(handled[SIGNAL_USR1] == 1 && handled[SIGNAL_USR2] == 1);
    CHECK_EQUAL(signal_set_mask(SIGNAL_BLOCK, 0), BIT(SIGNAL_USR1) | BIT(SIGNAL_USR2) | BIT(3));
}

const struct test_case signal_cases[] = {
    CASE("signal-action-errors", action_errors),
    CASE("signal-action-old", action_old),
    CASE("signal-handler-runs", handler_runs),
    CASE("signal-ignored", ignored),
    CASE("signal-not-inherited", not_inherited),
    CASE("signal-masks", masks),
    CASE("signal-blocked", blocked),
    CASE("signal-lowest-first", lowest_first),
    CASE("signal-deadly-blocked", deadly_blocked),
    CASE("signal-deferred", nested_same),
    CASE_WITH("signal-nodefer", nested_same, SIGNAL_NODEFER, 0, 0),
    CASE("signal-nested", nested_other),
    CASE_WITH("signal-nested-masked", nested_other, BIT(SIGNAL_USR2), 0, 0),
    CASE("signal-suspend", suspend),
    END_OF_CASES,
};
