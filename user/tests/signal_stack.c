// SPDX-License-Identifier: MIT
/*
 * The kernel's side of where signal handlers run: stacks that are none, frames, and the way back. How stacks are
 * used: conform_signal.c.
 */
#include <string.h>

#include "lib/ecall.h"
#include "lib/signals.h"
#include "tests/handler_stack.h"
#include "tests/test.h"

#define BAD_STACK STATUS_SIGNAL(11)

static char *stack;
static volatile uint64_t handler_sp, handlings;
static int self;

static void send(int signal)
{
    MUST(process_kill(self, signal));
}

static void note(int signal, struct signal_frame *frame)
{
    (void)signal;
    (void)frame;
    handlings++;
    handler_sp = stack_pointer();
}

static void prepare(void)
{
    self = (int)MUST(process_self());
    stack = test_map(STACK_SIZE);
}

/* ---- SYS_sigaltstack ---- */

static void errors(uint64_t argument)
{
    (void)argument;
    prepare();
    FAILS(signal_set_stack(stack, 1), EINVAL);
    FAILS(signal_set_stack(stack, SIGNAL_STACK_MIN - 1), EINVAL);
    FAILS(signal_set_stack(KERNEL, SIGNAL_STACK_MIN), EFAULT);
    FAILS(signal_set_stack(stack, SIZE_MAX), EFAULT);
    FAILS(signal_set_stack((void *)(0x4000000000 - PAGE_SIZE), 2 * PAGE_SIZE), EFAULT);
    MUST(signal_set_stack(stack, SIGNAL_STACK_MIN));
    MUST(signal_set_stack(stack, STACK_SIZE));
    MUST(signal_set_stack(NULL, 0));
}

static void check_no_stack(void *unused)
{
    (void)unused;
    MUST(signal_set_mask(SIGNAL_UNBLOCK, 1ul << SIGNAL_USR1));
    send(SIGNAL_USR1);
    CHECK(!is_on_stack(handler_sp, stack));
}

/* Each thread has its own, and begins without one. */
static void per_thread(uint64_t argument)
{
    struct thread thread;

    (void)argument;
    prepare();
    MUST(signal_handle(SIGNAL_USR1, note, SIGNAL_ON_STACK, 0));
    MUST(signal_set_stack(stack, STACK_SIZE));
    MUST(signal_set_mask(SIGNAL_BLOCK, 1ul << SIGNAL_USR1));
    MUST(thread_start(&thread, check_no_stack, NULL));
    thread_join(&thread);
    CHECK_EQUAL(handlings, 1);
}

/* ---- Stacks that are none ---- */

/* sp is address while the signal comes; with a good other stack or without. */
static void signal_with_sp(uint64_t address, int handle, int signal)
{
    __asm__ volatile("mv s2, sp\n"
                     "mv a0, %1\n"
                     "mv a1, %2\n"
                     "li a7, %3\n"
                     "mv sp, %0\n"
                     "ecall\n"
                     "mv sp, s2\n"
                     :
                     : "r"(address), "r"((long)handle), "r"((long)signal), "i"(SYS_kill)
                     : "s2", "a0", "a1", "a7", "memory");
}

static void use_bad_sp(uint64_t address)
{
    prepare();
    MUST(signal_handle(SIGNAL_USR1, note, 0, 0));
    signal_with_sp(address, self, SIGNAL_USR1);
    test_set(&shared->flags[0], 1);
}

static void use_bad_sp_well(uint64_t address)
{
    prepare();
    MUST(signal_handle(SIGNAL_USR1, note, SIGNAL_ON_STACK, 0));
    MUST(signal_set_stack(stack, STACK_SIZE));
    signal_with_sp(address, self, SIGNAL_USR1);
    CHECK(handlings == 1 && is_on_stack(handler_sp, stack));
}

static void use_bad_stack(uint64_t argument)
{
    (void)argument;
    prepare();
    MUST(signal_handle(SIGNAL_USR1, note, SIGNAL_ON_STACK, 0));
    MUST(signal_set_stack(stack, STACK_SIZE)); /* there, and gone when it is needed */
    MUST(memory_unmap(stack, STACK_SIZE));
    send(SIGNAL_USR1);
    test_set(&shared->flags[0], 1);
}

static void bad(uint64_t argument)
{
    static const uint64_t addresses[] = {
        0, 64, 0x10100, (uint64_t)KERNEL, 0x4000000000, (uint64_t)-16
    };

    (void)argument;
    for (unsigned i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        CHECK_EQUAL(peer_run(use_bad_sp, addresses[i]), BAD_STACK);
        CHECK_EQUAL(peer_run(use_bad_sp_well, addresses[i]), 0);
    }
    CHECK_EQUAL(peer_run(use_bad_stack, 0), BAD_STACK);
    CHECK_EQUAL(shared->flags[0], 0);
}

/* ---- The way back ---- */

static void change_frame(int signal, struct signal_frame *frame)
{
    (void)signal;
    frame->x[10 - 1] = 4321; /* a0: the call's result */
    frame->x[18 - 1] += 1;   /* s2 */
    frame->mask = 1ul << SIGNAL_USR2 | 1ul << SIGNAL_KILL;
}

/* What the handler changes in its frame holds when it returns. */
static void frame_counts(uint64_t argument)
{
    long result, saved = 0;

    (void)argument;
    prepare();
    MUST(signal_handle(SIGNAL_USR1, change_frame, 0, 0));
    __asm__ volatile("li s2, 55\n"
                     "mv a0, %2\n"
                     "li a1, %3\n"
                     "li a7, %4\n"
                     "ecall\n"
                     "mv %0, a0\n"
                     "mv %1, s2\n"
                     : "=&r"(result), "=&r"(saved)
                     : "r"((long)self), "i"(SIGNAL_USR1), "i"(SYS_kill)
                     : "s2", "a0", "a1", "a7", "memory");
    CHECK_EQUAL(result, 4321);
    CHECK_EQUAL(saved, 56);
    CHECK_EQUAL(signal_set_mask(SIGNAL_SETMASK, 0), 1ul << SIGNAL_USR2);
}

static void go_to_kernel(int signal, struct signal_frame *frame)
{
    (void)signal;
    frame->pc = (uint64_t)KERNEL;
}

static void return_to_kernel(uint64_t argument)
{
    (void)argument;
    prepare();
    MUST(signal_handle(SIGNAL_USR1, go_to_kernel, 0, 0));
    send(SIGNAL_USR1);
}

static void return_by(uint64_t address)
{
    ecall_1(SYS_sigreturn, address);
    test_set(&shared->flags[0], 1);
}

static void bad_return(uint64_t argument)
{
    static const uint64_t addresses[] = { 0,
                                          8,
                                          (uint64_t)KERNEL,
                                          0x3ffffff000,
                                          0x3ffffff000 - 16 /* only its beginning */,
                                          (uint64_t)-16 };

    (void)argument;
    for (unsigned i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        CHECK_EQUAL(peer_run(return_by, addresses[i]), BAD_STACK);
    }
    CHECK_EQUAL(peer_run(return_to_kernel, 0), STATUS_FAULT(12));
    CHECK_EQUAL(shared->flags[0], 0);
}

/* A handler at an address that isn't code dies there, of what one dies of there. */
static void handle_nowhere(uint64_t address)
{
    struct signal_action action = { .handler = address };

    prepare();
    MUST(ecall_result(ecall_3(SYS_sigaction, SIGNAL_USR1, (uint64_t)&action, 0)));
    send(SIGNAL_USR1);
}

static void bad_handler(uint64_t argument)
{
    (void)argument;
    CHECK_EQUAL(peer_run(handle_nowhere, (uint64_t)UNMAPPED), STATUS_FAULT(12));
    CHECK_EQUAL(peer_run(handle_nowhere, (uint64_t)&handlings), STATUS_FAULT(12));
}

/* Frames deep in the stack until it ends: that one doesn't get its frame. */
static void recurse(int signal, struct signal_frame *frame)
{
    note(signal, frame);
    send(signal);
}

static void recurse_for_ever(uint64_t argument)
{
    (void)argument;
    prepare();
    MUST(signal_handle(SIGNAL_USR1, recurse, SIGNAL_NODEFER, 0));
    send(SIGNAL_USR1);
}

static void stack_ends(uint64_t argument)
{
    int status = peer_run(recurse_for_ever, argument);

    CHECK(status == BAD_STACK || status == STATUS_FAULT(15));
}

const struct test_case signal_stack_cases[] = {
    CASE("signal-stack-errors", errors),     CASE("signal-stack-per-thread", per_thread),
    CASE("signal-stack-bad", bad),           CASE("signal-stack-ends", stack_ends),
    CASE("signal-frame", frame_counts),      CASE("signal-bad-return", bad_return),
    CASE("signal-bad-handler", bad_handler), END_OF_CASES,
};
