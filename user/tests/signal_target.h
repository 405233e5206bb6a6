/* SPDX-License-Identifier: MIT */
/* What the cases on signals from other processes share: the case receives, and tells what it has seen. */
#ifndef TESTS_SIGNAL_TARGET_H
#define TESTS_SIGNAL_TARGET_H

#include "lib/signals.h"
#include "tests/conform.h"

#define BIT(signal) (1ul << (signal))
#define RECEIVE     0
#define SEND        1

enum { SENT, HANDLED, STOP, BLOCKED, GO, READY }; /* flags */

extern volatile unsigned target_handled[SIGNAL_MAX + 1]; /* how often */
extern int target_ends[2];

/* The calling thread receives what is sent to target_ends[SEND], until target_end(). */
void target_begin(uint64_t kind);
void target_end(void);

/* A handler that nothing may interrupt: tells in HANDLED what it has seen in SENT. */
void target_note(int signal, struct signal_frame *frame);

/* What a signal may come in the middle of, and must not change. */
void target_compute(void);

#endif
