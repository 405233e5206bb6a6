// SPDX-License-Identifier: MIT
/* What goes along with the words of a message: data and a handle, and whose fault it is when they can't. */
#include <string.h>

#include "lib/ecall.h"
#include "lib/ipc.h"
#include "tests/test.h"

#define STOP 0xdead

static char *buffer; /* of the largest message and a page */

static void make_buffer(void)
{
    buffer = test_map(MESSAGE_MAX_DATA + PAGE_SIZE);
}

/* ---- Data of all sizes ---- */

/* Sends back what comes, turned into other bytes, as much of it as words[1] says. */
static void serve_data(uint64_t argument)
{
    struct message message = { .handle = -1 };

    (void)argument;
    make_buffer();
    message.buffer = buffer + 3;
    message.capacity = MESSAGE_MAX_DATA;
    MUST(ipc_receive(PEER_HANDLE(0), &message, NULL));
    while (message.words[0] != STOP) {
        CHECK(test_is_filled(message.buffer, message.length, (uint32_t)message.words[2]));
        message.words[3] = message.length;
        message.length = message.words[1];
        test_fill(message.buffer, message.length, (uint32_t)message.words[2] + 1);
        MUST(ipc_reply_receive(PEER_HANDLE(0), &message, NULL));
    }
    message.length = 0;
    MUST(ipc_reply(&message));
}

static void exchange(int endpoint, char *data, size_t sent, size_t answered, uint32_t seed)
{
    struct message message = {
        .words = {0, answered, seed, 0},
        .buffer = data,
        .length = sent,
        .capacity = answered,
        .handle = -1,
    };

    test_fill(data, sent, seed);
    MUST(ipc_call(endpoint, &message));
    CHECK_EQUAL(message.words[3], sent);
    CHECK_EQUAL(message.length, answered);
    CHECK_EQUAL(message.handle, -1);
    CHECK(test_is_filled(data, answered, seed + 1));
}

static void stop(int endpoint)
{
    struct message message = { .words = { STOP }, .handle = -1 };

    MUST(ipc_call(endpoint, &message));
}

static const size_t sizes[] = {
    0, 1, 7, 8, 9, 100, 4095, 4096, 4097, 8192, 16383, MESSAGE_MAX_DATA
};

#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

static void data(uint64_t hart)
{
    int ends[2], peer;

    test_pin(0);
    make_buffer();
    MUST(endpoint_pair(ends));
    peer = PEER(serve_data, 0, hart, ends[0]);
    MUST(handle_close(ends[0]));
    for (unsigned i = 0; i < SIZES * SIZES; i++) {
        exchange(ends[1], buffer + i * 5 % 64, sizes[i / SIZES], sizes[i % SIZES], i);
    }
    stop(ends[1]);
    PEER_DONE(peer);
}

/* ---- Whose fault: the sender's ---- */

/* Takes whole messages until it is told to stop; says how many there were. */
static void count_messages(uint64_t capacity)
{
    struct message message = { .handle = -1 };
    unsigned count = 0;

    make_buffer();
    message.buffer = buffer;
    message.capacity = capacity;
    test_set(&shared->flags[0], 1);
    MUST(ipc_receive(PEER_HANDLE(0), &message, NULL));
    while (message.words[0] != STOP) {
        if (message.handle >= 0) {
            MUST(handle_close(message.handle));
            message.handle = -1;
        }
        count++;
        message.length = 0;
        MUST(ipc_reply_receive(PEER_HANDLE(0), &message, NULL));
    }
    shared->values[0] = count;
    message.length = 0;
    MUST(ipc_reply(&message));
}

static int start_counting(uint64_t hart, uint64_t capacity, int *endpoint)
{
    int ends[2], peer;

    make_buffer();
    MUST(endpoint_pair(ends));
    peer = PEER(count_messages, capacity, hart, ends[0]);
    MUST(handle_close(ends[0]));
    test_until_blocked(&shared->flags[0], (unsigned)hart);
    *endpoint = ends[1];
    return peer;
}

static void end_counting(int peer, int endpoint, unsigned count)
{
    stop(endpoint);
    PEER_DONE(peer);
    CHECK_EQUAL(shared->values[0], count);
}

static long send(int endpoint, void *data, size_t length, int handle)
{
    struct message message = { .buffer = data, .length = length, .handle = handle };

    return ipc_call(endpoint, &message);
}

/* As the kernel sees it, whatever the library would say. */
static long send_info(int endpoint, uint64_t info, void *data)
{
    uint64_t words[4] = { 0 };

    return ecall_result(ipc_ecall(SYS_ipc_call, (uint64_t)endpoint, &info, &words[0], &words[1],
                                  &words[2], &words[3], data));
}

/* Such a call fails, and the receiver waits on as if nothing had come. */
static void bad_length(uint64_t hart)
{
    int endpoint, peer = start_counting(hart, 100, &endpoint);

    FAILS(send_info(endpoint, MESSAGE_INFO(MESSAGE_MAX_DATA + 1, 0, -1), buffer), EMSGSIZE);
    FAILS(send_info(endpoint, MESSAGE_INFO(65535, 0, -1), buffer), EMSGSIZE);
    FAILS(send(endpoint, buffer, 101, -1), EMSGSIZE);
    MUST(send(endpoint, buffer, 100, -1));
    FAILS(send(endpoint, buffer, MESSAGE_MAX_DATA, -1), EMSGSIZE);
    MUST(send(endpoint, KERNEL, 0, -1)); /* no data, no look at the address */
    end_counting(peer, endpoint, 2);
}

static void bad_source(uint64_t hart)
{
    int endpoint, peer = start_counting(hart, MESSAGE_MAX_DATA, &endpoint);
    char *end = buffer + MESSAGE_MAX_DATA;

    MUST(memory_unmap(end, PAGE_SIZE));
    FAILS(send(endpoint, KERNEL, 1, -1), EFAULT);
    FAILS(send(endpoint, NULL, 1, -1), EFAULT);
    FAILS(send(endpoint, (void *)-8ul, 16, -1), EFAULT);
    FAILS(send(endpoint, end - 1, 2, -1), EFAULT);
    FAILS(send(endpoint, buffer + 1, MESSAGE_MAX_DATA, -1), EFAULT);
    MUST(send(endpoint, buffer, MESSAGE_MAX_DATA, -1));
    MUST(send(endpoint, READ_ONLY, 64, -1)); /* reading is all it takes */
    end_counting(peer, endpoint, 2);
}

static void bad_handle(uint64_t hart)
{
    int endpoint, peer = start_counting(hart, 100, &endpoint);
    int good = (int)MUST(eventfd_create(0, 0));
    int kept = (int)MUST(handle_duplicate(good, RIGHT_READ | RIGHT_WRITE, 0));

    FAILS(send(endpoint, buffer, 1, NO_HANDLE), EBADF);
    FAILS(send(endpoint, buffer, 1, MAX_HANDLES), EBADF);
    FAILS(send(endpoint, buffer, 1, 254), EBADF);
    FAILS(send(endpoint, buffer, 1, kept), EACCES);
    MUST(send(endpoint, buffer, 1, good));
    MUST(send(endpoint, NULL, 0, endpoint)); /* itself */
    end_counting(peer, endpoint, 2);
}

/* ---- Whose fault: the receiver's ---- */

static void call_with_data(uint64_t argument)
{
    struct message message = { .words = { 5 }, .buffer = test_map(PAGE_SIZE), .handle = -1 };

    (void)argument;
    message.length = 50;
    message.capacity = 200;
    test_fill(message.buffer, 50, 9);
    test_set(&shared->flags[0], 1);
    MUST(ipc_call(PEER_HANDLE(0), &message));
    CHECK_EQUAL(message.length, 200);
    CHECK(test_is_filled(message.buffer, 200, 10));
}

static void answer_with_data(int endpoint)
{
    struct message message = { .buffer = buffer, .capacity = 50, .handle = -1 };

    MUST(ipc_receive(endpoint, &message, NULL));
    CHECK(message.length == 50 && test_is_filled(buffer, 50, 9));
    message.length = 200;
    test_fill(buffer, 200, 10);
    MUST(ipc_reply(&message));
}

/* The call is there already: whoever can't take it fails, the next one gets it. */
static void bad_target(uint64_t hart)
{
    struct message message = { .buffer = KERNEL, .capacity = 50, .handle = -1 };
    int ends[2], peer;

    make_buffer();
    MUST(endpoint_pair(ends));
    peer = PEER(call_with_data, 0, hart, ends[1]);
    test_until_blocked(&shared->flags[0], (unsigned)hart);
    FAILS(ipc_receive(ends[0], &message, NULL), EFAULT);
    message.buffer = READ_ONLY;
    FAILS(ipc_reply_receive(ends[0], &message, NULL), EFAULT);
    FAILS(ipc_reply(&message), ESRCH); /* there is nobody to answer yet */
    answer_with_data(ends[0]);
    PEER_DONE(peer);
}

static void receive_badly(uint64_t argument)
{
    struct message message = { .buffer = KERNEL, .capacity = 100, .handle = -1 };

    (void)argument;
    test_set(&shared->flags[1], 1);
    FAILS(ipc_receive(PEER_HANDLE(0), &message, NULL), EFAULT);
    test_set(&shared->flags[2], 1);
}

/* The receiver waits first: it fails, the call goes to the next one. */
static void bad_target_waiting(uint64_t hart)
{
    int ends[2], caller, receiver;

    make_buffer();
    MUST(endpoint_pair(ends));
    receiver = PEER(receive_badly, 0, hart, ends[0]);
    test_until_blocked(&shared->flags[1], (unsigned)hart);
    caller = PEER(call_with_data, 0, 0, ends[1]);
    PEER_DONE(receiver);
    answer_with_data(ends[0]);
    PEER_DONE(caller);
}

/* ---- Answers ---- */

static void call_and_expect(uint64_t error)
{
    struct message message = { .words = { 5 }, .buffer = READ_ONLY, .capacity = 100, .handle = -1 };

    test_set(&shared->flags[0], 1);
    if (error == 0) {
        message.buffer = test_map(PAGE_SIZE);
        MUST(ipc_call(PEER_HANDLE(0), &message));
        CHECK(message.length == 100 && test_is_filled(message.buffer, 100, 4));
    } else {
        CHECK_EQUAL(ipc_call(PEER_HANDLE(0), &message), -1);
        CHECK_EQUAL(errno, error);
    }
}

/* An answer that the server has got wrong: its caller waits for a better one. */
static void bad_answer(uint64_t hart)
{
    struct message message = { .handle = -1 };
    int kept = (int)MUST(handle_duplicate(1, RIGHT_READ, 0)), ends[2], peer;

    make_buffer();
    test_fill(buffer, 100, 4);
    MUST(endpoint_pair(ends));
    peer = PEER(call_and_expect, 0, hart, ends[1]);
    MUST(ipc_receive(ends[0], &message, NULL));
    message.buffer = buffer;
    message.length = 101;
    FAILS(ipc_reply(&message), EMSGSIZE);
    FAILS(ipc_reply_receive(ends[0], &message, NULL), EMSGSIZE);
    message.length = 100;
    message.buffer = KERNEL;
    FAILS(ipc_reply(&message), EFAULT);
    FAILS(ipc_reply_receive(ends[0], &message, NULL), EFAULT);
    message.buffer = buffer;
    message.handle = NO_HANDLE;
    FAILS(ipc_reply(&message), EBADF);
    message.handle = kept;
    FAILS(ipc_reply(&message), EACCES);
    FAILS(ipc_reply_receive(ends[0], &message, NULL), EACCES);
    message.handle = -1;
    MUST(ipc_reply(&message));
    PEER_DONE(peer);
}

/* An answer that the caller has no place for: its own fault, the server goes on. */
static void unwanted_answer(uint64_t hart)
{
    struct message message = { .handle = -1 };
    int ends[2], peer;

    make_buffer();
    MUST(endpoint_pair(ends));
    peer = PEER(call_and_expect, EFAULT, hart, ends[1]);
    MUST(ipc_receive(ends[0], &message, NULL));
    message.buffer = buffer;
    message.length = 100;
    MUST(ipc_reply(&message));
    PEER_DONE(peer);
}

/* ---- Handles ---- */

/* Gives back the handle that comes, or a new one. */
static void serve_handles(uint64_t argument)
{
    struct message message = { .handle = -1 };
    uint64_t word;

    (void)argument;
    MUST(ipc_receive(PEER_HANDLE(0), &message, NULL));
    while (message.words[0] != STOP) {
        int came = message.handle;

        if (came >= 0) {
            CHECK_EQUAL(handle_read(came, &word, 8), 8);
            CHECK_EQUAL(word, message.words[1]);
            FAILS(handle_write(came, &word, 8), EACCES); /* it came without that right */
        } else {
            message.handle = (int)MUST(eventfd_create(message.words[1], 0));
        }
        MUST(ipc_reply(&message));
        MUST(handle_close(message.handle));
        MUST(ipc_receive(PEER_HANDLE(0), &message, NULL));
    }
    MUST(ipc_reply(&message));
}

static void handles(uint64_t hart)
{
    int ends[2], peer;

    test_pin(0);
    MUST(endpoint_pair(ends));
    peer = PEER(serve_handles, 0, hart, ends[0]);
    MUST(handle_close(ends[0]));
    for (unsigned i = 1; i <= 100; i++) {
        struct message message = {
            .words = {0, i},
              .handle = -1
        };
        int given = (int)MUST(eventfd_create(i, EVENTFD_SEMAPHORE)), copy = -1;
        uint64_t word;

        if (i % 2) {
            message.words[1] = 1;
            copy = (int)MUST(handle_duplicate(given, RIGHT_READ | RIGHT_TRANSFER, 0));
            message.handle = copy;
        }
        MUST(ipc_call(ends[1], &message));
        CHECK(message.handle >= 0 && message.handle != given);
        if (i % 2) { /* the same object */
            FAILS(handle_write(message.handle, &word, 8), EACCES);
            MUST(handle_set_flags(given, HANDLE_NONBLOCK));
            for (unsigned k = 1; k < i; k++) { /* one it has taken itself */
                CHECK_EQUAL(handle_read(given, &word, 8), 8);
            }
            FAILS(handle_read(given, &word, 8), EAGAIN);
            MUST(handle_close(copy)); /* what was sent stays the sender's, too */
        } else {
            CHECK_EQUAL(handle_read(message.handle, &word, 8), 8);
            CHECK_EQUAL(word, i);
        }
        MUST(handle_close(message.handle));
        MUST(handle_close(given));
    }
    stop(ends[1]);
    PEER_DONE(peer);
}

static void receive_with_full_table(uint64_t argument)
{
    struct message message = { .handle = -1 };

    (void)argument;
    test_fill_handles(0);
    test_set(&shared->flags[0], 1);
    MUST(ipc_receive(PEER_HANDLE(0), &message, NULL));
    CHECK_EQUAL(message.words[0], STOP); /* what couldn't be taken never came */
    message.handle = 1;
    MUST(ipc_reply(&message));
}

/* The receiver's table is full: the sender's call, or answer, fails; nothing is passed halfway. */
static void no_room(uint64_t hart)
{
    struct message message = { .words = { 1 }, .handle = 1 };
    struct system_info before;
    int ends[2], peer;

    MUST(endpoint_pair(ends));
    peer = PEER(receive_with_full_table, 0, hart, ends[0]);
    test_until_blocked(&shared->flags[0], (unsigned)hart);
    before = test_info();
    for (unsigned i = 0; i < 3; i++) {
        FAILS(ipc_call(ends[1], &message), EMFILE);
        CHECK_EQUAL(test_info().handles, before.handles);
    }
    message = (struct message){ .words = { STOP }, .handle = -1 };
    MUST(ipc_call(ends[1], &message));
    MUST(handle_close(message.handle));
    PEER_DONE(peer);
}

static void call_with_full_table(uint64_t argument)
{
    struct message message = { .handle = -1 };

    (void)argument;
    test_fill_handles(0);
    MUST(ipc_call(PEER_HANDLE(0), &message));
    CHECK(message.words[0] == 3 && message.handle == -1);
}

static void no_room_for_answer(uint64_t hart)
{
    struct message message = { .handle = -1 };
    int ends[2], peer;

    MUST(endpoint_pair(ends));
    peer = PEER(call_with_full_table, 0, hart, ends[1]);
    MUST(ipc_receive(ends[0], &message, NULL));
    message.handle = 1;
    FAILS(ipc_reply(&message), EMFILE);
    FAILS(ipc_reply_receive(ends[0], &message, NULL), EMFILE);
    message.handle = -1;
    message.words[0] = 3;
    MUST(ipc_reply(&message));
    PEER_DONE(peer);
}

const struct test_case message_cases[] = {
    SAME_AND_CROSS("message-data", data),
    SAME_AND_CROSS("message-bad-length", bad_length),
    SAME_AND_CROSS("message-bad-source", bad_source),
    SAME_AND_CROSS("message-bad-handle", bad_handle),
    SAME_AND_CROSS("message-bad-target", bad_target),
    SAME_AND_CROSS("message-bad-target-waiting", bad_target_waiting),
    SAME_AND_CROSS("message-bad-answer", bad_answer),
    SAME_AND_CROSS("message-unwanted-answer", unwanted_answer),
    SAME_AND_CROSS("message-handles", handles),
    SAME_AND_CROSS("message-no-room", no_room),
    SAME_AND_CROSS("message-no-room-for-answer", no_room_for_answer),
    END_OF_CASES,
};
