// SPDX-License-Identifier: MIT
/* See kv.h. The server and each client are processes; the starter waits for all and says what it cost. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/window.h"
#include "demo/demo.h"
#include "kv/kv.h"
#include "lib/clock.h"
#include "lib/ipc.h"
#include "lib/process.h"
#include "lib/syscall.h"

/* A child's handles */
enum { ENDPOINT = 3, READY, GATE, EXIT, HANDLES };

#define MOST_CLIENTS 40
#define WARM_UP      64 /* requests of each client that nobody counts */
#define WINDOW       2  /* for the attribution plugin: all requests */

static const struct kv_transport *const transports[] = { &kv_kernel, &kv_channel };

int kv_must(int result, const char *what)
{
    if (result < 0) {
        printf("kv: %s failed: %s\n", what, strerror(errno));
        exit(1);
    }
    return result;
}

static const struct kv_transport *find_transport(const char *name)
{
    for (unsigned i = 0; i < sizeof(transports) / sizeof(transports[0]); i++) {
        if (strcmp(name, transports[i]->name) == 0) {
            return transports[i];
        }
    }
    return NULL;
}

static int start(const char *role, char *const arguments[], const int handles[4])
{
    const char *words[] = { "kv",         role,         arguments[0], arguments[1],
                            arguments[2], arguments[3], arguments[4], NULL };
    struct process_options options = process_defaults;

    options.handles = (int[]){ 0, 1, 2, handles[0], handles[1], handles[2], handles[3] };
    options.handle_count = HANDLES;
    return kv_must(process_start(words, &options), "process_start");
}

/* ---- The server and clients ---- */

/* All clients begin together, and end together: a gate is open when nobody can write there. */
static void pass_gate(int gate)
{
    char c;

    kv_must((int)write(READY, "", 1), "write");
    kv_must((int)read(gate, &c, 1), "read");
}

static int run_client(const struct kv_transport *transport, const struct kv_work *work)
{
    struct kv_work warm_up = *work;
    unsigned wrong;

    warm_up.requests = WARM_UP;
    transport->open(ENDPOINT);
    wrong = kv_client(transport, &warm_up);
    pass_gate(GATE);
    wrong += kv_client(transport, work);
    pass_gate(EXIT); /* nobody closes while others ask */
    transport->close();
    if (wrong) {
        printf("kv: client %u: %u wrong answers\n", work->seed, wrong);
    }
    return wrong != 0;
}

static int run_child(char **argv)
{
    const struct kv_transport *transport = find_transport(argv[2]);
    struct kv_work work = { .seed = (unsigned)atoi(argv[3]),
                            .requests = (unsigned)atoi(argv[4]),
                            .size = (unsigned)atoi(argv[5]),
                            .depth = (unsigned)atoi(argv[6]) };

    if (strcmp(argv[1], "--serve") == 0) {
        transport->serve(ENDPOINT);
        return 0;
    }
    return run_client(transport, &work);
}

/* ---- The starter ---- */

static int finish(const int *processes, unsigned count)
{
    int failed = 0;

    for (unsigned i = 0; i < count; i++) {
        failed |= process_finish(processes[i]);
    }
    return failed;
}

static void await_clients(int ready, unsigned clients)
{
    char c;

    for (unsigned i = 0; i < clients; i++) {
        kv_must(read(ready, &c, 1) == 1 ? 0 : -1, "a client");
    }
}

/* What the starter keeps: where clients say that they are ready, and later that they are done; the gates. */
struct ends {
    int ready, gate, exit;
};

static struct ends start_all(char *arguments[5], unsigned clients, int processes[], int *server)
{
    int ends[2], ready[2], gate[2], leave[2];
    char seed[12];

    kv_must(endpoint_pair(ends), "endpoint_pair");
    kv_must(pipe_create(ready, 0), "pipe_create");
    kv_must(pipe_create(gate, 0), "pipe_create");
    kv_must(pipe_create(leave, 0), "pipe_create");
    *server = start("--serve", arguments, (int[]){ ends[0], -1, -1, -1 });
    handle_close(ends[0]);
    for (unsigned i = 0; i < clients; i++) {
        snprintf(seed, sizeof(seed), "%u", i + 1);
        arguments[1] = seed;
        processes[i] = start("--ask", arguments, (int[]){ ends[1], ready[1], gate[0], leave[0] });
    }
    handle_close(ends[1]);
    handle_close(ready[1]);
    handle_close(gate[0]);
    handle_close(leave[0]);
    await_clients(ready[0], clients);
    return (struct ends){ ready[0], gate[1], leave[1] };
}

static int run(char *arguments[5], unsigned clients, unsigned requests)
{
    int processes[MOST_CLIENTS], server, failed;
    struct ends ends;
    uint64_t instructions, nanoseconds, all = clients * (uint64_t)requests;
    unsigned depth = (unsigned)atoi(arguments[4]), most = find_transport(arguments[0])->depth;

    ends = start_all(arguments, clients, processes, &server);
    instructions = count_now();
    nanoseconds = clock_nanoseconds();
    window_begin(WINDOW);
    handle_close(ends.gate);
    await_clients(ends.ready, clients);
    window_end(WINDOW);
    instructions = count_now() - instructions;
    nanoseconds = clock_nanoseconds() - nanoseconds + 1;
    handle_close(ends.exit);
    handle_close(ends.ready);
    failed = finish(processes, clients);
    failed |= finish(&server, 1);
    printf("kv: %s, %u clients, %lu requests, %s bytes, %u in flight: ", arguments[0], clients, all,
           arguments[3], depth < most ? depth : most);
    if (count_works()) {
        printf("%lu instructions a request\n", instructions / all);
    } else {
        printf("%lu requests a second\n", all * NANOSECONDS / nanoseconds);
    }
    return failed;
}

int main(int argc, char **argv)
{
    char *arguments[] = { "channel", "0", "1000", "64", "8" };
    unsigned clients = 4;

    if (argc == 7 && strncmp(argv[1], "--", 2) == 0) {
        return run_child(argv);
    }
    for (int i = 1; i < argc && i < 6; i++) {
        if (i == 2) {
            clients = (unsigned)atoi(argv[i]);
        } else {
            arguments[i == 1 ? 0 : i - 1] = argv[i];
        }
    }
    if (argc > 6 || !find_transport(arguments[0]) || clients - 1 >= MOST_CLIENTS ||
        atoi(arguments[2]) < 1 || atoi(arguments[3]) < 0 || atoi(arguments[3]) > KV_MOST ||
        atoi(arguments[4]) < 1) {
        printf("usage: kv [kernel|channel] [CLIENTS, up to %u] [REQUESTS] [SIZE, up to %u] "
               "[DEPTH]\n",
               MOST_CLIENTS, KV_MOST);
        return 2;
    }
    count_init();
    return run(arguments, clients, (unsigned)atoi(arguments[2]));
}
