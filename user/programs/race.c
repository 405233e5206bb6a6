// SPDX-License-Identifier: MIT
/*
 * Looks for lost wake-ups. A receiver that goes to sleep after every request, a sender on another
 * hart that waits a changing moment before the next request, so that it meets the receiver running,
 * on its way to sleep and asleep; and a third process that takes the receiver's hart away
 * from it. One lost request or answer and the program never ends.
 *
 *   race                  the receiver, starts the others
 *   race send HANDLE      the sender
 *   race busy             the third
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/syscall.h"
#include "lib/uintr.h"

#define ROUNDS        5000
#define LONGEST_PAUSE 2000

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
        printf("race: %s failed: error %d\n", what, errno);
        exit_program(1);
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

/* Off between the look and the sleep: what arrives in between ends uintr_wait() at once. */
static void sleep_until(unsigned number)
{
    uintr_disable();
    while (arrived < number) {
        uintr_wait(0);
        uintr_enable();
        uintr_disable();
    }
    uintr_enable();
}

static int make_receiver(void)
{
    must(uintr_set_handler(count_and_answer), "uintr_register_handler");
    return must(uintr_create_fd(0, 0), "uintr_create_fd");
}

static int send(int handle)
{
    int index = must(uintr_register_sender(handle, 0), "uintr_register_sender");

    must(give_handle(0, make_receiver()), "give_handle");
    for (unsigned i = 0; i <= ROUNDS; i++) { /* the first that arrives only says that all is set */
        sleep_until(i + 1);
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
        yield();
    }
}

static int receive(void)
{
    int handle = make_receiver();
    char command[32];
    int sender;

    must(spawn("race busy", 0), "spawn");
    snprintf(command, sizeof(command), "race send %d", handle);
    sender = spawn(command, 1);
    if (sender < 0 && errno == EINVAL) { /* only one hart */
        sender = spawn(command, 0);
    }
    must(sender, "spawn");
    answer_index =
        must(uintr_register_sender(must(take_handle(), "take_handle"), 0), "uintr_register_sender");
    uipi_send((uint64_t)answer_index);
    sleep_until(ROUNDS);
    if (wait_process(sender) != 0 || arrived != ROUNDS) {
        printf("race: %u requests arrived\n", arrived);
        return 1;
    }
    printf("race: %u requests, %u answers, nothing lost\n", arrived, ROUNDS);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "send") == 0) {
        return send(atoi(argv[2]));
    }
    if (argc == 2) {
        keep_busy();
    }
    return receive();
}
