// SPDX-License-Identifier: MIT
/*
 * The sending side: started by demo.c, on another hart if there is one, with the handle to send to
 * and the one to call it by.
 *
 *   sender once      sends one request; its exit status is what uipi.send returned
 *   sender running   round trips with a receiver that runs
 *   sender blocked   round trips with a receiver asleep in the kernel, then one send to it after it
 *                    has gone
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo/demo.h"
#include "lib/ipc.h"
#include "lib/uintr.h"

static volatile unsigned answers;
static uint64_t handler_cost[RUNNING_ROUNDS];
static uint64_t round_trip[RUNNING_ROUNDS];
static unsigned results[3]; /* how often uipi.send returned 0, 1, 2 */

static void handle_answer(uint64_t vectors)
{
    uint64_t start = count_now();
    unsigned number = answers;

    if (vectors == 1ul << ANSWER_VECTOR) {
        answers = number + 1;
    }
    if (number < RUNNING_ROUNDS) {
        handler_cost[number] = count_now() - start;
    }
}

static void check(long result, const char *what)
{
    if (result < 0) {
        printf("[sender]   %s failed: %s\n", what, strerror(errno));
        exit(100);
    }
}

static struct uintr_stats read_stats(void)
{
    struct system_info info;

    check(system_info(&info), "system_info");
    return info.uintr;
}

/* The receiver is asleep for the `number`th time since `before`. */
static bool receiver_sleeps(const struct uintr_stats *before, unsigned number)
{
    struct uintr_stats now = read_stats();

    return now.slept == before->slept + number && now.blocked_now == before->blocked_now + 1;
}

static void run_rounds(int request, unsigned rounds, const struct uintr_stats *before)
{
    for (unsigned i = 0; i < rounds; i++) {
        unsigned seen = answers;
        uint64_t start, result;

        if (before) {
            WAIT_UNTIL(receiver_sleeps(before, i + 1));
        }
        start = count_now();
        result = uipi_send((uint64_t)request);
        WAIT_UNTIL(answers != seen);
        round_trip[i] = count_now() - start;
        results[result <= 2 ? result : 1]++;
    }
}

static void print_results(unsigned rounds, uint64_t entry_and_exit)
{
    printf("[sender]   hart %d: %u requests, %u answers; receiver was running %u times, "
           "not running %u, gone %u\n",
           thread_get_hart(), rounds, answers, results[0], results[2], results[1]);
    if (count_works()) {
        printf("[sender]   its instructions per request: 1 to send, %lu into and out of the "
               "handler, %lu in it\n",
               entry_and_exit, count_median(handler_cost, rounds));
        printf("[sender]   from send to answer, all harts, kernel included: %lu instructions\n",
               count_median(round_trip, rounds));
    }
}

/* Calls the receiver, passing a handle or -1, and returns when it has done its part. */
static void call_receiver(int handle)
{
    struct message message = { .handle = handle };

    check(ipc_call(RECEIVER_HANDLE, &message), "ipc_call");
}

/* The receiver has unregistered when it answers; our table entry is still there. */
static int send_to_the_gone(int request)
{
    call_receiver(-1);
    return (int)uipi_send((uint64_t)request);
}

/* Interrupts are off during calls, so that the kernel doesn't count them as waits for one. */
static int exchange(int request, bool blocked)
{
    unsigned rounds = blocked ? BLOCKED_ROUNDS : RUNNING_ROUNDS;
    uint64_t entry_and_exit = count_entry_and_exit();
    struct uintr_stats before;
    int answer;

    check(uintr_set_handler(handle_answer, 0), "uintr_register_handler");
    answer = uintr_create_fd(ANSWER_VECTOR, 0);
    check(answer, "uintr_create_fd");
    before = read_stats();
    call_receiver(answer);
    uintr_enable();
    run_rounds(request, rounds, blocked ? &before : NULL);
    uintr_disable();
    print_results(rounds, entry_and_exit);
    if (answers != rounds || results[UIPI_REFUSED] != 0) {
        return 99;
    }
    return blocked ? send_to_the_gone(request) : 0;
}

int main(int argc, char **argv)
{
    int request;

    if (argc != 2) {
        printf("usage: sender once|running|blocked, started by demo\n");
        return 100;
    }
    count_init();
    request = uintr_register_sender(REQUEST_HANDLE, 0);
    check(request, "uintr_register_sender");
    if (strcmp(argv[1], "once") == 0) {
        printf("[sender]   hart %d: uipi.send, one instruction and no system call\n",
               thread_get_hart());
        return (int)uipi_send((uint64_t)request);
    }
    return exchange(request, strcmp(argv[1], "blocked") == 0);
}
