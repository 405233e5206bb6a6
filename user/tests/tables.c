// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <stddef.h>

extern const struct test_case machine_cases[], handle_cases[], console_cases[];

const struct test_case *const test_tables[] = {
    machine_cases, handle_cases, console_cases, NULL,
};
