// SPDX-License-Identifier: MIT
/* Tries the library: picolibc's parts that need a system, threads, signals, messages, handler
 * stacks. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/ipc.h"
#include "lib/process.h"
#include "lib/signals.h"
#include "lib/sync.h"
#include "lib/syscall.h"
#include "lib/thread.h"
#include "lib/uintr.h"

#define THREADS 8
#define ROUNDS  2000

static int failures;

static void report(bool holds, const char *what)
{
    printf("library: %s %s\n", holds ? "ok" : "WRONG", what);
    failures += !holds;
}

/* --- stdio and malloc --- */

static void test_streams(void)
{
    int ends[2], number = 0;
    char word[8] = "", line[16] = "";
    FILE *in, *out;

    if (pipe_create(ends, 0) < 0 || !(in = fdopen(ends[0], "r")) || !(out = fdopen(ends[1], "w"))) {
        report(false, "fdopen() makes a stream of a handle");
        return;
    }
    fprintf(out, "%d %s\n%s\n", 42, "words", "rest");
    fclose(out);
    report(fscanf(in, "%d %7s ", &number, word) == 2 && number == 42 && !strcmp(word, "words"),
           "fscanf() reads what fprintf() wrote");
    report(fgets(line, sizeof(line), in) && !strcmp(line, "rest\n"), "fgets() reads a line");
    report(getc(in) == EOF && feof(in) && !ferror(in), "then comes the end");
    fclose(in);
}

static void test_heap(void)
{
    char *small = malloc(10), *large = malloc(1000000), *grown;

    report(small && large, "malloc() gives memory");
    memset(large, 1, 1000000);
    grown = realloc(small, 300000);
    report(grown && large[0] == 1 && large[999999] == 1, "realloc() leaves the rest alone");
    free(grown);
    free(large);
    errno = 0;
    report(!malloc(1ul << 35) && errno == ENOMEM,
           "malloc() of more than there is fails with ENOMEM");
}

/* --- Threads --- */

static struct mutex mutex;
static struct condition condition;
static struct semaphore semaphore;
static unsigned counted, arrived;
static bool gate_open;
static _Thread_local int initialised = 7, zero;

static void count(void *argument)
{
    bool fresh = initialised == 7 && zero == 0;

    for (int i = 0; i < ROUNDS; i++) {
        void *memory = malloc((size_t)(i % 100) + 1);

        mutex_lock(&mutex);
        counted += memory != NULL;
        mutex_unlock(&mutex);
        free(memory);
        initialised++;
        zero++;
        if (i % 100 == 0) {
            thread_yield();
        }
    }
    *(bool *)argument = fresh && initialised == 7 + ROUNDS && zero == ROUNDS;
}

static void wait_at_gate(void *argument)
{
    (void)argument;
    mutex_lock(&mutex);
    arrived++;
    while (!gate_open) {
        condition_wait(&condition, &mutex);
    }
    mutex_unlock(&mutex);
    semaphore_post(&semaphore);
}

static bool start_all(struct thread *threads, void (*function)(void *), bool *results)
{
    for (int i = 0; i < THREADS; i++) {
        if (thread_start(&threads[i], function, results ? &results[i] : NULL) < 0) {
            perror("thread_start");
            exit(1);
        }
    }
    return true;
}

static void test_threads(void)
{
    struct thread threads[THREADS];
    bool results[THREADS] = { false }, all = true;

    start_all(threads, count, results);
    for (int i = 0; i < THREADS; i++) {
        thread_join(&threads[i]);
        all = all && results[i];
    }
    report(counted == THREADS * ROUNDS, "a mutex lets one thread in at a time, malloc() all");
    report(all, "thread-local variables start as written and are each thread's own");
    start_all(threads, wait_at_gate, NULL);
    for (bool ready = false; !ready; thread_yield()) {
        mutex_lock(&mutex);
        ready = arrived == THREADS;
        mutex_unlock(&mutex);
    }
    mutex_lock(&mutex);
    gate_open = true;
    mutex_unlock(&mutex);
    condition_broadcast(&condition);
    for (int i = 0; i < THREADS; i++) {
        semaphore_wait(&semaphore);
    }
    report(semaphore.count == 0, "a broadcast wakes all, and each posts once");
    for (int i = 0; i < THREADS; i++) {
        thread_join(&threads[i]);
    }
}

/* --- Time and signals --- */

static volatile int seen;
static uintptr_t handler_sp;

static bool was_on(const char *stack, size_t size)
{
    return handler_sp > (uintptr_t)stack && handler_sp <= (uintptr_t)stack + size;
}

static void on_signal(int signal, struct signal_frame *frame)
{
    (void)frame;
    seen = signal;
    handler_sp = (uintptr_t)__builtin_frame_address(0);
}

static void signal_later(void *process)
{
    clock_sleep(5000000);
    process_kill(*(int *)process, SIGNAL_USR1);
}

static void test_time(void)
{
    uint64_t start = clock_nanoseconds();

    usleep(2000);
    report(clock_nanoseconds() - start >= 2000000, "usleep() sleeps at least as long as it's told");
    start = clock_nanoseconds();
    report(clock_nanoseconds() - start < NANOSECONDS, "the clock goes on by less than a second");
}

static void test_signals(void)
{
    static char stack[8192] __attribute__((aligned(16)));
    struct thread thread;
    int self = process_self(), result;
    long old;

    signal_handle(SIGNAL_USR1, on_signal, SIGNAL_ON_STACK, 0);
    signal_set_stack(stack, sizeof(stack));
    process_kill(self, SIGNAL_USR1);
    report(seen == SIGNAL_USR1, "a signal to oneself is handled before the call returns");
    report(was_on(stack, sizeof(stack)), "on the other stack");
    old = signal_set_mask(SIGNAL_BLOCK, 1ul << SIGNAL_USR1);
    seen = 0;
    process_kill(self, SIGNAL_USR1);
    report(old == 0 && seen == 0, "blocked, it stays pending");
    errno = 0;
    report(signal_suspend(0) == -1 && errno == EINTR && seen == SIGNAL_USR1,
           "signal_suspend() takes it");
    signal_set_mask(SIGNAL_SETMASK, 0);
    seen = 0;
    errno = 0;
    /* In the starter, for the new thread inherits the mask. */
    signal_set_mask(SIGNAL_BLOCK, 1ul << SIGNAL_USR1);
    thread_start(&thread, signal_later, &self);
    signal_set_mask(SIGNAL_UNBLOCK, 1ul << SIGNAL_USR1);
    result = thread_sleep(WAIT_FOREVER);
    report(result == -1 && errno == EINTR && seen == SIGNAL_USR1, "a signal ends thread_sleep()");
    thread_join(&thread);
    signal_set_stack(NULL, 0);
    handle_close(self);
}

/* --- Messages --- */

static void serve(void *argument)
{
    struct message message = { .handle = -1 };
    char text[64];
    uint32_t badge;

    message.buffer = text;
    message.capacity = sizeof(text);
    if (ipc_receive(*(int *)argument, &message, &badge) < 0) {
        return;
    }
    while (message.words[0] != 0) {
        message.words[0] += message.words[3] + badge;
        if (message.length) {
            text[0] = 'P';
        }
        if (ipc_reply_receive(*(int *)argument, &message, &badge) < 0) {
            return;
        }
    }
    ipc_reply(&message);
}

static void test_messages(void)
{
    char text[64] = "ping";
    struct message message = {
        .words = {1, 0, 0, 5},
          .buffer = text, .handle = -1
    };
    uint64_t w[4] = { 10, 0, 0, 7 };
    struct thread thread;
    int endpoint = endpoint_create(), badged = handle_duplicate(endpoint, RIGHT_ALL, 100);

    thread_start(&thread, serve, &endpoint);
    message.length = 5;
    message.capacity = sizeof(text);
    message.handle = 1;
    report(ipc_call(badged, &message) == 0 && message.words[0] == 106, "words and badge arrive");
    report(message.length == 5 && !strcmp(text, "Ping"), "data is sent and answered");
    report(message.handle > 2 && write(message.handle, "", 0) == 0, "a handle goes there and back");
    report(ipc_call_words(endpoint, &w[0], &w[1], &w[2], &w[3]) == 0 && w[0] == 17, "words alone");
    w[0] = 0;
    report(ipc_call_words(endpoint, &w[0], &w[1], &w[2], &w[3]) == 0, "the last call is answered");
    thread_join(&thread);
    handle_close(endpoint);
    handle_close(badged);
}

/* --- User interrupts --- */

static volatile uint64_t vectors_seen;

static void on_interrupt(uint64_t vectors)
{
    vectors_seen |= vectors;
    handler_sp = (uintptr_t)__builtin_frame_address(0);
}

static void test_handler(unsigned flags, bool on_stack, const char *what)
{
    static char stack[4096] __attribute__((aligned(16)));
    bool inside;
    int index;

    vectors_seen = 0;
    if (on_stack) {
        uintr_set_handler_on_stack(on_interrupt, flags, stack, sizeof(stack));
    } else {
        uintr_set_handler(on_interrupt, flags);
    }
    index = uintr_register_self(5, 0);
    uintr_enable();
    for (int i = 0; i < 3; i++) { /* the stack must be there again for the next one */
        uipi_send((uint64_t)index);
    }
    uintr_disable();
    inside = was_on(stack, sizeof(stack));
    report(index >= 0 && vectors_seen == 1ul << 5 && inside == on_stack, what);
    uintr_unregister_sender(index, 0);
    uintr_unregister_handler(0);
}

static void test_instructions(void)
{
    bool holds;

    uintr_set_handler(on_interrupt, 0);
    uipi_write(0x8000000000000012);
    holds = uipi_claim() == 63 && uipi_thresh(2) == 0 && uipi_claim() == 4;
    report(holds && uipi_claim() == -1 && uipi_thresh(0) == 2 && uipi_read() == 2,
           "uipi.write, claim, thresh and read");
    uipi_deactivate();
    vectors_seen = 0;
    uintr_enable();
    uipi_write(4);
    holds = vectors_seen == 0;
    uipi_activate();
    uintr_disable();
    report(holds && vectors_seen == 4, "uipi.deactivate holds a vector back, activate lets it go");
    uintr_unregister_handler(0);
}

static void test_abort(void)
{
    const char *arguments[] = { "library", "abort", NULL };
    struct process_options options = process_defaults;
    int ends[2], handles[] = { 0, -1, 2 };
    char text[16] = "";

    pipe_create(ends, 0);
    handles[1] = ends[1];
    options.handles = handles;
    report(process_finish(process_start(arguments, &options)) == STATUS_SIGNAL(6),
           "abort() is status 134");
    arguments[1] = "exit";
    report(process_finish(process_start(arguments, &options)) == 3, "exit(3) is status 3");
    handle_close(ends[1]);
    read(ends[0], text, sizeof(text) - 1);
    report(!strcmp(text, "last words"), "exit() calls what atexit() was told and writes stdout");
    handle_close(ends[0]);
}

static void say_last_words(void)
{
    printf("last words");
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "abort") == 0) {
        abort();
    }
    if (argc == 2) {
        atexit(say_last_words);
        return 3;
    }
    test_streams();
    test_heap();
    test_threads();
    test_time();
    test_signals();
    test_messages();
    test_handler(0, false, "a handler on the interrupted stack");
    test_handler(0, true, "a handler on its own stack");
    test_handler(UINTR_SAVE_FP, false, "with floating point saved, on the interrupted stack");
    test_handler(UINTR_SAVE_FP, true, "with floating point saved, on its own stack");
    test_instructions();
    test_abort();
    printf("library: %d surprises\n", failures);
    return failures != 0;
}
