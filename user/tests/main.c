// SPDX-License-Identifier: MIT
/*
 * Tests of the kernel, from outside of it.
 *
 *   usertests [-t SECONDS] [PATTERN...]   runs the cases whose names begin with a pattern, all without one
 *   usertests -l                          lists them
 *   usertests --case NAME                 one case, started by the runner
 *   usertests --peer FUNCTION ARGUMENT    another process of a case, started by it
 *
 * Each case has a line `PASS name` or `FAIL name: reason`. It fails when a check in it or in one
 * of its peers does, when it ends otherwise, when it takes longer than SECONDS, and when
 * processes, threads, objects, handles, receivers or pages are in use after it that were not
 * before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/process.h"
#include "lib/signals.h"
#include "lib/sync.h"
#include "tests/runner.h"

#define DEFAULT_TIMEOUT 120
#define GRACE           (2000 * MILLISECOND) /* from a failure or a signal to the case's end */
#define SETTLE_TRIES    100 /* for what a killed peer still holds on another hart */
#define SETTLE_PAUSE    (10 * MILLISECOND)

static struct report *report;
static uint64_t timeout = DEFAULT_TIMEOUT * 1000 * MILLISECOND;
static unsigned passed, failed;

/* ---- The watchdog: a thread that ends cases which don't end ---- */

static struct mutex running_lock;
static int running = -1; /* process handle of the case, under the lock */
static unsigned number;  /* of the case, under the lock */
static bool hung;        /* written by the watchdog before it kills */

static void signal_case(unsigned which, int signal)
{
    mutex_lock(&running_lock);
    if (number == which && running >= 0) {
        process_kill(running, signal);
    }
    mutex_unlock(&running_lock);
}

/* Whether the report's state is still the same, and it is about the same case, after so long. */
static bool lasts(uint32_t state, unsigned which, uint64_t nanoseconds)
{
    bool same = futex_wait(&report->state, state, nanoseconds) < 0 && errno == ETIMEDOUT;

    mutex_lock(&running_lock);
    same = same && __atomic_load_n(&report->state, __ATOMIC_ACQUIRE) == state && number == which;
    mutex_unlock(&running_lock);
    return same;
}

static void watch(void *unused)
{
    (void)unused;
    for (;;) {
        uint32_t state = __atomic_load_n(&report->state, __ATOMIC_ACQUIRE);
        unsigned which = __atomic_load_n(&number, __ATOMIC_ACQUIRE);

        if (state == REPORT_IDLE) {
            futex_wait(&report->state, state, WAIT_FOREVER);
        } else if (lasts(state, which, state == REPORT_FAILED ? GRACE : timeout)) {
            hung = state == REPORT_RUNNING;
            signal_case(which, SIGNAL_TERM);
            if (lasts(state, which, GRACE)) {
                signal_case(which, SIGNAL_KILL);
                lasts(state, which, GRACE);
            }
        }
    }
}

static void set_state(uint32_t state, int process)
{
    mutex_lock(&running_lock);
    running = process;
    number += process >= 0;
    __atomic_store_n(&report->state, state, __ATOMIC_RELEASE);
    mutex_unlock(&running_lock);
    futex_wake(&report->state, UINT32_MAX);
}

/* ---- Leaks ---- */

struct use {
    const char *what;
    long before, after;
};

#define USES 7

static void look(struct use uses[USES], bool after)
{
    struct system_info info = test_info();
    const struct use now[USES] = {
        {"processes",          info.processes,                             0},
        { "threads",           info.threads,                               0},
        { "objects",           info.objects,                               0},
        { "handles",           info.handles,                               0},
        { "receivers",         info.receivers,                             0},
        { "blocked receivers", (long)info.uintr.blocked_now,               0},
        { "used pages",        (long)(info.total_pages - info.free_pages), 0},
    };

    for (unsigned i = 0; i < USES; i++) {
        if (after) {
            uses[i].after = now[i].before;
        } else {
            uses[i] = now[i];
        }
    }
}

static const struct use *find_leak(struct use uses[USES])
{
    const struct use *leak = NULL;

    for (unsigned try = 0; try < SETTLE_TRIES; try++) {
        leak = NULL;
        look(uses, true);
        for (unsigned i = 0; i < USES && !leak; i++) {
            leak = uses[i].before != uses[i].after ? &uses[i] : NULL;
        }
        if (!leak) {
            break;
        }
        thread_sleep(SETTLE_PAUSE);
    }
    return leak;
}

/* ---- Cases ---- */

static const char *describe(int status, char *text, size_t size)
{
    if (status >= STATUS_FAULT(0)) {
        snprintf(text, size, "died of exception %d", status - STATUS_FAULT(0));
    } else if (status >= STATUS_SIGNAL(0)) {
        snprintf(text, size, "died of signal %d", status - STATUS_SIGNAL(0));
    } else {
        snprintf(text, size, "exit status %d", status);
    }
    return text;
}

static void report_verdict(const char *name, int status, const struct use *leak)
{
    char text[48];

    if (report->taken) {
        printf("FAIL %s: %s\n", name, report->text);
    } else if (hung) {
        printf("FAIL %s: has not ended after %lu seconds\n", name, timeout / 1000 / MILLISECOND);
    } else if (status != 0) {
        printf("FAIL %s: %s\n", name, describe(status, text, sizeof(text)));
    } else if (leak) {
        printf("FAIL %s: %ld %s before it, %ld after it\n", name, leak->before, leak->what,
               leak->after);
    } else {
        printf("PASS %s\n", name);
        passed++;
        return;
    }
    failed++;
}

static void run(const struct test_case *test)
{
    const char *const arguments[] = { "usertests", "--case", test->name, NULL };
    struct process_options options = process_defaults;
    struct use uses[USES];
    int process, status;

    memset(report, 0, sizeof(*report));
    hung = false;
    options.handles = (const int[]){ 0, 1, 2, REPORT_HANDLE };
    options.handle_count = 4;
    look(uses, false);
    process = process_start(arguments, &options);
    if (process < 0) {
        printf("FAIL %s: cannot be started: %s\n", test->name, strerror(errno));
        failed++;
        return;
    }
    set_state(REPORT_RUNNING, process);
    while (process_wait(process, &status, 0) < 0) {
    }
    set_state(REPORT_IDLE, -1);
    handle_close(process);
    report_verdict(test->name, status, find_leak(uses));
}

static bool matches(const char *name, char **patterns)
{
    bool found = !*patterns;

    for (; *patterns && !found; patterns++) {
        found = strncmp(name, *patterns, strlen(*patterns)) == 0;
    }
    return found;
}

static void for_all(void (*function)(const struct test_case *), char **patterns)
{
    struct system_info info = test_info();

    for (unsigned i = 0; test_tables[i]; i++) {
        for (const struct test_case *test = test_tables[i]; test->name; test++) {
            if (matches(test->name, patterns) && test->harts <= info.harts &&
                (test->slots == 0 || info.receiver_slots <= test->slots) &&
                (!test->vectors || info.vector_length > 0)) {
                function(test);
            }
        }
    }
}

static void list(const struct test_case *test)
{
    printf("%s\n", test->name);
}

static int run_all(char **patterns)
{
    struct thread watchdog;
    int handle = memory_create(PAGE_SIZE);

    if (handle == REPORT_HANDLE) {
        report = memory_map(NULL, PAGE_SIZE, MAP_READ | MAP_WRITE, handle);
    }
    if (!report || thread_start(&watchdog, watch, NULL) < 0) {
        printf("usertests: cannot start: %s\n", strerror(errno));
        return 2;
    }
    for_all(run, patterns);
    printf("usertests: %u passed, %u failed\n", passed, failed);
    return failed != 0 || passed == 0;
}

static const struct test_case *find(const char *name)
{
    for (unsigned i = 0; test_tables[i]; i++) {
        for (const struct test_case *test = test_tables[i]; test->name; test++) {
            if (strcmp(test->name, name) == 0) {
                return test;
            }
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    char **words = argv + 1;

    if (argc >= 4 && strcmp(argv[1], "--peer") == 0) {
        test_run_peer(argc, argv);
    }
    if (argc == 3 && strcmp(argv[1], "--case") == 0 && find(argv[2])) {
        test_run_case(find(argv[2]));
    }
    if (argc > 1 && strcmp(argv[1], "-l") == 0) {
        for_all(list, argv + 2);
        return 0;
    }
    if (argc > 2 && strcmp(argv[1], "-t") == 0) {
        timeout = strtoul(argv[2], NULL, 10) * 1000 * MILLISECOND;
        words += 2;
    }
    return run_all(words);
}
