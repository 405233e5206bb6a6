// SPDX-License-Identifier: MIT
/* The tables of all files, in the order in which they run: for a new one, a line here and one in meson.build. */
#include "tests/test.h"

#include <stddef.h>

// clang-format off
#define TABLES(TABLE) \
    TABLE(machine) \
    TABLE(console) \
    TABLE(handle) \
    TABLE(memory) \
    TABLE(shm) \
    TABLE(protection) \
    TABLE(exhaustion) \
    TABLE(thread) \
    TABLE(schedule) \
    TABLE(float) \
    TABLE(vector) \
    TABLE(vector_signal) \
    TABLE(vector_uintr) \
    TABLE(spawn) \
    TABLE(process) \
    TABLE(futex) \
    TABLE(sync) \
    TABLE(endpoint) \
    TABLE(message) \
    TABLE(server) \
    TABLE(crowd) \
    TABLE(pipe) \
    TABLE(eventfd) \
    TABLE(mqueue) \
    TABLE(signal) \
    TABLE(signal_thread) \
    TABLE(signal_stack) \
    TABLE(blocked) \
    TABLE(uintr_error) \
    TABLE(uintr) \
    TABLE(uintr_flow) \
    TABLE(uintr_switch) \
    TABLE(uintr_slot) \
    TABLE(channel) \
    TABLE(channel_wait) \
    TABLE(channel_buffer) \
    TABLE(channel_end) \
    TABLE(channel_server) \
    TABLE(conform_pipe) \
    TABLE(conform_pipe_wait) \
    TABLE(conform_pipe_use) \
    TABLE(channel_place) \
    TABLE(lazy) \
    TABLE(conform_queue) \
    TABLE(conform_queue_wait) \
    TABLE(conform_queue_end) \
    TABLE(queue_memory) \
    TABLE(conform_signal) \
    TABLE(conform_signal_storm) \
    TABLE(conform_signal_wait) \
    TABLE(conform_signal_end) \
    TABLE(link_error) \
    TABLE(link_party) \
    TABLE(uintr_handover) \
    TABLE(uintr_handover_wait) \
    TABLE(uintr_handover_hart) \
    TABLE(channel_disturbed) \
    TABLE(channel_crowd)
// clang-format on

#define DECLARE(name) extern const struct test_case name##_cases[];
#define POINTER(name) name##_cases,

TABLES(DECLARE)

const struct test_case *const test_tables[] = { TABLES(POINTER) NULL };
