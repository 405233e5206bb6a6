// SPDX-License-Identifier: MIT
/* The side of the cases and of their peers. */
#include "tests/test.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/process.h"
#include "lib/signals.h"
#include "tests/runner.h"

#define MAX_PEERS 64

volatile struct shared *shared;
const char test_constants[256] = { 1 };
int test_argc;
char **test_argv;

static struct report *report;
static int peers[MAX_PEERS]; /* those of this process that have not been waited for; 0: none */
static int filler[MAX_HANDLES];
static unsigned fillers;
static _Thread_local unsigned pinned_to; /* plus 1; 0: all harts */

/* ---- Verdicts ---- */

static void kill_peers(void)
{
    for (unsigned i = 0; i < MAX_PEERS; i++) {
        if (peers[i]) {
            process_kill(peers[i], SIGNAL_KILL);
        }
    }
}

/* The runner waits for the state. */
static void publish(void)
{
    __atomic_store_n(&report->state, REPORT_FAILED, __ATOMIC_RELEASE);
    futex_wake(&report->state, UINT32_MAX);
}

void test_fail(const char *file, int line, const char *expected, const char *found, ...)
{
    int length;
    va_list arguments;

    if (__atomic_exchange_n(&report->taken, 1, __ATOMIC_ACQ_REL) == 0) {
        va_start(arguments, found);
        length = vsnprintf(report->text, sizeof(report->text), found, arguments);
        va_end(arguments);
        if (length >= 0 && length < REPORT_TEXT) {
            snprintf(report->text + length, REPORT_TEXT - (size_t)length, " (%s:%d, expected %s)",
                     file, line, expected);
        }
        publish();
    }
    kill_peers();
    _exit(1);
}

void test_check_equal(const char *file, int line, long actual, long expected,
                      const char *actual_text, const char *expected_text)
{
    if (actual != expected) {
        char number[24];
        bool is_number =
            (expected_text[0] >= '0' && expected_text[0] <= '9') || expected_text[0] == '-';

        snprintf(number, sizeof(number), "%ld", expected);
        if (is_number) {
            test_fail(file, line, expected_text, "%s is %ld", actual_text, actual);
        }
        test_fail(file, line, expected_text, "%s is %ld, not %s", actual_text, actual, number);
    }
}

void test_check_fails(const char *file, int line, long result, int error, const char *call,
                      const char *error_name)
{
    if (result != -1) {
        test_fail(file, line, error_name, "%s returns %ld", call, result);
    }
    if (errno != error) {
        test_fail(file, line, error_name, "%s: %s", call, strerror(errno));
    }
}

long test_must(const char *file, int line, long result, const char *call)
{
    if (result < 0) {
        test_fail(file, line, "success", "%s: %s", call, strerror(errno));
    }
    return result;
}

/* ---- Processes ---- */

/* The runner's, when the case has hung or one of its peers has failed. */
static void on_terminate(int signal, struct signal_frame *frame)
{
    (void)signal;
    (void)frame;
    kill_peers();
    _exit(1);
}

static void map_report(void)
{
    report = memory_map(NULL, PAGE_SIZE, MAP_READ | MAP_WRITE, REPORT_HANDLE);
    if (!report) {
        _exit(2);
    }
    shared = &report->shared;
}

void test_run_case(const struct test_case *test)
{
    map_report();
    MUST(signal_handle(SIGNAL_TERM, on_terminate, 0, 0));
    test->run(test->argument);
    exit(0);
}

/* Every process has the same program at the same addresses. */
void test_run_peer(int argc, char **argv)
{
    peer_function run = (peer_function)strtoul(argv[2], NULL, 16);

    test_argc = argc;
    test_argv = argv;
    map_report();
    run(strtoul(argv[3], NULL, 16));
    exit(0);
}

int peer_start(peer_function function, uint64_t argument, const struct peer_options *options)
{
    char words[2][20];
    const char *const arguments[] = { "usertests", "--peer", words[0], words[1], NULL };
    int handles[SPAWN_MAX_HANDLES] = { 0, 1, 2, REPORT_HANDLE };
    struct process_options how = { handles, 4 + options->count, options->priority, options->harts };
    unsigned place = 0;
    int process;

    snprintf(words[0], sizeof(words[0]), "%lx", (unsigned long)function);
    snprintf(words[1], sizeof(words[1]), "%lx", (unsigned long)argument);
    for (unsigned i = 0; i < options->count; i++) {
        handles[4 + i] = options->handles[i];
    }
    process = (int)MUST(process_start(arguments, &how));
    while (place < MAX_PEERS - 1 && peers[place]) {
        place++;
    }
    peers[place] = process;
    return process;
}

static void unregister(int process)
{
    for (unsigned i = 0; i < MAX_PEERS; i++) {
        if (peers[i] == process) {
            peers[i] = 0;
        }
    }
}

int peer_wait(int process)
{
    int status = (int)MUST(process_finish(process));

    unregister(process);
    return status;
}

void peer_forget(int process)
{
    unregister(process);
    MUST(handle_close(process));
}

int peer_run(peer_function function, uint64_t argument)
{
    const struct peer_options options = { .priority = DEFAULT_PRIORITY };

    return peer_wait(peer_start(function, argument, &options));
}

/* ---- Harts, waiting ---- */

struct system_info test_info(void)
{
    struct system_info info;

    MUST(system_info(&info));
    return info;
}

unsigned test_harts(void)
{
    return test_info().harts;
}

void test_pin(unsigned hart)
{
    pinned_to = hart + 1;
    MUST(thread_set_affinity(HART(hart)));
}

static void unpin(unsigned before)
{
    pinned_to = before;
    MUST(thread_set_affinity(before ? HART(before - 1) : ~0ul));
}

void test_thread(struct thread *thread, void (*function)(void *), void *argument, unsigned hart)
{
    unsigned before = pinned_to;

    test_pin(hart); /* the new thread may run where its maker may */
    MUST(thread_start(thread, function, argument));
    unpin(before);
}

void test_until_blocked(const volatile uint32_t *flag, unsigned hart)
{
    unsigned before = pinned_to;

    WAIT_UNTIL(test_get(flag));
    test_pin(hart);
    MUST(thread_set_priority(PRIORITIES - 1));
    MUST(thread_set_priority(DEFAULT_PRIORITY));
    unpin(before);
}

void test_set(volatile uint32_t *flag, uint32_t value)
{
    __atomic_store_n(flag, value, __ATOMIC_RELEASE);
}

uint32_t test_get(const volatile uint32_t *flag)
{
    return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

/* ---- Small things ---- */

uint32_t test_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static uint8_t byte_at(size_t at, uint32_t seed)
{
    return (uint8_t)(at * 7 + (at >> 8) * 13 + seed);
}

void test_fill(void *buffer, size_t size, uint32_t seed)
{
    for (size_t i = 0; i < size; i++) {
        ((uint8_t *)buffer)[i] = byte_at(i, seed);
    }
}

bool test_is_filled(const void *buffer, size_t size, uint32_t seed)
{
    for (size_t i = 0; i < size; i++) {
        if (((const uint8_t *)buffer)[i] != byte_at(i, seed)) {
            return false;
        }
    }
    return true;
}

void *test_map(size_t size)
{
    void *memory = memory_map(NULL, size, MAP_READ | MAP_WRITE, -1);

    CHECK(memory != NULL);
    return memory;
}

void test_fill_handles(unsigned leave)
{
    int handle;

    fillers = 0;
    while ((handle = handle_duplicate(REPORT_HANDLE, 0, 0)) >= 0) {
        filler[fillers++] = handle;
    }
    CHECK_EQUAL(errno, EMFILE);
    while (leave-- > 0) {
        MUST(handle_close(filler[--fillers]));
    }
}

void test_drop_handles(void)
{
    while (fillers > 0) {
        MUST(handle_close(filler[--fillers]));
    }
}
