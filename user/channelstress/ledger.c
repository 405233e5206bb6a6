// SPDX-License-Identifier: MIT
#include "channelstress/channelstress.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/syscall.h"

struct ledger *ledger;

void ledger_map(int handle)
{
    ledger = memory_map(NULL, (sizeof(*ledger) + 4095) & ~4095ul, MAP_READ | MAP_WRITE, handle);
    if (!ledger) {
        printf("channelstress: no memory for the ledger\n");
        fflush(stdout);
        _exit(1);
    }
}

/* The first complaint is the one that matters. */
void fail(const char *format, ...)
{
    char text[240];
    va_list arguments;

    if (!__atomic_exchange_n(&ledger->failed, 1, __ATOMIC_ACQ_REL)) {
        va_start(arguments, format);
        vsnprintf(text, sizeof(text), format, arguments);
        va_end(arguments);
        printf("channelstress: %s\n", text);
        fflush(stdout);
    }
    _exit(1);
}

void count(enum counter counter, uint64_t number)
{
    __atomic_fetch_add(&ledger->counters[counter], number, __ATOMIC_RELAXED);
}

static uint64_t check_of(const struct channel_message *message)
{
    uint64_t check = 1;

    for (unsigned i = 0; i < WORD_CHECK; i++) {
        check = mix(check, message->words[i]);
    }
    return check;
}

void seal(struct channel_message *message)
{
    message->words[WORD_CHECK] = check_of(message);
    message->token = mix(message->words[WORD_WHO], message->words[WORD_NUMBER]);
}

bool is_sealed(const struct channel_message *message)
{
    return message->words[WORD_CHECK] == check_of(message) &&
           message->token == mix(message->words[WORD_WHO], message->words[WORD_NUMBER]);
}

struct book *book_of(uint64_t who)
{
    if (WHO_CLIENT(who) >= ledger->clients) {
        fail("a request from client %u", WHO_CLIENT(who));
    }
    return &ledger->seats[WHO_CLIENT(who)].books[WHO_SESSION(who) % BOOKS];
}

bool book_read(const uint64_t *entry, uint64_t who, uint32_t *count)
{
    uint64_t value = GET(*entry);

    *count = ENTRY_COUNT(value);
    return value >> 32 == WHO_SESSION(who);
}

/* Nobody else counts there, but the client may begin another session. */
void book_count(uint64_t *entry, uint64_t who)
{
    uint64_t before = GET(*entry);

    if (before >> 32 == WHO_SESSION(who)) {
        __atomic_compare_exchange_n(entry, &before, before + 1, false, __ATOMIC_RELEASE,
                                    __ATOMIC_RELAXED);
    }
}
