/* SPDX-License-Identifier: MIT */
/* All calls that wait, for cases about what ends a wait (blocked.c). */
#ifndef TESTS_BLOCKING_H
#define TESTS_BLOCKING_H

#include "tests/test.h"

struct blocking {
    const char *name;
    void (*prepare)(void); /* so that the call waits; NULL: nothing to do */
    long (*call)(void);    /* -1 and errno, or how it ends by itself */
    void (*release)(
        void); /* so that the wait ends well, with a result of 0 or more; NULL: nothing does that */
    bool never_repeated; /* SIGNAL_RESTART changes nothing */
};

#define BLOCKING_CALLS 17

extern const struct blocking blocking_calls[BLOCKING_CALLS];

/* A process for those who wait for one, set before prepare(); it runs until release() ends it. */
extern int blocking_process;

#endif
