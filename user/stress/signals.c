// SPDX-License-Identifier: MIT
/* Signals between workers: each seat has a number of its own to send. */
#include "stress/worker.h"

#include <errno.h>

#include "lib/signals.h"
#include "lib/syscall.h"
#include "stress/call.h"

#define FIRST_SIGNAL 18

static struct {
    uint32_t generation; /* 0: no handle */
    int handle;
} processes[MAX_SEATS]; /* main thread only */

static void handle(int signal, struct signal_frame *frame)
{
    unsigned from = (unsigned)signal - FIRST_SIGNAL;
    int saved = errno;

    (void)frame;
    if (from >= ledger->seats) {
        fail("signal %d came, which nobody has sent", signal);
    }
    meet(&own->signals[from], own->generation, "signal", (unsigned)signal);
    handler_dies();
    errno = saved;
}

void signals_begin(void)
{
    for (unsigned from = 0; from < MAX_SEATS; from++) {
        must(signal_handle(FIRST_SIGNAL + (int)from, handle, from % 2 ? SIGNAL_RESTART : 0, 0),
             "sigaction");
    }
}

void signals_block(void)
{
    must(signal_set_mask(SIGNAL_BLOCK, ((1ul << MAX_SEATS) - 1) << FIRST_SIGNAL), "sigprocmask");
}

static bool connect(unsigned to, struct post *post)
{
    uint32_t generation;
    int handle = call_for_handle(to, REQUEST_PROCESS, 0, &generation);

    if (handle < 0) {
        return false;
    }
    processes[to].generation = generation;
    processes[to].handle = handle;
    post_connected(post, generation);
    return true;
}

static void disconnect(unsigned to)
{
    if (processes[to].generation) {
        must(handle_close(processes[to].handle), "handle_close");
        processes[to].generation = 0;
    }
}

static void send(unsigned to, struct post *post)
{
    uint32_t generation = processes[to].generation, gone = GET(ledger->seat[to].gone);
    int result;

    SET(post->sending, post->sending + 1);
    result = process_kill(processes[to].handle, FIRST_SIGNAL + own_number);
    if (result < 0 && errno == ESRCH) {
        count(COUNT_REFUSED);
        SET(post->base, post->sending);
        SET(post->sent, post->sending);
        SET(post->refused, generation);
        return;
    }
    must(result, "kill");
    if (gone >= generation) {
        fail("a signal to process %u of seat %u was accepted, but it is dead", generation, to);
    }
    SET(post->sent, post->sending);
    count(COUNT_SIGNALS);
}

void send_signal(unsigned to)
{
    struct post *post = &ledger->seat[to].signals[own_number];
    bool stale =
        processes[to].generation && processes[to].generation != GET(ledger->seat[to].generation);

    if (stale && one_in(2)) {
        count(COUNT_STALE);
        send(to, post);
    }
    if (stale) {
        disconnect(to);
    }
    if (!processes[to].generation && !connect(to, post)) {
        return;
    }
    if (!post_is_under_way(post)) {
        send(to, post);
    }
}
