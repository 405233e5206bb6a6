// SPDX-License-Identifier: MIT
/*
 * What the kernel's IPC costs: guest instructions of a round trip between two processes that
 * take turns on one hart, everything included: both programs, the kernel, the switches. Each
 * side waits in the kernel while the other works. Exact, and the same in every run, under QEMU's
 * -icount.
 *
 *   cost                    all of it
 *   cost --peer MECHANISM   the answering side, started by the above
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo/demo.h"
#include "lib/channel.h"
#include "lib/ipc.h"
#include "lib/process.h"
#include "lib/signals.h"
#include "lib/syscall.h"
#include "lib/uintr.h"

#define ROUNDS  255
#define WARM_UP 16
#define VECTOR  1

/* The peer's handles: what it gets its requests by, what it answers by. Its requester's process. */
enum { REQUEST = 3, ANSWER, REQUESTER, HANDLES };

struct mechanism {
    const char *name;
    const char *description;
    /* Objects for both sides: the peer's REQUEST and ANSWER, and ours for the same. */
    void (*create)(int ours[2], int peers[2]);
    void (*prepare)(int send, int receive); /* either side, once; may be NULL */
    void (*request)(int send, int receive); /* sends, and waits for the answer */
    void (*answer)(int receive, int send);  /* waits, and answers; for ever */
    void (*await_peer)(void);               /* until the peer can be sent to; may be NULL */
};

static int must(int result, const char *what)
{
    if (result < 0) {
        printf("cost: %s failed: %s\n", what, strerror(errno));
        exit(1);
    }
    return result;
}

/* ---- Call and reply ---- */

static void create_endpoint(int ours[2], int peers[2])
{
    int endpoint = must(endpoint_create(), "endpoint_create");

    peers[0] = must(handle_duplicate(endpoint, RIGHT_READ | RIGHT_TRANSFER, 0), "handle_duplicate");
    peers[1] = -1;
    ours[0] = endpoint;
    ours[1] = -1;
}

static void request_by_call(int send, int receive)
{
    uint64_t a = 1, b = 2, c = 3, d = 4;

    (void)receive;
    ipc_call_words(send, &a, &b, &c, &d);
}

static void answer_calls(int receive, int send)
{
    uint64_t a, b, c, d;
    long badge = ipc_receive_words(receive, &a, &b, &c, &d);

    (void)send;
    while (badge >= 0) {
        badge = ipc_reply_receive_words(receive, &a, &b, &c, &d);
    }
}

/* ---- Pipes, event counters, queues: eight bytes there, eight bytes back ---- */

static void create_pipes(int ours[2], int peers[2])
{
    int there[2], back[2];

    must(pipe_create(there, 0), "pipe_create");
    must(pipe_create(back, 0), "pipe_create");
    peers[0] = there[0];
    ours[0] = there[1];
    ours[1] = back[0];
    peers[1] = back[1];
}

static void create_eventfds(int ours[2], int peers[2])
{
    peers[0] = ours[0] = must(eventfd_create(0, 0), "eventfd_create");
    peers[1] = ours[1] = must(eventfd_create(0, 0), "eventfd_create");
}

static void request_by_write(int send, int receive)
{
    uint64_t word = 1;

    handle_write(send, &word, sizeof(word));
    handle_read(receive, &word, sizeof(word));
}

static void answer_reads(int receive, int send)
{
    uint64_t word;

    while (handle_read(receive, &word, sizeof(word)) == sizeof(word)) {
        handle_write(send, &word, sizeof(word));
    }
}

static void create_queues(int ours[2], int peers[2])
{
    peers[0] = ours[0] = must(queue_create(4, sizeof(uint64_t)), "queue_create");
    peers[1] = ours[1] = must(queue_create(4, sizeof(uint64_t)), "queue_create");
}

static void request_by_queue(int send, int receive)
{
    uint64_t word = 1;

    queue_send(send, &word, sizeof(word), 1);
    queue_receive(receive, &word, sizeof(word), NULL);
}

static void answer_queue(int receive, int send)
{
    uint64_t word;

    while (queue_receive(receive, &word, sizeof(word), NULL) == sizeof(word)) {
        queue_send(send, &word, sizeof(word), 1);
    }
}

/* ---- Futexes in shared memory ---- */

static volatile uint32_t *shared; /* [0] counts requests, [1] answers */

static void create_memory(int ours[2], int peers[2])
{
    peers[0] = ours[0] = must(memory_create(4096), "memory_create");
    peers[1] = ours[1] = -1;
}

static void map_shared(int send, int receive)
{
    (void)receive;
    shared = memory_map(NULL, 4096, MAP_WRITE, send);
    must(shared ? 0 : -1, "memory_map");
}

static void raise_word(volatile uint32_t *word)
{
    __atomic_add_fetch(word, 1, __ATOMIC_SEQ_CST);
    futex_wake(word, 1);
}

static void request_by_futex(int send, int receive)
{
    uint32_t answers = shared[1];

    (void)send;
    (void)receive;
    raise_word(&shared[0]);
    while (shared[1] == answers) {
        futex_wait(&shared[1], answers, WAIT_FOREVER);
    }
}

static void answer_futex(int receive, int send)
{
    (void)receive;
    (void)send;
    for (uint32_t requests = 0;; requests++) {
        while (shared[0] == requests) {
            futex_wait(&shared[0], requests, WAIT_FOREVER);
        }
        raise_word(&shared[1]);
    }
}

/* ---- Signals ---- */

static volatile unsigned signals;

static void count_signal(int signal, struct signal_frame *frame)
{
    (void)signal;
    (void)frame;
    signals++;
}

static void take_signals(int send, int receive)
{
    (void)send;
    (void)receive;
    must(signal_handle(SIGNAL_USR1, count_signal, 0, 0), "signal_handle");
    must((int)signal_set_mask(SIGNAL_BLOCK, 1ul << SIGNAL_USR1), "signal_set_mask");
}

static void await_signal(void)
{
    unsigned before = signals;

    while (signals == before) {
        signal_suspend(0);
    }
}

static void request_by_signal(int send, int receive)
{
    (void)receive;
    process_kill(send, SIGNAL_USR1);
    await_signal();
}

/* The first one says that the handler is there: before, a request would end the process. */
static void answer_signals(int receive, int send)
{
    (void)receive;
    for (;;) {
        process_kill(send, SIGNAL_USR1);
        await_signal();
    }
}

/* ---- User interrupts, to a receiver that waits in the kernel ---- */

static volatile unsigned interrupts;

static void count_interrupt(uint64_t vectors)
{
    (void)vectors;
    interrupts++;
}

static void await_interrupt(void)
{
    unsigned before = interrupts;

    while (interrupts == before) {
        uintr_wait(0);
        uintr_enable(); /* the handler runs here */
        uintr_disable();
    }
}

static void request_by_uipi(int send, int receive)
{
    (void)receive;
    uipi_send((uint64_t)send);
    await_interrupt();
}

/* The same, but the sender waits in the call that sends. */
static void request_by_handover(int send, int receive)
{
    (void)receive;
    uintr_handover((uint64_t)send, 0);
    uipi_read();
}

static void answer_by_handover(int receive, int send)
{
    (void)receive;
    await_interrupt();
    for (;;) {
        uintr_handover((uint64_t)send, 0);
        uipi_read();
    }
}

/* ---- Channels: one message in flight ---- */

static struct channel channel;

static void create_channel(int ours[2], int peers[2])
{
    int ends[2];

    must(channel_create(ends), "channel_create");
    peers[0] = ends[CHANNEL_SERVER];
    ours[0] = ends[CHANNEL_CLIENT];
    peers[1] = ours[1] = -1;
}

static void request_by_channel(int send, int receive)
{
    struct channel_message *message;

    (void)receive;
    if (!channel.peer.own) {
        must(channel_open(&channel, send, CHANNEL_CLIENT), "channel_open");
    }
    message = channel_slot(&channel);
    message->words[0] = 1;
    message->words[1] = 2;
    message->words[2] = 3;
    message->words[3] = 4;
    channel_submit(&channel);
    must(channel_wait(&channel), "channel_wait");
    channel_consume(&channel);
}

static void answer_channel(int receive, int send)
{
    const struct channel_message *message;
    struct channel_message *reply;

    (void)send;
    must(channel_open(&channel, receive, CHANNEL_SERVER), "channel_open");
    do {
        while ((message = channel_front(&channel))) {
            reply = channel_slot(&channel);
            reply->words[0] = message->words[0];
            reply->words[1] = message->words[1];
            reply->words[2] = message->words[2];
            reply->words[3] = message->words[3];
            channel_consume(&channel);
            channel_submit(&channel);
        }
    } while (channel_wait(&channel) == 0);
}

static void answer_uipi(int receive, int send)
{
    (void)receive;
    for (;;) {
        await_interrupt();
        uipi_send((uint64_t)send);
    }
}

/* ---- Measuring ---- */

static const struct mechanism mechanisms[] = {
    {.name = "call",
     .description = "call and reply, four words",
     .create = create_endpoint,
     .request = request_by_call,
     .answer = answer_calls      },
    { .name = "futex",
     .description = "futex in shared memory",
     .create = create_memory,
     .prepare = map_shared,
     .request = request_by_futex,
     .answer = answer_futex },
    { .name = "eventfd",
     .description = "event counter",
     .create = create_eventfds,
     .request = request_by_write,
     .answer = answer_reads },
    { .name = "pipe",
     .description = "pipe, 8 bytes",
     .create = create_pipes,
     .request = request_by_write,
     .answer = answer_reads },
    { .name = "queue",
     .description = "message queue, 8 bytes",
     .create = create_queues,
     .request = request_by_queue,
     .answer = answer_queue },
    { .name = "signal",
     .description = "signal",
     .prepare = take_signals,
     .request = request_by_signal,
     .answer = answer_signals,
     .await_peer = await_signal },
    { .name = "uipi",
     .description = "user interrupt, receiver asleep",
     .request = request_by_uipi,
     .answer = answer_uipi},
    { .name = "handover",
     .description = "user interrupt, and the hart with it",
     .request = request_by_handover,
     .answer = answer_by_handover                  },
    { .name = "channel",
     .description = "channel, one message in flight",
     .create = create_channel,
     .request = request_by_channel,
     .answer = answer_channel  },
};

#define MECHANISMS (sizeof(mechanisms) / sizeof(mechanisms[0]))

static uint64_t measure(const struct mechanism *mechanism, int send, int receive)
{
    static uint64_t costs[ROUNDS];

    for (int i = 0; i < WARM_UP; i++) {
        mechanism->request(send, receive);
    }
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t start = count_now();

        mechanism->request(send, receive);
        costs[i] = count_now() - start;
    }
    return count_median(costs, ROUNDS);
}

static int start_peer(const struct mechanism *mechanism, int request, int answer, int requester)
{
    const char *arguments[] = { "cost", "--peer", mechanism->name, NULL };
    int handles[HANDLES] = { 0, 1, 2, request, answer, requester };
    struct process_options options = process_defaults;

    options.handles = handles;
    options.handle_count = HANDLES;
    options.harts = 1;
    return must(process_start(arguments, &options), "process_start");
}

static void finish_peer(int peer, const int handles[4])
{
    must(process_kill(peer, SIGNAL_KILL), "process_kill");
    must(process_finish(peer), "process_finish");
    for (int i = 0; i < 4; i++) {
        if (handles[i] >= 0) {
            handle_close(handles[i]);
        }
    }
}

/* The peer shows that it is ready by its first answer. */
static uint64_t cost_of(const struct mechanism *mechanism, int self)
{
    int handles[4] = { -1, -1, -1, -1 };
    int *ours = handles, *peers = handles + 2;
    uint64_t cost;
    int peer;

    if (mechanism->create) {
        mechanism->create(ours, peers);
    }
    if (mechanism->prepare) {
        mechanism->prepare(ours[0], ours[1]);
    }
    peer = start_peer(mechanism, peers[0], peers[1], self);
    if (mechanism->await_peer) {
        mechanism->await_peer();
    }
    cost = measure(mechanism, mechanism->create ? ours[0] : peer, ours[1]);
    finish_peer(peer, handles);
    return cost;
}

/* The peer's vector comes by a call, ours goes with the child: each side is the other's sender. */
static uint64_t cost_of_uipi(const struct mechanism *mechanism, int self)
{
    struct message message = { .handle = -1 };
    int handles[4] = { -1, -1, -1, -1 };
    uint64_t cost;
    int peer;

    must(uintr_set_handler(count_interrupt, 0), "uintr_set_handler");
    create_endpoint(handles, handles + 2);
    handles[1] = must(uintr_create_fd(VECTOR, 0), "uintr_create_fd");
    peer = start_peer(mechanism, handles[2], handles[1], self);
    must(ipc_call(handles[0], &message), "ipc_call");
    handles[3] = message.handle;
    cost =
        measure(mechanism, must(uintr_register_sender(handles[3], 0), "uintr_register_sender"), -1);
    finish_peer(peer, handles);
    uintr_unregister_handler(0);
    return cost;
}

static void prepare_uipi_peer(void)
{
    struct message message = { .handle = -1 };

    must(uintr_set_handler(count_interrupt, 0), "uintr_set_handler");
    must(ipc_receive(REQUEST, &message, NULL), "ipc_receive");
    message.handle = must(uintr_create_fd(VECTOR, 0), "uintr_create_fd");
    must(ipc_reply(&message), "ipc_reply");
}

static int be_peer(const char *name)
{
    for (unsigned i = 0; i < MECHANISMS; i++) {
        const struct mechanism *mechanism = &mechanisms[i];
        int answer = mechanism->create ? ANSWER : REQUESTER;

        if (strcmp(name, mechanism->name) != 0) {
            continue;
        }
        if (!mechanism->create && !mechanism->prepare) {
            prepare_uipi_peer();
            answer = must(uintr_register_sender(ANSWER, 0), "uintr_register_sender");
        }
        if (mechanism->prepare) {
            mechanism->prepare(REQUEST, ANSWER);
        }
        mechanism->answer(REQUEST, answer);
        return 0;
    }
    printf("cost: no mechanism \"%s\"\n", name);
    return 2;
}

static uint64_t cost_of_system_call(void)
{
    static uint64_t costs[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        uint64_t start = count_now();

        thread_get_hart();
        costs[i] = count_now() - start;
    }
    return count_median(costs, ROUNDS);
}

int main(int argc, char **argv)
{
    int self;

    if (argc == 3 && strcmp(argv[1], "--peer") == 0) {
        return be_peer(argv[2]);
    }
    count_init();
    must(thread_set_affinity(1), "thread_set_affinity");
    self = must(process_self(), "process_self");
    printf("Guest instructions per round trip of two processes on one hart%s\n",
           count_works() ? ":" : ", of no value: QEMU runs without -icount");
    printf("%8lu  system call that does nothing, there and back\n", cost_of_system_call());
    for (unsigned i = 0; i < MECHANISMS; i++) {
        const struct mechanism *mechanism = &mechanisms[i];

        printf("%8lu  %s\n",
               !mechanism->create && !mechanism->prepare ? cost_of_uipi(mechanism, self)
                                                         : cost_of(mechanism, self),
               mechanism->description);
    }
    return 0;
}
