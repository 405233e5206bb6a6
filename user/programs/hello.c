// SPDX-License-Identifier: MIT
/* The first program of docs/guide.md: a thread interrupts the main thread, without the kernel. */
#include <stdio.h>

#include "lib/thread.h"
#include "lib/uintr.h"

#define VECTOR 3 /* any number from 0 to 63: the sender's choice of what to tell */

static volatile uint64_t received;
static volatile uint64_t result;

/* Runs in the main thread, in user mode, wherever that is at the moment. */
static void handler(uint64_t vectors)
{
    received = vectors;
}

/* The other thread. An index stands for "this vector of that receiver". */
static void send(void *index)
{
    result = uipi_send(*(int *)index);
}

int main(void)
{
    struct thread sender;
    int handle, index;

    uintr_set_handler(handler, 0);            /* this thread is a receiver now */
    handle = uintr_create_fd(VECTOR, 0);      /* who has this handle may send VECTOR to it */
    index = uintr_register_sender(handle, 0); /* this process may: entry `index` of its table */
    if (index < 0 || thread_start(&sender, send, &index) < 0) {
        perror("hello");
        return 1;
    }
    UINTR_SLEEP_UNTIL(received); /* enables interrupts, blocks; the doorbell wakes us */
    thread_join(&sender);
    printf("hello: vectors %#lx arrived, uipi.send returned %lu\n", received, result);
    return received != 1ul << VECTOR;
}
