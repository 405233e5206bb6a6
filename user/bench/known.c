// SPDX-License-Identifier: MIT
/*
 * Windows of which one can say in advance what is in them, for the test of the attribution plugin
 * (tests/guest-attribution.py). Prints the instructions of each, as the hart counts them: exact
 * under -icount, with one hart. They include what is around the window's marks, a few.
 *
 *   known         what one hart does, with a peer on the same one
 *   known across  calls to a peer on another hart
 *   known --peer  answers calls, started by the above
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/window.h"
#include "demo/demo.h"
#include "lib/ipc.h"
#include "lib/process.h"
#include "lib/signals.h"
#include "lib/uintr.h"

#define ROUNDS   100
#define TURNS    1000
#define PAGE     4096
#define VECTOR   1
#define ENDPOINT 3 /* the peer's handle */

/* Numbers of the windows; the test has them too. */
enum {
    ALL,
    LOOP,
    CALLS,
    SENDS,
    HANDLER_CALLS,
    HANDLER_WAITS,
    PIPE_WRITE,
    PIPE_READ,
    IPC,
    CONSOLE,
    ACROSS,
};

static int endpoint;

static int must(int result, const char *what)
{
    if (result < 0) {
        printf("known: %s failed: %s\n", what, strerror(errno));
        exit(1);
    }
    return result;
}

static void report(int window, uint64_t instructions)
{
    if (count_works()) {
        printf("known: window %d, %lu instructions\n", window, instructions);
    }
}

#define MEASURE(window, statement)                                                                 \
    do {                                                                                           \
        uint64_t start_ = count_now(), end_;                                                       \
        window_begin(window);                                                                      \
        statement;                                                                                 \
        window_end(window);                                                                        \
        end_ = count_now();                                                                        \
        report(window, end_ - start_);                                                             \
    } while (0)

#define REPEAT(statement)                                                                          \
    for (int i_ = 0; i_ < ROUNDS; i_++) {                                                          \
        statement;                                                                                 \
    }

/* 2 * TURNS + 1 instructions. */
static inline __attribute__((always_inline)) void loop(void)
{
    __asm__ volatile("li t0, %0\n"
                     "1: addi t0, t0, -1\n"
                     "bnez t0, 1b\n"
                     :
                     : "i"(TURNS)
                     : "t0");
}

/* ---- Handlers ---- */

static void do_nothing(uint64_t vectors)
{
    (void)vectors;
}

static void call_kernel(uint64_t vectors)
{
    (void)vectors;
    thread_get_hart();
}

static void call_peer(void)
{
    uint64_t a = 1, b = 2, c = 3, d = 4;

    ipc_call_words(endpoint, &a, &b, &c, &d);
}

/* The peer's instructions are in the middle of the handler's, and not the handler's. */
static void wait_for_peer(uint64_t vectors)
{
    (void)vectors;
    call_peer();
}

static uint64_t receive_own(uintr_handler handler)
{
    int index;

    must(uintr_set_handler(handler, 0), "uintr_set_handler");
    index = must(uintr_register_self(VECTOR, 0), "uintr_register_self");
    uintr_enable();
    return (uint64_t)index;
}

static void receive_no_more(uint64_t index)
{
    uintr_disable();
    uintr_unregister_sender((int)index, 0);
    uintr_unregister_handler(0);
}

static void handlers(void)
{
    uint64_t index = receive_own(do_nothing);

    MEASURE(SENDS, REPEAT(uipi_send_instruction(index)));
    receive_no_more(index);
    index = receive_own(call_kernel);
    MEASURE(HANDLER_CALLS, REPEAT(uipi_send_instruction(index)));
    receive_no_more(index);
    index = receive_own(wait_for_peer);
    MEASURE(HANDLER_WAITS, REPEAT(uipi_send_instruction(index)));
    receive_no_more(index);
}

/* ---- The rest ---- */

static void copies(void)
{
    static char page[PAGE] __attribute__((aligned(8)));
    int pipe[2];

    must(pipe_create(pipe, 0), "pipe_create");
    MEASURE(PIPE_WRITE, handle_write(pipe[1], page, sizeof(page)));
    MEASURE(PIPE_READ, handle_read(pipe[0], page, sizeof(page)));
}

static int start_peer(unsigned hart)
{
    static const char *const arguments[] = { "known", "--peer", NULL };
    int handles[] = { 0, 1, 2, -1 };
    struct process_options options = process_defaults;

    endpoint = must(endpoint_create(), "endpoint_create");
    handles[ENDPOINT] =
        must(handle_duplicate(endpoint, RIGHT_READ | RIGHT_TRANSFER, 0), "handle_duplicate");
    options.handles = handles;
    options.handle_count = sizeof(handles) / sizeof(handles[0]);
    options.harts = 1u << hart;
    return must(process_start(arguments, &options), "process_start");
}

static int answer_calls(void)
{
    uint64_t a, b, c, d;
    long badge = ipc_receive_words(ENDPOINT, &a, &b, &c, &d);

    while (badge >= 0) {
        loop();
        badge = ipc_reply_receive_words(ENDPOINT, &a, &b, &c, &d);
    }
    return 0;
}

static void on_one_hart(void)
{
    static const char line[] = "0123456789\n";

    count_init();
    window_begin(ALL);
    MEASURE(LOOP, loop());
    MEASURE(CALLS, REPEAT(thread_get_hart()));
    handlers();
    copies();
    MEASURE(IPC, REPEAT(call_peer()));
    MEASURE(CONSOLE, handle_write(1, line, sizeof(line) - 1));
    window_end(ALL);
}

static void across_harts(void)
{
    window_begin(ACROSS);
    REPEAT(call_peer());
    window_end(ACROSS);
}

int main(int argc, char **argv)
{
    bool across = argc == 2 && strcmp(argv[1], "across") == 0;
    int peer;

    if (argc == 2 && strcmp(argv[1], "--peer") == 0) {
        return answer_calls();
    }
    must(thread_set_affinity(1), "thread_set_affinity");
    peer = start_peer(across ? 1 : 0);
    call_peer();
    if (across) {
        across_harts();
    } else {
        on_one_hart();
    }
    must(process_kill(peer, SIGNAL_KILL), "process_kill");
    must(process_finish(peer), "process_finish");
    return 0;
}
