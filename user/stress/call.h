/* SPDX-License-Identifier: MIT */
/* Calls to other workers' servers; main thread only. */
#ifndef STRESS_CALL_H
#define STRESS_CALL_H

#include "lib/ipc.h"
#include "stress/objects.h"
#include "stress/stress.h"

struct call {
    enum request request;
    uint64_t argument;
    struct message message; /* buffer, length, capacity and handle are the caller's */
    uint64_t check;         /* of the request, then of the answer */
    uint64_t result;
};

/*
 * Sends it. True: answered, and everything about the answer is right. False: nobody can tell
 * whether it was received, or it was and had no answer, or it was refused as too long; all of
 * that is in the books.
 */
bool call(unsigned to, struct call *call);

/* What data of the request is to be filled with: call() sends the same number next. */
uint64_t call_check(unsigned to, enum request request, size_t length, uint64_t argument);

/* A request that answers with a handle (or none: -1) and an epoch. */
int call_for_handle(unsigned to, enum request request, uint64_t argument, uint32_t *epoch);

#endif
