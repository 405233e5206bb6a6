// SPDX-License-Identifier: MIT
/*
 * The memory of a queue without the kernel (lib/queue_memory.h), written by hand: what a side that lies
 * could have written, and where one that was killed could have stopped.
 */
#include "lib/queue_memory.h"

#include <string.h>

#include "tests/test.h"

#define DEPTH 3
#define SIZE  100

static const struct geometry geometry = { DEPTH, SIZE };
static int ends[LINK_SIDES];
static struct sender_memory *sender;
static struct receiver_memory *receiver;
static char buffer[SIZE];

static struct slot *slot(unsigned number)
{
    return (struct slot *)((char *)sender->slots + number * queue_slot_size(&geometry));
}

static void begin(void)
{
    MUST(queue_open(ends, DEPTH, SIZE, IPC_UINTR | HANDLE_NONBLOCK));
    sender = link_map(ends[SENDER], SENDER);
    receiver = link_map(ends[RECEIVER], RECEIVER);
    CHECK(sender && receiver);
    memset(buffer, 0, SIZE);
}

static void end(void)
{
    MUST(memory_unmap(sender, queue_sender_size(&geometry)));
    MUST(memory_unmap(receiver, sizeof(*receiver)));
    MUST(queue_close(ends[RECEIVER]));
    MUST(queue_close(ends[SENDER]));
}

static void put(const char *text)
{
    MUST(queue_put(ends[SENDER], text, strlen(text), 1));
}

static void expect(const char *text)
{
    CHECK_EQUAL(queue_take(ends[RECEIVER], buffer, SIZE, NULL), strlen(text));
    CHECK(memcmp(buffer, text, strlen(text)) == 0);
}

static void expect_none(void)
{
    FAILS(queue_take(ends[RECEIVER], buffer, SIZE, NULL), EAGAIN);
}

/* ---- Lies ---- */

static void no_such_slot(void)
{
    sender->filled[1] = DEPTH;
}

static void slot_twice(void)
{
    sender->filled[1] = sender->filled[0];
}

static void too_long(void)
{
    slot(1)->size = SIZE + 1;
}

static void no_such_priority(void)
{
    slot(1)->priority = PRIORITIES_OF_MESSAGES;
}

static void too_many_sent(void)
{
    sender->head.words.tail = DEPTH + 1;
}

/* Two are there, of one level; the sender lies about the second before it is taken over. */
static void sender_lies(uint64_t argument)
{
    static void (*const lies[])(void) = { no_such_slot, slot_twice, too_long, no_such_priority,
                                          too_many_sent };

    (void)argument;
    for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        begin();
        put("first");
        put("second");
        lies[i]();
        FAILS(queue_take(ends[RECEIVER], buffer, SIZE, NULL), EPROTO);
        CHECK_EQUAL(buffer[0], 0);
        end();
    }
}

static void never_sent(void)
{
    receiver->emptied[0] = MOST_MESSAGES;
}

static void too_many_emptied(void)
{
    receiver->head.words.tail = DEPTH + 1;
}

/* All slots have been used, the receiver has emptied one. */
static void receiver_lies(uint64_t argument)
{
    static void (*const lies[])(void) = { never_sent, too_many_emptied };

    (void)argument;
    for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        begin();
        for (unsigned k = 0; k < DEPTH; k++) {
            put("text");
        }
        expect("text");
        lies[i]();
        for (unsigned k = 0; k < 2; k++) {
            FAILS(queue_put(ends[SENDER], "more", 4, 0), EPROTO);
        }
        end();
    }
}

static void own_list(void)
{
    receiver->first[1] = DEPTH;
}

static void own_length(void)
{
    receiver->taken[1].size = SIZE + 1;
}

/* Whoever made the link may have kept the receiver's memory, too. */
static void third_one_lies(uint64_t argument)
{
    static void (*const lies[])(void) = { own_list, own_length };

    (void)argument;
    for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        begin();
        put("first");
        put("second");
        expect("first"); /* both are taken over */
        lies[i]();
        FAILS(queue_take(ends[RECEIVER], buffer, SIZE, NULL), EPROTO);
        end();
    }
}

/* The same for the sender's: a slot that there isn't. */
static void own_free_slot(uint64_t argument)
{
    (void)argument;
    begin();
    for (unsigned i = 0; i < DEPTH; i++) {
        put("text");
    }
    for (unsigned i = 0; i < DEPTH; i++) {
        expect("text");
    }
    sender->spare = 1;
    sender->free[0] = DEPTH;
    FAILS(queue_put(ends[SENDER], "more", 4, 0), EPROTO);
    end();
}

/* ---- Killed between two stores ---- */

/* Has written down a message that it takes over, but not that it has. */
static void killed_taking(uint64_t argument)
{
    (void)argument;
    begin();
    put("first");
    put("second");
    receiver->taken[0].size = 5;
    receiver->taken[0].priority = 1;
    receiver->taken[0].is_here = true; /* order is 0, as head */
    expect("first");
    expect("second");
    expect_none();
    end();
}

/* Has the message out of its slot, and given the slot back but for the count. */
static void killed_emptying(uint64_t argument)
{
    (void)argument;
    begin();
    for (unsigned i = 0; i < DEPTH; i++) {
        put("text");
        receiver->taken[i].order = i;
        receiver->taken[i].size = 4;
        receiver->taken[i].priority = 1;
        receiver->taken[i].is_here = i > 0;
    }
    receiver->head.words.head = DEPTH;
    receiver->emptied[0] = 0;
    expect("text");
    expect("text");
    expect_none();
    for (unsigned i = 0; i < DEPTH; i++) { /* all slots are back */
        put("again");
    }
    FAILS(queue_put(ends[SENDER], "more", 4, 0), EAGAIN);
    end();
}

/* Has sent a message, but not written down that its slot is taken. */
static void killed_sending(uint64_t argument)
{
    (void)argument;
    begin();
    slot(0)->size = 5;
    slot(0)->priority = 1;
    memcpy(slot(0)->data, "first", 5);
    sender->head.words.tail = 1;
    put("second");
    expect("first");
    expect("second");
    expect_none();
    end();
}

/* Has taken a slot back, but not written down that it has it. */
static void killed_taking_back(uint64_t argument)
{
    (void)argument;
    begin();
    sender->fresh = DEPTH;
    sender->head.words.tail = sender->head.words.head = DEPTH;
    sender->spare = DEPTH - 1;
    for (unsigned i = 0; i < DEPTH; i++) {
        sender->free[i] = (slot_number)i;
    }
    receiver->head.words.tail = receiver->head.words.head = DEPTH;
    for (unsigned i = 0; i < DEPTH; i++) {
        put("text");
    }
    FAILS(queue_put(ends[SENDER], "more", 4, 0), EAGAIN);
    for (unsigned i = 0; i < DEPTH; i++) {
        expect("text");
    }
    expect_none();
    end();
}

const struct test_case queue_memory_cases[] = {
    CASE("queue-sender-lies", sender_lies),
    CASE("queue-receiver-lies", receiver_lies),
    CASE("queue-third-one-lies", third_one_lies),
    CASE("queue-own-free-slot", own_free_slot),
    CASE("queue-killed-taking", killed_taking),
    CASE("queue-killed-emptying", killed_emptying),
    CASE("queue-killed-sending", killed_sending),
    CASE("queue-killed-taking-back", killed_taking_back),
    END_OF_CASES,
};
