// SPDX-License-Identifier: MIT
/* Starts everybody, kills at random, starts successors, ends rounds, and judges. */
#include "channelstress/channelstress.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/ipc.h"
#include "lib/process.h"
#include "lib/syscall.h"
#include "uapi/signal.h"

#define LOOK     100000             /* nanoseconds between two looks */
#define PATIENCE (30 * NANOSECONDS) /* without any progress */

/* Servers first, then clients. */
static int processes[SERVERS + MAX_CLIENTS]; /* -1: none */
static bool shot[SERVERS + MAX_CLIENTS];     /* by us; it may have been dying anyway */
static int endpoints[SERVERS][2];

static unsigned seats(void)
{
    return SERVERS + ledger->clients;
}

/* ---- Processes ---- */

static void start(unsigned seat)
{
    bool server = seat < SERVERS;
    unsigned number = server ? seat : seat - SERVERS;
    int handles[ENDPOINT_HANDLE + SERVERS] = { 0, 1, 2, LEDGER_HANDLE };
    struct process_options options = process_defaults;
    char text[12];

    for (unsigned i = 0; i < SERVERS; i++) {
        handles[ENDPOINT_HANDLE + i] = endpoints[server ? number : i][!server];
    }
    options.handles = handles;
    options.handle_count = ENDPOINT_HANDLE + (server ? 1 : SERVERS);
    if (server) {
        SET(ledger->server_generations[number], ledger->server_generations[number] + 1);
    } else {
        SET(ledger->seats[number].generation, ledger->seats[number].generation + 1);
    }
    snprintf(text, sizeof(text), "%u", number);
    shot[seat] = false;
    processes[seat] = (int)must(
        process_start((const char *[]){ "channelstress", server ? "server" : "client", text, NULL },
                      &options),
        "process_start");
}

/* A successor sits down where somebody has died, of one of the ways to do that. */
static void look_after(unsigned seat)
{
    int status;

    if (processes[seat] < 0 || process_wait(processes[seat], &status, WAIT_NOHANG) < 0) {
        return;
    }
    must(handle_close(processes[seat]), "handle_close");
    processes[seat] = -1;
    if (status == 0 && GET(ledger->stop)) {
        return;
    }
    if (status != EXIT_STATUS && status != STATUS_FAULT(15) &&
        status != STATUS_SIGNAL(SIGNAL_KILL)) {
        fail("%s %u ended with status %d", seat < SERVERS ? "server" : "client",
             seat < SERVERS ? seat : seat - SERVERS, status);
    }
    start(seat);
}

static void shoot_somebody(void)
{
    unsigned seat = below(seats());

    if (processes[seat] >= 0 && !shot[seat]) {
        must(process_kill(processes[seat], SIGNAL_KILL), "process_kill");
        shot[seat] = true;
        count(COUNT_KILLED, 1);
    }
}

/* ---- Rounds ---- */

static uint64_t progress(void)
{
    static const enum counter counters[] = { COUNT_SESSIONS, COUNT_REQUESTS, COUNT_ANSWERS,
                                             COUNT_KILLED };
    uint64_t sum = ledger->round;

    for (unsigned i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
        sum += __atomic_load_n(&ledger->counters[counters[i]], __ATOMIC_RELAXED);
    }
    return sum;
}

static _Noreturn void stands_still(void)
{
    printf("channelstress: nothing goes on any more in round %u of seed %lu\n", ledger->round,
           ledger->seed);
    for (unsigned i = 0; i < ledger->clients; i++) {
        struct client_seat *seat = &ledger->seats[i];
        struct book *book = &seat->books[seat->session % BOOKS];

        printf("channelstress:   client %u, process %u: session %u, %u to %u sent, %u taken, "
               "%u to %u answered, %u received; %u in this round%s\n",
               i, seat->generation, seat->session, ENTRY_COUNT(book->sent),
               ENTRY_COUNT(book->intent), ENTRY_COUNT(book->taken), ENTRY_COUNT(book->answered),
               ENTRY_COUNT(book->intending), ENTRY_COUNT(book->received), seat->done,
               seat->parked == ledger->round ? ", done" : "");
    }
    fail("lost");
}

static void watch(void)
{
    static uint64_t before;
    static uint64_t since;
    uint64_t sum = progress(), now = clock_nanoseconds();

    if (sum != before) {
        before = sum;
        since = now;
    }
    if (now - since > PATIENCE) {
        stands_still();
    }
    if (GET(ledger->failed)) {
        _exit(1);
    }
}

static void look(void)
{
    thread_sleep(LOOK);
    for (unsigned i = 0; i < seats(); i++) {
        look_after(i);
    }
    watch();
}

static unsigned parked(uint32_t round)
{
    unsigned sum = 0;

    for (unsigned i = 0; i < ledger->clients; i++) {
        sum += GET(ledger->seats[i].parked) == round;
    }
    return sum;
}

/* Nobody who has done his part is to die: the rest of the round is calm. */
static void run_round(uint32_t round)
{
    for (unsigned i = 0; i < ledger->clients; i++) {
        ledger->seats[i].done = 0;
    }
    SET(ledger->calm, 0);
    SET(ledger->round, round);
    futex_wake(&ledger->round, UINT32_MAX);
    while (parked(round) < ledger->clients) {
        look();
        if (parked(round) > ledger->clients / 2) {
            SET(ledger->calm, 1);
        } else if (one_in(40)) {
            shoot_somebody();
        }
    }
}

/* Clients end, then nobody can come any more, then servers end. */
static void end_all(void)
{
    SET(ledger->stop, 1);
    SET(ledger->round, ledger->round + 1);
    futex_wake(&ledger->round, UINT32_MAX);
    for (unsigned i = SERVERS; i < seats(); i++) {
        while (processes[i] >= 0) {
            look();
        }
    }
    for (unsigned i = 0; i < SERVERS; i++) {
        must(handle_close(endpoints[i][1]), "handle_close");
    }
    for (unsigned i = 0; i < SERVERS; i++) {
        while (processes[i] >= 0) {
            look();
        }
    }
}

/* ---- The end ---- */

static uint64_t counted(enum counter counter)
{
    return ledger->counters[counter];
}

static void check_enough(unsigned rounds)
{
    static const struct {
        enum counter counter;
        const char *what;
    } wanted[] = {
        {COUNT_FINISHED,     "session that was finished"   },
        { COUNT_ABANDONED,   "session that its client left"},
        { COUNT_BROKEN,      "session that its server left"},
        { COUNT_WITH_BUFFER, "message with a buffer"       },
        { COUNT_FULL,        "full ring"                   },
        { COUNT_DEADLOCK,    "pair of full rings"          },
        { COUNT_DIED_EXIT,   "exit"                        },
        { COUNT_DIED_FAULT,  "death by a fault"            },
        { COUNT_DIED_KILL,   "death by its own hand"       },
        { COUNT_KILLED,      "death by another one's"      },
        { COUNT_MOVES,       "move"                        },
    };

    for (unsigned i = 0; rounds >= 10 && i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        if (counted(wanted[i].counter) == 0) {
            fail("too little happened: no %s", wanted[i].what);
        }
    }
}

static void print_summary(const struct system_info *before)
{
    struct system_info after;

    must(system_info(&after), "system_info");
    printf("channelstress: seed %lu, %u clients, %u servers, %u rounds: %lu sessions, %lu "
           "requests, %lu answers, %lu with buffers (%lu bytes); ",
           ledger->seed, ledger->clients, SERVERS, ledger->round - 1, counted(COUNT_SESSIONS),
           counted(COUNT_REQUESTS), counted(COUNT_ANSWERS), counted(COUNT_WITH_BUFFER),
           counted(COUNT_BYTES));
    printf("%lu finished, %lu left, %lu broken off, %lu orphaned; %lu exits, %lu faults, %lu "
           "kills, %lu migrations; nothing lost\n",
           counted(COUNT_FINISHED), counted(COUNT_ABANDONED), counted(COUNT_BROKEN),
           counted(COUNT_ORPHANED), counted(COUNT_DIED_EXIT), counted(COUNT_DIED_FAULT),
           counted(COUNT_DIED_KILL) + counted(COUNT_KILLED), after.migrations - before->migrations);
    fflush(stdout);
}

static void set_up(uint64_t seed, unsigned clients, const struct system_info *info)
{
    int memory = memory_create((sizeof(*ledger) + 4095) & ~4095ul);

    if (memory != LEDGER_HANDLE) {
        printf("channelstress: the ledger's handle is %d\n", memory);
        _exit(1);
    }
    ledger_map(memory);
    ledger->seed = seed;
    ledger->clients = clients;
    ledger->harts = info->harts;
    chance_seed(ledger->seed, 0, 0);
    for (unsigned i = 0; i < SERVERS; i++) {
        must(endpoint_pair(endpoints[i]), "endpoint_pair");
    }
    for (unsigned i = 0; i < seats(); i++) {
        start(i);
    }
}

int coordinate(uint64_t seed, unsigned rounds, unsigned clients)
{
    struct system_info before;

    system_info(&before);
    set_up(seed, clients, &before);
    for (uint32_t round = 1; round <= rounds; round++) {
        run_round(round);
    }
    end_all();
    check_enough(rounds);
    print_summary(&before);
    return 0;
}
