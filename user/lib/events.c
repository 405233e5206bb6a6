// SPDX-License-Identifier: MIT
#include "lib/bits.h"
#include "lib/events.h"

#include <errno.h>

#include "lib/uintr.h"

#define VECTORS 64

static _Thread_local event_handler handlers[VECTORS];
static _Thread_local uint64_t unhandled; /* the thread and its handler, atomically */

_Thread_local uint32_t events_gone; /* written by the thread's handler */

void events_dispatch(uint64_t vectors)
{
    events_gone += vectors >> EVENT_GONE;
    while (vectors) {
        unsigned vector = lowest_bit(vectors);

        vectors &= vectors - 1;
        if (handlers[vector]) {
            handlers[vector](vector);
        } else {
            __atomic_fetch_or(&unhandled, 1ul << vector, __ATOMIC_RELAXED);
        }
    }
}

int events_start(void)
{
    if (uintr_set_handler(events_dispatch, 0) < 0) {
        return errno == EBUSY ? uintr_c_handler != events_dispatch : -1;
    }
    uintr_enable();
    return 0;
}

uint64_t events_thread(void)
{
    static uint64_t threads;
    static _Thread_local uint64_t own;

    if (own == 0) {
        own = __atomic_add_fetch(&threads, 1, __ATOMIC_RELAXED);
    }
    return own;
}

void events_handle(unsigned vector, event_handler handler)
{
    handlers[vector] = handler;
}

uint64_t events_take(uint64_t vectors)
{
    return __atomic_fetch_and(&unhandled, ~vectors, __ATOMIC_RELAXED) & vectors;
}

bool events_have(uint64_t vectors)
{
    return __atomic_load_n(&unhandled, __ATOMIC_RELAXED) & vectors;
}
