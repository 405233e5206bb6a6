// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <stddef.h>

extern const struct test_case machine_cases[], console_cases[], handle_cases[], memory_cases[],
    exhaustion_cases[], protection_cases[], shm_cases[], thread_cases[], schedule_cases[],
    float_cases[], vector_cases[], spawn_cases[], process_cases[], futex_cases[], sync_cases[],
    endpoint_cases[], message_cases[], server_cases[], crowd_cases[], pipe_cases[], eventfd_cases[],
    mqueue_cases[], signal_cases[], signal_stack_cases[], signal_thread_cases[], blocked_cases[],
    uintr_error_cases[], uintr_cases[], uintr_flow_cases[], uintr_switch_cases[],
    uintr_slot_cases[];

/* In this order. */
const struct test_case *const test_tables[] = {
    machine_cases,      console_cases,      handle_cases,      memory_cases,
    shm_cases,          protection_cases,   exhaustion_cases,  thread_cases,
    schedule_cases,     float_cases,        vector_cases,      spawn_cases,
    process_cases,      futex_cases,        sync_cases,        endpoint_cases,
    message_cases,      server_cases,       crowd_cases,       pipe_cases,
    eventfd_cases,      mqueue_cases,       signal_cases,      signal_thread_cases,
    signal_stack_cases, blocked_cases,      uintr_error_cases, uintr_cases,
    uintr_flow_cases,   uintr_switch_cases, uintr_slot_cases,  NULL,
};
