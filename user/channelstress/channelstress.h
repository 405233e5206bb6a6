/* SPDX-License-Identifier: MIT */
/*
 * The stress test of channels: what its processes share.
 *
 *   channelstress              (main.c)         runs a coordinator, and compares what the kernel has in use
 *                                               before and after
 *   channelstress coordinate   (coordinator.c)  starts, kills and replaces clients and servers
 *   channelstress client SEAT  (client.c)       one session after the other, with any of the servers
 *   channelstress server SEAT  (server.c)       serves many at a time, or one after the other
 *
 * A session is a channel from connection to end. Its book is in memory that all of them map: either side writes
 * there what it is about to send, and again when it has sent it. So whoever dies, the other side knows how
 * many messages it must have received before it was told of the end, and how many it can have.
 *
 * The work comes in rounds. Towards the end of one nobody dies any more and all that was asked must be
 * answered: deaths wake everybody, and would hide a lost wake-up. A watchdog ends a test that stands still.
 */
#ifndef CHANNELSTRESS_H
#define CHANNELSTRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/channel.h"
#include "stress/chance.h"
#include "stress/fail.h"
#include "stress/pause.h"

#define MAX_CLIENTS       12
#define SERVERS           3   /* the last one serves one client after the other */
#define ROUND_MESSAGES    150 /* answers that each client gets */
#define BOOKS             16  /* of a client; used in turn */
#define GET(field)        __atomic_load_n(&(field), __ATOMIC_ACQUIRE)
#define SET(field, value) __atomic_store_n(&(field), (value), __ATOMIC_RELEASE)

/* Handles that everybody starts with, behind the standard ones; the endpoints' other sides for servers. */
#define LEDGER_HANDLE     3
#define ENDPOINT_HANDLE   4 /* and on: of each server; a server's own only */

/* Ways to die */
#define EXIT_STATUS       40

/* ---- Messages. words[0] to [5] ---- */

enum { WORD_WHO, WORD_NUMBER, WORD_LENGTH, WORD_SEED, WORD_WANTED, WORD_CHECK };

#define WHO(client, session) ((uint64_t)(client) << 32 | (session))
#define WHO_CLIENT(who)      ((unsigned)((who) >> 32))
#define WHO_SESSION(who)     ((uint32_t)(who))
#define NO_ANSWER_BUFFER     UINT64_MAX /* WORD_WANTED, otherwise bytes */

/* ---- The ledger ---- */

/*
 * Counts of a session, each with the session's number above it (ENTRY): a server that is slow must neither
 * count for, nor judge by, a later session that has the book now.
 */
struct book {
    uint64_t intent;    /* requests that may have been sent; client */
    uint64_t sent;      /* that surely were; client */
    uint64_t received;  /* answers; client */
    uint64_t taken;     /* requests received; server */
    uint64_t intending; /* answers that may have been sent; server */
    uint64_t answered;  /* that surely were; server */
};

#define ENTRY(session, count) ((uint64_t)(session) << 32 | (count))
#define ENTRY_COUNT(entry)    ((uint32_t)(entry))

struct client_seat {
    uint32_t generation; /* processes that were here; coordinator */
    uint32_t session;    /* sessions begun here; its process */
    uint32_t done;       /* answers received in this round; its process */
    uint32_t parked;     /* the last round that it has finished; its process */
    struct book books[BOOKS];
};

enum counter {
    COUNT_SESSIONS,
    COUNT_FINISHED,
    COUNT_ABANDONED,
    COUNT_BROKEN,
    COUNT_REQUESTS,
    COUNT_ANSWERS,
    COUNT_WITH_BUFFER,
    COUNT_BYTES,
    COUNT_FULL,
    COUNT_DEADLOCK,
    COUNT_LEFT_OVER,
    COUNT_ORPHANED,
    COUNT_DIED_EXIT,
    COUNT_DIED_FAULT,
    COUNT_DIED_KILL,
    COUNT_KILLED,
    COUNT_MOVES,
    COUNTERS
};

struct ledger {
    uint64_t seed; /* constant from here ... */
    uint32_t clients;
    uint32_t harts; /* ... to here */
    uint32_t round; /* futex; coordinator */
    uint32_t calm;  /* nobody is to die any more in this round; coordinator */
    uint32_t stop;  /* no more rounds; coordinator */
    uint32_t failed;
    uint64_t counters[COUNTERS];
    uint32_t server_generations[SERVERS];
    struct client_seat seats[MAX_CLIENTS];
};

extern struct ledger *ledger;

/* ---- ledger.c ---- */

void ledger_map(int handle);

void count(enum counter counter, uint64_t number);

/* The last word and the token, from the others. */
void seal(struct channel_message *message);
bool is_sealed(const struct channel_message *message);

/* Where the book of a session is; a later one may have it by now. */
struct book *book_of(uint64_t who);

/* For the server: counts one more, and reads, in an entry of a book, if it is the session's still. False: it isn't. */
void book_count(uint64_t *entry, uint64_t who);
bool book_read(const uint64_t *entry, uint64_t who, uint32_t *count);

static inline void pause_somehow(void)
{
    if (pause_among(ledger->harts) == PAUSE_MOVED) {
        count(COUNT_MOVES, 1);
    }
}

/* die.c: dies, one time of so many, unless all is to be calm. */
void maybe_die(unsigned one_of);

/* ---- The parts ---- */

int coordinate(uint64_t seed, unsigned rounds, unsigned clients);
int be_client(unsigned seat);
int be_server(unsigned seat);

#endif
