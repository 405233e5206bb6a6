/* SPDX-License-Identifier: MIT */
/*
 * What every test program is made of: a table of cases, each run in a process of its own. A case
 * passes when its function returns; a check that fails, a sanitizer's report, a signal, an exit or
 * UNIT_TIMEOUT seconds are its failure, and what it wrote is shown.
 *
 *   test_<unit>           runs all cases; verdicts are lines PASS or FAIL unit/<unit>/<case>
 *   test_<unit> CASE...   these only
 *
 * UNIT_SEED in the environment is what random tests start from; without it each run has another one.
 */
#ifndef UNIT_UNIT_H
#define UNIT_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UNIT_TIMEOUT 60

struct unit_case {
    const char *name;
    void (*run)(void);
};

/* The program, from the array of its cases. */
#define UNIT(unit, cases)                                                                          \
    int main(int count, char **names)                                                              \
    {                                                                                              \
        return unit_main(unit, cases, sizeof(cases) / sizeof((cases)[0]), count, names);           \
    }

int unit_main(const char *unit, const struct unit_case *cases, size_t number, int count,
              char **names);

/* Called after each case in its process, for what has to hold then; empty unless a file defines it. */
void unit_case_ends(void);

#define CHECK(condition) ((condition) ? (void)0 : unit_fail(__FILE__, __LINE__, "%s", #condition))

/* Compares numbers; addresses and -errno too. */
#define CHECK_IS(found, expected)                                                                  \
    unit_check_is(__FILE__, __LINE__, #found, (int64_t)(found), (int64_t)(expected))

#define FAIL(...) unit_fail(__FILE__, __LINE__, __VA_ARGS__)

_Noreturn void unit_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void unit_check_is(const char *file, int line, const char *what, int64_t found, int64_t expected);

/* Below `limit`, from UNIT_SEED and the case's name. */
uint64_t unit_random(uint64_t limit);
bool unit_one_in(unsigned chances);
void unit_random_bytes(void *bytes, size_t size);

#endif
