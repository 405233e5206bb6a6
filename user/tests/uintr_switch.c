// SPDX-License-Identifier: MIT
/* What belongs to a receiver's thread stays with it, whoever runs on its hart in between. */
#include <stdlib.h>

#include "lib/process.h"
#include "lib/uintr.h"
#include "tests/test.h"

#define BIT(n) (1ul << (n))
#define ROUNDS 60

#define READ(number)                                                                               \
    ({                                                                                             \
        uint64_t value_;                                                                           \
        __asm__ volatile("csrr %0, " #number : "=r"(value_) : : "memory");                         \
        value_;                                                                                    \
    })
#define WRITE(number, value)                                                                       \
    __asm__ volatile("csrw " #number ", %0" : : "r"((uint64_t)(value)) : "memory")

static volatile uint64_t seen;
static volatile unsigned handlings;

static void note(uint64_t vectors)
{
    seen |= vectors;
    handlings++;
}

static int receive(unsigned vector)
{
    MUST(uintr_set_handler(note, 0));
    return (int)MUST(uintr_register_self(vector, 0));
}

/* Gives the hart away, in one of several ways. */
static void give_way(unsigned round)
{
    if (round % 3 == 0) {
        thread_yield();
    } else if (round % 3 == 1) {
        thread_sleep(1000);
    } else {
        uint32_t word = 0;

        futex_wait(&word, 0, 2000);
    }
}

/* ---- Several receivers on one hart, each with its own state ---- */

static uint64_t registers_of(unsigned number)
{
    return 0x1000 * (number + 1);
}

/* Thread or process `number` of those that take turns. */
static void keep_state(unsigned number)
{
    int index = receive(number);
    uint64_t threshold = number * 7 % 64;

    WRITE(0x040, registers_of(number)); /* uscratch */
    for (unsigned i = 0; i < ROUNDS; i++) {
        CHECK_EQUAL(uipi_thresh(threshold), i ? threshold : 0);
        uipi_write(BIT(threshold) | (threshold ? BIT(threshold - 1) : 0));
        give_way(i);
        CHECK_EQUAL(uipi_claim(), threshold);
        give_way(i + 1);
        CHECK_EQUAL(uipi_claim(), -1);
        CHECK_EQUAL(uipi_read(), threshold ? BIT(threshold - 1) : 0);
        CHECK_EQUAL(READ(0x040), registers_of(number));
        CHECK_EQUAL(seen, 0); /* interrupts are off all the time */
    }
    uipi_thresh(0);
    for (unsigned i = 1; i <= ROUNDS; i++) { /* now they are on, but it isn't active */
        uipi_deactivate();
        uintr_enable();
        uipi_send((uint64_t)index);
        give_way(i);
        CHECK_EQUAL(handlings, i - 1);
        uipi_activate();
        CHECK_EQUAL(handlings, i);
        CHECK_EQUAL(seen, BIT(number));
        uintr_disable();
        give_way(i);
        uipi_send((uint64_t)index);
        give_way(i);
        CHECK_EQUAL(uipi_read(), BIT(number));
        CHECK_EQUAL(READ(0x040), registers_of(number));
    }
    MUST(uintr_unregister_handler(0));
}

static void keep_state_as_peer(uint64_t number)
{
    keep_state((unsigned)number);
}

static void processes_keep_state(uint64_t argument)
{
    int peers[5];

    (void)argument;
    for (unsigned i = 0; i < 5; i++) {
        peers[i] = PEER(keep_state_as_peer, i, 0, -1);
    }
    for (unsigned i = 0; i < 5; i++) {
        PEER_DONE(peers[i]);
    }
}

/* The same with threads of one process: no address space changes in between. */
static _Thread_local unsigned thread_handlings;

static void note_own(uint64_t vectors)
{
    (void)vectors;
    thread_handlings++;
}

static void keep_thread_state(void *argument)
{
    unsigned number = (unsigned)(uintptr_t)argument;
    int index;

    MUST(uintr_set_handler(note_own, 0));
    index = (int)MUST(uintr_register_self(number, 0));
    WRITE(0x040, registers_of(number));
    for (unsigned i = 1; i <= ROUNDS; i++) {
        uintr_disable();
        CHECK_EQUAL(uipi_thresh(number), i > 1 ? number : 0);
        uipi_send((uint64_t)index);
        give_way(i);
        CHECK_EQUAL(thread_handlings, i - 1);
        uintr_enable();
        CHECK_EQUAL(thread_handlings, i);
        give_way(i);
        CHECK_EQUAL(READ(0x040), registers_of(number));
    }
    MUST(uintr_unregister_handler(0));
}

static void threads_keep_state(uint64_t hart)
{
    struct thread threads[5];

    for (uintptr_t i = 0; i < 5; i++) {
        test_thread(&threads[i], keep_thread_state, (void *)i, i % 2 ? (unsigned)hart : 0);
    }
    for (unsigned i = 0; i < 5; i++) {
        thread_join(&threads[i]);
    }
}

/* ---- Handlers that give the hart away ---- */

static _Thread_local volatile unsigned in_handler;

static void yield_inside(uint64_t vectors)
{
    uint64_t pc = READ(0x041); /* uepc */

    (void)vectors;
    CHECK_EQUAL(in_handler, 0);
    in_handler = 1;
    for (unsigned i = 0; i < 3; i++) {
        give_way(i);
    }
    CHECK_EQUAL(READ(0x041), pc);
    CHECK_EQUAL(READ(0x000) & 1, 0); /* ustatus.UIE */
    in_handler = 0;
    thread_handlings++;
}

static void interrupt_oneself(void *argument)
{
    unsigned number = (unsigned)(uintptr_t)argument;
    int index;

    MUST(uintr_set_handler(yield_inside, 0));
    index = (int)MUST(uintr_register_self(number, 0));
    uintr_enable();
    for (unsigned i = 1; i <= ROUNDS; i++) {
        uipi_send((uint64_t)index);
        CHECK_EQUAL(thread_handlings, i);
    }
    MUST(uintr_unregister_handler(0));
}

static void interrupt_oneself_as_peer(uint64_t number)
{
    interrupt_oneself((void *)(uintptr_t)number);
}

/* Threads and processes switch in the middle of their handlers and find their way back. */
static void switching_handlers(uint64_t hart)
{
    struct thread threads[3];
    int peers[3];

    for (uintptr_t i = 0; i < 3; i++) {
        test_thread(&threads[i], interrupt_oneself, (void *)i, i % 2 ? (unsigned)hart : 0);
        peers[i] = PEER(interrupt_oneself_as_peer, i, i % 2 ? hart : 0, -1);
    }
    for (unsigned i = 0; i < 3; i++) {
        thread_join(&threads[i]);
        PEER_DONE(peers[i]);
    }
}

/* ---- Nothing of it reaches another process ---- */

static void fill_registers(uint64_t stays)
{
    WRITE(0x005, 0x10000); /* utvec */
    WRITE(0x040, ~0ul);
    WRITE(0x041, ~0ul);
    WRITE(0x042, ~0ul);
    WRITE(0x043, ~0ul);
    WRITE(0x004, 1);
    test_set(&shared->flags[0], 1);
    while (stays && !shared->flags[1]) {
        thread_yield();
    }
}

static void check_registers(uint64_t argument)
{
    for (unsigned i = 0; i < 20; i++) {
        CHECK_EQUAL(READ(0x000) & 1, 0);
        CHECK_EQUAL(READ(0x004), 0);
        CHECK_EQUAL(READ(0x005), 0);
        CHECK_EQUAL(READ(0x040), 0);
        CHECK_EQUAL(READ(0x041), 0);
        CHECK_EQUAL(READ(0x042), 0);
        CHECK_EQUAL(READ(0x043), 0);
        CHECK_EQUAL(READ(0x044) & 1, 0);
        thread_yield();
    }
    (void)argument;
}

/* A process without a handler has the registers for itself, while it runs and after that. */
static void registers_are_private(uint64_t argument)
{
    int filling;

    (void)argument;
    PEER_DONE(PEER(fill_registers, 0, 0, -1));
    PEER_DONE(PEER(check_registers, 0, 0, -1));
    filling = PEER(fill_registers, 1, 0, -1);
    WAIT_UNTIL(shared->flags[0]);
    PEER_DONE(PEER(check_registers, 0, 0, -1));
    test_set(&shared->flags[1], 1);
    PEER_DONE(filling);
}

/* A latch that a program sets for itself stays its own, and comes back to it. */
static void set_latch(uint64_t argument)
{
    (void)argument;
    MUST(uintr_set_handler(note, 0));
    for (unsigned i = 0; i < 20; i++) {
        WRITE(0x044, 1); /* uip.USIP, with interrupts off */
        give_way(i);
        CHECK_EQUAL(READ(0x044) & 1, 1);
        WRITE(0x044, 0);
        give_way(i);
        CHECK_EQUAL(READ(0x044) & 1, 0);
    }
}

static void latch(uint64_t argument)
{
    int peers[3];

    (void)argument;
    peers[0] = PEER(set_latch, 0, 0, -1);
    peers[1] = PEER(check_registers, 0, 0, -1);
    peers[2] = PEER(set_latch, 0, 0, -1);
    for (unsigned i = 0; i < 3; i++) {
        PEER_DONE(peers[i]);
    }
}

/* Posts wait for their receiver and not for the thread that runs on the hart. */
static void compute_and_look(uint64_t argument)
{
    (void)argument;
    MUST(uintr_set_handler(note, 0));
    uintr_enable();
    test_set(&shared->flags[0], 1);
    while (!shared->flags[1]) {
        CHECK_EQUAL(handlings, 0);
    }
}

static void be_sent_to(void *index)
{
    MUST(uintr_set_handler(note, 0));
    test_set(index, (uint32_t)MUST(uintr_register_self(1, 0)) + 1);
    uintr_disable();
    while (!shared->flags[1]) {
        thread_yield();
    }
    uintr_enable();
    uintr_disable();
    MUST(uintr_unregister_handler(0));
}

static void for_the_right_one(uint64_t hart)
{
    struct thread thread;
    uint32_t index = 0;
    int peer;

    test_pin(0);
    peer = PEER(compute_and_look, 0, hart, -1);
    WAIT_UNTIL(shared->flags[0]);
    test_thread(&thread, be_sent_to, &index, (unsigned)hart);
    WAIT_UNTIL(index);
    for (unsigned i = 0; i < 100; i++) {
        CHECK(uipi_send(index - 1) != UIPI_REFUSED);
        thread_sleep(30000);
    }
    test_set(&shared->flags[1], 1);
    thread_join(&thread);
    PEER_DONE(peer);
    CHECK(handlings >= 1 && seen == 2);
}

/* ---- The kernel's books ---- */

static uint32_t begun;
static int own_index;

static void sleep_once(void *unused)
{
    (void)unused;
    own_index = receive(1);
    uintr_enable();
    test_set(&begun, 1);
    FAILS(uintr_wait(0), EINTR);
    MUST(uintr_unregister_handler(0));
}

/* A wait for user interrupts, counted: asleep, rung, woken. */
static void statistics(uint64_t hart)
{
    struct uintr_stats before = test_info().uintr, asleep, after;
    struct thread thread;

    test_thread(&thread, sleep_once, NULL, (unsigned)hart);
    test_until_blocked(&begun, (unsigned)hart);
    asleep = test_info().uintr;
    CHECK_EQUAL(asleep.blocked_now, before.blocked_now + 1);
    CHECK_EQUAL(asleep.slept, before.slept + 1);
    CHECK_EQUAL(asleep.woken, before.woken);
    CHECK_EQUAL(uipi_send((uint64_t)own_index), UIPI_POSTED);
    thread_join(&thread);
    after = test_info().uintr;
    CHECK_EQUAL(after.blocked_now, before.blocked_now);
    CHECK_EQUAL(after.doorbells, before.doorbells + 1);
    CHECK_EQUAL(after.woken, before.woken + 1);
    CHECK_EQUAL(after.relayed, before.relayed);
}

static void wait_with_pending(uint64_t argument)
{
    struct uintr_stats before, after;
    int index = receive(1);

    (void)argument;
    uipi_send((uint64_t)index);
    before = test_info().uintr;
    FAILS(uintr_wait(0), EINTR);
    after = test_info().uintr;
    CHECK_EQUAL(after.not_slept, before.not_slept + 1);
    CHECK_EQUAL(after.slept, before.slept);
    CHECK_EQUAL(uipi_read(), 2); /* still there */
}

const struct test_case uintr_switch_cases[] = {
    CASE("uintr-state-of-processes", processes_keep_state),
    SAME_AND_CROSS("uintr-state-of-threads", threads_keep_state),
    SAME_AND_CROSS("uintr-switching-handlers", switching_handlers),
    CASE("uintr-registers-private", registers_are_private),
    CASE("uintr-latch", latch),
    SAME_AND_CROSS("uintr-for-the-right-one", for_the_right_one),
    SAME_AND_CROSS("uintr-statistics", statistics),
    CASE("uintr-wait-with-pending", wait_with_pending),
    END_OF_CASES,
};
