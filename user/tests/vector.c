// SPDX-License-Identifier: MIT
/* Vector registers, on machines that have some: threads, and machines without. */
#include "tests/registers.h"
#include "tests/test.h"
#include "tests/vector.h"

static const struct register_set set = { vector_check_zero, vector_check_hold, vector_check_spin };

static void starts_zero(uint64_t hart)
{
    registers_start_zero(&set, hart);
}

static void many_hold(uint64_t argument)
{
    (void)argument;
    registers_many_hold(&set);
}

static void store(uint64_t argument)
{
    struct vector_registers out;

    (void)argument;
    vector_store(NULL, &out);
}

/* Without vectors their instructions are none. */
static void instructions(uint64_t argument)
{
    (void)argument;
    CHECK_EQUAL(peer_run(store, 0), test_info().vector_length > 0 ? 0 : STATUS_FAULT(2));
}

const struct test_case vector_cases[] = {
    CASE("vector-instructions", instructions),
    VECTOR_CASE("vector-starts-zero-same", starts_zero, 0, 0),
    VECTOR_CASE("vector-starts-zero-cross", starts_zero, 1, 2),
    VECTOR_CASE("vector-many-hold", many_hold, 0, 0),
    END_OF_CASES,
};
