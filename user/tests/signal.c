// SPDX-License-Identifier: MIT
/*
 * The actions of signals as the kernel keeps them. What they do: conform_signal.c; which thread takes them:
 * signal_thread.c; where: signal_stack.c.
 */
#include "lib/signals.h"

#include <string.h>

#include "lib/ecall.h"
#include "tests/test.h"

static void note(int signal, struct signal_frame *frame)
{
    (void)signal;
    (void)frame;
}

static long action(int signal, const struct signal_action *new, struct signal_action *old)
{
    return ecall_result(ecall_3(SYS_sigaction, (uint64_t)signal, (uint64_t) new, (uint64_t)old));
}

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

const struct test_case signal_cases[] = {
    CASE("signal-action-errors", action_errors),
    CASE("signal-action-old", action_old),
    CASE("signal-not-inherited", not_inherited),
    END_OF_CASES,
};
