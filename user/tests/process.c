// SPDX-License-Identifier: MIT
/* Processes by their handles: SYS_process_id, SYS_wait, SYS_kill, SYS_exit. */
#include <stdlib.h>
#include <unistd.h>

#include "lib/ecall.h"
#include "lib/process.h"
#include "lib/signals.h"
#include "tests/test.h"

static void end_at_once(uint64_t status)
{
    ecall_1(SYS_exit, status);
}

static void sleep_for_ever(uint64_t argument)
{
    (void)argument;
    test_set(&shared->flags[0], 1);
    thread_sleep(WAIT_FOREVER);
}

static int start_sleeping(void)
{
    int peer = PEER(sleep_for_ever, 0, 0, -1);

    WAIT_UNTIL(shared->flags[0]);
    return peer;
}

static void end(int peer)
{
    MUST(process_kill(peer, SIGNAL_KILL));
    CHECK_EQUAL(peer_wait(peer), STATUS_SIGNAL(SIGNAL_KILL));
}

static void ids(uint64_t argument)
{
    int self = (int)MUST(process_self()), weak = (int)MUST(handle_duplicate(self, 0, 0));
    long last = MUST(process_id(self));

    (void)argument;
    CHECK_EQUAL(process_id(weak), last); /* needs no right */
    FAILS(process_id(-1), EBADF);
    FAILS(process_id(NO_HANDLE), EBADF);
    FAILS(process_id(1), EINVAL);
    for (unsigned i = 0; i < 5; i++) {
        int peer = PEER(end_at_once, 0, 0, -1);

        CHECK(process_id(peer) > last); /* never one that was used */
        last = process_id(peer);
        PEER_DONE(peer);
    }
}

/* ---- SYS_wait ---- */

static void wait_errors(uint64_t argument)
{
    int self = (int)MUST(process_self());
    int peer = start_sleeping(), weak = (int)MUST(handle_duplicate(peer, RIGHT_WRITE, 0));
    int status = -5;

    (void)argument;
    FAILS(process_wait(NO_HANDLE, &status, 0), EBADF);
    FAILS(process_wait(1, &status, 0), EINVAL);
    FAILS(process_wait(weak, &status, WAIT_NOHANG), EACCES);
    FAILS(process_wait(peer, &status, 2), EINVAL);
    FAILS(process_wait(peer, &status, UINT32_MAX), EINVAL);
    FAILS(process_wait(self, &status, 0), EDEADLK);
    FAILS(process_wait(self, &status, WAIT_NOHANG), EDEADLK);
    FAILS(process_wait(peer, &status, WAIT_NOHANG), EAGAIN);
    FAILS(process_wait(peer, KERNEL, WAIT_NOHANG), EAGAIN); /* nothing to store yet */
    MUST(process_kill(peer, SIGNAL_KILL));
    MUST(process_wait(peer, NULL, 0));
    FAILS(process_wait(peer, KERNEL, 0), EFAULT);
    FAILS(process_wait(peer, READ_ONLY, 0), EFAULT);
    CHECK_EQUAL(status, -5);
    MUST(process_wait(peer, &status, 0)); /* as often as one likes */
    CHECK_EQUAL(status, STATUS_SIGNAL(SIGNAL_KILL));
    MUST(process_wait(peer, &status, WAIT_NOHANG));
    CHECK_EQUAL(peer_wait(peer), STATUS_SIGNAL(SIGNAL_KILL));
}

static void fault_at_null(uint64_t argument)
{
    *(volatile uint64_t *)argument = 1;
}

static void statuses(uint64_t argument)
{
    static const uint64_t statuses[] = { 0, 1, 2, 127, 128, 200, 255, 256, 257, ~0ul, 1ul << 32 };

    (void)argument;
    for (unsigned i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        CHECK_EQUAL(peer_run(end_at_once, statuses[i]), statuses[i] & 0xff);
    }
    CHECK_EQUAL(peer_run(fault_at_null, 0), STATUS_FAULT(15));
}

static int awaited;

static void wait_for_awaited(void *flag)
{
    int status;

    test_set(flag, 1);
    MUST(process_wait(awaited, &status, 0));
    CHECK_EQUAL(status, STATUS_SIGNAL(SIGNAL_TERM));
}

static void wait_for_handle(uint64_t argument)
{
    int status;

    test_set(&shared->flags[10 + argument], 1);
    MUST(process_wait(PEER_HANDLE(0), &status, 0));
    CHECK_EQUAL(status, STATUS_SIGNAL(SIGNAL_TERM));
}

/* Threads and processes wait for one process; each of them learns how it ended. */
static void several_wait(uint64_t hart)
{
    struct thread threads[3];
    uint32_t flags[3] = { 0 };
    int peers[3];

    awaited = start_sleeping();
    for (unsigned i = 0; i < 3; i++) {
        test_thread(&threads[i], wait_for_awaited, &flags[i], (unsigned)hart);
        test_until_blocked(&flags[i], (unsigned)hart);
        peers[i] = PEER(wait_for_handle, i, hart, awaited);
        test_until_blocked(&shared->flags[10 + i], (unsigned)hart);
    }
    MUST(process_kill(awaited, SIGNAL_TERM));
    for (unsigned i = 0; i < 3; i++) {
        thread_join(&threads[i]);
        PEER_DONE(peers[i]);
    }
    CHECK_EQUAL(peer_wait(awaited), STATUS_SIGNAL(SIGNAL_TERM));
}

/* ---- SYS_kill ---- */

static void kill_errors(uint64_t argument)
{
    int peer = start_sleeping(), weak = (int)MUST(handle_duplicate(peer, RIGHT_READ, 0));

    (void)argument;
    FAILS(process_kill(NO_HANDLE, 0), EBADF);
    FAILS(process_kill(-1, SIGNAL_KILL), EBADF);
    FAILS(process_kill(1, SIGNAL_KILL), EINVAL);
    FAILS(process_kill(weak, SIGNAL_KILL), EACCES);
    FAILS(process_kill(weak, 0), EACCES);
    FAILS(process_kill(peer, SIGNAL_MAX + 1), EINVAL);
    FAILS(process_kill(peer, -1), EINVAL);
    FAILS(ecall_result(ecall_2(SYS_kill, (uint64_t)peer, 1ul << 32)), EINVAL);
    MUST(process_kill(peer, 0));            /* only asks */
    MUST(process_kill(peer, SIGNAL_CHILD)); /* ignored without a handler */
    FAILS(process_wait(peer, NULL, WAIT_NOHANG), EAGAIN);
    MUST(process_kill(peer, SIGNAL_KILL));
    MUST(process_wait(peer, NULL, 0));
    FAILS(process_kill(peer, 0), ESRCH);
    FAILS(process_kill(peer, SIGNAL_KILL), ESRCH);
    CHECK_EQUAL(peer_wait(peer), STATUS_SIGNAL(SIGNAL_KILL));
}

/* Each signal but one ends a process that hasn't said otherwise. */
static void kill_default(uint64_t argument)
{
    (void)argument;
    for (int signal = 1; signal <= SIGNAL_MAX; signal++) {
        int peer;

        test_set(&shared->flags[0], 0);
        peer = start_sleeping();
        MUST(process_kill(peer, signal));
        if (signal == SIGNAL_CHILD) {
            end(peer);
        } else {
            CHECK_EQUAL(peer_wait(peer), STATUS_SIGNAL(signal));
        }
    }
}

static void spin(uint64_t argument)
{
    (void)argument;
    test_set(&shared->flags[0], 1);
    for (;;) {
        __asm__ volatile("");
    }
}

static void yield_for_ever(uint64_t argument)
{
    (void)argument;
    test_set(&shared->flags[0], 1);
    for (;;) {
        thread_yield();
    }
}

/* Running, or ready, or between: dead. */
static void kill_busy(uint64_t hart)
{
    for (unsigned i = 0; i < 4; i++) {
        int peer = PEER(i % 2 ? spin : yield_for_ever, 0, hart, -1);

        WAIT_UNTIL(shared->flags[0]);
        end(peer);
        test_set(&shared->flags[0], 0);
    }
}

/* Before its first instruction, perhaps. */
static void kill_newborn(uint64_t hart)
{
    for (unsigned i = 0; i < 20; i++) {
        end(PEER(spin, 0, hart, -1));
    }
}

static void kill_oneself(uint64_t signal)
{
    MUST(process_kill((int)MUST(process_self()), (int)signal));
    test_set(&shared->flags[1], 1); /* never comes here */
}

static void kill_self(uint64_t argument)
{
    (void)argument;
    CHECK_EQUAL(peer_run(kill_oneself, SIGNAL_KILL), STATUS_SIGNAL(SIGNAL_KILL));
    CHECK_EQUAL(peer_run(kill_oneself, SIGNAL_INT), STATUS_SIGNAL(SIGNAL_INT));
    CHECK_EQUAL(shared->flags[1], 0);
}

/* Two that kill each other, and one that is killed by many: all end, each once. */
static void kill_handle(uint64_t argument)
{
    (void)argument;
    for (;;) {
        if (process_kill(PEER_HANDLE(0), SIGNAL_KILL) < 0) {
            CHECK_EQUAL(errno, ESRCH);
            break;
        }
    }
}

static void kill_by_many(uint64_t hart)
{
    for (unsigned i = 0; i < 10; i++) {
        int victim = PEER(spin, 0, hart, -1), killers[4];

        for (unsigned k = 0; k < 4; k++) {
            killers[k] = PEER(kill_handle, 0, k % 2 ? hart : 0, victim);
        }
        CHECK_EQUAL(peer_wait(victim), STATUS_SIGNAL(SIGNAL_KILL));
        for (unsigned k = 0; k < 4; k++) {
            PEER_DONE(killers[k]);
        }
    }
}

/* ---- Orphans ---- */

static void note_and_end(uint64_t argument)
{
    (void)argument;
    WAIT_UNTIL(shared->flags[1]);
    test_set(&shared->flags[2], 1);
}

static void leave_a_child(uint64_t argument)
{
    (void)argument;
    PEER(note_and_end, 0, 0, -1);
}

/* A child goes on when its starter has ended, and goes when it ends: nobody has to wait for it. */
static void orphan(uint64_t argument)
{
    unsigned processes = test_info().processes;

    (void)argument;
    PEER_DONE(PEER(leave_a_child, 0, 0, -1));
    CHECK_EQUAL(test_info().processes, processes + 1);
    test_set(&shared->flags[1], 1);
    WAIT_UNTIL(shared->flags[2]);
    WAIT_UNTIL(test_info().processes == processes);
}

/* What is left of a process that has ended is one object, as long as somebody has a handle. */
static void ended_is_small(uint64_t argument)
{
    struct system_info before, after;
    int peer;

    (void)argument;
    PEER_DONE(PEER(end_at_once, 0, 0, -1));
    before = test_info();
    peer = PEER(end_at_once, 3, 0, -1);
    MUST(process_wait(peer, NULL, 0));
    after = test_info();
    CHECK_EQUAL(after.processes, before.processes);
    CHECK_EQUAL(after.threads, before.threads);
    CHECK_EQUAL(after.objects, before.objects + 1);
    CHECK_EQUAL(after.handles, before.handles + 1);
    CHECK(before.free_pages - after.free_pages <= 1);
    CHECK_EQUAL(peer_wait(peer), 3);
}

const struct test_case process_cases[] = {
    CASE("process-id", ids),
    CASE("process-orphan", orphan),
    CASE("process-ended-is-small", ended_is_small),
    CASE("wait-errors", wait_errors),
    CASE("wait-status", statuses),
    SAME_AND_CROSS("wait-several", several_wait),
    CASE("kill-errors", kill_errors),
    CASE("kill-default", kill_default),
    SAME_AND_CROSS("kill-busy", kill_busy),
    SAME_AND_CROSS("kill-newborn", kill_newborn),
    CASE("kill-self", kill_self),
    SAME_AND_CROSS("kill-by-many", kill_by_many),
    END_OF_CASES,
};
