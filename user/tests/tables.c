// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <stddef.h>

extern const struct test_case machine_cases[], handle_cases[], console_cases[], memory_cases[],
    exhaustion_cases[], protection_cases[], shm_cases[], thread_cases[], schedule_cases[], spawn_cases[], process_cases[], futex_cases[], sync_cases[], endpoint_cases[], message_cases[], server_cases[], pipe_cases[], eventfd_cases[], mqueue_cases[], signal_cases[], signal_stack_cases[], blocked_cases[], uintr_error_cases[], uintr_cases[], uintr_flow_cases[], uintr_switch_cases[], uintr_slot_cases[], float_cases[];

const struct test_case *const test_tables[] = {
    machine_cases, handle_cases, console_cases, memory_cases, exhaustion_cases,
    protection_cases, shm_cases, thread_cases, schedule_cases, spawn_cases, process_cases, futex_cases, sync_cases, endpoint_cases, message_cases, server_cases, pipe_cases, eventfd_cases, mqueue_cases, signal_cases, signal_stack_cases, blocked_cases, uintr_error_cases, uintr_cases, uintr_flow_cases, uintr_switch_cases, uintr_slot_cases, float_cases, NULL,
};
