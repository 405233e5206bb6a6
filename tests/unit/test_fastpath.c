// SPDX-License-Identifier: MIT
/*
 * That ipc/fastpath.c does what ipc/endpoint.c does: the latter's cases, what the fast path must keep
 * its hands off, and whole histories that are played both ways.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "endpoint_cases.h"
#include "ipc/endpoint.h"

#define SHORT MESSAGE_INFO(0, 0, -1)

/* ---- When it is taken, and when not ---- */

/* All that a call may change. */
struct state {
    struct thread threads[SERVERS + CLIENTS];
    struct handle_table handles[2];
    struct cpu cpu;
    struct endpoint endpoint;
};

static struct state state_now(void)
{
    struct state state;

    memset(&state, 0, sizeof(state));
    for (int i = 0; i < SERVERS; i++) {
        memcpy(&state.threads[i], servers[i], sizeof(state.threads[0]));
    }
    for (int i = 0; i < CLIENTS; i++) {
        memcpy(&state.threads[SERVERS + i], clients[i], sizeof(state.threads[0]));
    }
    memcpy(&state.handles[0], &service->handles, sizeof(state.handles[0]));
    memcpy(&state.handles[1], &client_process->handles, sizeof(state.handles[1]));
    memcpy(&state.cpu, &cpus[0], sizeof(state.cpu));
    memcpy(&state.endpoint, handle_of(service, ENDPOINT)->object, sizeof(state.endpoint));
    return state;
}

static void set_registers(struct thread *thread, long number, uint64_t handle, uint64_t info)
{
    REGISTER(thread, 10) = handle;
    REGISTER(thread, 11) = info;
    for (unsigned i = 0; i < MESSAGE_WORDS; i++) {
        REGISTER(thread, 12 + i) = 70 + i;
    }
    REGISTER(thread, 17) = (uint64_t)number;
}

/* A server waits and a client is about to call it. */
static void before_call(void)
{
    set_up_endpoint();
    CHECK_IS(ipc_short(SYS_ipc_receive, ENDPOINT, 0), SYSCALL_WAITS);
    run(clients[1]);
    set_registers(clients[1], SYS_ipc_call, BADGED(1), SHORT);
}

/* A server is about to reply and receive the next call. */
static void before_reply(void)
{
    before_call();
    CHECK(fastpath_call(clients[1]) == servers[0]);
    set_registers(servers[0], SYS_ipc_reply_receive, ENDPOINT, SHORT);
}

static void call_is_a_switch(void)
{
    struct state before;

    before_call();
    before = state_now();
    CHECK(fastpath_call(clients[1]) == servers[0]);
    CHECK(thread_current() == servers[0]);
    CHECK_IS(servers[0]->state, THREAD_RUNNING);
    CHECK_IS(clients[1]->state, THREAD_WAITING);
    CHECK_IS(clients[1]->frame.sepc, before.threads[SERVERS + 1].frame.sepc + 4);
    CHECK(clients[1]->server == servers[0] && servers[0]->caller == clients[1]);
    CHECK_IS(REGISTER(servers[0], 10), BADGE(1));
    check_message(servers[0], 0, -1, 70);
    CHECK(!memcmp(&before.cpu.queue, &cpus[0].queue, sizeof(cpus[0].queue)));
    CHECK(cpus[0].space == &service->space);
    CHECK(!cpus[0].need_resched);
}

static void reply_is_a_switch(void)
{
    struct state before;

    before_reply();
    before = state_now();
    CHECK(fastpath_reply_receive(servers[0]) == clients[1]);
    CHECK(thread_current() == clients[1]);
    CHECK_IS(clients[1]->state, THREAD_RUNNING);
    CHECK_IS(servers[0]->state, THREAD_WAITING);
    CHECK_IS(servers[0]->frame.sepc, before.threads[0].frame.sepc + 4);
    CHECK(!clients[1]->server && !servers[0]->caller && !clients[1]->wait.cancel);
    CHECK_IS(REGISTER(clients[1], 10), 0);
    check_message(clients[1], 0, -1, 70);
    CHECK(!memcmp(&before.cpu.queue, &cpus[0].queue, sizeof(cpus[0].queue)));
    CHECK(cpus[0].space == &client_process->space);
}

/* They go through the trap's entry too. */
static void traps_take_it(void)
{
    before_call();
    CHECK(user_ipc_call(clients[1]) == servers[0]);
    CHECK_IS(servers[0]->state, THREAD_RUNNING);
    CHECK_IS(REGISTER(servers[0], 10), BADGE(1));
    set_registers(servers[0], SYS_ipc_reply_receive, ENDPOINT, SHORT);
    CHECK(user_ipc_reply_receive(servers[0]) == clients[1]);
    CHECK_IS(REGISTER(clients[1], 10), 0);
}

static void room_for_an_answer_is_no_obstacle(void)
{
    before_call();
    REGISTER(clients[1], 11) = MESSAGE_INFO(0, 100, -1);
    CHECK(fastpath_call(clients[1]) == servers[0]);
    CHECK_IS(REGISTER(clients[1], 11), MESSAGE_INFO(0, 100, -1)); /* the answer will look */
    set_registers(servers[0], SYS_ipc_reply_receive, ENDPOINT, MESSAGE_INFO(0, 50, -1));
    CHECK(fastpath_reply_receive(servers[0]) == clients[1]);
    CHECK_IS(REGISTER(servers[0], 11), MESSAGE_INFO(0, 50, -1));
}

/* What is in the way; `from` is the thread that calls or replies, `to` its peer. */
struct obstacle {
    const char *what;
    void (*put)(struct thread *from, struct thread *to);
};

static void no_handle(struct thread *from, struct thread *to)
{
    (void)to;
    REGISTER(from, 10) = 33;
}

static void no_number(struct thread *from, struct thread *to)
{
    (void)to;
    REGISTER(from, 10) = MAX_HANDLES;
}

/* In it somebody waits, too. */
static void other_type(struct thread *from, struct thread *to)
{
    (void)to;
    handle_of(service, PASSED)->flags = 0;
    run(servers[1]);
    CHECK_IS(call(SYS_read, PASSED, service_buffer, 8), SYSCALL_WAITS);
    run(from);
    REGISTER(from, 10) = PASSED;
}

static void no_right(struct thread *from, struct thread *to)
{
    (void)to;
    handle_of(from->process, (long)REGISTER(from, 10))->rights = RIGHT_TRANSFER;
}

static void data(struct thread *from, struct thread *to)
{
    (void)to;
    REGISTER(from, 11) = MESSAGE_INFO(1, 0, -1);
}

static void handle(struct thread *from, struct thread *to)
{
    (void)to;
    REGISTER(from, 11) = MESSAGE_INFO(0, 0, 0);
}

static void own_attention(struct thread *from, struct thread *to)
{
    (void)to;
    from->attention = ATTENTION_SIGNAL;
}

static void peers_attention(struct thread *from, struct thread *to)
{
    (void)from;
    to->attention = ATTENTION_SIGNAL;
}

static void rescheduling(struct thread *from, struct thread *to)
{
    (void)from;
    (void)to;
    cpus[0].need_resched = true;
}

static void other_hart_only(struct thread *from, struct thread *to)
{
    (void)from;
    to->affinity = 2;
}

static void better_thread(struct thread *from, struct thread *to)
{
    struct thread *other = clients[3];

    (void)from;
    (void)to;
    sched_remove(other);
    other->priority = DEFAULT_PRIORITY - 1;
    sched_ready(other);
    cpus[0].need_resched = false;
}

static void pending_user_interrupt(struct thread *from, struct thread *to)
{
    (void)to;
    from->uintr.receiver = mock_receiver();
    mock_uintr_pending = true;
}

static const struct obstacle obstacles[] = {
    {"no handle",               no_handle             },
    { "no number",              no_number             },
    { "other type",             other_type            },
    { "no right",               no_right              },
    { "data",                   data                  },
    { "handle",                 handle                },
    { "own attention",          own_attention         },
    { "peer's attention",       peers_attention       },
    { "rescheduling",           rescheduling          },
    { "other hart only",        other_hart_only       },
    { "better thread",          better_thread         },
    { "pending user interrupt", pending_user_interrupt},
};

static void check_untouched(struct thread *(*path)(struct thread *), struct thread *thread,
                            const char *what)
{
    struct state before = state_now(), after;

    if (path(thread)) {
        FAIL("taken in spite of: %s", what);
    }
    after = state_now();
    if (memcmp(&before, &after, sizeof(before)) != 0) {
        FAIL("not taken, but something has changed: %s", what);
    }
    mock_uintr_pending = false;
}

static void obstacles_to_a_call(void)
{
    for (unsigned i = 0; i < sizeof(obstacles) / sizeof(obstacles[0]); i++) {
        before_call();
        obstacles[i].put(clients[1], servers[0]);
        check_untouched(fastpath_call, clients[1], obstacles[i].what);
        kernel_down();
    }
    before_call();
    wait_interrupt(servers[0]);
    cpus[0].need_resched = false;
    check_untouched(fastpath_call, clients[1], "nobody receives");
}

static void obstacles_to_a_reply(void)
{
    for (unsigned i = 0; i < sizeof(obstacles) / sizeof(obstacles[0]); i++) {
        before_reply();
        obstacles[i].put(servers[0], clients[1]);
        check_untouched(fastpath_reply_receive, servers[0], obstacles[i].what);
        kernel_down();
    }
    before_reply();
    wait_interrupt(clients[1]);
    cpus[0].need_resched = false;
    check_untouched(fastpath_reply_receive, servers[0], "nobody to reply to");
    kernel_down();

    before_reply();
    run(clients[2]);
    CHECK_IS(ipc_short(SYS_ipc_call, BADGED(2), 0), SYSCALL_WAITS);
    run(servers[0]);
    set_registers(servers[0], SYS_ipc_reply_receive, ENDPOINT, SHORT);
    check_untouched(fastpath_reply_receive, servers[0], "somebody calls");
    kernel_down();

    before_reply();
    handle_close_all(&client_process->handles);
    check_untouched(fastpath_reply_receive, servers[0], "nobody is left to call");
}

static void equal_thread_is_no_obstacle(void)
{
    before_call();
    CHECK_IS(clients[3]->state, THREAD_READY);
    CHECK_IS(clients[3]->priority, servers[0]->priority);
    CHECK(fastpath_call(clients[1]) == servers[0]);
}

/* ---- Histories ---- */

#define STEPS   4000
#define THREADS 7
#define NUMBERS 6 /* handles that are tried */
#define BUFFER  100

/* The same random numbers for both ways. */
static uint64_t script[STEPS][16];

static struct process *processes[2];
static struct thread *threads[THREADS]; /* the first of each process stays; NULL: gone */
static uint64_t buffers[THREADS];
static unsigned taken;

static int index_of(const struct thread *thread)
{
    for (int i = 0; i < THREADS; i++) {
        if (thread && threads[i] == thread) {
            return i;
        }
    }
    return -1;
}

/* Two processes that call each other by two endpoints. */
static void set_up_history(void)
{
    kernel_up(1);
    for (int i = 0; i < 2; i++) {
        processes[i] = new_process();
    }
    for (int i = 0; i < THREADS; i++) {
        threads[i] = new_thread(processes[i % 2]);
        buffers[i] = user_memory(processes[i % 2], BUFFER);
    }
    run(threads[0]);
    for (int i = 0; i < 2; i++) {
        struct handle copy;

        CHECK_IS(call(SYS_endpoint_create), 2 * i);
        copy = *handle_of(processes[0], 2 * i);
        copy.badge = 50 + (uint32_t)i;
        copy.rights = i ? RIGHT_READ | RIGHT_WRITE : RIGHT_ALL;
        CHECK_IS(handle_copy(&processes[0]->handles, &copy), 2 * i + 1);
        handle_copy_to(&processes[1]->handles, (unsigned)(2 * i), &copy);
        copy.rights = i ? RIGHT_READ : RIGHT_WRITE;
        handle_copy_to(&processes[1]->handles, (unsigned)(2 * i + 1), &copy);
    }
    CHECK_IS(call(SYS_eventfd, 0, 0), 4);
}

static void enter(struct thread *thread, bool quickly)
{
    long number = (long)REGISTER(thread, 17);
    struct thread *peer = NULL;

    if (quickly && number == SYS_ipc_call) {
        peer = fastpath_call(thread);
    } else if (quickly && number == SYS_ipc_reply_receive) {
        peer = fastpath_reply_receive(thread);
    }
    if (peer) {
        taken++;
    } else {
        user_syscall(thread);
    }
}

static uint64_t random_info(const uint64_t *random)
{
    uint64_t length = random[0] % 8 ? 0 : random[1] % (BUFFER + 2);
    int passed = random[2] % 8 ? -1 : (int)(random[3] % NUMBERS);

    return MESSAGE_INFO(length, random[4] % 3 ? 0 : random[5] % (BUFFER + 1), passed);
}

/* What makes sense, and now and then anything. */
static long random_number(int i, const uint64_t *random)
{
    static const long numbers[] = { SYS_ipc_receive, SYS_ipc_reply, SYS_ipc_reply_receive,
                                    SYS_ipc_call };

    if (random[0] % 6 == 0) {
        return numbers[random[1] % 4];
    }
    return threads[i]->caller ? SYS_ipc_reply_receive : i < 3 ? SYS_ipc_receive : SYS_ipc_call;
}

static void act(int i, const uint64_t *random, bool quickly)
{
    struct thread *thread = threads[i];

    mock_uintr_pending = random[0] % 16 == 0;
    thread->uintr.receiver = random[1] % 4 ? NULL : mock_receiver();
    set_registers(thread, random_number(i, random + 2), random[4] % NUMBERS,
                  random_info(random + 5));
    if (random[4] % 31 == 0) {
        REGISTER(thread, 10) = random[11] % 2 ? MAX_HANDLES - 1 : random[12] % 3;
    }
    REGISTER(thread, 16) = random[11] % 32 ? buffers[i] : NO_MEMORY;
    if (random[12] % 100 == 0) {
        REGISTER(thread, 17) = SYS_close;
        REGISTER(thread, 10) = 4 + random[13] % 2;
    } else if (random[12] % 50 == 1) {
        REGISTER(thread, 17) = SYS_set_priority;
        REGISTER(thread, 10) = 3 + random[13] % 3;
    } else if (random[12] % 1000 == 2 && i > 1) {
        REGISTER(thread, 17) = SYS_thread_exit;
        threads[i] = NULL;
    }
    enter(thread, quickly);
    mock_uintr_pending = false;
}

/* Somebody who waits is interrupted or dies; those that died come again. */
static void happen(int i, const uint64_t *random)
{
    if (!threads[i]) {
        if (random[0] % 5 == 0) {
            threads[i] = new_thread(processes[i % 2]);
        }
    } else if (random[0] % 5 == 0) {
        wait_interrupt(threads[i]);
    } else if (random[0] % 50 == 1 && i > 1) {
        thread_kill(threads[i]);
        threads[i] = NULL;
    }
}

static void write_queue(FILE *file, const struct wait_queue *queue)
{
    LIST_FOR_EACH (node, next, &queue->threads) {
        fprintf(file, "%d ", index_of(LIST_ENTRY(node, struct thread, node)));
    }
    fprintf(file, "; ");
}

/* All that there is to see; a thread that runs and one that could are the same. */
static void write_state(FILE *file, int step)
{
    fprintf(file, "%d: ", step);
    for (int i = 0; i < THREADS; i++) {
        const struct thread *thread = threads[i];
        unsigned char bytes[BUFFER];
        unsigned sum = 0;

        if (!thread) {
            fprintf(file, "[gone] ");
            continue;
        }
        fprintf(file, "[%d%d%d %d %d %d: ", is_waiting(thread), thread->attention,
                thread->interrupted, thread->priority, index_of(thread->caller),
                index_of(thread->server));
        for (unsigned n = 10; n <= 17; n++) {
            fprintf(file, "%lx ", REGISTER(thread, n));
        }
        peek(thread->process, buffers[i], bytes, sizeof(bytes));
        for (unsigned n = 0; n < sizeof(bytes); n++) {
            sum = sum * 31 + bytes[n];
        }
        fprintf(file, "%lx %lx %lx %d %x] ", thread->frame.sepc, thread->frame.argument,
                is_waiting(thread) ? thread->wait.deadline : 0, thread->wait.cancel != NULL, sum);
    }
    for (int i = 0; i < 2; i++) {
        for (int n = 0; n < MAX_HANDLES; n++) {
            const struct handle *one = &processes[i]->handles.handles[n];

            if (one->object) {
                fprintf(file, "%d=%s %d %d ", n, one->object->type->name, one->rights, one->badge);
            }
        }
    }
    for (int n = 0; n <= 2; n += 2) {
        const struct endpoint *endpoint = (void *)processes[0]->handles.handles[n].object;

        write_queue(file, &endpoint->callers);
        write_queue(file, &endpoint->receivers);
    }
    fprintf(file, "\n");
}

static char *play(bool quickly)
{
    char *text;
    size_t size;
    FILE *file = open_memstream(&text, &size);

    set_up_history();
    for (int step = 0; step < STEPS; step++) {
        const uint64_t *random = script[step];
        int i = (int)(random[0] % THREADS);

        for (int tries = 0; tries < THREADS && (!threads[i] || is_waiting(threads[i])); tries++) {
            i = (int)(random[14] % 8) ? (i + 1) % THREADS : i;
        }
        if (!threads[i] || is_waiting(threads[i])) {
            happen(i, random + 1);
        } else {
            unsigned char bytes[BUFFER];

            memset(bytes, step, sizeof(bytes));
            poke(processes[i % 2], buffers[i], bytes, sizeof(bytes));
            run(threads[i]);
            act(i, random + 1, quickly);
        }
        if (processes[0]->handles.used > MAX_HANDLES / 2) {
            for (int n = 5; n < MAX_HANDLES; n++) {
                handle_close(&processes[0]->handles, n);
                handle_close(&processes[1]->handles, n);
            }
        }
        write_state(file, step);
    }
    fclose(file);
    kernel_down();
    return text;
}

static void show_difference(char *slow, char *quick)
{
    char *a, *b, *before = NULL;

    while ((a = strsep(&slow, "\n")) && (b = strsep(&quick, "\n"))) {
        if (strcmp(a, b) != 0) {
            FAIL("the two ways differ after step\n  %s\nby endpoint.c\n  %s\nby fastpath.c\n  %s",
                 before, a, b);
        }
        before = a;
    }
}

static void random_histories(void)
{
    for (int round = 0; round < 3; round++) {
        char *slow, *quick;

        unit_random_bytes(script, sizeof(script));
        slow = play(false);
        taken = 0;
        quick = play(true);
        printf("%u of %u steps by fastpath.c\n", taken, STEPS);
        show_difference(slow, quick);
        CHECK(taken > STEPS / 50);
        free(slow);
        free(quick);
    }
}

static const struct unit_case cases[] = {
    {"call-is-a-switch",                   call_is_a_switch                 },
    { "reply-is-a-switch",                 reply_is_a_switch                },
    { "traps-take-it",                     traps_take_it                    },
    { "room-for-an-answer-is-no-obstacle", room_for_an_answer_is_no_obstacle},
    { "obstacles-to-a-call",               obstacles_to_a_call              },
    { "obstacles-to-a-reply",              obstacles_to_a_reply             },
    { "equal-thread-is-no-obstacle",       equal_thread_is_no_obstacle      },
    { "random-histories",                  random_histories                 },
};

int main(int count, char **names)
{
    int first = unit_main("fastpath", endpoint_cases, endpoint_case_count, count, names);
    int second = unit_main("fastpath", cases, sizeof(cases) / sizeof(cases[0]), count, names);

    return first || second;
}
