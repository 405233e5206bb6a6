// SPDX-License-Identifier: MIT
/*
 * Reads the books: whether they are even, what is missing when nothing goes on, and what it all
 * came to.
 */
#include "stress/coordinator.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/syscall.h"

static const char *const kinds[KINDS] = { "pipe",    "call",    "ring",   "queue 0",
                                          "queue 1", "queue 2", "queue 3" };
static const char *const roles[ROLES] = { "main",  "server", "pipe",    "queue",
                                          "event", "ring",   "listener" };

/* ---- Whether they are even ---- */

static bool tell(bool wanted, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool tell(bool wanted, const char *format, ...)
{
    va_list arguments;

    if (wanted) {
        va_start(arguments, format);
        printf("stress:   ");
        vprintf(format, arguments);
        va_end(arguments);
    }
    return false;
}

/* Calls are over when they return, one way or another. */
static bool lanes_are_even(unsigned to, unsigned from, bool wanted)
{
    bool even = true;

    for (enum kind kind = 0; kind < KINDS; kind++) {
        struct lane *lane = &ledger->lanes[kind][to][from];

        if (GET(lane->received) < GET(lane->sent)) {
            even = tell(wanted, "%s from %u to %u: %u sent, %u received\n", kinds[kind], from, to,
                        lane->sent, lane->received);
        }
    }
    return even;
}

static bool event_is_even(unsigned to, bool wanted)
{
    uint64_t sure = 0, doubtful = 0, received = event_received(to);

    for (unsigned from = 0; from < ledger->seats; from++) { /* a number moves from left to right */
        struct sum *sum = &ledger->seat[to].sums[from];

        doubtful += GET(sum->pending);
        doubtful += GET(sum->doubtful);
        sure += GET(sum->sure);
    }
    if (received > sure + doubtful) {
        fail("eventfd of seat %u: %lu received, at most %lu written", to, received,
             sure + doubtful);
    }
    return received >= sure ||
           tell(wanted, "eventfd of %u: %lu written, %lu received\n", to, sure, received);
}

static bool post_is_even(const struct post *post, uint32_t epoch, bool wanted, const char *what,
                         unsigned to, unsigned from)
{
    uint32_t met = GET(post->met), base = GET(post->base);

    if (post->epoch != epoch) {
        return true; /* who was sent to is gone */
    }
    return (met > base ? met : base) >= GET(post->sent) ||
           tell(wanted, "%s from %u to %u: %u posted, %u met\n", what, from, to, post->sent, met);
}

/* Not while somebody sends. The receiver may still be about to die, then its epoch ends. */
static bool refusal_is_right(const struct post *post, uint32_t epoch, bool wanted, const char *what,
                             unsigned to)
{
    return post->refused == 0 || post->refused != epoch ||
           tell(wanted, "%s: a post to %u, epoch %u, was refused, but it lives\n", what, to, epoch);
}

static bool posts_are_even(unsigned to, bool wanted)
{
    struct seat *seat = &ledger->seat[to];
    bool even = true;

    for (enum role role = 0; role < ROLES; role++) {
        struct receiver *receiver = &seat->receivers[role];
        uint32_t epoch = GET(receiver->epoch);

        for (unsigned i = 0; epoch % 2 && i < VECTOR_FLOOD; i++) {
            struct post *post = &receiver->exact[i];
            unsigned from = (to + 1 + role + i) % ledger->seats;

            even &= post_is_even(post, epoch, wanted, roles[role], to, from);
            even &= refusal_is_right(post, epoch, wanted, roles[role], to);
        }
        for (unsigned from = 0; epoch % 2 && from < ledger->seats; from++) {
            even &= post_is_even(&receiver->flood[from], epoch, wanted, roles[role], to, from);
            even &= refusal_is_right(&receiver->flood[from], epoch, wanted, roles[role], to);
        }
    }
    for (unsigned from = 0; from < ledger->seats; from++) {
        even &= post_is_even(&seat->signals[from], seat->generation, wanted, "signal", to, from);
        even &= refusal_is_right(&seat->signals[from], seat->generation, wanted, "signal", to);
    }
    return even;
}

static bool seat_has_finished(unsigned number, bool wanted)
{
    struct seat *seat = &ledger->seat[number];

    return GET(seat->finished) == ledger->round || tell(wanted, "seat %u: %u of %u operations\n",
                                                        number, seat->operations, ROUND_OPERATIONS);
}

bool books_are_even(bool wanted)
{
    bool even = true;

    for (unsigned to = 0; to < ledger->seats; to++) {
        even &= seat_has_finished(to, wanted);
        for (unsigned from = 0; from < ledger->seats; from++) {
            even &= lanes_are_even(to, from, wanted);
        }
        even &= event_is_even(to, wanted);
        even &= posts_are_even(to, wanted);
    }
    return even;
}

/* ---- The watchdog ---- */

uint64_t progress(void)
{
    uint64_t all = 0;

    for (unsigned i = 0; i < COUNTERS; i++) {
        all += __atomic_load_n(&ledger->counters[i], __ATOMIC_RELAXED);
    }
    for (unsigned to = 0; to < ledger->seats; to++) {
        all += GET(ledger->seat[to].generation) + event_received(to);
        for (unsigned from = 0; from < ledger->seats; from++) {
            for (enum kind kind = 0; kind < KINDS; kind++) {
                all += GET(ledger->lanes[kind][to][from].received);
            }
        }
    }
    return all;
}

void diagnose(void)
{
    struct system_info info;

    printf("stress: nothing goes on any more in round %u of seed %lu\n", ledger->round,
           ledger->seed);
    books_are_even(true);
    for (unsigned i = 0; i < ledger->seats; i++) {
        struct seat *seat = &ledger->seat[i];

        printf("stress:   seat %u, process %u%s:", i, seat->generation,
               seat->gone == seat->generation ? ", dead" : "");
        for (enum role role = 0; role < ROLES; role++) {
            if (seat->threads[role].doing) {
                printf(" %s waits for %s;", roles[role], seat->threads[role].doing);
            }
        }
        printf("\n");
    }
    must(system_info(&info), "system_info");
    printf("stress:   %u processes, %u threads, %lu receivers asleep, %lu doorbells, %lu woken\n",
           info.processes, info.threads, info.uintr.blocked_now, info.uintr.doorbells,
           info.uintr.woken);
    fflush(stdout);
    _exit(1);
}

/* ---- The end ---- */

static uint64_t counted(enum counter counter)
{
    return ledger->counters[counter];
}

static void check_seat(unsigned number)
{
    struct seat *seat = &ledger->seat[number];

    if (seat->calls_broken > seat->deaths || seat->talks_broken > seat->deaths) {
        fail("seat %u: %u calls and %u talks were broken off, but it died %u times only", number,
             seat->calls_broken, seat->talks_broken, seat->deaths);
    }
}

static void needed(uint64_t value, const char *what)
{
    if (value == 0) {
        fail("too little happened: no %s", what);
    }
}

static void check_enough(const struct system_info *before, const struct system_info *after)
{
    static const struct {
        enum counter counter;
        const char *what;
    } wanted[] = {
        {COUNT_CALLS_WITH_DATA,    "call with data"                  },
        { COUNT_CALLS_WITH_HANDLE, "call with a handle"              },
        { COUNT_CALLS_CANCELED,    "call without an answer"          },
        { COUNT_CALLS_TOO_LONG,    "call that was too long"          },
        { COUNT_ORPHANED_REPLIES,  "reply that came too late"        },
        { COUNT_TALKS,             "talk"                            },
        { COUNT_TALKS_LEFT,        "talk that was left"              },
        { COUNT_POSTS,             "post"                            },
        { COUNT_FLOODS,            "flood of posts"                  },
        { COUNT_SIGNALS,           "signal"                          },
        { COUNT_REFUSED,           "post that was refused"           },
        { COUNT_STALE,             "post to somebody gone"           },
        { COUNT_WAKE_UPS,          "thread that slept until a post"  },
        { COUNT_SUSPENDED,         "thread that slept until a signal"},
        { COUNT_INTERRUPTED,       "wait that was interrupted"       },
        { COUNT_BROKEN,            "call whose server died"          },
        { COUNT_THREADS,           "thread that came and went"       },
        { COUNT_MAPPINGS,          "mapping"                         },
        { COUNT_DIED_EXIT,         "exit"                            },
        { COUNT_DIED_SIGNAL,       "death by a signal"               },
        { COUNT_DIED_FAULT,        "death by a fault"                },
        { COUNT_DIED_IN_HANDLER,   "death in a handler"              },
    };

    for (unsigned i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        needed(counted(wanted[i].counter), wanted[i].what);
    }
    needed(after->uintr.slept - before->uintr.slept, "receiver that slept");
    needed(after->uintr.woken - before->uintr.woken, "receiver that was woken");
    if (ledger->harts > 1) {
        needed(after->migrations - before->migrations, "migration");
        needed(after->uintr.not_slept - before->uintr.not_slept, "receiver that needn't sleep");
    }
    if (after->receiver_slots <= ledger->seats) { /* each has a listener, at least */
        needed(after->uintr.evicted - before->uintr.evicted, "receiver that lost its slot");
        needed(after->uintr.relayed - before->uintr.relayed, "post through the kernel");
    }
}

void check_totals(const struct system_info *before, const struct system_info *after,
                  unsigned operations)
{
    uint64_t deaths = 0;

    for (unsigned i = 0; i < ledger->seats; i++) {
        check_seat(i);
        deaths += ledger->seat[i].deaths;
    }
    if (counted(COUNT_ORPHANED_REPLIES) > counted(COUNT_INTERRUPTED) + deaths) {
        fail("%lu replies found nobody, but only %lu waits were interrupted and %lu processes died",
             counted(COUNT_ORPHANED_REPLIES), counted(COUNT_INTERRUPTED), deaths);
    }
    if (operations >= ENOUGH_OPERATIONS) {
        check_enough(before, after);
    }
}

void print_summary(const struct system_info *before, const struct system_info *after)
{
    printf("stress: seed %lu, %u processes, %lu operations: %lu calls, %lu talks, %lu messages, "
           "%lu posts, %lu signals; ",
           ledger->seed, ledger->seats, counted(COUNT_OPERATIONS), counted(COUNT_CALLS),
           counted(COUNT_TALKS),
           counted(COUNT_PIPE) + counted(COUNT_QUEUE) + counted(COUNT_EVENT) + counted(COUNT_RING),
           counted(COUNT_POSTS) + counted(COUNT_FLOODS), counted(COUNT_SIGNALS));
    printf("%lu interrupted, %lu refused, %lu broken off; ", counted(COUNT_INTERRUPTED),
           counted(COUNT_REFUSED), counted(COUNT_BROKEN) + counted(COUNT_TALKS_LEFT));
    printf("%lu exits, %lu kills, %lu faults, %lu migrations, %lu doorbells, %lu evictions; "
           "nothing lost\n",
           counted(COUNT_DIED_EXIT), counted(COUNT_DIED_SIGNAL), counted(COUNT_DIED_FAULT),
           after->migrations - before->migrations, after->uintr.doorbells - before->uintr.doorbells,
           after->uintr.evicted - before->uintr.evicted);
}
