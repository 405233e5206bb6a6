/* SPDX-License-Identifier: MIT */
/* What the cases on message queues of both kinds share: peers that use one end, PEER_HANDLE(0), when they are told. */
#ifndef TESTS_QUEUE_PEER_H
#define TESTS_QUEUE_PEER_H

#include "lib/queue.h"
#include "tests/conform.h"

#define RECEIVE 0
#define SEND    1

enum { BLOCKED, DONE, COUNT, GO }; /* flags */

void queue_begin(void); /* the case is on hart 0, and all flags are 0 */
void queue_close_both(int ends[2]);

/* Peers: set BLOCKED before they may wait. 0: expects the last one of the other side to go. */
void queue_take_when_told(uint64_t size);
void queue_put_when_told(uint64_t expected);
void queue_fill_one(uint64_t expected); /* the same, after one message that fills the queue */

/* A peer: waits for GO before it sends, or receives, one byte. */
void queue_act_when_told(uint64_t side);

#endif
