// SPDX-License-Identifier: MIT
#include "channelstress/channelstress.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/syscall.h"
#include "uapi/signal.h"

void maybe_die(unsigned one_of)
{
    if (!one_in(one_of) || GET(ledger->calm)) {
        return;
    }
    switch (below(3)) {
    case 0:
        count(COUNT_DIED_EXIT, 1);
        _exit(EXIT_STATUS);
    case 1:
        count(COUNT_DIED_FAULT, 1);
        *(volatile int *)NULL = 1;
        break;
    default:
        count(COUNT_DIED_KILL, 1);
        must(process_kill((int)must(process_self(), "process_self"), SIGNAL_KILL), "kill");
    }
    fail("still alive");
}
