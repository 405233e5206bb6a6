// SPDX-License-Identifier: MIT
#include "tests/ending.h"

#include <stdlib.h>

#include "tests/test.h"

void ending_come(enum ending ending)
{
    switch (ending) {
    case EXIT:
        exit(0);
    case FAULT:
        *(volatile char *)NULL = 1;
        break;
    case KILLED:
        process_kill((int)MUST(process_self()), SIGNAL_KILL);
        break;
    default:
        thread_end(NULL);
    }
    CHECK(!"alive");
    abort();
}

void ending_check(int peer, enum ending ending)
{
    CHECK_EQUAL(peer_wait(peer), ending == FAULT    ? STATUS_FAULT(15)
                                 : ending == KILLED ? STATUS_SIGNAL(SIGNAL_KILL)
                                                    : 0);
}
