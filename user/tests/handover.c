// SPDX-License-Identifier: MIT
#include "tests/handover.h"

struct handover handover;

_Thread_local volatile uint64_t handover_seen;

void handover_note(uint64_t vectors)
{
    handover_seen |= vectors;
}

void handover_begin(void)
{
    test_pin(0);
    MUST(uintr_set_handler(handover_note, 0));
    handover = (struct handover){ .back = (int)MUST(uintr_register_self(BACK, 0)) };
}

void handover_end(void)
{
    MUST(uintr_unregister_sender(handover.back, 0));
    MUST(uintr_unregister_sender(handover.to, 0));
    MUST(uintr_unregister_handler(0));
}

void handover_receive(void)
{
    MUST(uintr_set_handler(handover_note, 0));
    handover.to = (int)MUST(uintr_register_self(TO, 0));
}

void handover_answer(void)
{
    CHECK(uintr_send((uint64_t)handover.back) != UIPI_REFUSED);
    MUST(uintr_unregister_handler(0));
}

void handover_serve(void *unused)
{
    (void)unused;
    handover_receive();
    test_set(&handover.ready, 1);
    FAILS(uintr_wait(0), EINTR);
    CHECK_EQUAL(uipi_read(), BIT(TO));
    while (!test_get(&handover.may_end)) {
        FAILS(uintr_handover((uint64_t)handover.back, 0), EINTR);
        CHECK_EQUAL(uipi_read(), BIT(TO));
    }
    handover_answer();
}
