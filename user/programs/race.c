// SPDX-License-Identifier: MIT
/*
 * Looks for lost wake-ups. A receiver that goes to sleep after every request, a sender on another
 * hart that waits a changing moment before the next request, so that it meets the receiver running,
 * on its way to sleep and asleep; and a third process that takes the receiver's hart away
 * from it. One lost request or answer and the program never ends.
 *
 *   race        the receiver, starts the others
 *   race send   the sender
 *   race busy   the third
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ipc.h"
#include "lib/process.h"
#include "lib/signals.h"
#include "lib/syscall.h"
#include "lib/uintr.h"

/* The sender's handles from its start */
#define REQUEST_HANDLE  3
#define RECEIVER_HANDLE 4

#define ROUNDS          5000
#define LONGEST_PAUSE   2000

static volatile unsigned arrived;
static volatile int answer_index = -1;

/* A moment of a length that changes from call to call, at most `longest` turns of a loop. */
static void pause_a_while(unsigned longest)
{
    static unsigned state = 1;

    state = state * 1103515245 + 12345;
    for (volatile unsigned turns = (state >> 8) % longest; turns > 0; turns--) {
    }
}

static int must(int result, const char *what)
{
    if (result < 0) {
        printf("race: %s failed: %s\n", what, strerror(errno));
        exit(1);
    }
    return result;
}

static void count_and_answer(uint64_t vectors)
{
    (void)vectors;
    arrived++;
    if (answer_index >= 0) {
        uipi_send((uint64_t)answer_index);
    }
}

static int make_receiver(void)
{
    must(uintr_set_handler(count_and_answer, 0), "uintr_register_handler");
    return must(uintr_create_fd(0, 0), "uintr_create_fd");
}

static int send(void)
{
    int index = must(uintr_register_sender(REQUEST_HANDLE, 0), "uintr_register_sender");
    struct message message = { .handle = make_receiver() };

    must(ipc_call(RECEIVER_HANDLE, &message), "ipc_call");
    for (unsigned i = 0; i <= ROUNDS; i++) { /* the first that arrives only says that all is set */
        UINTR_SLEEP_UNTIL(arrived >= i + 1);
        pause_a_while(LONGEST_PAUSE);
        if (i < ROUNDS && uipi_send((uint64_t)index) == UIPI_REFUSED) {
            return 1;
        }
    }
    return 0;
}

/* Mostly gives way soon; now and then it has to be preempted. */
static void keep_busy(void)
{
    for (unsigned i = 1;; i++) {
        pause_a_while(i % 64 ? LONGEST_PAUSE : 300 * LONGEST_PAUSE);
        thread_yield();
    }
}

static int start(const char *mode, const int *handles, unsigned count, unsigned hart)
{
    struct process_options options = { handles, count, PROCESS_DEFAULT_PRIORITY, 1ul << hart };

    return must(process_start((const char *[]){ "race", mode, NULL }, &options), "process_start");
}

/* Returns when the sender can be sent to. */
static void connect_back(int endpoint)
{
    struct message message = { .handle = -1 };

    must(ipc_receive(endpoint, &message, NULL), "ipc_receive");
    answer_index = must(uintr_register_sender(message.handle, 0), "uintr_register_sender");
    message.handle = -1;
    must(ipc_reply(&message), "ipc_reply");
}

static int receive(void)
{
    struct system_info info;
    int ends[2], request = make_receiver();
    int sender, busy, status;

    must(system_info(&info), "system_info");
    must(thread_set_affinity(1), "thread_set_affinity");
    must(endpoint_pair(ends), "endpoint_pair");
    busy = start("busy", (int[]){ 0, 1, 2 }, 3, 0);
    sender =
        start("send", (int[]){ 0, 1, 2, [REQUEST_HANDLE] = request, [RECEIVER_HANDLE] = ends[1] },
              5, info.harts > 1);
    handle_close(ends[1]);
    connect_back(ends[0]);
    uipi_send((uint64_t)answer_index);
    UINTR_SLEEP_UNTIL(arrived >= ROUNDS);
    status = process_finish(sender);
    must(process_kill(busy, SIGNAL_KILL), "process_kill");
    process_finish(busy);
    if (status != 0 || arrived != ROUNDS) {
        printf("race: %u requests arrived\n", arrived);
        return 1;
    }
    printf("race: %u requests, %u answers, nothing lost\n", arrived, ROUNDS);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "send") == 0) {
        return send();
    }
    if (argc == 2) {
        keep_busy();
    }
    return receive();
}
