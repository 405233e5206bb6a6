// SPDX-License-Identifier: MIT
#include "stress/worker.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/ipc.h"
#include "lib/signals.h"
#include "lib/syscall.h"
#include "lib/thread.h"

#define MOST_KEPT 16 /* sending handles */

_Thread_local enum role own_role;

void doing(const char *what)
{
    own->threads[own_role].doing = what;
}

/* ---- Dying ---- */

static void announce(unsigned way)
{
    __atomic_fetch_or(&own->announced, way, __ATOMIC_RELAXED);
}

static void fault(void)
{
    switch (below(4)) {
    case 0:
        *(volatile char *)0 = 1;
        break;
    case 1:
        (void)*(volatile uint64_t *)0xffffffc080200000;
        break;
    case 2:
        __asm__ volatile("csrw 0x1b1, zero"); /* suirs */
        break;
    default:
        ((void (*)(void))0x2000)();
    }
}

void die(void)
{
    switch (below(4)) {
    case 0:
        announce(DIE_EXIT);
        _exit(EXIT_STATUS + own_number);
    case 1:
        announce(DIE_KILL);
        process_kill(process_self(), SIGNAL_KILL);
        break;
    case 2:
        announce(DIE_TERM);
        process_kill(process_self(), SIGNAL_TERM);
        break;
    default:
        announce(DIE_FAULT);
        fault();
    }
    fail("survived its death");
}

void maybe_die(unsigned one_of)
{
    if (one_in(one_of)) {
        die();
    }
}

/* ---- Handles ---- */

int fetch(enum object object, unsigned seat)
{
    struct message message = { .handle = -1 };

    do {
        message.words[0] = object;
        message.words[1] = seat;
        doing("a call to the registrar");
    } while (ipc_call(REGISTRAR_HANDLE, &message) < 0 && errno == EINTR);
    doing(NULL);
    return (int)must(message.handle, "the registrar's handle");
}

/* A process has MAX_HANDLES: some are given back, whichever. */
int sending_handle(enum object object, unsigned seat)
{
    static int handles[OBJECTS * MAX_SEATS]; /* 0: none; it is somebody else's number */
    static unsigned kept;
    int *wanted = &handles[object * MAX_SEATS + seat];

    while (kept > MOST_KEPT || (kept > 0 && one_in(32))) {
        int *handle = &handles[below(OBJECTS * MAX_SEATS)];

        if (*handle) {
            must(handle_close(*handle), "handle_close");
            *handle = 0;
            kept--;
        }
    }
    if (!*wanted) {
        *wanted = fetch(object, seat);
        kept++;
    }
    return *wanted;
}

/* ---- The threads ---- */

static void (*const functions[ROLES])(void *) = {
    [ROLE_SERVER] = serve,     [ROLE_PIPE] = read_pipe, [ROLE_QUEUE] = read_queue,
    [ROLE_EVENT] = read_event, [ROLE_RING] = read_ring, [ROLE_LISTENER] = listen,
};

static void begin(void *argument)
{
    own_role = (enum role)(uintptr_t)argument;
    chance_seed(ledger->seed, (uint64_t)own_number << 8 | own_role, own->generation);
    if (own_number % 2) {
        signals_block(); /* so that they find the main thread, also when it runs */
    }
    if (own_role == ROLE_LISTENER || one_in(3)) {
        receiver_register();
    }
    functions[own_role](NULL);
}

static void start_threads(void)
{
    static struct thread threads[ROLES];

    for (enum role role = ROLE_MAIN + 1; role < ROLES; role++) {
        must(thread_start(&threads[role], begin, (void *)(uintptr_t)role), "thread_start");
    }
}

static const struct {
    void (*function)(unsigned to);
    unsigned weight;
    const char *name;
} operations[] = {
    {call_words,             8,  "words"                },
    { call_data,             4,  "data"                 },
    { call_event,            2,  "event by call"        },
    { call_memory,           2,  "memory by call"       },
    { call_silence,          1,  "silence"              },
    { talk_by_pipe,          1,  "talk by pipe"         },
    { talk_by_queue,         1,  "talk by queue"        },
    { send_pipe,             12, "pipe"                 },
    { send_queue,            12, "queue"                },
    { send_event,            8,  "event"                },
    { send_ring,             12, "ring"                 },
    { post,                  20, "post"                 },
    { send_signal,           4,  "signal"               },
    { use_threads,           1,  "threads"              },
    { use_memory,            1,  "memory"               },
    { sleep_until_posted,    2,  "sleep until posted"   },
    { sleep_until_signalled, 1,  "sleep until signalled"},
};

#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))

static void do_something(void)
{
    unsigned chosen, i, all = 0;

    for (i = 0; i < OPERATIONS; i++) {
        all += operations[i].weight;
    }
    chosen = below(all);
    for (i = 0; chosen >= operations[i].weight; i++) {
        chosen -= operations[i].weight;
    }
    doing(operations[i].name);
    operations[i].function(below(ledger->seats));
    doing(NULL);
}

static void wait_for_round(uint32_t after)
{
    doing("the next round");
    while (GET(ledger->round) == after && !GET(ledger->stop)) {
        futex_wait(&ledger->round, after, WAIT_FOREVER);
    }
    doing(NULL);
    if (GET(ledger->stop)) {
        _exit(0);
    }
}

int work(unsigned number)
{
    ledger_map(LEDGER_HANDLE);
    own_number = (int)number;
    own = &ledger->seat[number];
    chance_seed(ledger->seed, number << 8, own->generation);
    signals_begin();
    must(signal_set_mask(SIGNAL_BLOCK, 1ul << SIGNAL_USR1),
         "sigprocmask"); /* local.c asks for it */
    start_threads();
    for (uint32_t round = GET(ledger->round);; round = GET(ledger->round)) {
        while (own->operations < ROUND_OPERATIONS) {
            pause_somehow();
            do_something();
            count(COUNT_OPERATIONS);
            own->operations++;
            maybe_die(150);
        }
        SET(own->finished, round);
        wait_for_round(round);
    }
}
