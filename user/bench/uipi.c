// SPDX-License-Identifier: MIT
/* Bare user interrupts, which carry a vector and nothing else: with a handler, and with the hart. */
#include "bench/families.h"
#include "lib/ipc.h"
#include "lib/syscall.h"
#include "lib/uintr.h"

static volatile unsigned interrupts;
static unsigned seen;

static void count_interrupt(uint64_t vectors)
{
    (void)vectors;
    interrupts++;
}

/* Who waits in the kernel takes them only there: none can come between the look and the wait. */
static void take_interrupts(void)
{
    bench_must(uintr_set_handler(count_interrupt, 0), "uintr_set_handler");
    if (bench.waiting != BENCH_BLOCKED) {
        uintr_enable();
    }
}

static int own_vector(void)
{
    return bench_must(uintr_create_fd(BENCH_VECTOR, 0), "uintr_create_fd");
}

static void send_by(int vector)
{
    bench.out = bench_must(uintr_register_sender(vector, 0), "uintr_register_sender");
    handle_close(vector);
}

/* The client's vector goes with the server's start, the server's comes by a call. */
static void create(int peers[2])
{
    int ends[2];

    take_interrupts();
    bench_must(endpoint_pair(ends), "endpoint_pair");
    peers[0] = ends[0];
    peers[1] = own_vector();
    bench.out = ends[1];
}

static void connect(void)
{
    struct message message = { .handle = -1 };

    bench_must(ipc_call(bench.out, &message), "ipc_call");
    send_by(message.handle);
}

static void accept(void)
{
    struct message message = { .handle = -1 };

    take_interrupts();
    send_by(bench.out);
    bench_must(ipc_receive(bench.in, &message, NULL), "ipc_receive");
    message.handle = own_vector();
    bench_must(ipc_reply(&message), "ipc_reply");
}

static void post(void)
{
    uipi_send((uint64_t)bench.out);
}

static void take(void)
{
    if (bench.waiting == BENCH_BLOCKED) {
        while (interrupts == seen) {
            uintr_wait(0);
            uintr_enable(); /* the handler runs here */
            uintr_disable();
        }
    } else {
        BENCH_LOOK_UNTIL(interrupts != seen);
    }
    seen++;
}

BENCH_NOTIFICATIONS(request, answer, post, take)

static void to_itself(void)
{
    bench.waiting = BENCH_RUNNING;
    take_interrupts();
    bench.out = bench_must(uintr_register_self(BENCH_VECTOR, 0), "uintr_register_self");
}

const struct mechanism bench_uipi = {
    .name = "uipi",
    .description = "user interrupt, receiver asleep",
    .kind = "user interrupts",
    .waiting = BENCH_ALWAYS,
    .create = create,
    .connect = connect,
    .accept = accept,
    .request = {request, request},
    .answer = { answer, answer },
    .post = post,
    .take = take,
    .loopback = to_itself,
    .itself = post
};

/* ---- The sender waits in the call that sends, and gives its hart to the receiver ---- */

static void request_by_handover(uint64_t seed)
{
    (void)seed;
    uintr_handover_call((uint64_t)bench.out);
    uipi_read();
}

static void answer_by_handover(void)
{
    take();
    for (;;) {
        request_by_handover(0);
    }
}

const struct mechanism bench_handover = {
    .name = "handover",
    .description = "user interrupt, and the hart with it",
    .kind = "user interrupts",
    .waiting = BENCH_WAITS(BENCH_BLOCKED),
    .create = create,
    .connect = connect,
    .accept = accept,
    .request = {request_by_handover, request_by_handover},
    .answer = { answer_by_handover, answer_by_handover }
};
