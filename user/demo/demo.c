// SPDX-License-Identifier: MIT
/*
 * The demonstration, and its receiving side; the sending side is sender.c. Prints one part after
 * the other; the exit status is 0 when everything that was to arrive has arrived.
 */
#include <errno.h>
#include <stdio.h>

#include "demo/demo.h"
#include "lib/uintr.h"

static volatile unsigned requests;
static volatile uint64_t last_vectors;
static volatile int answer_index = -1; /* for uipi.send; -1: don't answer */
static uint64_t handler_cost[RUNNING_ROUNDS];
static int sender_hart = 1;
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
        printf("[receiver] %s failed: error %d\n", what, errno);
        exit_program(1);
    }
    return result;
}

static int start_sender(const char *mode, int handle)
{
    char command[32];
    int pid;

    snprintf(command, sizeof(command), "sender %s %d", mode, handle);
    pid = spawn(command, (unsigned)sender_hart);
    if (pid < 0 && errno == EINVAL && sender_hart != 0) { /* only one hart */
        sender_hart = 0;
        pid = spawn(command, 0);
    }
    return must(pid, "spawn");
}

static void part_one(int handle)
{
    int pid, result;

    printf("\n1. The receiver registers a handler, the sender interrupts it.\n");
    printf("[receiver] hart %d: handler registered, handle made for vector %d, sender started\n",
           get_cpu(), REQUEST_VECTOR);
    pid = start_sender("once", handle);
    WAIT_UNTIL(requests == 1);
    printf("[receiver] hart %d: interrupted in user mode, pending vectors %#lx\n", get_cpu(),
           last_vectors);
    result = wait_process(pid);
    printf("[receiver] uipi.send returned %d: %s\n", result,
           result == UIPI_DELIVERED ? "posted to a running receiver"
                                    : "posted to a receiver that was not running");
    expect(result == (sender_hart ? UIPI_DELIVERED : UIPI_POSTED), "what uipi.send returned");
    expect(last_vectors == 1ul << REQUEST_VECTOR, "the vector");
}

/* Gets the sender's handle for answers and says "go" through it. */
static void connect_back(void)
{
    answer_index =
        must(uintr_register_sender(must(take_handle(), "take_handle"), 0), "uintr_register_sender");
    requests = 0;
    uipi_send((uint64_t)answer_index);
}

static void part_two(int handle, uint64_t entry_and_exit)
{
    int pid;

    printf("\n2. The handler answers the same way: %d round trips.\n", RUNNING_ROUNDS);
    pid = start_sender("running", handle);
    connect_back();
    WAIT_UNTIL(requests == RUNNING_ROUNDS);
    expect(wait_process(pid) == 0, "the sender's count");
    printf("[receiver] hart %d: %u requests\n", get_cpu(), requests);
    if (count_works()) {
        printf("[receiver] its instructions per request: %lu into and out of the handler, "
               "%lu in it to answer\n",
               entry_and_exit, count_median(handler_cost, RUNNING_ROUNDS));
    }
}

/*
 * With interrupts off between the look at `requests` and the sleep, a request that comes in between
 * stays pending and uintr_wait() returns at once.
 */
static void sleep_until(unsigned number)
{
    uintr_disable();
    while (requests < number) {
        uintr_wait(0);
        uintr_enable();
        uintr_disable();
    }
    uintr_enable();
}

static void part_three(int handle)
{
    struct uintr_stats before, after;
    int pid, status;

    printf("\n3. The receiver sleeps in the kernel, the doorbell wakes it: %d times.\n",
           BLOCKED_ROUNDS);
    uintr_read_stats(&before);
    pid = start_sender("blocked", handle);
    connect_back();
    sleep_until(BLOCKED_ROUNDS);
    uintr_read_stats(&after);
    must(uintr_unregister_handler(0), "uintr_unregister_handler");
    answer_index = -1;
    must(give_handle(pid, handle), "give_handle");
    status = wait_process(pid);
    printf("[receiver] hart %d: slept %lu times, doorbells %lu, woken by them %lu times\n",
           get_cpu(), after.slept - before.slept, after.doorbells - before.doorbells,
           after.woken - before.woken);
    expect(after.slept - before.slept == BLOCKED_ROUNDS, "how often the receiver slept");
    expect(after.woken - before.woken == BLOCKED_ROUNDS, "how often a doorbell woke it");
    printf("\n4. The receiver has unregistered; the sender still has its table entry.\n");
    printf("[receiver] uipi.send returned %d: %s\n", status,
           status == UIPI_REFUSED ? "refused, the receiver's Tag has changed" : "not refused");
    expect(status == UIPI_REFUSED, "a send to a receiver that is gone");
}

int main(void)
{
    uint64_t entry_and_exit;
    int handle;

    count_init();
    printf("\nUser interrupts between two processes.\n");
    printf("Instruction counts: %s.\n",
           count_works() ? "exact, QEMU runs with -icount" : "none, that needs QEMU's -icount");
    entry_and_exit = count_entry_and_exit();
    must(uintr_set_handler(handle_request), "uintr_register_handler");
    handle = must(uintr_create_fd(REQUEST_VECTOR, 0), "uintr_create_fd");
    uintr_enable();
    part_one(handle);
    part_two(handle, entry_and_exit);
    part_three(handle);
    printf("\n%s\n", failures ? "Something went wrong." : "Everything arrived.");
    return failures != 0;
}
