// SPDX-License-Identifier: MIT
/* Parties of links: who is interrupted, by whom, and what they hear when the other one goes. */
#include "lib/link.h"
#include "lib/signals.h"
#include "lib/uintr.h"
#include "tests/test.h"

#define BIT(n) (1ul << (n))
#define VECTOR 5
#define GONE   9
#define FEW    8 /* slots */

enum { READY, GO, DONE, TOLD, RECEIVED }; /* flags */

static volatile uint64_t seen;
static volatile unsigned told, received;

static void note(uint64_t vectors)
{
    seen |= vectors;
    told += vectors >> GONE & 1;
    received += vectors >> VECTOR & 1;
}

static void begin(void)
{
    test_pin(0);
    seen = told = received = 0;
    for (unsigned i = 0; i <= RECEIVED; i++) {
        test_set(&shared->flags[i], 0);
    }
}

static void receive(int end, unsigned side)
{
    MUST(uintr_set_handler(note, 0));
    uintr_enable();
    MUST(link_attach(end, side, VECTOR, GONE));
}

/* ---- What is said when the other side goes ---- */

enum how { DETACHES, UNREGISTERS, REPLACES, THREAD_ENDS, EXITS, IS_KILLED, CLOSES, HOWS };

static void attach_in_thread(void *unused)
{
    (void)unused;
    receive(PEER_HANDLE(0), 1);
    test_set(&shared->flags[READY], 1);
    WAIT_UNTIL(shared->flags[GO]);
}

/* The party of side 1, until it goes in one of these ways. */
static void go(uint64_t how)
{
    struct thread thread;

    if (how == THREAD_ENDS) {
        MUST(thread_start(&thread, attach_in_thread, NULL));
        thread_join(&thread);
        test_set(&shared->flags[DONE], 1);
        WAIT_UNTIL(shared->flags[TOLD]);
        return;
    }
    receive(PEER_HANDLE(0), 1);
    test_set(&shared->flags[READY], 1);
    if (how == IS_KILLED) {
        thread_sleep(WAIT_FOREVER);
    }
    WAIT_UNTIL(shared->flags[GO]);
    switch (how) {
    case DETACHES:
        MUST(link_attach(PEER_HANDLE(0), 1, LINK_DETACH, 0));
        break;
    case REPLACES:
        MUST(link_attach(PEER_HANDLE(0), 1, VECTOR + 1, GONE));
        break;
    case UNREGISTERS:
        MUST(uintr_unregister_handler(0));
        break;
    case CLOSES:
        MUST(handle_close(PEER_HANDLE(0)));
        break;
    default:
        return;
    }
    test_set(&shared->flags[DONE], 1);
    WAIT_UNTIL(shared->flags[TOLD]);
}

/* The vector comes once, and what is sent to the party that was is refused. */
static void hears_once(uint64_t hart)
{
    for (unsigned how = 0; how < HOWS; how++) {
        struct link_info info;
        int ends[2], peer, index;

        begin();
        MUST(link_create(ends, 1, 1));
        receive(ends[0], 0);
        peer = PEER(go, how, hart, ends[1]);
        MUST(handle_close(ends[1]));
        WAIT_UNTIL(shared->flags[READY]);
        index = (int)MUST(link_connect(ends[0], 1));
        CHECK(uipi_send((uint64_t)index) != UIPI_REFUSED);
        CHECK_EQUAL(told, 0);
        if (how == IS_KILLED) {
            MUST(process_kill(peer, SIGNAL_KILL));
        } else {
            test_set(&shared->flags[GO], 1);
        }
        WAIT_UNTIL(told);
        if (how != IS_KILLED && how != EXITS) {
            WAIT_UNTIL(shared->flags[DONE]);
        } else {
            CHECK_EQUAL(peer_wait(peer), how == EXITS ? 0 : STATUS_SIGNAL(SIGNAL_KILL));
        }
        CHECK_EQUAL(told, 1);
        CHECK_EQUAL(uipi_send_instruction((uint64_t)index), UIPI_REFUSED);
        CHECK_EQUAL(uintr_send((uint64_t)index), UIPI_REFUSED);
        MUST(link_info(ends[0], &info));
        CHECK_EQUAL(info.attached[0], 1);
        CHECK_EQUAL(info.attached[1], how == REPLACES ? 3 : 2);
        CHECK_EQUAL(info.open, how == CLOSES || how == EXITS || how == IS_KILLED ? 1 : 3);
        if (how == REPLACES) {
            int second = (int)MUST(link_connect(ends[0], 1));

            CHECK(second != index);
            CHECK(uipi_send((uint64_t)second) != UIPI_REFUSED);
        } else {
            FAILS(link_connect(ends[0], 1), info.open == 3 ? EAGAIN : EPIPE);
        }
        test_set(&shared->flags[TOLD], 1);
        if (how != IS_KILLED && how != EXITS) {
            unsigned before = told;

            PEER_DONE(peer); /* it goes for good now */
            WAIT_UNTIL(told == before + (how == CLOSES ? 0 : 1));
            thread_yield();
            CHECK_EQUAL(told, before + (how == CLOSES ? 0 : 1));
        }
        MUST(uintr_unregister_handler(0));
        MUST(handle_close(ends[0]));
        CHECK_EQUAL(told, how == IS_KILLED || how == EXITS || how == CLOSES ? 1 : 2);
    }
}

/* Without a party it is the last handle that counts, and only that. */
static void hears_of_handles(uint64_t argument)
{
    int ends[2], second;

    (void)argument;
    for (unsigned side = 0; side < 2; side++) {
        begin();
        MUST(link_create(ends, 1, 1));
        receive(ends[side], side);
        second = (int)MUST(handle_duplicate(ends[!side], RIGHT_ALL, 0));
        MUST(handle_close(ends[!side]));
        CHECK_EQUAL(told, 0);
        MUST(handle_close(second));
        CHECK_EQUAL(told, 1);
        second = (int)MUST(handle_duplicate(ends[side], RIGHT_ALL, 0));
        MUST(handle_close(ends[side]));
        MUST(link_attach(second, side, VECTOR, GONE)); /* it still is the party */
        MUST(handle_close(second)); /* it goes itself, and doesn't hear of the other one again */
        CHECK_EQUAL(told, 1);
        MUST(uintr_unregister_handler(0));
    }
    begin();
    MUST(link_create(ends, 1, 1));
    receive(ends[0], 0);
    MUST(link_attach(ends[1], 1, VECTOR, GONE)); /* both sides */
    CHECK_EQUAL(told, 0);
    MUST(handle_close(ends[1]));
    CHECK_EQUAL(told, 1);
    MUST(link_attach(ends[0], 0, LINK_DETACH, 0));
    MUST(handle_close(ends[0]));
    CHECK_EQUAL(told, 1);
}

/* One that comes after the other side has gone isn't told, but sees it. */
static void comes_late(uint64_t argument)
{
    struct link_info info;
    int ends[2];

    (void)argument;
    begin();
    MUST(link_create(ends, 1, 1));
    MUST(handle_close(ends[1]));
    receive(ends[0], 0);
    CHECK_EQUAL(told, 0);
    MUST(link_info(ends[0], &info));
    CHECK_EQUAL(info.open, 1);
    FAILS(link_connect(ends[0], 1), EPIPE);
}

/* ---- Vectors ---- */

/* Links and a handle may share one; each party is revoked by itself. */
static void shared_vector(uint64_t argument)
{
    int ends[2][2], index[3];

    (void)argument;
    begin();
    for (unsigned i = 0; i < 2; i++) {
        MUST(link_create(ends[i], 1, 1));
    }
    receive(ends[0][0], 0);
    MUST(link_attach(ends[1][0], 0, VECTOR, GONE));
    index[0] = (int)MUST(link_connect(ends[0][1], 0));
    index[1] = (int)MUST(link_connect(ends[1][1], 0));
    index[2] = (int)MUST(uintr_register_self(VECTOR, 0));
    CHECK(index[0] != index[1] && index[1] != index[2]);
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQUAL(uipi_send((uint64_t)index[i]), UIPI_DELIVERED);
        CHECK_EQUAL(received, i + 1);
    }
    MUST(link_attach(ends[0][0], 0, LINK_DETACH, 0));
    CHECK_EQUAL(uipi_send((uint64_t)index[0]), UIPI_REFUSED);
    CHECK_EQUAL(uipi_send((uint64_t)index[1]), UIPI_DELIVERED);
    CHECK_EQUAL(uipi_send((uint64_t)index[2]), UIPI_DELIVERED);
    CHECK_EQUAL(received, 5);
    MUST(uintr_unregister_sender(index[2], 0));
    CHECK_EQUAL(uipi_send((uint64_t)index[1]), UIPI_DELIVERED);
    CHECK_EQUAL(received, 6);
    CHECK_EQUAL(told, 0); /* nobody on the other sides has gone, they never had a party */
}

/* Only one thread at a time; when it ends the next one may. */
static int tried_end;

static void try_to_attach(void *expected)
{
    MUST(uintr_set_handler(note, 0));
    if (expected) {
        FAILS(link_attach(tried_end, 0, VECTOR, GONE), EBUSY);
        FAILS(link_attach(tried_end, 0, LINK_DETACH, 0), EBUSY);
    } else {
        MUST(link_attach(tried_end, 0, VECTOR, GONE));
    }
}

static void try_without_handler(void *unused)
{
    (void)unused;
    FAILS(link_attach(tried_end, 0, VECTOR, GONE), EBUSY);
    FAILS(link_attach(tried_end, 0, LINK_DETACH, 0), EBUSY);
}

static void one_party(uint64_t hart)
{
    struct thread thread;
    struct link_info info;
    int ends[2];

    begin();
    MUST(link_create(ends, 1, 1));
    tried_end = ends[0];
    receive(ends[0], 0);
    test_thread(&thread, try_to_attach, &tried_end, (unsigned)hart);
    thread_join(&thread);
    test_thread(&thread, try_without_handler, NULL, (unsigned)hart);
    thread_join(&thread);
    MUST(link_attach(ends[0], 0, LINK_DETACH, 0));
    for (unsigned i = 0; i < 3; i++) {
        test_thread(&thread, try_to_attach, NULL, (unsigned)hart);
        thread_join(&thread);
    }
    MUST(link_info(ends[0], &info));
    CHECK_EQUAL(info.attached[0], 2 + 3 * 2);
    MUST(link_attach(ends[0], 0, VECTOR, GONE));
}

/* Many rounds between two processes, each interrupt answered. */
#define ROUNDS 300

static int answer_index;

static void answer(uint64_t vectors)
{
    note(vectors);
    if (vectors >> VECTOR & 1) {
        CHECK(uipi_send((uint64_t)answer_index) != UIPI_REFUSED);
    }
}

static void answer_rounds(uint64_t unused)
{
    (void)unused;
    MUST(uintr_set_handler(answer, 0));
    answer_index = (int)MUST(link_connect(PEER_HANDLE(0), 0));
    MUST(link_attach(PEER_HANDLE(0), 1, VECTOR, GONE));
    test_set(&shared->flags[READY], 1);
    UINTR_SLEEP_UNTIL(told);
    CHECK_EQUAL(received, ROUNDS);
}

static void rounds(uint64_t hart)
{
    int ends[2], peer, index;

    begin();
    MUST(link_create(ends, 1, 1));
    receive(ends[0], 0);
    peer = PEER(answer_rounds, 0, hart, ends[1]);
    MUST(handle_close(ends[1]));
    WAIT_UNTIL(shared->flags[READY]);
    index = (int)MUST(link_connect(ends[0], 1));
    for (unsigned i = 1; i <= ROUNDS; i++) {
        CHECK(uipi_send((uint64_t)index) != UIPI_REFUSED);
        UINTR_SLEEP_UNTIL(received == i);
    }
    MUST(handle_close(ends[0]));
    PEER_DONE(peer);
}

/* ---- Parties that lose their slots ---- */

#define CROWD 12

static void sleep_as_party(uint64_t number)
{
    receive(PEER_HANDLE(0), 1);
    uintr_disable();
    test_set(&shared->flags[8 + number], 1);
    while (!told) {
        uintr_wait(0);
        uintr_enable();
        uintr_disable();
        test_set(&shared->flags[32 + number], received);
    }
}

/* More of them than slots: each is woken, each hears of the end, and who has gone is refused. */
static void crowd(uint64_t hart)
{
    uint64_t evicted = test_info().uintr.evicted;
    int ends[CROWD][2], peers[CROWD], index[CROWD];

    begin();
    for (unsigned i = 0; i < CROWD; i++) {
        MUST(link_create(ends[i], 1, 1));
        peers[i] = PEER(sleep_as_party, i, i % 2 ? hart : 0, ends[i][1]);
        WAIT_UNTIL(shared->flags[8 + i]);
        index[i] = (int)MUST(link_connect(ends[i][0], 1));
    }
    for (unsigned round = 1; round <= 5; round++) {
        for (unsigned i = 0; i < CROWD; i++) {
            CHECK(uipi_send((uint64_t)index[i]) != UIPI_REFUSED);
            WAIT_UNTIL(shared->flags[32 + i] == round);
        }
    }
    CHECK(test_info().uintr.evicted > evicted);
    for (unsigned i = 0; i < CROWD; i++) {
        if (i % 2) {
            PEER_KILL(peers[i]);
        } else {
            MUST(handle_close(ends[i][0]));
            PEER_DONE(peers[i]);
        }
        CHECK_EQUAL(uipi_send((uint64_t)index[i]), UIPI_REFUSED);
    }
}

const struct test_case link_party_cases[] = {
    SAME_AND_CROSS("link-hears-once", hears_once),
    CASE("link-hears-of-handles", hears_of_handles),
    CASE("link-comes-late", comes_late),
    CASE("link-shared-vector", shared_vector),
    SAME_AND_CROSS("link-one-party", one_party),
    SAME_AND_CROSS("link-rounds", rounds),
    CASE_WITH("link-crowd-same", crowd, 0, 0, FEW),
    CASE_WITH("link-crowd-cross", crowd, 1, 2, FEW),
    END_OF_CASES,
};
