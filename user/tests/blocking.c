// SPDX-License-Identifier: MIT
#include "tests/blocking.h"

#include "lib/ipc.h"
#include "lib/signals.h"
#include "lib/uintr.h"

#define LARGEST_COUNT (UINT64_MAX - 1)

int blocking_process;

static int ends[2];
static int object;
static uint32_t word;
static char bytes[4096];
static uint32_t server_has_received, server_may_answer;

/* ---- Time and words ---- */

static long sleep_call(void)
{
    return thread_sleep(WAIT_FOREVER);
}

static long futex_call(void)
{
    return futex_wait(&word, 0, WAIT_FOREVER);
}

static void futex_release(void)
{
    CHECK_EQUAL(futex_wake(&word, 1), 1);
}

static long futex_timeout_call(void)
{
    return futex_wait(&word, 0, 1ul << 60);
}

/* ---- Streams and queues ---- */

static void pipe_prepare(void)
{
    MUST(pipe_create(ends, 0));
}

static long pipe_read_call(void)
{
    return handle_read(ends[0], bytes, 10);
}

static void pipe_read_release(void)
{
    CHECK_EQUAL(handle_write(ends[1], "x", 1), 1);
}

static void pipe_write_prepare(void)
{
    pipe_prepare();
    CHECK_EQUAL(handle_write(ends[1], bytes, sizeof(bytes)), sizeof(bytes));
}

static long pipe_write_call(void)
{
    return handle_write(ends[1], bytes, 10);
}

static void pipe_write_release(void)
{
    CHECK_EQUAL(handle_read(ends[0], bytes, 10), 10);
}

static void eventfd_read_prepare(void)
{
    object = (int)MUST(eventfd_create(0, 0));
}

static long eventfd_read_call(void)
{
    return handle_read(object, bytes, 8);
}

static void eventfd_read_release(void)
{
    uint64_t value = 1;

    CHECK_EQUAL(handle_write(object, &value, 8), 8);
}

static void eventfd_write_prepare(void)
{
    object = (int)MUST(eventfd_create(LARGEST_COUNT, 0));
}

static long eventfd_write_call(void)
{
    uint64_t value = 1;

    return handle_write(object, &value, 8);
}

static void eventfd_write_release(void)
{
    uint64_t value;

    CHECK_EQUAL(handle_read(object, &value, 8), 8);
}

static void queue_receive_prepare(void)
{
    object = (int)MUST(queue_create(1, 10));
}

static long queue_receive_call(void)
{
    return queue_receive(object, bytes, 10, NULL);
}

static void queue_receive_release(void)
{
    MUST(queue_send(object, "x", 1, 0));
}

static void queue_send_prepare(void)
{
    queue_receive_prepare();
    MUST(queue_send(object, "x", 1, 0));
}

static long queue_send_call(void)
{
    return queue_send(object, "y", 1, 0);
}

static void queue_send_release(void)
{
    CHECK_EQUAL(queue_receive(object, bytes, 10, NULL), 1);
}

static long console_call(void)
{
    return handle_read(0, bytes, 1); /* nobody types anything */
}

/* ---- Endpoints ---- */

static void endpoint_prepare(void)
{
    MUST(endpoint_pair(ends));
}

static long call_call(void)
{
    struct message message = { .handle = -1 };

    return ipc_call(ends[1], &message);
}

static void call_release(void)
{
    struct message message = { .handle = -1 };

    MUST(ipc_receive(ends[0], &message, NULL));
    MUST(ipc_reply(&message));
}

static void receive_and_wait(void *unused)
{
    struct message message = { .handle = -1 };

    (void)unused;
    MUST(ipc_receive(ends[0], &message, NULL));
    test_set(&server_has_received, 1);
    while (!test_get(&server_may_answer)) {
        futex_wait(&server_may_answer, 0, WAIT_FOREVER);
    }
    ipc_reply(&message);
}

/* A thread that answers only when it is allowed to. */
static void answer_prepare(void)
{
    static struct thread server;
    long mask = signal_set_mask(SIGNAL_SETMASK, ~0ul);

    endpoint_prepare();
    MUST(thread_start(&server, receive_and_wait, NULL));
    MUST(signal_set_mask(SIGNAL_SETMASK, (uint64_t)mask));
    thread_sleep(MILLISECOND); /* it waits for the call, so that the call is received at once */
}

static void answer_release(void)
{
    test_set(&server_may_answer, 1);
    MUST(futex_wake(&server_may_answer, 1));
}

static long receive_call(void)
{
    struct message message = { .handle = -1 };

    return ipc_receive(ends[0], &message, NULL);
}

static long reply_receive_call(void)
{
    struct message message = { .handle = -1 };

    return ipc_reply_receive(ends[0], &message, NULL);
}

/* The caller's call ends one way or the other, when the receiver's thread ends at the latest. */
static void send_call(void *unused)
{
    (void)unused;
    call_call();
}

static void receive_release(void)
{
    static struct thread caller;

    MUST(thread_start(&caller, send_call, NULL));
}

/* ---- Processes and interruptions ---- */

static long wait_call(void)
{
    return process_wait(blocking_process, NULL, 0);
}

static void wait_release(void)
{
    MUST(process_kill(blocking_process, SIGNAL_KILL));
}

static long suspend_call(void)
{
    return signal_suspend((uint64_t)signal_set_mask(SIGNAL_BLOCK, 0));
}

static long uintr_call(void)
{
    return uintr_wait(0);
}

const struct blocking blocking_calls[BLOCKING_CALLS] = {
    {"sleep",          NULL,                  sleep_call,         NULL,                  true },
    { "futex",         NULL,                  futex_call,         futex_release,         true },
    { "futex-timeout", NULL,                  futex_timeout_call, futex_release,         true },
    { "pipe-read",     pipe_prepare,          pipe_read_call,     pipe_read_release,     false},
    { "pipe-write",    pipe_write_prepare,    pipe_write_call,    pipe_write_release,    false},
    { "eventfd-read",  eventfd_read_prepare,  eventfd_read_call,  eventfd_read_release,  false},
    { "eventfd-write", eventfd_write_prepare, eventfd_write_call, eventfd_write_release, false},
    { "mq-receive",    queue_receive_prepare, queue_receive_call, queue_receive_release, false},
    { "mq-send",       queue_send_prepare,    queue_send_call,    queue_send_release,    false},
    { "console-read",  NULL,                  console_call,       NULL,                  false},
    { "call",          endpoint_prepare,      call_call,          call_release,          false},
    { "call-answer",   answer_prepare,        call_call,          answer_release,        true },
    { "receive",       endpoint_prepare,      receive_call,       receive_release,       false},
    { "reply-receive", endpoint_prepare,      reply_receive_call, receive_release,       false},
    { "wait",          NULL,                  wait_call,          wait_release,          false},
    { "sigsuspend",    NULL,                  suspend_call,       NULL,                  true },
    { "uintr-wait",    NULL,                  uintr_call,         NULL,                  true },
};
