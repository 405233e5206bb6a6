/* SPDX-License-Identifier: MIT */
/* What the cases on SYS_uintr_handover share: the case, and a thread that it hands over to and that answers. */
#ifndef TESTS_HANDOVER_H
#define TESTS_HANDOVER_H

#include "lib/uintr.h"
#include "tests/test.h"

#define BIT(n) (1ul << (n))
#define TO     5 /* the receiver's vector */
#define BACK   6 /* the case's */

struct handover {
    int to, back;            /* to send to the receiver, and to the case */
    uint32_t ready, may_end; /* the receiver is, and may */
    uint32_t blocked, word;  /* the cases' own; 0 when they begin */
};

extern struct handover handover;

/* The handler of both; the vectors that it has got in the calling thread. */
void handover_note(uint64_t vectors);
extern _Thread_local volatile uint64_t handover_seen;

/* The calling thread, the case's, is a receiver on hart 0 until handover_end(). */
void handover_begin(void);
void handover_end(void);

/* The calling thread is the receiver from now on; until it answers for the last time. */
void handover_receive(void);
void handover_answer(void);

/* For a thread: answers each handover by one, until it may end. */
void handover_serve(void *unused);

#endif
