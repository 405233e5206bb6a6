/* SPDX-License-Identifier: MIT */
/*
 * Signals of uapi/signal.h, sent by the kernel or without it: the same calls, chosen by one flag when a target
 * is made.
 *
 *     signal_open(ends, IPC_UINTR);     ends[1] to send by, for others; 0: through the kernel
 *     signal_receive(ends[0]);
 *     ...
 *     signal_send(end, SIGNAL_USR1);    or to any process by its handle
 *
 * Actions, masks, signal_suspend() and the stack are the same for both. A handler runs in some thread of the
 * process that doesn't block the signal, on its stack, or with SIGNAL_ON_STACK on the one of
 * signal_set_stack(). A thread that waits in a system call has it end with EINTR, or begin anew with
 * SIGNAL_RESTART. A handler may use system calls and what says that it may be called from one;
 * floating-point registers are kept.
 *
 * What is different with IPC_UINTR, where the thread that receives is interrupted by the sender itself:
 *
 *   - That thread takes the signals, no other one of the process: its mask is what counts. With
 *     ustatus.UIE off it takes none, SIGNAL_KILL included, before that is on again.
 *   - The handler's frame is NULL, and floating-point registers are the handler's to keep. A handler may get NULL
 *     for the kernel's signals, too, in a thread that receives: when one comes while another kind's handler keeps
 *     it off.
 *   - SIGNAL_RESTART repeats nothing: EINTR. A wait may end with EINTR although the signal has just been blocked.
 *   - Who has a copy of ends[0] keeps the target alive: no ESRCH.
 *   - The thread becomes a receiver (lib/events.h). One with a handler of its own must not have a stack of its own
 *     for that, as signal handlers can be interrupted.
 */
#ifndef LIB_SIGNALS_H
#define LIB_SIGNALS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/link.h"
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

/* --- Targets --- */

/*
 * ends[0] is to receive, ends[1] to send. 0, or -1 with errno: EINVAL: an unknown flag; EMFILE; ENOMEM. Flags: 0:
 * the calling process receives; IPC_UINTR.
 */
int signal_open(int ends[2], unsigned flags);

/* The calling thread receives what is sent to this end, and what has been. EBUSY: another thread does. */
int signal_receive(int end);

/*
 * Sends a signal, 1 to 31, or asks with 0, to a process or to who receives at the other end. 0, or -1 with errno:
 * EINVAL: no signal; ESRCH: nobody receives any more; ENOSPC, ENOMEM: as link_connect(), and the receiver takes it
 * when it looks next. Any number of threads and processes may send; handlers may.
 */
int signal_send(int target, int signal);

/*
 * Must be used instead of handle_close() for an end that signal_receive() or signal_send() has seen; by the thread
 * that receives, or when that has ended.
 */
int signal_close(int end);

#endif
