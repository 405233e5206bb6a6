// SPDX-License-Identifier: MIT
/* Many user interrupts, from and to everywhere, while everything else happens too. None may be lost. */
#include "lib/uintr.h"

#include <string.h>

#include "lib/ipc.h"
#include "lib/process.h"
#include "lib/signals.h"
#include "lib/sync.h"
#include "tests/test.h"

#define ROUNDS           200
#define COMPUTING_ROUNDS 40 /* with -icount a hart that computes uses up its turn each time */

/* shared->flags[SENT + v], [HANDLED + v]: how often vector v was sent and handled. */
enum { HANDLED = 16, STOP = 60, READY = 61 };

static uint32_t load(unsigned flag)
{
    return test_get(&shared->flags[flag]);
}

static void count_vectors(uint64_t vectors)
{
    while (vectors) {
        __atomic_fetch_add(&shared->flags[HANDLED + __builtin_ctzl(vectors)], 1, __ATOMIC_RELEASE);
        vectors &= vectors - 1;
    }
}

/* ---- Senders that wait until each of their posts has been handled ---- */

/* Sends by PEER_HANDLE(0) vector `vector` of the receiver, ROUNDS times. */
static void send_and_wait(uint64_t vector)
{
    int index = (int)MUST(uintr_register_sender(PEER_HANDLE(0), 0));
    uint32_t state = (uint32_t)vector + 1;

    for (unsigned i = 1; i <= ROUNDS; i++) {
        if (uipi_send((uint64_t)index) == UIPI_REFUSED) {
            test_fail(__FILE_NAME__, __LINE__, "a receiver", "vector %lu, send %u is refused",
                      vector, i);
        }
        while (load(HANDLED + (unsigned)vector) < i) {
            if (test_random(&state) % 2) {
                thread_yield();
            } else {
                thread_sleep(test_random(&state) % 20000);
            }
        }
        CHECK_EQUAL(load(HANDLED + (unsigned)vector), i);
    }
}

static void start_senders(int peers[], unsigned count, uint64_t hart)
{
    for (unsigned i = 0; i < count; i++) {
        int handle = (int)MUST(uintr_create_fd(i, 0));

        peers[i] = PEER(send_and_wait, i, i % 2 ? 0 : hart, handle);
        MUST(handle_close(handle));
    }
}

static uint32_t total(unsigned count)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < count; i++) {
        sum += load(HANDLED + i);
    }
    return sum;
}

/* The receiver sleeps whenever there is nothing. */
static void many_senders(uint64_t hart)
{
    int peers[6];

    test_pin(0);
    MUST(uintr_set_handler(count_vectors, 0));
    start_senders(peers, 6, hart);
    UINTR_SLEEP_UNTIL(total(6) == 6 * ROUNDS);
    for (unsigned i = 0; i < 6; i++) {
        PEER_DONE(peers[i]);
    }
}

/* The receiver goes from hart to hart while posts are under way to it. */
static void migrating(uint64_t argument)
{
    unsigned harts = test_harts();
    int peers[4];

    (void)argument;
    MUST(uintr_set_handler(count_vectors, 0));
    start_senders(peers, 4, harts - 1);
    uintr_enable();
    for (unsigned i = 0; total(4) < 4 * ROUNDS; i++) {
        MUST(thread_set_affinity(HART(i % harts)));
        if (i % 5 == 0) {
            uintr_disable();
            MUST(thread_set_affinity(HART((i + 1) % harts))); /* with something pending, perhaps */
            uintr_enable();
        }
        if (i % 3 == 0) {
            thread_sleep(10000); /* asleep where it is, awake somewhere else */
        }
    }
    for (unsigned i = 0; i < 4; i++) {
        PEER_DONE(peers[i]);
    }
}

/* The receiver makes system calls of all kinds, which are to end by EINTR or well. */
static void in_calls(uint64_t hart)
{
    uint32_t word = 0;
    int peers[4], ends[2];
    uint64_t value = 1;
    char byte;

    test_pin(0);
    MUST(uintr_set_handler(count_vectors, 0));
    start_senders(peers, 4, hart);
    MUST(pipe_create(ends, 0));
    uintr_enable();
    while (total(4) < 4 * ROUNDS) {
        int event = (int)MUST(eventfd_create(value, 0));
        long results[] = {
            futex_wait(&word, 0, 50000),   thread_sleep(20000),
            handle_write(ends[1], "x", 1), handle_read(ends[0], &byte, 1),
            handle_read(event, &value, 8), thread_yield(),
        };

        CHECK(results[2] == 1 && results[3] == 1 && results[4] == 8 && results[5] == 0);
        CHECK_EQUAL(results[0], -1);
        MUST(handle_close(event));
    }
    for (unsigned i = 0; i < 4; i++) {
        PEER_DONE(peers[i]);
    }
}

/* ---- Round trips between two receivers ---- */

static volatile uint32_t arrived;
static uint64_t answer_index;

static void answer(uint64_t vectors)
{
    CHECK_EQUAL(vectors, 1);
    arrived++;
    uipi_send(answer_index);
}

/* Sleeps between two, or computes. */
static void answer_all(uint64_t sleeps)
{
    unsigned rounds = sleeps ? ROUNDS : COMPUTING_ROUNDS;

    struct message message = { .handle = -1 };

    answer_index = (uint64_t)MUST(uintr_register_sender(PEER_HANDLE(0), 0));
    MUST(uintr_set_handler(answer, 0));
    message.handle = (int)MUST(uintr_create_fd(0, 0));
    MUST(ipc_call(PEER_HANDLE(1), &message));
    uintr_enable();
    if (sleeps) {
        UINTR_SLEEP_UNTIL(arrived == rounds);
    } else {
        while (arrived < rounds) {
        }
    }
}

static void count(uint64_t vectors)
{
    CHECK_EQUAL(vectors, 1 << 5);
    arrived++;
}

static void round_trips(uint64_t hart, uint64_t sleeps)
{
    struct message message = { .handle = -1 };
    int ends[2], peer, handle, index;

    test_pin(0);
    MUST(endpoint_pair(ends));
    MUST(uintr_set_handler(count, 0));
    handle = (int)MUST(uintr_create_fd(5, 0));
    peer = PEER(answer_all, sleeps, hart, handle, ends[1]);
    MUST(handle_close(ends[1]));
    MUST(ipc_receive(ends[0], &message, NULL));
    index = (int)MUST(uintr_register_sender(message.handle, 0));
    message.handle = -1;
    MUST(ipc_reply(&message));
    for (unsigned i = 1; i <= (sleeps ? ROUNDS : COMPUTING_ROUNDS); i++) {
        CHECK(uipi_send((uint64_t)index) != UIPI_REFUSED);
        UINTR_SLEEP_UNTIL(arrived >= i);
        CHECK_EQUAL(arrived, i);
    }
    PEER_DONE(peer);
}

static void round_trips_asleep(uint64_t hart)
{
    round_trips(hart, 1);
}

static void round_trips_computing(uint64_t hart)
{
    round_trips(hart, 0);
}

/* ---- Receivers that take each other's hart away ---- */

static void receive_beside_others(uint64_t vector)
{
    struct message message = { .handle = -1 };
    unsigned flag = HANDLED + (unsigned)vector;

    MUST(uintr_set_handler(count_vectors, 0));
    message.words[0] = vector;
    message.handle = (int)MUST(uintr_create_fd(vector, 0));
    MUST(ipc_call(PEER_HANDLE(0), &message));
    uintr_enable();
    while (!load(STOP)) {
        if (load(flag) % 2) { /* half of the time by yielding, half of it by computing */
            thread_yield();
        }
    }
}

#define RECEIVERS 6

/* Ready, but seldom running: their posts wait for them. All of them on one hart, the sender anywhere. */
static void ready_receivers(uint64_t hart)
{
    struct message message = { .handle = -1 };
    int ends[2], peers[RECEIVERS], index[RECEIVERS];

    test_pin(0);
    MUST(endpoint_pair(ends));
    for (unsigned i = 0; i < RECEIVERS; i++) {
        peers[i] = PEER(receive_beside_others, i, hart, ends[1]);
        MUST(ipc_receive(ends[0], &message, NULL));
        CHECK_EQUAL(message.words[0], i);
        index[i] = (int)MUST(uintr_register_sender(message.handle, 0));
        MUST(handle_close(message.handle));
        message.handle = -1;
        MUST(ipc_reply(&message));
    }
    for (unsigned round = 1; round <= 20; round++) {
        for (unsigned i = 0; i < RECEIVERS; i++) {
            CHECK(uipi_send((uint64_t)index[i]) != UIPI_REFUSED);
        }
        for (unsigned i = 0; i < RECEIVERS; i++) {
            WAIT_UNTIL(load(HANDLED + i) == round);
        }
    }
    test_set(&shared->flags[STOP], 1);
    for (unsigned i = 0; i < RECEIVERS; i++) {
        PEER_DONE(peers[i]);
        CHECK_EQUAL(load(HANDLED + i), 20);
    }
}

/* ---- Receivers that come and go while they are sent to ---- */

static void send_for_ever(uint64_t argument)
{
    int index = -1;

    (void)argument;
    for (;;) {
        struct message message = { .handle = -1 };
        uint64_t result;

        if (ipc_call(PEER_HANDLE(0), &message) < 0) {
            break; /* no more receivers */
        }
        if (index >= 0) {
            CHECK_EQUAL(uipi_send((uint64_t)index), UIPI_REFUSED); /* the one before has gone */
            MUST(uintr_unregister_sender(index, 0));
        }
        index = uintr_register_sender(message.handle, 0);
        MUST(handle_close(message.handle));
        if (index < 0) { /* it has gone before we came */
            CHECK_EQUAL(errno, ESHUTDOWN);
            continue;
        }
        do {
            result = uipi_send((uint64_t)index);
        } while (result != UIPI_REFUSED);
    }
}

static volatile uint64_t wrong;

static void note_wrong(uint64_t vectors)
{
    wrong |= vectors & ~(1ul << 40);
    arrived++;
}

/* No post reaches the next receiver in the same slot. */
static void coming_and_going(uint64_t hart)
{
    int ends[2], peer;

    test_pin(0);
    MUST(endpoint_pair(ends));
    peer = PEER(send_for_ever, 0, hart, ends[1]);
    MUST(handle_close(ends[1]));
    for (unsigned i = 0; i < 100; i++) {
        struct message message = { .handle = -1 };

        MUST(ipc_receive(ends[0], &message, NULL));
        MUST(uintr_set_handler(note_wrong, 0));
        message.handle = (int)MUST(uintr_create_fd(i % 40, 0));
        MUST(ipc_reply(&message));
        thread_sleep(20000);
        MUST(uintr_unregister_handler(0));
        MUST(handle_close(message.handle));
        MUST(uintr_set_handler(note_wrong, 0)); /* takes the slot, has only vector 40 */
        MUST(uintr_register_self(40, 0));
        uintr_enable();
        thread_sleep(20000);
        uipi_send((uint64_t)0);
        uintr_disable();
        MUST(uintr_unregister_handler(0));
        CHECK_EQUAL(wrong, 0);
        CHECK_EQUAL(arrived, i + 1);
        MUST(uintr_unregister_sender(0, 0));
    }
    MUST(handle_close(ends[0]));
    PEER_DONE(peer);
}

/* A sender's death takes nothing along but its table. */
static void send_and_die(uint64_t how)
{
    int index = (int)MUST(uintr_register_sender(PEER_HANDLE(0), 0));

    CHECK(uipi_send((uint64_t)index) != UIPI_REFUSED);
    if (how) {
        *(volatile char *)NULL = 1;
    }
}

static void dying_senders(uint64_t hart)
{
    int handle;

    test_pin(0);
    MUST(uintr_set_handler(count_vectors, 0));
    handle = (int)MUST(uintr_create_fd(4, 0));
    uintr_enable();
    for (unsigned i = 0; i < 20; i++) {
        CHECK_EQUAL(peer_wait(PEER(send_and_die, i % 2, hart, handle)),
                    i % 2 ? STATUS_FAULT(15) : 0);
        WAIT_UNTIL(load(HANDLED + 4) == i + 1);
    }
}

/* ---- Together with signals ---- */

static volatile unsigned signals;
static int self;

static void on_signal(int signal, struct signal_frame *frame)
{
    (void)signal;
    (void)frame;
    signals++;
}

static void send_signals(uint64_t argument)
{
    (void)argument;
    for (unsigned i = 0; i < ROUNDS; i++) {
        MUST(process_kill(PEER_HANDLE(0), SIGNAL_USR1));
        thread_sleep(5000);
    }
}

/* Handlers of one kind interrupt those of the other; the program beneath keeps its registers. */
static void with_signals(uint64_t hart)
{
    int peers[4], signaller;
    uint64_t sum = 0;

    test_pin(0);
    self = (int)MUST(process_self());
    MUST(signal_handle(SIGNAL_USR1, on_signal, 0, 0));
    MUST(uintr_set_handler(count_vectors, 0));
    start_senders(peers, 4, hart);
    signaller = PEER(send_signals, 0, hart, self);
    uintr_enable();
    while (total(4) < 4 * ROUNDS) {
        uint64_t expected = 0, found = 0;

        for (unsigned i = 0; i < 1000; i++) {
            expected += sum * i;
            __asm__ volatile("mul t0, %1, %2\n"
                             "add %0, %0, t0\n"
                             : "+r"(found)
                             : "r"(sum), "r"((uint64_t)i)
                             : "t0");
        }
        CHECK_EQUAL(found, expected);
        sum += 3;
        if (sum % 4 == 0) {
            thread_sleep(5000);
        }
    }
    for (unsigned i = 0; i < 4; i++) {
        PEER_DONE(peers[i]);
    }
    while (process_wait(signaller, NULL, 0) < 0) { /* EINTR */
    }
    PEER_DONE(signaller);
    CHECK(signals > 0);
}

const struct test_case uintr_flow_cases[] = {
    SAME_AND_CROSS("uintr-many-senders", many_senders),
    CASE("uintr-migrating", migrating),
    SAME_AND_CROSS("uintr-in-calls", in_calls),
    SAME_AND_CROSS("uintr-round-trips-asleep", round_trips_asleep),
    CASE_WITH("uintr-round-trips-computing-cross", round_trips_computing, 1, 2, 0),
    SAME_AND_CROSS("uintr-ready-receivers", ready_receivers),
    SAME_AND_CROSS("uintr-coming-and-going", coming_and_going),
    SAME_AND_CROSS("uintr-dying-senders", dying_senders),
    SAME_AND_CROSS("uintr-with-signals", with_signals),
    END_OF_CASES,
};
