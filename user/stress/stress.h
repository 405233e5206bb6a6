/* SPDX-License-Identifier: MIT */
/*
 * The stress test: what its processes share.
 *
 *   stress             (main.c)         runs a coordinator, and compares what the kernel has in use
 *                                       before and after
 *   stress coordinate  (coordinator.c)  owns all channels; starts, kills and replaces the workers
 *   stress work SEAT   (worker.c)       sits on its seat and does everything at random
 *
 * The ledger is memory that all of them map. A worker writes what it is about to send and that
 * it has sent it, what it has received and what its handlers have seen, so at any time the books
 * say what is owed to whom, whoever dies in between. A seat's books outlive the processes on it.
 * Each field has one writer, the one that its comment names; when a process is dead, the
 * coordinator writes for it.
 *
 * The work comes in rounds of a fixed number of operations for each seat. A round ends when all
 * has been done and all that was sent has been received: a later message wakes its receiver for
 * an earlier one too, so only a time when nobody sends makes a lost wake-up visible. It then
 * hangs, and a watchdog tells who waits for what (report.c).
 */
#ifndef STRESS_H
#define STRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stress/chance.h"
#include "stress/fail.h"
#include "stress/pause.h"

#define MAX_SEATS         8
#define ROUND_OPERATIONS  40   /* of a seat */
#define ENOUGH_OPERATIONS 6000 /* in all, to have seen one of everything */
#define GET(field)        __atomic_load_n(&(field), __ATOMIC_ACQUIRE)
#define SET(field, value) __atomic_store_n(&(field), (value), __ATOMIC_RELEASE)

/* Handles that every worker starts with, behind the standard ones. */
#define LEDGER_HANDLE     3
#define REGISTRAR_HANDLE  4

/* ---- Messages: ledger.c ---- */

#define QUEUE_PRIORITIES  4

/* Where order holds: a message queue keeps it within a priority. */
enum kind { KIND_PIPE, KIND_CALL, KIND_RING, KIND_QUEUE, KINDS = KIND_QUEUE + QUEUE_PRIORITIES };

/* Numbers of the last message of one kind from one seat to another one. */
struct lane {
    uint32_t intent;   /* that may have been sent; sender */
    uint32_t sent;     /* that surely was; sender */
    uint32_t received; /* receiver */
};

struct record {
    uint8_t kind, to, from, extra;
    uint32_t number;
    uint32_t previous; /* the last that surely was sent before: what was received must reach it */
    uint32_t length;   /* of what follows */
    uint64_t sender;   /* generation of the process */
    uint64_t check;    /* never 0 */
};

#define PIPE_BATCH     16 /* records that a pipe takes in one piece */
#define QUEUE_PAYLOAD  224
#define QUEUE_MESSAGES 4
#define RING_SLOTS     8

/*
 * A message on its way from the kernel to the books. A reader empties it first; its death loses
 * nothing.
 */
struct inbox {
    struct record pipe[PIPE_BATCH];
    struct record queue;
    uint8_t queue_payload[QUEUE_PAYLOAD];
    uint64_t event[2];     /* read in turn: the one of event_index is next */
    uint64_t event_sum[2]; /* of all until the event beside it */
    uint32_t event_index;
};

/* Numbers added to the receiver's eventfd by a seat; sender. */
struct sum {
    uint64_t sure, doubtful;
    uint64_t pending; /* being added now; 0: nothing */
};

/* ---- Posts: receiver.c, post.c ---- */

/* The threads of a worker */
enum role {
    ROLE_MAIN,
    ROLE_SERVER,
    ROLE_PIPE,
    ROLE_QUEUE,
    ROLE_EVENT,
    ROLE_RING,
    ROLE_LISTENER,
    ROLES
};

/*
 * An interrupt or a signal that at most one is under way of at a time, so it must be met exactly
 * once for each number. An epoch is one registration of a receiver, or one process on a seat.
 */
struct post {
    uint32_t epoch;   /* of the receiver that is sent to; sender */
    uint32_t sending; /* the last number that may have been sent; sender */
    uint32_t sent;    /* that surely was, to this epoch; sender */
    uint32_t base;    /* what was sent up to here went to an earlier epoch; sender */
    uint32_t
        refused; /* an epoch that has refused a post: it must be over by the end of the round; sender */
    uint32_t met; /* the last number that the handler has met; handler */
    uint32_t
        credit; /* 1: a number may be met twice, since its sender died sending it; both, atomically */
};

/* Vectors of a receiver: two of one sender each, one that everybody posts as often as he likes. */
enum { VECTOR_EXACT, VECTOR_EXACT_2, VECTOR_FLOOD, VECTORS };

struct receiver {
    uint32_t epoch; /* odd: registered; its thread */
    uint32_t gone;  /* the last epoch that surely is over; its thread */
    struct post exact[VECTOR_FLOOD];
    struct post flood[MAX_SEATS]; /* by sender */
};

/* ---- Seats ---- */

/* Ways to die: by exit() with EXIT_STATUS and the seat's number, by a signal, by a fault */
#define EXIT_STATUS 40
enum { DIE_EXIT = 1, DIE_KILL = 2, DIE_TERM = 4, DIE_FAULT = 8 };

struct talk {
    uint32_t nonce;       /* client */
    uint32_t sure, maybe; /* bytes or messages written; client */
    uint32_t complete;    /* nothing more will come; client */
    uint32_t left;        /* nonce of a talk that the server ended early; server */
};

struct thread_state {
    const char *doing; /* the same program everywhere, so pointers to its strings are good */
};

struct seat {
    uint32_t generation; /* processes that were here; coordinator */
    uint32_t gone;       /* the last generation that surely is dead; coordinator */
    uint32_t operations; /* done in this round; its process */
    uint32_t finished;   /* last round that it has finished; its process */
    uint32_t announced;  /* DIE_... that may come; its process, atomically */
    uint32_t poison;     /* the next handler that runs there dies; any sender */
    uint32_t bell;       /* futex of the ring reader; any sender, atomically */
    struct inbox inbox;
    struct talk talk;
    struct thread_state threads[ROLES];
    struct receiver receivers[ROLES];
    struct post signals[MAX_SEATS]; /* by sender */
    struct record ring[MAX_SEATS][RING_SLOTS];
    struct sum sums[MAX_SEATS]; /* by sender */
    /* For the report, atomically: what must be at most the number of deaths here. */
    uint32_t deaths, calls_broken, talks_broken;
};

enum counter {
    COUNT_OPERATIONS,
    COUNT_CALLS,
    COUNT_CALLS_WITH_DATA,
    COUNT_CALLS_WITH_HANDLE,
    COUNT_CALLS_CANCELED,
    COUNT_CALLS_TOO_LONG,
    COUNT_ORPHANED_REPLIES,
    COUNT_TALKS,
    COUNT_TALKS_LEFT,
    COUNT_PIPE,
    COUNT_QUEUE,
    COUNT_EVENT,
    COUNT_RING,
    COUNT_POSTS,
    COUNT_FLOODS,
    COUNT_SIGNALS,
    COUNT_REFUSED,
    COUNT_STALE,
    COUNT_REGISTERED,
    COUNT_WAKE_UPS,
    COUNT_SUSPENDED,
    COUNT_INTERRUPTED,
    COUNT_BROKEN,
    COUNT_MOVES,
    COUNT_PRIORITIES,
    COUNT_THREADS,
    COUNT_MAPPINGS,
    COUNT_DIED_EXIT,
    COUNT_DIED_SIGNAL,
    COUNT_DIED_FAULT,
    COUNT_DIED_IN_HANDLER,
    COUNTERS
};

struct ledger {
    uint64_t seed; /* constant from here ... */
    uint32_t seats;
    uint32_t harts;  /* ... to here */
    uint32_t round;  /* 0: none yet; futex; coordinator */
    uint32_t stop;   /* workers exit; coordinator */
    uint32_t failed; /* anybody, before he says why */
    uint64_t counters[COUNTERS];
    struct lane lanes[KINDS][MAX_SEATS][MAX_SEATS]; /* by receiver, sender */
    struct seat seat[MAX_SEATS];
};

extern struct ledger *ledger;

/* The seat of this process; -1: it is the coordinator. */
extern int own_number;
extern struct seat *own;

/* Maps the ledger's shared memory, which must be large enough for it. */
void ledger_map(int handle);

void count(enum counter counter);

/* Numbers of a kind from 1 on; the next `number` messages to `to`: writes their records. */
void lane_begin(enum kind kind, unsigned to, struct record *records, unsigned number);
void lane_sent(enum kind kind, unsigned to);
void lane_not_sent(enum kind kind, unsigned to, unsigned number);

/* A message has come to `to`: checks everything and enters it. The second: one that is no record. */
void lane_receive(unsigned to, enum kind kind, const struct record *record);
void lane_enter(enum kind kind, unsigned to, unsigned from, uint32_t number, uint32_t previous);

/* Enters what is in an inbox, and empties it. The coordinator does it for the dead. */
void inbox_enter_pipe(unsigned seat);
void inbox_enter_queue(unsigned seat);
void inbox_enter_event(unsigned seat);

/* All that has come to a seat's eventfd. */
uint64_t event_received(unsigned seat);

static inline void pause_somehow(void)
{
    enum pause pause = pause_among(ledger->harts);

    if (pause != PAUSE_STAYED) {
        count(pause == PAUSE_MOVED ? COUNT_MOVES : COUNT_PRIORITIES);
    }
}

#endif
