// SPDX-License-Identifier: MIT
/*
 * The demonstration, and its receiving side; the sending side is sender.c. Prints one part after
 * the other; the exit status is 0 when everything that was to arrive has arrived.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo/demo.h"
#include "lib/ipc.h"
#include "lib/process.h"
#include "lib/uintr.h"

/* A sender that has been started, and where it calls us. */
struct sender {
    int process;
    int endpoint;
};

static volatile unsigned requests;
static volatile uint64_t last_vectors;
static volatile int answer_index = -1; /* for uipi.send; -1: don't answer */
static uint64_t handler_cost[RUNNING_ROUNDS];
static unsigned sender_hart;
static int failures;

static void handle_request(uint64_t vectors)
{
    uint64_t start = count_now();
    unsigned number = requests;

    last_vectors = vectors;
    if (answer_index >= 0) {
        uipi_send((uint64_t)answer_index);
    }
    requests = number + 1;
    if (number < RUNNING_ROUNDS) {
        handler_cost[number] = count_now() - start;
    }
}

static void expect(bool holds, const char *what)
{
    if (!holds) {
        printf("[receiver] WRONG: %s\n", what);
        failures++;
    }
}

static int must(int result, const char *what)
{
    if (result < 0) {
        printf("[receiver] %s failed: %s\n", what, strerror(errno));
        exit(1);
    }
    return result;
}

/* We on hart 0, the sender on hart 1 if there is one. */
static void choose_harts(void)
{
    struct system_info info;

    must(system_info(&info), "system_info");
    sender_hart = info.harts > 1;
    must(thread_set_affinity(1), "thread_set_affinity");
}

static struct sender start_sender(const char *mode, int request)
{
    const char *arguments[] = { "sender", mode, NULL };
    int handles[] = { 0, 1, 2, [REQUEST_HANDLE] = request, [RECEIVER_HANDLE] = -1 };
    struct process_options options = process_defaults;
    struct sender sender;
    int ends[2];

    must(endpoint_pair(ends), "endpoint_pair");
    handles[RECEIVER_HANDLE] = ends[1];
    options.handles = handles;
    options.handle_count = sizeof(handles) / sizeof(handles[0]);
    options.harts = 1ul << sender_hart;
    sender.process = must(process_start(arguments, &options), "process_start");
    sender.endpoint = ends[0];
    handle_close(ends[1]); /* the sender's alone now: if it ends, we don't wait for its call */
    return sender;
}

static int finish_sender(const struct sender *sender)
{
    handle_close(sender->endpoint);
    return must(process_finish(sender->process), "process_finish");
}

static void part_one(int request)
{
    struct sender sender;
    int result;

    printf("\n1. The receiver registers a handler, the sender interrupts it.\n");
    printf("[receiver] hart %d: handler registered, handle made for vector %d, sender started\n",
           thread_get_hart(), REQUEST_VECTOR);
    sender = start_sender("once", request);
    WAIT_UNTIL(requests == 1);
    printf("[receiver] hart %d: interrupted in user mode, pending vectors %#lx\n",
           thread_get_hart(), last_vectors);
    result = finish_sender(&sender);
    printf("[receiver] uipi.send returned %d: %s\n", result,
           result == UIPI_DELIVERED ? "posted to a running receiver"
                                    : "posted to a receiver that was not running");
    expect(result == (sender_hart ? UIPI_DELIVERED : UIPI_POSTED), "what uipi.send returned");
    expect(last_vectors == 1ul << REQUEST_VECTOR, "the vector");
}

/*
 * Gets the sender's handle for answers; the reply says "go". With interrupts off, so that the
 * kernel does not count this wait as one for a user interrupt.
 */
static void connect_back(const struct sender *sender)
{
    struct message message = { .handle = -1 };

    uintr_disable();
    must(ipc_receive(sender->endpoint, &message, NULL), "ipc_receive");
    answer_index = must(uintr_register_sender(message.handle, 0), "uintr_register_sender");
    handle_close(message.handle);
    requests = 0;
    message.handle = -1;
    must(ipc_reply(&message), "ipc_reply");
    uintr_enable();
}

static void part_two(int request, uint64_t entry_and_exit)
{
    struct sender sender;

    printf("\n2. The handler answers the same way: %d round trips.\n", RUNNING_ROUNDS);
    sender = start_sender("running", request);
    connect_back(&sender);
    WAIT_UNTIL(requests == RUNNING_ROUNDS);
    expect(finish_sender(&sender) == 0, "the sender's count");
    printf("[receiver] hart %d: %u requests\n", thread_get_hart(), requests);
    if (count_works()) {
        printf("[receiver] its instructions per request: %lu into and out of the handler, "
               "%lu in it to answer\n",
               entry_and_exit, count_median(handler_cost, RUNNING_ROUNDS));
    }
}

/* The sender calls when it has all its answers, and sends once more when we have left. */
static void leave(const struct sender *sender)
{
    struct message message = { .handle = -1 };

    must(uintr_unregister_handler(0), "uintr_unregister_handler");
    answer_index = -1;
    must(ipc_receive(sender->endpoint, &message, NULL), "ipc_receive");
    must(ipc_reply(&message), "ipc_reply");
}

static void part_three(int request)
{
    struct system_info info;
    struct uintr_stats before, after;
    struct sender sender;
    int status;

    printf("\n3. The receiver sleeps in the kernel, the doorbell wakes it: %d times.\n",
           BLOCKED_ROUNDS);
    must(system_info(&info), "system_info");
    before = info.uintr;
    sender = start_sender("blocked", request);
    connect_back(&sender);
    UINTR_SLEEP_UNTIL(requests == BLOCKED_ROUNDS);
    must(system_info(&info), "system_info");
    after = info.uintr;
    leave(&sender);
    status = finish_sender(&sender);
    printf("[receiver] hart %d: slept %lu times, doorbells %lu, woken by them %lu times\n",
           thread_get_hart(), after.slept - before.slept, after.doorbells - before.doorbells,
           after.woken - before.woken);
    expect(after.slept - before.slept == BLOCKED_ROUNDS, "how often the receiver slept");
    expect(after.woken - before.woken == BLOCKED_ROUNDS, "how often a doorbell woke it");
    printf("\n4. The receiver has unregistered; the sender still has its table entry.\n");
    printf("[receiver] uipi.send returned %d: %s\n", status,
           status == UIPI_REFUSED ? "refused, the receiver's Tag has changed" : "not refused");
    expect(status == UIPI_REFUSED, "a send to a receiver that is gone");
}

/* Without exact counts there is nothing to show. */
static void part_five(void)
{
    const char *arguments[] = { "cost", NULL };

    if (count_works()) {
        printf("\n5. Beside it, what the kernel's own ways cost (program cost):\n");
        expect(must(process_finish(must(process_start(arguments, NULL), "process_start")),
                    "process_finish") == 0,
               "the end of cost");
    }
}

int main(void)
{
    uint64_t entry_and_exit;
    int request;

    choose_harts();
    count_init();
    printf("\nUser interrupts between two processes.\n");
    printf("Instruction counts: %s.\n",
           count_works() ? "exact, QEMU runs with -icount" : "none, that needs QEMU's -icount");
    entry_and_exit = count_entry_and_exit();
    must(uintr_set_handler(handle_request, 0), "uintr_register_handler");
    request = must(uintr_create_fd(REQUEST_VECTOR, 0), "uintr_create_fd");
    uintr_enable();
    part_one(request);
    part_two(request, entry_and_exit);
    part_three(request);
    part_five();
    printf("\n%s\n", failures ? "Something went wrong." : "Everything arrived.");
    return failures != 0;
}
