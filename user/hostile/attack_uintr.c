// SPDX-License-Identifier: MIT
/* Attacks by user interrupts on others: forged, revoked, stale and too many. */
#include "hostile/hostile.h"

#include <errno.h>

#include "lib/syscall.h"
#include "lib/thread.h"
#include "lib/uintr.h"

#define TABLE_ENTRIES 512
#define TAGS          65536 /* after so many owners a slot's Tag is the same again */

static volatile uint64_t seen; /* vectors that came to this thread */

static void handle(uint64_t vectors)
{
    seen |= vectors;
}

/* ---- Indices that nobody gave ---- */

static void expect_refused(uint64_t index)
{
    if (uipi_send_instruction(index) != UIPI_REFUSED || uintr_send(index) != UIPI_REFUSED) {
        wrong("uipi.send %#lx was not refused", index);
    }
}

static void forge(unsigned except)
{
    for (unsigned i = 0; i < 2 * TABLE_ENTRIES; i++) {
        if (i != except) {
            expect_refused(i);
        }
    }
    for (unsigned bit = 10; bit < 64; bit++) {
        expect_refused(1ul << bit);
        expect_refused((1ul << bit) - 1);
        expect_refused((1ul << bit) + except);
        expect_refused(-(1ul << bit) + except);
    }
}

/* Without a table, with one that has a single entry, and by handles that aren't its own. */
static int forged(unsigned unused)
{
    int index;

    (void)unused;
    forge(2 * TABLE_ENTRIES);
    EXPECT(uintr_set_handler(handle, 0) == 0);
    uintr_enable();
    for (int i = 0; i < MAX_HANDLES; i++) {
        EXPECT(uintr_register_sender(i, 0) == -1);
        EXPECT(uintr_unregister_sender(i, 0) == -1);
    }
    index = uintr_register_self(63, 0);
    EXPECT(index >= 0);
    forge((unsigned)index);
    EXPECT(seen == 0);
    EXPECT(uipi_send((uint64_t)index) == UIPI_DELIVERED && seen == 1ul << 63);
    EXPECT(uintr_unregister_sender(index, 0) == 0);
    forge(2 * TABLE_ENTRIES);
    return 0;
}

/* ---- Once allowed, then revoked ---- */

static int revoked(unsigned unused)
{
    int index = uintr_register_sender(VECTOR_HANDLE, 0);
    unsigned refused = 0;

    (void)unused;
    EXPECT(index >= 0);
    EXPECT(uipi_send((uint64_t)index) != UIPI_REFUSED);
    tell_peak(); /* the victim unregisters, and registers again */
    while (refused < 20000) {
        if (uipi_send((uint64_t)index) == UIPI_REFUSED) {
            refused++;
        } else if (refused > 0) {
            wrong("a post was accepted after %u were refused", refused);
        }
    }
    EXPECT(uintr_unregister_sender(index, 0) == 0);
    EXPECT(uintr_register_sender(VECTOR_HANDLE, 0) == -1 && errno == ESHUTDOWN);
    return 0;
}

/* ---- An entry that is kept until its Tag comes round ---- */

static int tags(unsigned unused)
{
    int index;

    (void)unused;
    EXPECT(uintr_set_handler(handle, 0) == 0);
    index = uintr_register_self(7, 0);
    EXPECT(index >= 0);
    tell_peak();
    for (unsigned i = 1; i <= TAGS + 2; i++) {
        EXPECT(uintr_unregister_handler(0) == 0);
        EXPECT(uintr_set_handler(handle, 0) == 0);
        uintr_enable();
        if (i < 5 || i > TAGS - 5 || i % 1024 == 0) {
            expect_refused((uint64_t)index);
        }
    }
    EXPECT(seen == 0);
    return 0;
}

/* ---- Storms ---- */

static int storm(unsigned unused)
{
    int index = uintr_register_sender(VECTOR_HANDLE, 0);

    (void)unused;
    EXPECT(index >= 0);
    tell_peak();
    for (;;) {
        uipi_send_instruction((uint64_t)index);
    }
}

static int doorbell_index;

/* With pauses, in which the victim falls asleep. */
static void ring(void *argument)
{
    for (uint64_t i = 0;; i++) {
        uipi_send((uint64_t)doorbell_index);
        thread_sleep((uintptr_t)argument * 1000 + i % 64 * 500);
    }
}

static int doorbells(unsigned unused)
{
    static struct thread threads[3];

    (void)unused;
    doorbell_index = uintr_register_sender(VECTOR_HANDLE, 0);
    EXPECT(doorbell_index >= 0);
    tell_peak();
    for (uintptr_t i = 0; i < 3; i++) {
        EXPECT(thread_start(&threads[i], ring, (void *)i) == 0);
    }
    ring((void *)3);
    return 1;
}

/* Through the kernel, which serves one call after the other. */
static int relayed(unsigned unused)
{
    int index = uintr_register_sender(VECTOR_HANDLE, 0);

    (void)unused;
    EXPECT(index >= 0);
    tell_peak();
    for (;;) {
        uintr_send((uint64_t)index);
    }
}

/* ---- More receivers than the device has slots ---- */

#define RECEIVERS 100

static unsigned ready; /* receivers that sleep; atomically */

static void receive(void *unused)
{
    (void)unused;
    EXPECT(uintr_set_handler(handle, 0) == 0);
    __atomic_fetch_add(&ready, 1, __ATOMIC_RELAXED);
    for (unsigned i = 0;; i++) {
        if (i % 4) {
            thread_sleep(1000000);
        } else {
            thread_yield();
        }
    }
}

static int receivers(unsigned unused)
{
    static struct thread threads[RECEIVERS];

    (void)unused;
    for (unsigned i = 0; i < RECEIVERS; i++) {
        EXPECT(thread_start(&threads[i], receive, NULL) == 0);
    }
    while (__atomic_load_n(&ready, __ATOMIC_RELAXED) < RECEIVERS) {
        thread_sleep(100000);
    }
    hold_peak();
    return 0;
}

const struct attack uintr_attacks[] = {
    {"forged-indices",   forged,    0,       0                           },
    { "revoked",         revoked,   0,       GRANT_VECTOR | GRANT_REVOKED},
    { "tags-come-round", tags,      0,       0                           },
    { "storm",           storm,     ENDLESS, GRANT_VECTOR                },
    { "doorbell-storm",  doorbells, ENDLESS, GRANT_VECTOR                },
    { "relayed-storm",   relayed,   ENDLESS, GRANT_VECTOR                },
    { "many-receivers",  receivers, 0,       0                           },
    { NULL,              NULL,      0,       0                           },
};
