// SPDX-License-Identifier: MIT
/* User interrupts: every vector, every result, and the operations on one's own receiver. */
#include "lib/uintr.h"

#include <string.h>

#include "lib/ipc.h"
#include "lib/process.h"
#include "tests/test.h"

#define VECTORS 64
#define BIT(n)  (1ul << (n))

static volatile uint64_t seen;
static volatile unsigned handlings;

static void note(uint64_t vectors)
{
    seen |= vectors;
    handlings++;
}

static uint64_t taken(void)
{
    uint64_t vectors = seen;

    seen = 0;
    return vectors;
}

/* A receiver with one entry for each vector: the vector is the index. */
static void receive_all(void)
{
    MUST(uintr_set_handler(note, 0));
    for (unsigned i = 0; i < VECTORS; i++) {
        CHECK_EQUAL(uintr_register_self(i, 0), i);
    }
}

/* ---- To oneself ---- */

/* Interrupted before the next instruction; the handler gets what was sent. */
static void vectors(uint64_t argument)
{
    (void)argument;
    receive_all();
    uintr_enable();
    for (unsigned i = 0; i < VECTORS; i++) {
        CHECK_EQUAL(uipi_send_instruction(i), UIPI_DELIVERED);
        CHECK_EQUAL(taken(), BIT(i));
        CHECK_EQUAL(handlings, i + 1);
    }
}

/* Those that come while interrupts are off are there afterwards, each once, all at once. */
static void collected(uint64_t argument)
{
    uint64_t expected = 0;

    (void)argument;
    receive_all();
    for (unsigned i = 0; i < VECTORS; i++) {
        unsigned vector = i * 29 % VECTORS;

        CHECK_EQUAL(uipi_send(vector), UIPI_DELIVERED);
        CHECK_EQUAL(uipi_send(vector), UIPI_DELIVERED);
        expected |= BIT(vector);
        if (i % 3 == 0) {
            CHECK_EQUAL(handlings, i / 3);
            uintr_enable();
            uintr_disable();
            CHECK_EQUAL(taken(), expected);
            expected = 0;
        }
    }
}

static void send_in_handler(uint64_t vectors)
{
    note(vectors);
    if (handlings < 10) {
        uipi_send(1); /* comes when this one has returned */
        CHECK_EQUAL(handlings, shared->flags[0] + 1);
        shared->flags[0] = handlings;
    }
}

static void from_handler(uint64_t argument)
{
    (void)argument;
    MUST(uintr_set_handler(send_in_handler, 0));
    for (unsigned i = 0; i < 2; i++) {
        MUST(uintr_register_self(i, 0));
    }
    uintr_enable();
    uipi_send(0);
    CHECK_EQUAL(handlings, 10);
    CHECK_EQUAL(seen, 3);
}

static void operations(uint64_t argument)
{
    (void)argument;
    receive_all();
    CHECK_EQUAL(uipi_read(), 0);
    uipi_write(BIT(3) | BIT(60));
    uipi_write(BIT(4));
    CHECK_EQUAL(uipi_read(), BIT(3) | BIT(4) | BIT(60));
    CHECK_EQUAL(uipi_read(), 0);
    uipi_write(BIT(7) | BIT(9) | BIT(63));
    CHECK_EQUAL(uipi_claim(), 63);
    CHECK_EQUAL(uipi_thresh(8), 0);
    CHECK_EQUAL(uipi_claim(), 9);
    CHECK_EQUAL(uipi_claim(), -1); /* 7 is below */
    CHECK_EQUAL(uipi_thresh(0), 8);
    CHECK_EQUAL(uipi_claim(), 7);
    CHECK_EQUAL(uipi_claim(), -1);
    CHECK_EQUAL(handlings, 0);
}

/* While interrupts are enabled: what must not interrupt doesn't, and does at once when it may. */
static void operations_interrupt(uint64_t argument)
{
    (void)argument;
    receive_all();
    uintr_enable();
    uipi_write(BIT(20));
    CHECK_EQUAL(taken(), BIT(20));
    uipi_thresh(32);
    CHECK_EQUAL(uipi_send(31), UIPI_DELIVERED);
    CHECK_EQUAL(taken(), 0);
    CHECK_EQUAL(uipi_send(32), UIPI_DELIVERED);
    CHECK_EQUAL(taken(), BIT(31) | BIT(32)); /* the handler reads all of them */
    CHECK_EQUAL(uipi_send(5), UIPI_DELIVERED);
    CHECK_EQUAL(taken(), 0);
    CHECK_EQUAL(uipi_thresh(5), 32);
    CHECK_EQUAL(taken(), BIT(5));
    uipi_thresh(0);
    uipi_deactivate();
    CHECK_EQUAL(uipi_send(11), UIPI_POSTED);
    CHECK_EQUAL(taken(), 0);
    uipi_activate();
    CHECK_EQUAL(taken(), BIT(11));
    CHECK_EQUAL(handlings, 4);
}

/* Who has no receiver has nothing to read, and harms nobody. */
static void without_receiver(uint64_t argument)
{
    (void)argument;
    uipi_write(~0ul);
    uipi_activate();
    CHECK_EQUAL(uipi_read(), 0);
    CHECK_EQUAL(uipi_claim(), -1);
    CHECK_EQUAL(uipi_thresh(63), 0);
    CHECK_EQUAL(uipi_thresh(0), 0);
    uipi_deactivate();
    receive_all();
    CHECK_EQUAL(uipi_read(), 0);
    uipi_write(1);
    MUST(uintr_unregister_handler(0));
    CHECK_EQUAL(uipi_read(), 0);
    uipi_write(2);
    MUST(uintr_set_handler(note, 0));
    CHECK_EQUAL(uipi_read(), 0); /* a new receiver has nothing of the old one's */
    CHECK_EQUAL(uipi_thresh(0), 0);
}

static char handler_stack[4096] __attribute__((aligned(16)));
static volatile uint64_t handler_sp;

static void note_sp(uint64_t vectors)
{
    uint64_t sp;

    __asm__ volatile("mv %0, sp" : "=r"(sp));
    handler_sp = sp;
    note(vectors);
}

static void on_stack(uint64_t argument)
{
    uint64_t top = (uint64_t)handler_stack + sizeof(handler_stack);
    int index;

    (void)argument;
    MUST(uintr_set_handler_on_stack(note_sp, 0, handler_stack, sizeof(handler_stack)));
    index = (int)MUST(uintr_register_self(1, 0));
    uintr_enable();
    for (unsigned i = 1; i <= 5; i++) {
        uipi_send((uint64_t)index);
        CHECK_EQUAL(handlings, i);
        CHECK(handler_sp > (uint64_t)handler_stack && handler_sp < top);
        thread_sleep(1000); /* the kernel keeps uscratch */
    }
}

/* ---- From another process ---- */

enum { REQUESTS, RESULT, DONE };

/* Gets a handle with each answer, sends once and gives the result with the next call. */
static void send_each(uint64_t argument)
{
    struct message message = { .handle = -1 };

    (void)argument;
    for (;;) {
        int index;

        MUST(ipc_call(PEER_HANDLE(0), &message));
        if (message.handle < 0) {
            break;
        }
        index = (int)MUST(uintr_register_sender(message.handle, 0));
        MUST(handle_close(message.handle));
        message.words[0] = uipi_send((uint64_t)index);
        message.handle = -1;
        MUST(uintr_unregister_sender(index, 0));
    }
}

static void from_process(uint64_t hart)
{
    struct message message = { .handle = -1 };
    int ends[2], peer;

    test_pin(0);
    MUST(endpoint_pair(ends));
    peer = PEER(send_each, 0, hart, ends[1]);
    MUST(handle_close(ends[1]));
    MUST(uintr_set_handler(note, 0));
    for (unsigned i = 0; i <= VECTORS; i++) {
        MUST(ipc_receive(ends[0], &message, NULL));
        if (i > 0) {
            CHECK_EQUAL(seen, 0);
            CHECK(message.words[0] == UIPI_POSTED || hart != 0);
            CHECK(message.words[0] != UIPI_REFUSED);
            uintr_enable();
            uintr_disable();
            CHECK_EQUAL(taken(), BIT(i - 1));
        }
        if (i < VECTORS) {
            message.handle = (int)MUST(uintr_create_fd(i, 0));
            MUST(ipc_reply(&message));
            MUST(handle_close(message.handle));
        }
    }
    message.handle = -1;
    MUST(ipc_reply(&message));
    PEER_DONE(peer);
}

/* A receiver that computes, sleeps, computes... and goes. */
static void receive_in_phases(uint64_t argument)
{
    struct message message = { .handle = -1 };

    (void)argument;
    MUST(uintr_set_handler(note, 0));
    message.handle = (int)MUST(uintr_create_fd(9, 0));
    MUST(ipc_call(PEER_HANDLE(0), &message));
    uintr_enable();
    test_set(&shared->flags[0], 1);
    while (handlings < 1) { /* computes */
    }
    test_set(&shared->flags[1], 1);
    FAILS(thread_sleep(WAIT_FOREVER), EINTR);
    CHECK_EQUAL(handlings, 2);
    MUST(uintr_unregister_handler(0));
    test_set(&shared->flags[2], 1);
    WAIT_UNTIL(shared->flags[3]);
}

/* What the sender learns: 0 running, 2 not running, 1 gone. */
static void results(uint64_t hart)
{
    struct message message = { .handle = -1 };
    int ends[2], peer, index;

    test_pin(0);
    MUST(endpoint_pair(ends));
    peer = PEER(receive_in_phases, 0, hart, ends[1]);
    MUST(ipc_receive(ends[0], &message, NULL));
    index = (int)MUST(uintr_register_sender(message.handle, 0));
    message.handle = -1;
    MUST(ipc_reply(&message));
    WAIT_UNTIL(shared->flags[0]);
    CHECK_EQUAL(uipi_send_instruction((uint64_t)index), hart ? UIPI_DELIVERED : UIPI_POSTED);
    test_until_blocked(&shared->flags[1], (unsigned)hart);
    CHECK_EQUAL(uipi_send_instruction((uint64_t)index), UIPI_POSTED);
    WAIT_UNTIL(shared->flags[2]);
    CHECK_EQUAL(uipi_send_instruction((uint64_t)index), UIPI_REFUSED);
    CHECK_EQUAL(uipi_send((uint64_t)index), UIPI_REFUSED);
    test_set(&shared->flags[3], 1);
    PEER_DONE(peer);
    CHECK_EQUAL(uipi_send((uint64_t)index), UIPI_REFUSED);
}

/* ---- Between threads of a process ---- */

static uint32_t sender_index, stop;

static void send_until_stopped(void *unused)
{
    uint32_t sent = 0;

    (void)unused;
    while (!test_get(&stop)) {
        if (test_get(&shared->flags[REQUESTS]) == sent) {
            thread_sleep(1000);
            continue;
        }
        sent++;
        CHECK(uipi_send(sender_index) != UIPI_REFUSED);
    }
}

/* The sender runs already when the process gets its table: it knows of it at the latest by its first send. */
static void between_threads(uint64_t hart)
{
    struct thread sender;

    test_pin(0);
    test_thread(&sender, send_until_stopped, NULL, (unsigned)hart);
    MUST(uintr_set_handler(note, 0));
    sender_index = (uint32_t)MUST(uintr_register_self(33, 0));
    for (unsigned i = 1; i <= 200; i++) {
        test_set(&shared->flags[REQUESTS], i);
        UINTR_SLEEP_UNTIL(handlings >= i);
        CHECK_EQUAL(taken(), BIT(33));
    }
    CHECK_EQUAL(handlings, 200);
    test_set(&stop, 1);
    thread_join(&sender);
}

static void wait_for_mine(void *number)
{
    int index = (int)MUST(uintr_set_handler(note, 0));

    (void)number;
    index = (int)MUST(uintr_register_self(2, 0));
    uintr_enable();
    uipi_send((uint64_t)index);
    MUST(uintr_unregister_handler(0));
}

/* A handler is a thread's: the others have none, or another one. */
static void per_thread(uint64_t argument)
{
    struct thread thread;

    (void)argument;
    MUST(uintr_set_handler(note, 0));
    uintr_enable();
    MUST(thread_start(&thread, wait_for_mine, NULL));
    thread_join(&thread);
    CHECK_EQUAL(handlings, 1);
    FAILS(uintr_set_handler(note, 0), EBUSY);
}

const struct test_case uintr_cases[] = {
    CASE("uintr-vectors", vectors),
    CASE("uintr-collected", collected),
    CASE("uintr-from-handler", from_handler),
    CASE("uintr-operations", operations),
    CASE("uintr-operations-interrupt", operations_interrupt),
    CASE("uintr-without-receiver", without_receiver),
    CASE("uintr-on-stack", on_stack),
    SAME_AND_CROSS("uintr-from-process", from_process),
    SAME_AND_CROSS("uintr-results", results),
    SAME_AND_CROSS("uintr-between-threads", between_threads),
    CASE("uintr-per-thread", per_thread),
    END_OF_CASES,
};
