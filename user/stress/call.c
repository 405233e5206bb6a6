// SPDX-License-Identifier: MIT
#include "stress/call.h"

#include <errno.h>
#include <string.h>

#include "stress/worker.h"
#include "lib/syscall.h"

#define PAGE_SIZE 4096

static uint8_t buffer[MESSAGE_MAX_DATA];

/* ---- A call ---- */

static uint64_t check_words(uint64_t head, uint64_t number, uint64_t argument)
{
    return mix(mix(head, number), argument);
}

static void make_words(uint64_t words[], unsigned to, enum request request, size_t length,
                       uint64_t argument)
{
    struct lane *lane = &ledger->lanes[KIND_CALL][to][own_number];

    words[0] = request_head((unsigned)own_number, to, request, length);
    words[1] = (lane->intent + 1) | (uint64_t)lane->sent << 32;
    words[2] = argument;
    words[3] = check_words(words[0], words[1], words[2]);
}

uint64_t call_check(unsigned to, enum request request, size_t length, uint64_t argument)
{
    uint64_t words[MESSAGE_WORDS];

    make_words(words, to, request, length, argument);
    return words[3];
}

static int exchange(int endpoint, enum request request, struct message *message)
{
    if (request == REQUEST_WORDS) {
        long result = ipc_call_words(endpoint, &message->words[0], &message->words[1],
                                     &message->words[2], &message->words[3]);

        errno = (int)-result;
        return (int)result;
    }
    return ipc_call(endpoint, message);
}

/* The error decides what is known about the message. */
static void lost(unsigned to, const struct call *call, uint32_t number)
{
    struct seat *seat = &ledger->seat[to];

    switch (errno) {
    case EINTR:
        count(COUNT_INTERRUPTED);
        break;
    case EPIPE: /* the server has died; at most one call in progress at each death */
        count(COUNT_BROKEN);
        __atomic_fetch_add(&seat->calls_broken, 1, __ATOMIC_RELAXED);
        break;
    case ECANCELED:
        if (call->request != REQUEST_SILENCE) {
            fail("call %u to %u: ECANCELED, but it was no such request", number, to);
        }
        count(COUNT_CALLS_CANCELED);
        lane_sent(KIND_CALL, to);
        break;
    case EMSGSIZE:
        if (call->message.length <= SERVER_BUFFER) {
            fail("call %u to %u: EMSGSIZE for %zu bytes", number, to, call->message.length);
        }
        count(COUNT_CALLS_TOO_LONG);
        lane_not_sent(KIND_CALL, to, 1);
        break;
    default:
        fail("call %u to %u: %s", number, to, strerror(errno));
    }
}

static void check_answer(unsigned to, const struct call *call, const uint64_t request[],
                         uint32_t number)
{
    const uint64_t *words = call->message.words;
    uint32_t received = GET(ledger->lanes[KIND_CALL][to][own_number].received);

    if (words[0] != (request[0] | ANSWER) || words[1] != number ||
        words[3] != check_words(words[0], words[1], words[2])) {
        fail("call %u to %u: the answer is %#lx, %lu, %#lx, %#lx", number, to, words[0], words[1],
             words[2], words[3]);
    }
    if (received != number) {
        fail("call %u to %u: answered, but the last one received is %u", number, to, received);
    }
}

bool call(unsigned to, struct call *call)
{
    struct lane *lane = &ledger->lanes[KIND_CALL][to][own_number];
    struct message *message = &call->message;
    int endpoint = sending_handle(OBJECT_ENDPOINT_WRITE, to);
    uint32_t number = lane->intent + 1;
    uint64_t request[MESSAGE_WORDS];
    int result;

    make_words(request, to, call->request, message->length, call->argument);
    memcpy(message->words, request, sizeof(request));
    SET(lane->intent, number);
    result = exchange(endpoint, call->request, message);
    maybe_die(3000);
    if (result < 0) {
        lost(to, call, number);
        return false;
    }
    check_answer(to, call, request, number);
    lane_sent(KIND_CALL, to);
    count(COUNT_CALLS);
    call->result = message->words[2];
    call->check = message->words[3];
    return true;
}

int call_for_handle(unsigned to, enum request request, uint64_t argument, uint32_t *epoch)
{
    struct call c = { .request = request, .argument = argument, .message = { .handle = -1 } };

    if (!call(to, &c)) {
        return -1;
    }
    *epoch = (uint32_t)c.result;
    return c.message.handle;
}

/* ---- The operations ---- */

void call_words(unsigned to)
{
    struct call c = { .request = REQUEST_WORDS, .message = { .handle = -1 } };

    for (unsigned i = 1 + below(4); i > 0; i--) {
        c.argument = below(1u << 31);
        c.message.length = 0;
        c.message.handle = -1;
        if (!call(to, &c)) {
            return;
        }
        if (c.result != mix(c.argument, (uint64_t)to)) {
            fail("call to %u: the result for %#lx is %#lx", to, c.argument, c.result);
        }
    }
}

void call_data(unsigned to)
{
    size_t length = one_in(16) ? SERVER_BUFFER + 1 + below(MESSAGE_MAX_DATA - SERVER_BUFFER)
                               : below(one_in(4) ? SERVER_BUFFER + 1 : 300);
    struct call c = {
        .request = REQUEST_DATA,
        .argument = below(SERVER_BUFFER + 1),
        .message = {.buffer = buffer, .length = length, .capacity = SERVER_BUFFER, .handle = -1},
    };

    fill(buffer, length, call_check(to, c.request, length, c.argument));
    if (!call(to, &c)) {
        return;
    }
    if (c.message.length != c.argument || !is_filled(buffer, c.message.length, c.check)) {
        fail("call to %u: the answer's data is wrong, %zu bytes of %lu", to, c.message.length,
             c.argument);
    }
    count(COUNT_CALLS_WITH_DATA);
}

void call_event(unsigned to)
{
    int event = (int)must(eventfd_create(0, HANDLE_NONBLOCK), "eventfd");
    struct call c = { .request = REQUEST_EVENT,
                      .argument = 1 + below(1000),
                      .message = { .handle = event } };
    uint64_t value;

    if (call(to, &c)) {
        if (handle_read(event, &value, sizeof(value)) != sizeof(value) || value != c.argument) {
            fail("call to %u: the eventfd passed along did not get %lu", to, c.argument);
        }
        count(COUNT_CALLS_WITH_HANDLE);
    }
    must(handle_close(event), "handle_close");
}

void call_memory(unsigned to)
{
    size_t size = PAGE_SIZE * (1 + below(3));
    int memory = (int)must(memory_create(size), "memory_create");
    uint8_t *bytes = memory_map(NULL, size, MAP_READ | MAP_WRITE, memory);
    struct call c = { .request = REQUEST_MEMORY,
                      .argument = size,
                      .message = { .handle = memory } };

    must(bytes ? 0 : -1, "memory_map");
    fill(bytes, size, call_check(to, c.request, 0, size));
    if (call(to, &c)) {
        if (!is_filled(bytes, size, c.check)) {
            fail("call to %u: the memory passed along is not what the server wrote", to);
        }
        count(COUNT_CALLS_WITH_HANDLE);
    }
    must(memory_unmap(bytes, size), "memory_unmap");
    must(handle_close(memory), "handle_close");
}

void call_silence(unsigned to)
{
    struct call c = { .request = REQUEST_SILENCE, .message = { .handle = -1 } };

    if (call(to, &c)) {
        fail("call to %u: an answer that nobody gave", to);
    }
}
