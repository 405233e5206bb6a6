// SPDX-License-Identifier: MIT
/* Operations of the main thread on its own process. */
#include "stress/worker.h"

#include <errno.h>

#include "lib/signals.h"
#include "lib/sync.h"
#include "lib/syscall.h"
#include "lib/thread.h"
#include "lib/uintr.h"

#define PAGE_SIZE      4096
#define MOST_HELPERS   3
#define OWN_VECTOR     17
#define MOST_MAPPED    8 /* pages */
#define HELPER_NUMBERS 20
#define MOST_POSTS     100
#define LONGEST_DELAY  300    /* turns of a loop */
#define POLL           100000 /* nanoseconds */

static void begin_helper(void)
{
    own_role = ROLE_MAIN; /* its books; it does nothing with them */
    chance_seed(ledger->seed, (uint64_t)own_number << 8 | ROLES, own->generation + own->operations);
}

/* ---- Threads that come and go ---- */

static struct {
    struct mutex mutex;
    struct condition changed;
    unsigned finished, sum;
} shared;

static void add_numbers(void *unused)
{
    (void)unused;
    begin_helper();
    for (unsigned i = 1; i <= HELPER_NUMBERS; i++) {
        mutex_lock(&shared.mutex);
        shared.sum += i;
        mutex_unlock(&shared.mutex);
        maybe_die(5000);
    }
    pause_somehow();
    mutex_lock(&shared.mutex);
    shared.finished++;
    condition_signal(&shared.changed);
    mutex_unlock(&shared.mutex);
}

void use_threads(unsigned to)
{
    struct thread threads[MOST_HELPERS];
    unsigned number = 1 + below(MOST_HELPERS);

    (void)to;
    shared.finished = shared.sum = 0;
    for (unsigned i = 0; i < number; i++) {
        must(thread_start(&threads[i], add_numbers, NULL), "thread_start");
    }
    mutex_lock(&shared.mutex);
    while (shared.finished < number) {
        condition_wait(&shared.changed, &shared.mutex);
    }
    mutex_unlock(&shared.mutex);
    for (unsigned i = 0; i < number; i++) {
        thread_join(&threads[i]);
    }
    if (shared.sum != number * HELPER_NUMBERS * (HELPER_NUMBERS + 1) / 2) {
        fail("%u threads counted to %u", number, shared.sum);
    }
    count(COUNT_THREADS);
}

/* ---- Memory ---- */

static bool is_zero(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i]) {
            return false;
        }
    }
    return true;
}

void use_memory(unsigned to)
{
    size_t size = PAGE_SIZE * (1 + below(MOST_MAPPED));
    int memory = one_in(2) ? -1 : (int)must(memory_create(size), "memory_create");
    uint8_t *bytes = memory_map(NULL, size, MAP_READ | MAP_WRITE, memory);
    uint8_t *again = NULL;

    must(bytes ? 0 : -1, "memory_map");
    if (!is_zero(bytes, size)) {
        fail("new memory is not zero");
    }
    fill(bytes, size, to);
    if (memory >= 0) {
        again = memory_map(NULL, size, MAP_READ, memory);
        must(again ? 0 : -1, "memory_map");
        must(handle_close(memory), "handle_close");
        if (!is_filled(again, size, to)) {
            fail("a second mapping of shared memory has other contents");
        }
    }
    pause_somehow();
    if (!is_filled(bytes, size, to)) {
        fail("somebody else has written to memory here");
    }
    must(memory_unmap(bytes, size), "memory_unmap");
    if (again) {
        must(memory_unmap(again, size), "memory_unmap");
    }
    count(COUNT_MAPPINGS);
}

/* ---- Sleeping until another thread wakes this one ---- */

static volatile unsigned arrived;
static int own_index;

static void on_own_vector(uint64_t vectors)
{
    if (vectors != 1ul << OWN_VECTOR) {
        fail("vectors %#lx came to the main thread", vectors);
    }
    arrived++;
    handler_dies();
}

/*
 * Each post comes a changing moment after the last one has arrived, so that it meets the main thread running,
 * asleep, and in between.
 */
static void post_own_vector(void *argument)
{
    unsigned posts = *(unsigned *)argument;

    begin_helper();
    must(thread_set_affinity((1ul << ledger->harts) - 1), "thread_set_affinity");
    for (unsigned i = 1; i <= posts; i++) {
        for (volatile unsigned turns = below(LONGEST_DELAY); turns > 0; turns--) {
        }
        if (uipi_send((uint64_t)own_index) == UIPI_REFUSED) {
            fail("a post to the own process was refused");
        }
        for (unsigned turns = 0; arrived < i; turns++) {
            if (turns > LONGEST_DELAY) {
                thread_sleep(100000); /* long enough for a lower priority to get somewhere */
            }
        }
        maybe_die(10000);
    }
}

void sleep_until_posted(unsigned to)
{
    unsigned posts = 1 + below(MOST_POSTS);
    struct thread helper;

    (void)to;
    arrived = 0;
    must(uintr_set_handler(on_own_vector, 0), "uintr_register_handler");
    own_index = (int)must(uintr_register_self(OWN_VECTOR, 0), "uintr_register_self");
    must(thread_start(&helper, post_own_vector, &posts), "thread_start");
    for (unsigned i = 1; i <= posts; i++) {
        UINTR_SLEEP_UNTIL(arrived >= i);
        count(COUNT_WAKE_UPS);
    }
    thread_join(&helper);
    if (arrived != posts) {
        fail("%u posts, %u interrupts", posts, arrived);
    }
    must(uintr_unregister_handler(0), "uintr_unregister_handler");
    must(uintr_unregister_sender(own_index, 0), "uintr_unregister_sender");
}

/* All other threads block the signal: who asks for it is the only one that can get it. */
static void on_own_signal(int signal, struct signal_frame *frame)
{
    (void)signal;
    (void)frame;
    arrived++;
}

static void send_own_signal(void *unused)
{
    int process = (int)must(process_self(), "process_self");

    (void)unused;
    begin_helper();
    for (unsigned turns = below(3); turns > 0; turns--) {
        pause_somehow();
    }
    must(process_kill(process, SIGNAL_USR1), "kill");
    must(handle_close(process), "handle_close");
}

void sleep_until_signalled(unsigned to)
{
    struct thread helper;
    uint64_t before;

    (void)to;
    arrived = 0;
    must(signal_handle(SIGNAL_USR1, on_own_signal, 0, 0), "sigaction");
    must(thread_start(&helper, send_own_signal, NULL), "thread_start");
    if (one_in(2)) {
        pause_somehow();
    }
    before = (uint64_t)must(signal_set_mask(SIGNAL_BLOCK, 0), "sigprocmask");
    while (!arrived) {
        signal_suspend(before & ~(1ul << SIGNAL_USR1));
    }
    thread_join(&helper);
    if (arrived != 1) {
        fail("one signal, %u handlers", arrived);
    }
    count(COUNT_SUSPENDED);
}
