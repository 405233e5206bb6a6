// SPDX-License-Identifier: MIT
/* Signals of both kinds, to oneself: actions, masks, nesting, stacks. */
#include <string.h>

#include "lib/events.h"
#include "lib/pipe.h"
#include "lib/signals.h"
#include "lib/uintr.h"
#include "tests/conform.h"
#include "tests/handler_stack.h"

#define BIT(signal) (1ul << (signal))
#define BLOCKABLE   (0xfffffffeul & ~BIT(SIGNAL_KILL))
#define RECEIVE     0
#define SEND        1

static volatile unsigned handled[SIGNAL_MAX + 1], order[64], handlings;
static int ends[2];

static void begin(uint64_t kind)
{
    MUST(signal_open(ends, KIND(kind)));
    MUST(signal_receive(ends[RECEIVE]));
}

static void send(int signal)
{
    MUST(signal_send(ends[SEND], signal));
}

static void note(int signal, struct signal_frame *frame)
{
    (void)frame;
    handled[signal]++;
    order[handlings++ % 64] = (unsigned)signal;
}

/* ---- Errors ---- */

static void open_errors(uint64_t kind)
{
    struct system_info before = test_info(), after;

    FAILS(signal_open(ends, KIND(kind) | 1), EINVAL);
    FAILS(signal_open(ends, ~(unsigned)IPC_UINTR), EINVAL);
    for (unsigned i = 0; i < 2; i++) {
        test_fill_handles(i);
        FAILS(signal_open(ends, KIND(kind)), EMFILE);
        test_drop_handles();
    }
    after = test_info();
    CHECK(after.objects == before.objects && after.handles == before.handles);
    CHECK_EQUAL(after.free_pages, before.free_pages);
    MUST(signal_open(ends, KIND(kind)));
}

static void use_errors(uint64_t kind)
{
    int pipe[2], weak;

    begin(kind);
    MUST(signal_receive(ends[RECEIVE])); /* again: it does */
    FAILS(signal_send(ends[SEND], SIGNAL_MAX + 1), EINVAL);
    FAILS(signal_send(ends[SEND], -1), EINVAL);
    FAILS(signal_send(ends[SEND], INT32_MIN), EINVAL);
    MUST(signal_send(ends[SEND], 0));
    FAILS(signal_send(NO_HANDLE, 1), EBADF);
    FAILS(signal_send(-1, 1), EBADF);
    FAILS(signal_send(MAX_HANDLES, 1), EBADF);
    FAILS(signal_receive(NO_HANDLE), EBADF);
    FAILS(signal_receive(-1), EBADF);
    weak = (int)MUST(handle_duplicate(ends[SEND], RIGHT_TRANSFER, 0));
    FAILS(signal_send(weak, 1), EACCES);
    FAILS(signal_send(weak, 0), EACCES);
    MUST(pipe_open(pipe, KIND(kind)));
    FAILS(signal_send(pipe[SEND], 1), EINVAL);
    FAILS(signal_receive(pipe[RECEIVE]), EINVAL);
    FAILS(pipe_write(ends[SEND], "x", 1), EINVAL);
    MUST(signal_handle(SIGNAL_USR1, note, 0, 0));
    send(SIGNAL_USR1);
    CHECK_EQUAL(handled[SIGNAL_USR1], 1); /* none of them has sent anything */
    CHECK_EQUAL(handlings, 1);
    weak = (int)MUST(handle_duplicate(ends[SEND], RIGHT_ALL, 0));
    MUST(signal_send(weak, SIGNAL_USR1));
    MUST(signal_close(weak));
    send(SIGNAL_USR1); /* a copy's end is no end */
    CHECK_EQUAL(handlings, 3);
    MUST(signal_close(ends[SEND]));
    FAILS(signal_send(ends[SEND], SIGNAL_USR1), EBADF);
    FAILS(signal_close(ends[SEND]), EBADF);
}

/* ---- Actions ---- */

static struct signal_frame *seen_frame;
static uint64_t seen_mask;

static void look(int signal, struct signal_frame *frame)
{
    note(signal, frame);
    seen_frame = frame;
    CHECK(!frame || frame->signal == (uint64_t)signal);
    seen_mask = (uint64_t)signal_set_mask(SIGNAL_BLOCK, 0);
}

/* A signal to oneself is handled before the call that sends it returns; the mask comes back. */
static void handler_runs(uint64_t kind)
{
    begin(kind);
    for (int signal = 1; signal <= SIGNAL_MAX; signal++) {
        if (signal == SIGNAL_KILL) {
            continue;
        }
        MUST(signal_handle(signal, look, 0, BIT(20) | BIT(SIGNAL_KILL)));
        for (unsigned i = 1; i <= 3; i++) {
            send(signal);
            CHECK_EQUAL(handled[signal], i);
        }
        CHECK_EQUAL(seen_frame == NULL, KIND(kind) != 0); /* only the kernel has one */
        CHECK_EQUAL((uint64_t)seen_frame % 16, 0);
        CHECK_EQUAL(seen_mask, BIT(20) | BIT(signal)); /* while it runs */
        CHECK_EQUAL(signal_set_mask(SIGNAL_BLOCK, 0), 0);
    }
    CHECK_EQUAL(handlings, 3 * (SIGNAL_MAX - 1));
}

static void ignored(uint64_t kind)
{
    begin(kind);
    MUST(signal_handle(SIGNAL_TERM, (signal_handler)SIGNAL_IGNORE, 0, 0));
    send(SIGNAL_TERM);
    send(SIGNAL_CHILD); /* by default */
    MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_TERM)));
    send(SIGNAL_TERM);
    MUST(signal_handle(SIGNAL_TERM, note, 0, 0));
    MUST(signal_handle(SIGNAL_CHILD, note, 0, 0));
    MUST(signal_set_mask(SIGNAL_UNBLOCK, BIT(SIGNAL_TERM)));
    CHECK_EQUAL(handlings, 0); /* an ignored one isn't kept */
    MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_TERM)));
    send(SIGNAL_TERM);
    MUST(signal_handle(SIGNAL_TERM, (signal_handler)SIGNAL_IGNORE, 0, 0)); /* drops it */
    MUST(signal_handle(SIGNAL_TERM, note, 0, 0));
    MUST(signal_set_mask(SIGNAL_UNBLOCK, BIT(SIGNAL_TERM)));
    CHECK_EQUAL(handled[SIGNAL_TERM], 0);
    send(SIGNAL_TERM);
    send(SIGNAL_CHILD);
    CHECK(handled[SIGNAL_TERM] == 1 && handled[SIGNAL_CHILD] == 1);
}

/* Sent before anybody receives it waits, if it isn't ignored then. */
static void sent_before(uint64_t kind)
{
    MUST(signal_open(ends, KIND(kind)));
    MUST(signal_handle(SIGNAL_USR1, note, 0, 0));
    MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_USR1)));
    send(SIGNAL_USR1);
    send(SIGNAL_CHILD);
    MUST(signal_receive(ends[RECEIVE]));
    CHECK_EQUAL(handlings, 0);
    MUST(signal_set_mask(SIGNAL_UNBLOCK, BIT(SIGNAL_USR1)));
    CHECK_EQUAL(handled[SIGNAL_USR1], 1);
    CHECK_EQUAL(handlings, 1);
}

/* ---- Masks ---- */

static void masks(uint64_t kind)
{
    begin(kind);
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
static void blocked(uint64_t kind)
{
    begin(kind);
    MUST(signal_handle(SIGNAL_USR1, note, 0, 0));
    for (unsigned k = 1; k <= 3; k++) {
        MUST(signal_set_mask(SIGNAL_BLOCK, BIT(SIGNAL_USR1)));
        for (unsigned i = 0; i < k + 2; i++) {
            send(SIGNAL_USR1);
        }
        CHECK_EQUAL(handled[SIGNAL_USR1], k - 1);
        MUST(signal_set_mask(SIGNAL_UNBLOCK, BIT(SIGNAL_USR1)));
        CHECK_EQUAL(handled[SIGNAL_USR1], k);
        MUST(thread_yield());
        CHECK_EQUAL(handled[SIGNAL_USR1], k);
    }
}

/* Of several the lowest number comes first, when each keeps the others off; the last one if not. */
static void lowest_first(uint64_t kind)
{
    static const int signals[] = { 31, 2, 17, 10, 1, 30 };

    begin(kind);
    for (unsigned k = 0; k < 2; k++) {
        handlings = 0;
        MUST(signal_set_mask(SIGNAL_SETMASK, ~0ul));
        for (unsigned i = 0; i < 6; i++) {
            MUST(signal_handle(signals[i], note, 0, k ? 0 : ~0ul));
            send(signals[i]);
        }
        MUST(signal_set_mask(SIGNAL_SETMASK, 0));
        CHECK_EQUAL(handlings, 6);
        for (unsigned i = 1; i < 6; i++) {
            CHECK(k ? order[i - 1] > order[i] : order[i - 1] < order[i]);
        }
    }
}

static void exit_by_signal(uint64_t argument)
{
    begin(argument);
    MUST(signal_set_mask(SIGNAL_SETMASK, ~0ul));
    send((int)(argument & 31));
    test_set(&shared->flags[0], 1);
    MUST(signal_set_mask(SIGNAL_SETMASK, 0));
    test_set(&shared->flags[1], 1);
}

/* A deadly one waits while it is blocked; KILL doesn't. The status says what it was. */
static void deadly(uint64_t kind)
{
    for (int signal = 1; signal <= SIGNAL_MAX; signal++) {
        test_set(&shared->flags[0], 0);
        test_set(&shared->flags[1], 0);
        CHECK_EQUAL(peer_run(exit_by_signal, KIND(kind) | (unsigned)signal),
                    signal == SIGNAL_CHILD ? 0 : STATUS_SIGNAL(signal));
        CHECK_EQUAL(shared->flags[0], signal != SIGNAL_KILL);
        CHECK_EQUAL(shared->flags[1], signal == SIGNAL_CHILD);
    }
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

static void nested_same(uint64_t kind)
{
    begin(kind);
    MUST(signal_handle(SIGNAL_USR1, send_again, 0, 0));
    send(SIGNAL_USR1);
    CHECK_EQUAL(handlings, 5);
    CHECK_EQUAL(deepest, 1);
    handlings = deepest = 0;
    MUST(signal_handle(SIGNAL_USR1, send_again, SIGNAL_NODEFER, 0));
    send(SIGNAL_USR1);
    CHECK_EQUAL(handlings, 5);
    CHECK_EQUAL(deepest, 5);
}

static void send_other(int signal, struct signal_frame *frame)
{
    note(signal, frame);
    send(SIGNAL_USR2);
    order[handlings++] = 99; /* end of this one */
}

/* Another one interrupts a handler, or waits, as the mask of the action has it. */
static void nested_other(uint64_t kind)
{
    begin(kind);
    for (unsigned i = 0; i < 2; i++) {
        handlings = 0;
        MUST(signal_handle(SIGNAL_USR1, send_other, 0, i ? BIT(SIGNAL_USR2) : 0));
        MUST(signal_handle(SIGNAL_USR2, note, 0, 0));
        send(SIGNAL_USR1);
        CHECK_EQUAL(handlings, 3);
        CHECK_EQUAL(order[0], SIGNAL_USR1);
        CHECK_EQUAL(order[1], i ? 99 : SIGNAL_USR2);
        CHECK_EQUAL(order[2], i ? SIGNAL_USR2 : 99);
        CHECK_EQUAL(signal_set_mask(SIGNAL_BLOCK, 0), 0);
    }
}

static void change_mask(int signal, struct signal_frame *frame)
{
    note(signal, frame);
    if (signal == SIGNAL_USR1) {
        MUST(signal_set_mask(SIGNAL_SETMASK, BIT(5) | BIT(6)));
        send(SIGNAL_USR2);
        CHECK_EQUAL(handled[SIGNAL_USR2], 1); /* not kept off any more */
        send(5);
    }
}

/* What a handler does to the mask is over when it returns. */
static void mask_in_handler(uint64_t kind)
{
    begin(kind);
    MUST(signal_handle(SIGNAL_USR1, change_mask, 0, ~0ul));
    MUST(signal_handle(SIGNAL_USR2, change_mask, 0, 0));
    MUST(signal_handle(5, change_mask, 0, 0));
    MUST(signal_set_mask(SIGNAL_SETMASK, BIT(7)));
    MUST(signal_handle(6, change_mask, 0, 0));
    send(SIGNAL_USR1);
    MUST(process_kill((int)MUST(process_self()), 6)); /* the kernel's, whichever kind they are */
    CHECK_EQUAL(handled[6], 1);
    handlings--;
    CHECK_EQUAL(signal_set_mask(SIGNAL_BLOCK, 0), BIT(7));
    CHECK(handlings == 3 && handled[5] == 1);
    send(6);
    CHECK_EQUAL(handled[6], 2);
}

static void kill_self(int signal, struct signal_frame *frame)
{
    unsigned before = handlings;

    note(signal, frame);
    if (before == 0) {
        MUST(process_kill((int)MUST(process_self()), SIGNAL_USR1));
        CHECK_EQUAL(handlings, 1); /* kept off, and the link's, too */
        send(SIGNAL_USR1);
        CHECK_EQUAL(handlings, 1);
    }
}

/* A handler keeps off the signals of both kinds, whichever its own is. */
static void keeps_off_both(uint64_t kind)
{
    begin(kind);
    MUST(signal_handle(SIGNAL_USR1, kill_self, 0, 0));
    send(SIGNAL_USR1);
    CHECK_EQUAL(handlings, 2);
    handlings = 0;
    MUST(process_kill((int)MUST(process_self()), SIGNAL_USR1));
    CHECK(handlings == 2 || handlings == 3); /* one of each kind has been pending */
}

/* ---- signal_suspend() ---- */

static void suspend(uint64_t kind)
{
    begin(kind);
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
    send(SIGNAL_USR2); /* both at once */
    send(SIGNAL_USR1);
    FAILS(signal_suspend(0), EINTR);
    CHECK(handled[SIGNAL_USR1] == 2 && handled[SIGNAL_USR2] == 2);
    MUST(signal_handle(SIGNAL_USR1, note, 0, ~0ul)); /* one keeps the other off */
    send(SIGNAL_USR2);
    send(SIGNAL_USR1);
    FAILS(signal_suspend(0), EINTR);
    CHECK(handled[SIGNAL_USR1] == 3 && handled[SIGNAL_USR2] == 2);
    FAILS(signal_suspend(0), EINTR);
    CHECK(handled[SIGNAL_USR1] == 3 && handled[SIGNAL_USR2] == 3);
}

/* ---- Stacks ---- */

static char *stack;
static volatile uint64_t handler_sp, outer_sp;

static void note_stack(int signal, struct signal_frame *frame)
{
    note(signal, frame);
    handler_sp = stack_pointer();
    if (is_on_stack(handler_sp, stack)) {
        FAILS(signal_set_stack(NULL, 0), EPERM); /* while one is on it */
        FAILS(signal_set_stack(stack, STACK_SIZE), EPERM);
    }
    if (signal == SIGNAL_USR1) {
        outer_sp = handler_sp;
        send(SIGNAL_USR2);
    }
}

static void stacks(uint64_t kind)
{
    const size_t most = KIND(kind) ? 1500 : 2 * sizeof(struct signal_frame);

    begin(kind);
    stack = test_map(STACK_SIZE);
    MUST(signal_handle(SIGNAL_USR1, note_stack, SIGNAL_ON_STACK, 0));
    MUST(signal_handle(SIGNAL_USR2, note_stack, 0, 0));
    MUST(signal_handle(SIGNAL_TERM, note_stack, SIGNAL_ON_STACK, 0));
    send(SIGNAL_USR1); /* there is none */
    CHECK(!is_on_stack(outer_sp, stack) && !is_on_stack(handler_sp, stack));
    MUST(signal_set_stack(stack, STACK_SIZE));
    for (unsigned i = 0; i < 3; i++) {
        send(SIGNAL_TERM);
        CHECK(is_on_stack(handler_sp, stack));
        CHECK((uint64_t)stack + STACK_SIZE - handler_sp < most);
        send(SIGNAL_USR2); /* this one hasn't asked for it */
        CHECK(!is_on_stack(handler_sp, stack));
        send(SIGNAL_USR1); /* a second one goes on below the first one */
        CHECK(is_on_stack(outer_sp, stack) && is_on_stack(handler_sp, stack) &&
              handler_sp < outer_sp);
    }
    MUST(signal_handle(SIGNAL_USR2, note_stack, SIGNAL_ON_STACK, 0));
    send(SIGNAL_USR1); /* and not at the top again, if it has asked for the stack, too */
    CHECK(is_on_stack(outer_sp, stack) && is_on_stack(handler_sp, stack) && handler_sp < outer_sp);
    MUST(signal_set_stack(NULL, 0));
    send(SIGNAL_TERM);
    CHECK(!is_on_stack(handler_sp, stack));
    CHECK_EQUAL(handlings, 17);
}

const struct test_case conform_signal_cases[] = {
    ON_BOTH("conform-signal-open-errors", open_errors),
    ON_BOTH("conform-signal-use-errors", use_errors),
    ON_BOTH("conform-signal-handler-runs", handler_runs),
    ON_BOTH("conform-signal-ignored", ignored),
    ON_BOTH("conform-signal-sent-before", sent_before),
    ON_BOTH("conform-signal-masks", masks),
    ON_BOTH("conform-signal-blocked", blocked),
    ON_BOTH("conform-signal-lowest-first", lowest_first),
    ON_BOTH("conform-signal-deadly", deadly),
    ON_BOTH("conform-signal-nested-same", nested_same),
    ON_BOTH("conform-signal-nested-other", nested_other),
    ON_BOTH("conform-signal-mask-in-handler", mask_in_handler),
    ON_BOTH("conform-signal-keeps-off-both", keeps_off_both),
    ON_BOTH("conform-signal-suspend", suspend),
    ON_BOTH("conform-signal-stacks", stacks),
    END_OF_CASES,
};
