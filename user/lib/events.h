/* SPDX-License-Identifier: MIT */
/*
 * One receiver of user interrupts for all that uses it in a thread: each part of a program has
 * vectors of its own.
 *
 *     0 to 31    the program's own
 *     32 to 55   EVENT_GROUPS: a server's channels (lib/channel_server.h)
 *     60         EVENT_SIGNAL: signals of links (lib/signals.h)
 *     61         EVENT_ACCEPT: a server's new channels
 *     62         EVENT_WAKE: the other side of a link the thread waits for (lib/peer.h)
 *     63         EVENT_GONE: the other side of a link has gone
 *
 * A thread with a handler of its own (uintr_set_handler()) can use channels, pipes and queues, too, if
 * that passes what it gets on to events_dispatch().
 */
#ifndef LIB_EVENTS_H
#define LIB_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#define EVENT_FIRST_GROUP 32
#define EVENT_GROUPS      24
#define EVENT_SIGNAL      60
#define EVENT_ACCEPT      61
#define EVENT_WAKE        62
#define EVENT_GONE        63

typedef void (*event_handler)(unsigned vector);

/*
 * Makes the calling thread a receiver, if it isn't one, and enables user interrupts. 0; 1: it has a handler of
 * its own; -1 with errno: ENOMEM.
 */
int events_start(void);

/*
 * What the calling thread does on a vector, in a handler: user interrupts are off, integer registers
 * only. NULL: nothing, events_take() tells. For threads whose receiver is that of events_start().
 */
void events_handle(unsigned vector, event_handler handler);

/* Runs the calling thread's handlers of these vectors; in a handler. */
void events_dispatch(uint64_t vectors);

/* A number of the calling thread that no other one of the process has had; not 0. */
uint64_t events_thread(void);

/* How often EVENT_GONE has come to the calling thread. */
extern _Thread_local uint32_t events_gone;

/* Whether events_take() would tell of any of these. */
bool events_have(uint64_t vectors);

/* Which of these vectors have come to the calling thread since the last time and are handled by nobody. */
uint64_t events_take(uint64_t vectors);

#endif
