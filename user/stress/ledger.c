// SPDX-License-Identifier: MIT
#include "stress/stress.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/syscall.h"

struct ledger *ledger;
int own_number = -1;
struct seat *own;

void ledger_map(int handle)
{
    ledger = memory_map(NULL, sizeof(*ledger), MAP_READ | MAP_WRITE, handle);
    if (!ledger) {
        printf("stress: cannot map the ledger: %s\n", strerror(errno));
        _exit(1);
    }
}

/* Also from handlers, so nothing is buffered. What the first failure brings about is not said. */
void fail(const char *format, ...)
{
    char text[200];
    va_list arguments;
    int length;

    if (__atomic_exchange_n(&ledger->failed, 1, __ATOMIC_RELAXED)) {
        _exit(1);
    }
    length = own_number < 0 ? snprintf(text, sizeof(text), "stress: coordinator: ")
                            : snprintf(text, sizeof(text), "stress: seat %d: ", own_number);
    va_start(arguments, format);
    length += vsnprintf(text + length, sizeof(text) - (size_t)length, format, arguments);
    va_end(arguments);
    length = length < (int)sizeof(text) - 1 ? length : (int)sizeof(text) - 2;
    text[length] = '\n';
    write(1, text, (size_t)length + 1);
    _exit(1);
}

void count(enum counter counter)
{
    __atomic_fetch_add(&ledger->counters[counter], 1, __ATOMIC_RELAXED);
}

/* ---- Lanes ---- */

static uint64_t check_of(const struct record *record)
{
    uint64_t head = (uint64_t)record->kind | (uint64_t)record->to << 8 |
                    (uint64_t)record->from << 16 | (uint64_t)record->extra << 24 |
                    (uint64_t)record->number << 32;
    uint64_t tail = (uint64_t)record->previous | (uint64_t)record->length << 32;

    return mix(mix(head, tail), record->sender) | 1;
}

/* A batch is sent as a whole or not at all, so within it each one's predecessor is sure. */
void lane_begin(enum kind kind, unsigned to, struct record *records, unsigned number)
{
    struct lane *lane = &ledger->lanes[kind][to][own_number];

    for (unsigned i = 0; i < number; i++) {
        struct record *record = &records[i];

        record->kind = kind;
        record->to = (uint8_t)to;
        record->from = (uint8_t)own_number;
        record->number = lane->intent + 1 + i;
        record->previous = i == 0 ? lane->sent : record->number - 1;
        record->sender = own->generation;
        record->check = check_of(record);
    }
    SET(lane->intent, lane->intent + number);
}

void lane_sent(enum kind kind, unsigned to)
{
    struct lane *lane = &ledger->lanes[kind][to][own_number];

    SET(lane->sent, lane->intent);
}

void lane_not_sent(enum kind kind, unsigned to, unsigned number)
{
    struct lane *lane = &ledger->lanes[kind][to][own_number];

    SET(lane->intent, lane->intent - number);
}

void lane_enter(enum kind kind, unsigned to, unsigned from, uint32_t number, uint32_t previous)
{
    struct lane *lane = &ledger->lanes[kind][to][from];

    if (number <= lane->received) {
        fail("kind %u: message %u from %u to %u again, %u was the last", kind, number, from, to,
             lane->received);
    }
    if (previous > lane->received) {
        fail("kind %u: from %u to %u message %u came after %u, but %u had been sent", kind, from,
             to, number, lane->received, previous);
    }
    SET(lane->received, number);
}

void lane_receive(unsigned to, enum kind kind, const struct record *record)
{
    if (record->check != check_of(record)) {
        fail("a message of kind %u, number %u, from %u to %u, is damaged", record->kind,
             record->number, record->from, record->to);
    }
    if (record->to != to || record->kind != kind || record->from >= ledger->seats) {
        fail("kind %u of seat %u got a message of kind %u from %u to %u", kind, to, record->kind,
             record->from, record->to);
    }
    lane_enter(kind, to, record->from, record->number, record->previous);
}

/* ---- Inboxes ---- */

/* Entered already, when the process died before it emptied the inbox. */
static bool is_entered(unsigned seat, const struct record *record)
{
    return record->from < ledger->seats && record->kind < KINDS &&
           record->number <= ledger->lanes[record->kind][seat][record->from].received;
}

/* The dead reader's may be half done: by the coordinator only. */
static bool is_new(unsigned seat, const struct record *record)
{
    return record->check && !(own_number < 0 && is_entered(seat, record));
}

void inbox_enter_pipe(unsigned seat)
{
    struct inbox *inbox = &ledger->seat[seat].inbox;

    for (unsigned i = 0; i < PIPE_BATCH; i++) {
        if (is_new(seat, &inbox->pipe[i])) {
            lane_receive(seat, KIND_PIPE, &inbox->pipe[i]);
        }
        SET(inbox->pipe[i].check, 0);
    }
}

void inbox_enter_queue(unsigned seat)
{
    struct inbox *inbox = &ledger->seat[seat].inbox;
    struct record *record = &inbox->queue;

    if (is_new(seat, record)) {
        if (record->kind < KIND_QUEUE || record->kind >= KINDS || record->length > QUEUE_PAYLOAD ||
            !is_filled(inbox->queue_payload, record->length, record->check)) {
            fail("a queue's message of kind %u, %u bytes, is damaged", record->kind,
                 record->length);
        }
        lane_receive(seat, record->kind, record);
    }
    SET(record->check, 0);
}

/* Every step can be repeated: a death in between changes nothing. */
void inbox_enter_event(unsigned seat)
{
    struct inbox *inbox = &ledger->seat[seat].inbox;
    unsigned next = inbox->event_index % 2;

    if (inbox->event[next]) {
        SET(inbox->event_sum[next], inbox->event_sum[!next] + inbox->event[next]);
        SET(inbox->event[!next], 0);
        SET(inbox->event_index, inbox->event_index + 1);
    }
}

uint64_t event_received(unsigned seat)
{
    struct inbox *inbox = &ledger->seat[seat].inbox;

    return inbox->event_sum[!(GET(inbox->event_index) % 2)];
}
