/* SPDX-License-Identifier: MIT */
/*
 * Cases for endpoints, which test_endpoint runs without ipc/fastpath.c and test_fastpath with it: what
 * comes out must be the same. What is set up for them is also there for others.
 */
#ifndef UNIT_ENDPOINT_CASES_H
#define UNIT_ENDPOINT_CASES_H

#include "fixture.h"
#include "uapi/message.h"

#define CLIENTS             4
#define SERVERS             2
#define BUFFER_SIZE         (MESSAGE_MAX_DATA + 100)

/* Handles: the service's to receive by, the clients' to call by, each with another badge. */
#define ENDPOINT            0
#define BADGED(n)           (n)
#define BADGE(n)            ((n) ? 100u + (n) : 0u)
#define PASSED              10 /* one to pass on, in both processes: to an eventfd */

/* Register n of a thread. */
#define REGISTER(thread, n) FRAME_X(&(thread)->frame, n)

extern struct process *service, *client_process;
extern struct thread *servers[SERVERS], *clients[CLIENTS];
extern uint64_t service_buffer, client_buffer; /* BUFFER_SIZE bytes up to the end of a page */

extern const struct unit_case endpoint_cases[];
extern const size_t endpoint_case_count;

void set_up_endpoint(void);

/* The current thread's call, with words from `word` on. */
long ipc(long number, uint64_t handle, uint64_t info, uint64_t word, uint64_t buffer);

/* The same without data and handle. */
long ipc_short(long number, uint64_t handle, uint64_t word);

/* What a thread has received. */
void check_message(const struct thread *thread, size_t length, int handle, uint64_t word);

#endif
