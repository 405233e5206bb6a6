// SPDX-License-Identifier: MIT
/* Attacks on those that serve or are served, by floods and deaths, and on the time that others need. */
#include "hostile/hostile.h"

#include <errno.h>
#include <string.h>

#include "lib/ipc.h"
#include "lib/process.h"
#include "lib/signals.h"
#include "lib/syscall.h"
#include "lib/thread.h"
#include "lib/uintr.h"

/* Handles of children here, behind the standard ones. */
#define CHILD_ENDPOINT 3
#define THREADS        6

/* ---- A victim's server under a flood of calls ---- */

static char garbage[MESSAGE_MAX_DATA];

static void flood(void *argument)
{
    uint64_t state = (uint64_t)argument + 77;

    for (;;) {
        struct message message = { .buffer = garbage, .handle = -1 };
        uint64_t random = chance(&state);

        for (unsigned i = 0; i < MESSAGE_WORDS; i++) {
            message.words[i] = chance(&state);
        }
        message.length = random % 4 == 0 ? random / 4 % MESSAGE_MAX_DATA : random / 4 % 256;
        message.capacity = random / 8 % sizeof(garbage);
        if (random % 3 == 0) {
            message.handle = CALL_HANDLE;
        } else if (random % 7 == 0) {
            message.handle = (int)(random % 300) - 20;
        }
        if (ipc_call(CALL_HANDLE, &message) == 0 && message.handle >= 0) {
            handle_close(message.handle);
        }
    }
}

static int call_flood(unsigned unused)
{
    static struct thread threads[THREADS];

    (void)unused;
    tell_peak();
    for (uintptr_t i = 0; i < THREADS; i++) {
        EXPECT(thread_start(&threads[i], flood, (void *)i) == 0);
    }
    flood((void *)THREADS);
    return 1;
}

/* Callers that die in the queue and in the call. */
static int call_and_die(unsigned unused)
{
    const int handles[] = { -1, 1, 2, -1, -1, -1, CALL_HANDLE };

    (void)unused;
    tell_peak();
    for (unsigned i = 0; i < 25; i++) {
        int process = start_child("calls", i, handles, 7);

        EXPECT(process >= 0);
        thread_sleep(50000 + i * 20000);
        EXPECT(process_kill(process, SIGNAL_KILL) == 0);
        EXPECT(process_finish(process) == STATUS_SIGNAL(SIGNAL_KILL));
    }
    return 0;
}

/* ---- A server that never answers, answers nobody, dies ---- */

static int bad_server(unsigned way)
{
    struct message message = { .handle = -1 };

    EXPECT(ipc_reply(&message) == -1 && errno == ESRCH);
    EXPECT(ipc_receive(CHILD_ENDPOINT, &message, NULL) == 0);
    switch (way % 3) {
    case 0:
        thread_sleep(WAIT_FOREVER);
        return 1;
    case 1:
        message.handle = 60; /* no such handle: the caller waits on */
        EXPECT(ipc_reply(&message) == -1 && errno == EBADF);
        message = (struct message){ .buffer = KERNEL, .length = 8, .handle = -1 };
        EXPECT(ipc_reply(&message) == -1);
        return 5; /* with the caller still waiting */
    default:
        *(volatile int *)0 = 1;
        return 1;
    }
}

static int calling_child(unsigned unused)
{
    struct message message = { .handle = -1 };

    (void)unused;
    return ipc_call(CHILD_ENDPOINT, &message) == 0 ? 1 : errno == EPIPE ? 6 : 7;
}

static void serve_badly(unsigned way)
{
    int ends[2], server, client;

    EXPECT(endpoint_pair(ends) == 0);
    server = start_child("bad-server", way, (int[]){ -1, 1, 2, ends[0] }, 4);
    client = start_child("calling-child", 0, (int[]){ -1, 1, 2, ends[1] }, 4);
    EXPECT(server >= 0 && client >= 0);
    EXPECT(handle_close(ends[0]) == 0 && handle_close(ends[1]) == 0);
    if (way % 3 == 0) { /* one of them waits for ever: both are killed, in either order */
        thread_sleep(300000);
        EXPECT(process_kill(way % 2 ? server : client, SIGNAL_KILL) == 0);
        thread_sleep(100000);
        process_kill(server, SIGNAL_KILL);
        process_kill(client, SIGNAL_KILL);
        process_finish(server);
        process_finish(client);
    } else {
        EXPECT(process_finish(client) == 6);
        EXPECT(process_finish(server) == (way % 3 == 1 ? 5 : STATUS_FAULT(15)));
    }
}

static int bad_servers(unsigned unused)
{
    (void)unused;
    tell_peak();
    for (unsigned way = 0; way < 18; way++) {
        serve_badly(way);
    }
    return 0;
}

/* ---- Peers that die while one waits for them ---- */

enum channel { PIPE, QUEUE, EVENT, CHANNELS };

static int dies_later(unsigned unused)
{
    (void)unused;
    thread_sleep(300000);
    *(volatile int *)0 = 1;
    return 1;
}

static void make_channel(enum channel channel, bool writes, int ends[2])
{
    int both =
        channel == QUEUE ? queue_create(1, 8) : eventfd_create(writes ? UINT64_MAX - 1 : 0, 0);

    EXPECT(both >= 0 && pipe_create(ends, 0) == 0);
    for (unsigned i = 0; channel != PIPE && i < 2; i++) {
        EXPECT(handle_close(ends[i]) == 0);
        ends[i] = handle_duplicate(both, (i ? RIGHT_WRITE : RIGHT_READ) | RIGHT_TRANSFER, 0);
    }
    EXPECT(ends[0] >= 0 && ends[1] >= 0 && handle_close(both) == 0);
}

static long use_channel(enum channel channel, bool writes, int handle)
{
    static uint64_t data = 1;

    if (channel == QUEUE && writes) {
        return queue_send(handle, &data, sizeof(data), 0) ? -1 : 1;
    }
    return channel == QUEUE ? queue_receive(handle, &data, sizeof(data), NULL)
           : writes         ? handle_write(handle, &data, sizeof(data))
                            : handle_read(handle, &data, sizeof(data));
}

/* What waits for the only one at the other end ends with it, and nothing else comes to wake it. */
static int peers_die(unsigned unused)
{
    (void)unused;
    tell_peak();
    for (unsigned way = 0; way < 2 * CHANNELS; way++) {
        enum channel channel = way / 2;
        unsigned writes = way % 2;
        int ends[2], child;
        long result;

        make_channel(channel, writes, ends);
        child = start_child("dies-later", 0, (int[]){ -1, 1, 2, ends[!writes] }, 4);
        EXPECT(child >= 0 && handle_close(ends[!writes]) == 0);
        while ((result = use_channel(channel, writes, ends[writes])) > 0) { /* until it waits */
        }
        EXPECT(channel == PIPE && !writes ? result == 0 : result == -1 && errno == EPIPE);
        EXPECT(process_finish(child) == STATUS_FAULT(15) && handle_close(ends[writes]) == 0);
    }
    return 0;
}

/* ---- Those that wait for each other ---- */

static int circle[2]; /* endpoints */

static void call_across(void *argument)
{
    struct message message = { .handle = -1 };

    ipc_call(circle[(uintptr_t)argument], &message);
    wrong("a call that nobody can answer returned");
}

static int deadlock(unsigned unused)
{
    static struct thread threads[4];

    (void)unused;
    circle[0] = endpoint_create();
    circle[1] = endpoint_create();
    EXPECT(circle[0] >= 0 && circle[1] >= 0);
    for (uintptr_t i = 0; i < 4; i++) {
        EXPECT(thread_start(&threads[i], call_across, (void *)(i % 2)) == 0);
    }
    tell_peak();
    call_across((void *)0);
    return 1;
}

/* ---- Signals ---- */

static int signal_storm(unsigned unused)
{
    (void)unused;
    EXPECT(process_kill(READ_HANDLE, SIGNAL_USR2) == -1 && errno == EACCES);
    tell_peak();
    for (;;) {
        EXPECT(process_kill(SIGNAL_HANDLE, SIGNAL_USR2) == 0);
    }
}

/* ---- Time ---- */

static void spin(void *unused)
{
    (void)unused;
    for (;;) {
    }
}

static void spin_on_all_harts(void)
{
    static struct thread threads[THREADS];

    for (unsigned i = 0; i < THREADS; i++) {
        EXPECT(thread_start(&threads[i], spin, NULL) == 0);
    }
    tell_peak();
    spin(NULL);
}

/* As important as the victims: they share the time. */
static int hog(unsigned unused)
{
    (void)unused;
    spin_on_all_harts();
    return 1;
}

/* Less important than the victims, and it can't change that. */
static int worse_hog(unsigned unused)
{
    struct process_options options = process_defaults;

    (void)unused;
    for (unsigned priority = 0; priority <= DEFAULT_PRIORITY; priority++) {
        options.priority = priority;
        EXPECT(thread_set_priority(priority) == -1 && errno == EPERM);
        EXPECT(process_start((const char *[]){ "hostile", "attack", "nothing", "0", NULL },
                             &options) == -1 &&
               errno == EPERM);
    }
    EXPECT(thread_set_priority(PRIORITIES) == -1 && errno == EINVAL);
    spin_on_all_harts();
    return 1;
}

static void call_kernel(void *unused)
{
    int memory = memory_create(4ul << 20);

    (void)unused;
    for (;;) {
        void *bytes = memory_map(NULL, 4ul << 20, MAP_READ, memory);

        if (bytes) {
            memory_unmap(bytes, 4ul << 20);
        }
        thread_yield();
    }
}

/* In the kernel nearly all the time, by calls that take long. */
static int kernel_hog(unsigned unused)
{
    static struct thread thread;

    (void)unused;
    EXPECT(thread_start(&thread, call_kernel, NULL) == 0);
    tell_peak();
    call_kernel(NULL);
    return 1;
}

/* Always moving between harts and priorities, as a target for what is sent to the running. */
static void move(void *argument)
{
    uint64_t state = (uint64_t)argument + 5;

    for (;;) {
        thread_set_affinity(1 + chance(&state) % 15);
        thread_set_priority(DEFAULT_PRIORITY + (unsigned)(chance(&state) % 4));
    }
}

static int movers(unsigned unused)
{
    static struct thread threads[THREADS];

    (void)unused;
    tell_peak();
    for (uintptr_t i = 0; i < THREADS; i++) {
        EXPECT(thread_start(&threads[i], move, (void *)i) == 0);
    }
    move((void *)THREADS);
    return 1;
}

static int calls(unsigned seed)
{
    flood((void *)(uintptr_t)seed);
    return 1;
}

const struct attack ipc_attacks[] = {
    {"call-flood",     call_flood,    ENDLESS, GRANT_CALL  },
    { "call-and-die",  call_and_die,  0,       GRANT_CALL  },
    { "bad-servers",   bad_servers,   0,       0           },
    { "peers-die",     peers_die,     0,       0           },
    { "deadlock",      deadlock,      ENDLESS, 0           },
    { "signal-storm",  signal_storm,  ENDLESS, GRANT_SIGNAL},
    { "hog",           hog,           ENDLESS, 0           },
    { "worse-hog",     worse_hog,     ENDLESS, GRANT_WORSE },
    { "kernel-hog",    kernel_hog,    ENDLESS, 0           },
    { "movers",        movers,        ENDLESS, 0           },
    { "calls",         calls,         ENDLESS, NOT_A_CASE  },
    { "bad-server",    bad_server,    0,       NOT_A_CASE  },
    { "calling-child", calling_child, 0,       NOT_A_CASE  },
    { "dies-later",    dies_later,    0,       NOT_A_CASE  },
    { NULL,            NULL,          0,       0           },
};
