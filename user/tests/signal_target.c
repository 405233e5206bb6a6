// SPDX-License-Identifier: MIT
#include "tests/signal_target.h"

volatile unsigned target_handled[SIGNAL_MAX + 1];
int target_ends[2];

static volatile unsigned depth;

void target_begin(uint64_t kind)
{
    test_pin(0);
    for (unsigned i = 0; i <= READY; i++) {
        test_set(&shared->flags[i], 0);
    }
    for (unsigned i = 0; i <= SIGNAL_MAX; i++) {
        target_handled[i] = 0;
    }
    MUST(signal_open(target_ends, KIND(kind)));
    MUST(signal_receive(target_ends[RECEIVE]));
}

void target_end(void)
{
    MUST(signal_close(target_ends[SEND]));
    MUST(signal_close(target_ends[RECEIVE]));
}

void target_note(int signal, struct signal_frame *frame)
{
    (void)frame;
    CHECK_EQUAL(depth++, 0);
    target_handled[signal]++;
    test_set(&shared->flags[HANDLED], test_get(&shared->flags[SENT]));
    depth--;
}

void target_compute(void)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < 1000; i++) {
        sum = sum * 31 + i;
    }
    CHECK_EQUAL(sum, (long)10422651670965598708ul);
}
