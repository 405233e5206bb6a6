/* SPDX-License-Identifier: MIT */
/* What the runner and its cases' processes (test.c) agree on. */
#ifndef TESTS_RUNNER_H
#define TESTS_RUNNER_H

#include "tests/test.h"

#define REPORT_HANDLE 3 /* in the case and in every peer: memory with a struct report */
#define REPORT_TEXT   384

enum report_state { REPORT_IDLE, REPORT_RUNNING, REPORT_FAILED };

/* One page: written by the runner between cases, by the case and its peers while it runs. */
struct report {
    uint32_t state; /* enum report_state, a futex: the runner's watchdog waits for a change */
    uint32_t taken; /* 1: somebody writes the text; whoever comes second is silent */
    char text[REPORT_TEXT];
    struct shared shared;
};

_Static_assert(sizeof(struct report) <= PAGE_SIZE, "the report is one page");

/* A case's process and a peer's: never return. */
_Noreturn void test_run_case(const struct test_case *test);
_Noreturn void test_run_peer(int argc, char **argv);

#endif
