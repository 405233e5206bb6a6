/* SPDX-License-Identifier: MIT */
/*
 * usertests: what every case uses. A case is a function that runs in a process of its own, which
 * the runner (main.c) starts, watches and compares the kernel's books around. A case may start
 * peers: further processes of this program that run one of its functions. Whoever finds
 * something wrong says so with one of the CHECKs; then the case and its peers end, and the first
 * complaint is the case's verdict.
 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/signals.h"
#include "lib/syscall.h"
#include "lib/thread.h"

#define PAGE_SIZE   4096
#define MILLISECOND 1000000ul

/* Addresses that no program may use. */
#define KERNEL      ((void *)0xffffffc080200000)
#define UNMAPPED    ((void *)0x1000)
#define STACK_TOP   ((char *)0x3ffffff000) /* the stack ends here, nothing is mapped behind it */
#define READ_ONLY   ((void *)(uintptr_t)test_constants)
#define NO_HANDLE   63 /* the highest number, which cases leave unused unless they say so */

extern const char test_constants[256];

/* --- Tables of cases --- */

struct test_case {
    const char *name; /* NULL ends the table */
    void (*run)(uint64_t argument);
    uint64_t argument;
    unsigned harts; /* for machines with at least so many; 0: all */
    unsigned slots; /* for machines whose UINTC has at most so many receivers; 0: all */
    bool vectors;   /* for machines whose harts have vector registers */
};

#define CASE_WITH(name, run, argument, harts, slots)                                               \
    {                                                                                              \
        name, run, argument, harts, slots, false                                                   \
    }
#define VECTOR_CASE(name, run, argument, harts)                                                    \
    {                                                                                              \
        name, run, argument, harts, 0, true                                                        \
    }
#define CASE(name, run) CASE_WITH(name, run, 0, 0, 0)
#define END_OF_CASES                                                                               \
    {                                                                                              \
        0                                                                                          \
    }

/* Two: the other side on hart 0, where the case itself runs, and on hart 1; run(the hart). */
#define SAME_AND_CROSS(name, run)                                                                  \
    CASE_WITH(name "-same", run, 0, 0, 0), CASE_WITH(name "-cross", run, 1, 2, 0)

extern const struct test_case *const test_tables[]; /* NULL ends it */

/* --- Verdicts. All of these end the calling process and its case when something is wrong --- */

/* What was found, printf-like; `expected` instead. */
_Noreturn void test_fail(const char *file, int line, const char *expected, const char *found, ...)
    __attribute__((format(printf, 4, 5)));

void test_check_equal(const char *file, int line, long actual, long expected,
                      const char *actual_text, const char *expected_text);
void test_check_fails(const char *file, int line, long result, int error, const char *call,
                      const char *error_name);
long test_must(const char *file, int line, long result, const char *call);

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            test_fail(__FILE_NAME__, __LINE__, #condition, "does not hold");                       \
        }                                                                                          \
    } while (0)

#define CHECK_EQUAL(actual, expected)                                                              \
    test_check_equal(__FILE_NAME__, __LINE__, (long)(actual), (long)(expected), #actual, #expected)

/* The call returns -1 with this errno. */
#define FAILS(call, error)                                                                         \
    do {                                                                                           \
        errno = 0;                                                                                 \
        test_check_fails(__FILE_NAME__, __LINE__, (long)(call), error, #call, #error);             \
    } while (0)

/* The call's result, which is not negative. */
#define MUST(call) test_must(__FILE_NAME__, __LINE__, (long)(call), #call)

/* --- Memory that the case and its peers share, all zero when the case begins --- */

struct shared {
    uint32_t flags[64];
    uint64_t values[64];
    char bytes[2048];
};

extern volatile struct shared *shared;

/* --- Peers --- */

typedef void (*peer_function)(uint64_t argument);

struct peer_options {
    const int *handles; /* become PEER_HANDLE(0), (1), ... */
    unsigned count;
    uint64_t harts; /* 0: all */
    unsigned priority;
};

#define PEER_HANDLE(number) (4 + (number))
#define HART(number)        (1ul << (number))

/* Its words, when a case has started a peer in its own way: "--peer", function and argument come first. */
extern int test_argc;
extern char **test_argv;

/* Starts function(argument) in a new process; returns a handle of it. */
int peer_start(peer_function function, uint64_t argument, const struct peer_options *options);

/* The usual way: on one hart, with the handles that follow, of which there must be one; -1: none
 * there. */
#define PEER(function, argument, hart, ...)                                                        \
    peer_start(function, argument,                                                                 \
               &(struct peer_options){ (const int[]){ __VA_ARGS__ },                               \
                                       sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int),         \
                                       HART(hart), DEFAULT_PRIORITY })

/* Waits for its end and closes the handle. */
int peer_wait(int process);    /* the status */
void peer_forget(int process); /* only closes it */
#define PEER_DONE(process) CHECK_EQUAL(peer_wait(process), 0)
#define PEER_KILL(process)                                                                         \
    do {                                                                                           \
        int killed_ = process;                                                                     \
                                                                                                   \
        MUST(process_kill(killed_, SIGNAL_KILL));                                                  \
        CHECK_EQUAL(peer_wait(killed_), STATUS_SIGNAL(SIGNAL_KILL));                               \
    } while (0)

/* What becomes of a process that runs function(argument). */
int peer_run(peer_function function, uint64_t argument);

/* --- Harts, waiting --- */

unsigned test_harts(void);

/* The calling thread stays on a hart from now on; the case begins without being bound to any. */
void test_pin(unsigned hart);

/* thread_start(), on one hart. */
void test_thread(struct thread *thread, void (*function)(void *), void *argument, unsigned hart);

/* Waits by short sleeps, with user interrupts and signals as they come. */
#define WAIT_UNTIL(condition)                                                                      \
    while (!(condition)) {                                                                         \
        thread_sleep(20000);                                                                       \
    }

/*
 * A thread that is bound to a hart at DEFAULT_PRIORITY sets *flag and goes on to a call that
 * waits: returns when it waits. The caller becomes less important than everybody on that hart
 * for a moment; when it runs, the thread doesn't.
 */
void test_until_blocked(const volatile uint32_t *flag, unsigned hart);

/* Sets a flag or a number of a shared word, with everything before it; reads it, before everything after. */
void test_set(volatile uint32_t *flag, uint32_t value);
uint32_t test_get(const volatile uint32_t *flag);

struct system_info test_info(void);

/* Pseudo-random numbers, the same for the same seed; the state must not be 0. */
uint32_t test_random(uint32_t *state);

/* Bytes that tell where they belong; whether a buffer holds them. */
void test_fill(void *buffer, size_t size, uint32_t seed);
bool test_is_filled(const void *buffer, size_t size, uint32_t seed);

/* Anonymous memory. */
void *test_map(size_t size);

/* Takes the free numbers of the handle table but `leave`; gives them back. */
void test_fill_handles(unsigned leave);
void test_drop_handles(void);

#endif
