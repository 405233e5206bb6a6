/* SPDX-License-Identifier: MIT */
/* A peer that serves many channels, for the cases that are its clients. */
#ifndef TESTS_CHANNEL_SERVE_H
#define TESTS_CHANNEL_SERVE_H

#include "lib/channel_server.h"
#include "tests/channel_common.h"

#define SERVER_BYE 0x777777ul /* a request that isn't answered: the server ends */

/* Shared flags; SERVER_FREE and on: for the cases. */
enum { SERVER_READY, SERVER_SERVED, SERVER_SIGNALS, SERVER_FREE };

/* What is to be expected of it: it ends when nobody can come; its acceptor gets SIGNAL_USR1. */
enum { SERVER_ENDS = 1, SERVER_BLOCKS_SIGNALS = 2 };

/* ends[1] is where clients come; the peer has the other one alone. */
int channel_start_server(int ends[2], uint64_t hart);
int channel_start_with(int ends[2], uint64_t hart, unsigned flags);

/* Batches of requests with numbers of a client's own, and their answers. */
void channel_use(struct channel *channel, unsigned number, unsigned batches);

#endif
