// SPDX-License-Identifier: MIT
#include "unit.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATUS_PASSED 42 /* no exit() in the middle of a case is taken for its end */

static uint64_t seed, random_state;

__attribute__((weak)) void unit_case_ends(void)
{
}

/* Leaks are for those who count. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0:print_legend=0:print_cmdline=0";
}

/* ---- Checks ---- */

void unit_fail(const char *file, int line, const char *format, ...)
{
    const char *name = strrchr(file, '/');
    va_list list;

    printf("%s:%d: failed: ", name ? name + 1 : file, line);
    va_start(list, format);
    vprintf(format, list);
    va_end(list);
    printf("\n");
    fflush(stdout);
    _exit(EXIT_FAILURE);
}

void unit_check_is(const char *file, int line, const char *what, int64_t found, int64_t expected)
{
    if (found != expected) {
        unit_fail(file, line, "%s is %" PRId64 " (%#" PRIx64 "), not %" PRId64 " (%#" PRIx64 ")",
                  what, found, (uint64_t)found, expected, (uint64_t)expected);
    }
}

/* ---- Random numbers: splitmix64 ---- */

static uint64_t next_random(void)
{
    uint64_t value = random_state += 0x9e3779b97f4a7c15;

    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

uint64_t unit_random(uint64_t limit)
{
    return next_random() % limit;
}

bool unit_one_in(unsigned chances)
{
    return unit_random(chances) == 0;
}

void unit_random_bytes(void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        ((unsigned char *)bytes)[i] = (unsigned char)next_random();
    }
}

static void set_seed(void)
{
    static bool is_set;
    const char *given = getenv("UNIT_SEED");

    if (is_set) {
        return;
    }
    is_set = true;
    if (given) {
        seed = strtoull(given, NULL, 0);
    } else if (getrandom(&seed, 4, 0) != 4) {
        abort();
    }
    printf("# UNIT_SEED=%" PRIu64 "\n", seed);
}

/* The same whichever cases run before. */
static void seed_case(const char *name)
{
    random_state = seed;
    for (; *name; name++) {
        random_state = (random_state ^ (unsigned char)*name) * 0x100000001b3;
    }
}

/* ---- The runner ---- */

static _Noreturn void run_child(const struct unit_case *unit_case, FILE *output)
{
    dup2(fileno(output), STDOUT_FILENO);
    dup2(fileno(output), STDERR_FILENO);
    alarm(UNIT_TIMEOUT);
    seed_case(unit_case->name);
    unit_case->run();
    unit_case_ends();
    fflush(stdout);
    _exit(STATUS_PASSED);
}

static void show(FILE *output)
{
    char line[1024];

    rewind(output);
    while (fgets(line, sizeof(line), output)) {
        printf("    %s%s", line, strchr(line, '\n') ? "" : "\n");
    }
}

static bool run_case(const char *unit, const struct unit_case *unit_case)
{
    FILE *output = tmpfile();
    int status;
    pid_t child;
    bool passed;

    fflush(stdout);
    child = output ? fork() : -1;
    if (child == 0) {
        run_child(unit_case, output);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        perror("a case's process");
        exit(EXIT_FAILURE);
    }
    passed = WIFEXITED(status) && WEXITSTATUS(status) == STATUS_PASSED;
    printf("%s unit/%s/%s\n", passed ? "PASS" : "FAIL", unit, unit_case->name);
    if (!passed) {
        printf("    %s %d\n", WIFEXITED(status) ? "exit status" : "signal",
               WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
        show(output);
    }
    fclose(output);
    return passed;
}

static bool is_wanted(const char *name, int count, char **names)
{
    for (int i = 1; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return count <= 1;
}

int unit_main(const char *unit, const struct unit_case *cases, size_t number, int count,
              char **names)
{
    bool passed = true;

    set_seed();
    for (size_t i = 0; i < number; i++) {
        if (is_wanted(cases[i].name, count, names)) {
            passed = run_case(unit, &cases[i]) && passed;
        }
    }
    return passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
