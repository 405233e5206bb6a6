/* SPDX-License-Identifier: MIT */
/* Who asks whom for what by ipc_call(): workers the registrar, and each other. */
#ifndef STRESS_OBJECTS_H
#define STRESS_OBJECTS_H

#include <stddef.h>
#include <stdint.h>

/* What the registrar gives a handle of: words[0], of the seat words[1]. */
enum object {
    OBJECT_PIPE_READ,
    OBJECT_PIPE_WRITE,
    OBJECT_QUEUE_READ,
    OBJECT_QUEUE_WRITE,
    OBJECT_EVENT_READ,
    OBJECT_EVENT_WRITE,
    OBJECT_ENDPOINT_READ,
    OBJECT_ENDPOINT_WRITE, /* its badge says who calls: seat + 1 */
    OBJECTS
};

/* What a worker's server does. */
enum request {
    REQUEST_WORDS,
    REQUEST_DATA,         /* checks the data, answers with so many bytes */
    REQUEST_EVENT,        /* adds the argument to the eventfd passed */
    REQUEST_MEMORY,       /* checks the shared memory passed, and inverts it */
    REQUEST_SILENCE,      /* goes on without an answer */
    REQUEST_VECTOR,       /* a handle of vector (argument % 256) of the thread (argument / 256) */
    REQUEST_PROCESS,      /* a handle of its process */
    REQUEST_TALK_BY_PIPE, /* reads what comes from the pipe passed, until its end */
    REQUEST_TALK_BY_QUEUE,
};

#define SERVER_BUFFER 6000

/*
 * Words of a request: 0 from, to and what (request_head()), 1 number and the one before, 2
 * argument, 3 check over them, which is also what the data is filled with. Of an answer: 0 the
 * same with ANSWER, 1 number, 2 result, 3 check.
 */
#define ANSWER        (1ul << 63)

static inline uint64_t request_head(unsigned from, unsigned to, enum request request, size_t length)
{
    return from | (uint64_t)to << 8 | (uint64_t)request << 16 | (uint64_t)length << 32;
}

#endif
