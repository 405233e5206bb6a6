/* SPDX-License-Identifier: MIT */
/* Between lib/signals.c (what is done about signals) and lib/signal_link.c (how they come without the kernel). */
#ifndef LIB_SIGNAL_TAKER_H
#define LIB_SIGNAL_TAKER_H

#include <stdbool.h>
#include <stdint.h>

#define SIGNAL_BIT(signal) (1ul << (signal))
#define SIGNALS_ALL        (SIGNAL_BIT(SIGNAL_MAX + 1) - SIGNAL_BIT(1))
#define SIGNALS_BLOCKABLE  (SIGNALS_ALL & ~SIGNAL_BIT(SIGNAL_KILL))

/* --- lib/signals.c --- */

/* The calling thread takes signals from links, from now on. */
void signal_taker_begin(void);

/* In the handler of EVENT_SIGNAL, or with user interrupts off: whatever is pending and not blocked. */
void signal_deliver(bool may_enable);

/* What is not to be sent at all; what the calling thread blocks. */
uint64_t signal_ignored(void);
uint64_t signal_blocked(void);

/* --- lib/signal_link.c --- */

/* Signals that have come to the calling thread by links; takes one. */
uint64_t signal_links_pending(void);
void signal_links_take(uint64_t signals);

/* Senders are to know of another mask of the calling thread, and of other actions of the process. */
void signal_links_mask(void);
void signal_links_ignore(void);

#endif
