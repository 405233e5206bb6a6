// SPDX-License-Identifier: MIT
#include "tests/conform.h"

#include "lib/events.h"
#include "lib/signals.h"
#include "lib/uintr.h"

#define VECTOR 3

volatile unsigned conform_handled;
uint32_t conform_waits;

static int self, vector_index;
static struct thread interrupter;
static enum way chosen;
static unsigned from_hart;
static uint32_t stop;

static void on_signal(int signal, struct signal_frame *frame)
{
    (void)signal;
    (void)frame;
    conform_handled++;
}

static void on_vector(unsigned vector)
{
    (void)vector;
    conform_handled++;
}

void conform_interruptible(void)
{
    int handle;

    test_pin(0);
    self = (int)MUST(process_self());
    MUST(signal_handle(SIGNAL_USR1, on_signal, 0, 0));
    CHECK_EQUAL(events_start(), 0);
    events_handle(VECTOR, on_vector);
    handle = (int)MUST(uintr_create_fd(VECTOR, 0));
    vector_index = (int)MUST(uintr_register_sender(handle, 0));
    MUST(handle_close(handle));
}

static void interrupt(enum way way)
{
    if (way == BY_SIGNAL) {
        MUST(process_kill(self, SIGNAL_USR1));
    } else {
        CHECK(uipi_send((uint64_t)vector_index) != UIPI_REFUSED);
    }
}

static void once(void *unused)
{
    (void)unused;
    test_until_blocked(&conform_waits, 0);
    interrupt(chosen);
}

static void often(void *unused)
{
    uint32_t state = 9;

    (void)unused;
    while (!test_get(&stop)) {
        thread_sleep(test_random(&state) % 60000);
        interrupt(chosen == BY_EITHER ? (enum way)(test_random(&state) % 2) : chosen);
    }
}

/* The interrupter must not take the signal itself. */
static void start(void (*function)(void *), enum way way, unsigned hart)
{
    long mask = MUST(signal_set_mask(SIGNAL_BLOCK, 1ul << SIGNAL_USR1));

    chosen = way;
    from_hart = hart;
    conform_waits = stop = 0;
    test_thread(&interrupter, function, NULL, hart);
    MUST(signal_set_mask(SIGNAL_SETMASK, (uint64_t)mask));
}

void conform_interrupt_once(enum way way, unsigned hart)
{
    start(once, way, hart);
}

void conform_interrupt_often(enum way way, unsigned hart)
{
    start(often, way, hart);
}

void conform_stop(void)
{
    test_set(&stop, 1);
    thread_join(&interrupter);
}
