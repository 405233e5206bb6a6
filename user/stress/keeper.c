// SPDX-License-Identifier: MIT
/*
 * A thread for each seat: starts a process on it, waits for its end, settles its books, starts the
 * next.
 */
#include "stress/coordinator.h"

#include <errno.h>

#include "lib/process.h"
#include "lib/signals.h"
#include "lib/sync.h"
#include "lib/syscall.h"
#include "lib/thread.h"

static struct keeper {
    struct thread thread;
    struct mutex mutex; /* process: the keeper closes it while others may kill */
    int process;        /* -1: none */
} keepers[MAX_SEATS];

static int shared_ledger; /* constant */

/* ---- Death ---- */

/* Which of the ways to die a status is; 0: none. */
static unsigned way_of(unsigned seat, int status)
{
    switch (status) {
    case STATUS_SIGNAL(SIGNAL_KILL):
        return DIE_KILL;
    case STATUS_SIGNAL(SIGNAL_TERM):
        return DIE_TERM;
    case STATUS_FAULT(2):
    case STATUS_FAULT(12):
    case STATUS_FAULT(13):
    case STATUS_FAULT(15):
        return DIE_FAULT;
    default:
        return status == EXIT_STATUS + (int)seat ? DIE_EXIT : 0;
    }
}

static void check_status(unsigned number, int status)
{
    struct seat *seat = &ledger->seat[number];
    unsigned way = way_of(number, status);

    if (GET(ledger->failed)) {
        return; /* it has said why */
    }
    if (status == 0 && GET(ledger->stop)) {
        return;
    }
    if (!(GET(seat->announced) & way)) {
        fail("the process on seat %u ended with status %d, announced was %#x", number, status,
             seat->announced);
    }
    count(way == DIE_EXIT    ? COUNT_DIED_EXIT
          : way == DIE_FAULT ? COUNT_DIED_FAULT
                             : COUNT_DIED_SIGNAL);
}

static void end_epochs(struct seat *seat)
{
    for (enum role role = 0; role < ROLES; role++) {
        struct receiver *receiver = &seat->receivers[role];

        if (receiver->epoch) {
            SET(receiver->gone, (receiver->epoch - 1) | 1);
            SET(receiver->epoch, (receiver->epoch + 1) & ~1u);
        }
    }
}

/* It may have changed a ring and died before it woke who waits for that. */
static void wake_rings(unsigned number)
{
    for (unsigned other = 0; other < ledger->seats; other++) {
        uint32_t *bell = &ledger->seat[other].bell;

        __atomic_fetch_add(bell, 1, __ATOMIC_SEQ_CST);
        must(futex_wake(bell, 1), "futex_wake");
        must(futex_wake(&ledger->lanes[KIND_RING][number][other].received, 1), "futex_wake");
    }
}

static void bury(unsigned number, int status)
{
    struct seat *seat = &ledger->seat[number];

    check_status(number, status);
    inbox_enter_pipe(number);
    inbox_enter_queue(number);
    inbox_enter_event(number);
    for (unsigned to = 0; to < ledger->seats; to++) {
        struct sum *sum = &ledger->seat[to].sums[number];

        SET(sum->doubtful, sum->doubtful + sum->pending);
        SET(sum->pending, 0);
    }
    end_epochs(seat);
    SET(seat->announced, 0);
    SET(seat->gone, seat->generation);
    if (!GET(ledger->stop)) {
        __atomic_fetch_add(&seat->deaths, 1, __ATOMIC_RELAXED);
    }
    for (enum role role = 0; role < ROLES; role++) {
        seat->threads[role].doing = NULL;
    }
    wake_rings(number);
}

/* ---- Life ---- */

static int start(unsigned number)
{
    char digit[] = { (char)('0' + number), 0 };
    int registrar = registrar_handle(number);
    const int handles[] = { 0, 1,
                            2, [LEDGER_HANDLE] = shared_ledger, [REGISTRAR_HANDLE] = registrar };
    struct process_options options = { handles, 5, PROCESS_DEFAULT_PRIORITY, 0 };
    int process;

    SET(ledger->seat[number].generation, ledger->seat[number].generation + 1);
    process = (int)must(process_start((const char *[]){ "stress", "work", digit, NULL }, &options),
                        "spawn");
    must(handle_close(registrar), "handle_close");
    return process;
}

static void set_process(struct keeper *keeper, int process)
{
    mutex_lock(&keeper->mutex);
    if (process < 0) {
        must(handle_close(keeper->process), "handle_close");
    }
    SET(keeper->process, process);
    mutex_unlock(&keeper->mutex);
}

static void keep(void *argument)
{
    struct keeper *keeper = argument;
    unsigned number = (unsigned)(keeper - keepers);
    int status;

    while (!GET(ledger->stop)) {
        int process = start(number);

        set_process(keeper, process);
        must(process_wait(process, &status, 0), "process_wait");
        bury(number, status);
        set_process(keeper, -1);
    }
}

void keepers_start(int ledger_handle)
{
    shared_ledger = ledger_handle;
    for (unsigned i = 0; i < ledger->seats; i++) {
        keepers[i].process = -1;
        must(thread_start(&keepers[i].thread, keep, &keepers[i]), "thread_start");
    }
}

void keepers_kill(void)
{
    unsigned number = below(ledger->seats);
    struct keeper *keeper = &keepers[number];
    bool kill = one_in(2);

    mutex_lock(&keeper->mutex);
    if (keeper->process >= 0) {
        __atomic_fetch_or(&ledger->seat[number].announced, kill ? DIE_KILL : DIE_TERM,
                          __ATOMIC_RELAXED);
        if (process_kill(keeper->process, kill ? SIGNAL_KILL : SIGNAL_TERM) < 0) {
            must(errno == ESRCH ? 0 : -1, "kill");
        }
    }
    mutex_unlock(&keeper->mutex);
}

bool keepers_all_alive(void)
{
    for (unsigned i = 0; i < ledger->seats; i++) {
        if (GET(keepers[i].process) < 0 ||
            GET(ledger->seat[i].gone) == GET(ledger->seat[i].generation)) {
            return false;
        }
    }
    return true;
}

void keepers_stop(void)
{
    for (unsigned i = 0; i < ledger->seats; i++) {
        thread_join(&keepers[i].thread);
    }
}
