/* SPDX-License-Identifier: MIT */
/*
 * Signals of uapi/signal.h. A handler runs in some thread of the process that doesn't block the
 * signal, on its stack, or with SIGNAL_ON_STACK on the one of signal_set_stack(). A thread that
 * waits in a system call has it end with EINTR, or begin anew with SIGNAL_RESTART. A handler may
 * use system calls and what says that it may be called from one; floating-point and
 * vector registers are kept.
 */
#ifndef LIB_SIGNALS_H
#define LIB_SIGNALS_H

#include <stddef.h>
#include <stdint.h>

#include "uapi/signal.h"

typedef void (*signal_handler)(int signal, struct signal_frame *frame);

/*
 * What happens on a signal: a handler, (signal_handler)SIGNAL_DEFAULT (the process ends, but
 * SIGNAL_CHILD) or (signal_handler)SIGNAL_IGNORE. Flags: SIGNAL_NODEFER, SIGNAL_ON_STACK,
 * SIGNAL_RESTART. The signals of mask, bit n for signal n, are blocked while it runs. 0, or -1
 * with errno: EINVAL for SIGNAL_KILL and what is no signal.
 */
int signal_handle(int signal, signal_handler handler, unsigned flags, uint64_t mask);

/* The signals that the calling thread blocks: how is SIGNAL_BLOCK, SIGNAL_UNBLOCK or
 * SIGNAL_SETMASK. Returns the mask before, -1 with EINVAL. */
long signal_set_mask(unsigned how, uint64_t mask);

/* Waits with another mask until a handler has run. Always -1, errno EINTR. */
int signal_suspend(uint64_t mask);

/* The calling thread's stack for handlers with SIGNAL_ON_STACK; size 0: none. */
int signal_set_stack(void *base, size_t size);

#endif
