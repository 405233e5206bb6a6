/* SPDX-License-Identifier: MIT */
/*
 * Messages through an endpoint: ipc_call() sends one and waits for its answer, the other side
 * takes it with ipc_receive() and answers with ipc_reply() or, going on to the next,
 * ipc_reply_receive(). Four words travel in registers; longer data and one handle can go along,
 * both ways. Everything here is inline, so that a call is the registers and the ecall.
 *
 *     struct message message = {.words = {request}, .handle = -1};
 *     if (ipc_call(endpoint, &message) == 0) ... message.words[0] is the answer
 *
 * Errors of all of them: EBADF, EACCES, EINVAL for the endpoint; EBADF for the handle to send;
 * EFAULT for the buffer; EMSGSIZE for data above MESSAGE_MAX_DATA or longer than the other side
 * has room for; EINTR as lib/syscall.h says.
 */
#ifndef LIB_IPC_H
#define LIB_IPC_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include "uapi/message.h"
#include "uapi/syscall.h"

struct message {
    uint64_t words[MESSAGE_WORDS];
    void *buffer;    /* data to send, then data received; NULL: none */
    size_t length;   /* bytes to send, then bytes received */
    size_t capacity; /* size of the buffer for what is received */
    int handle; /* to pass along, then the one received (a new handle of this process); -1: none */
};

/* A new endpoint as two handles, each good for one side only: ends[0] to receive, ends[1] to
 * call. Who keeps just one of them learns by EPIPE that nobody has the other any more. 0, or -1
 * with errno. */
int endpoint_pair(int ends[2]);

/* --- Four words and nothing else: no error has an effect on errno, the result is -errno itself
 * --- */

static inline __attribute__((always_inline)) long ipc_ecall(long number, uint64_t endpoint,
                                                            uint64_t *info, uint64_t *w0,
                                                            uint64_t *w1, uint64_t *w2,
                                                            uint64_t *w3, void *buffer)
{
    register uint64_t a0 __asm__("a0") = endpoint;
    register uint64_t a1 __asm__("a1") = *info;
    register uint64_t a2 __asm__("a2") = *w0;
    register uint64_t a3 __asm__("a3") = *w1;
    register uint64_t a4 __asm__("a4") = *w2;
    register uint64_t a5 __asm__("a5") = *w3;
    register void *a6 __asm__("a6") = buffer;
    register long a7 __asm__("a7") = number;

    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5)
                     : "r"(a6), "r"(a7)
                     : "memory");
    *info = a1;
    *w0 = a2;
    *w1 = a3;
    *w2 = a4;
    *w3 = a5;
    return (long)a0;
}

/* 0 or -errno. The words are replaced by the answer's. */
static inline __attribute__((always_inline)) long
ipc_call_words(int endpoint, uint64_t *w0, uint64_t *w1, uint64_t *w2, uint64_t *w3)
{
    uint64_t info = 0;

    return ipc_ecall(SYS_ipc_call, (uint64_t)endpoint, &info, w0, w1, w2, w3, NULL);
}

/* The sender's badge or -errno. */
static inline __attribute__((always_inline)) long
ipc_receive_words(int endpoint, uint64_t *w0, uint64_t *w1, uint64_t *w2, uint64_t *w3)
{
    uint64_t info = 0;

    *w0 = *w1 = *w2 = *w3 = 0; /* they are results only */
    return ipc_ecall(SYS_ipc_receive, (uint64_t)endpoint, &info, w0, w1, w2, w3, NULL);
}

/* 0 or -errno. */
static inline __attribute__((always_inline)) long ipc_reply_words(uint64_t w0, uint64_t w1,
                                                                  uint64_t w2, uint64_t w3)
{
    uint64_t info = 0;

    return ipc_ecall(SYS_ipc_reply, 0, &info, &w0, &w1, &w2, &w3, NULL);
}

/* The next sender's badge or -errno. The words are replaced by the next message's. */
static inline __attribute__((always_inline)) long
ipc_reply_receive_words(int endpoint, uint64_t *w0, uint64_t *w1, uint64_t *w2, uint64_t *w3)
{
    uint64_t info = 0;

    return ipc_ecall(SYS_ipc_reply_receive, (uint64_t)endpoint, &info, w0, w1, w2, w3, NULL);
}

/* --- With data and handles --- */

static inline long ipc_exchange(long number, int endpoint, struct message *message)
{
    size_t capacity =
        message->capacity < MESSAGE_MAX_DATA ? message->capacity : (size_t)MESSAGE_MAX_DATA;
    uint64_t info;
    long result;

    if (message->length > MESSAGE_MAX_DATA) {
        errno = EMSGSIZE;
        return -1;
    }
    info = MESSAGE_INFO(message->length, capacity, message->handle);
    result = ipc_ecall(number, (uint64_t)endpoint, &info, &message->words[0], &message->words[1],
                       &message->words[2], &message->words[3], message->buffer);
    if (result < 0) {
        errno = (int)-result;
        return -1;
    }
    message->length = MESSAGE_LENGTH(info);
    message->handle = MESSAGE_HANDLE(info);
    return result;
}

static inline int ipc_store_badge(long result, uint32_t *badge)
{
    if (result >= 0 && badge) {
        *badge = (uint32_t)result;
    }
    return result < 0 ? -1 : 0;
}

/* Sends the message and waits for the answer, which replaces it. 0, or -1 with errno; EPIPE:
 * nobody can receive there any more, or the receiver ended without an answer; ECANCELED: it has
 * received the next message without one. */
static inline int ipc_call(int endpoint, struct message *message)
{
    return (int)ipc_exchange(SYS_ipc_call, endpoint, message);
}

/* Waits for a message. Of *message only buffer and capacity are looked at. badge may be NULL. The
 * caller waits until this thread replies, receives again or ends. */
static inline int ipc_receive(int endpoint, struct message *message, uint32_t *badge)
{
    message->length = 0;
    message->handle = -1;
    return ipc_store_badge(ipc_exchange(SYS_ipc_receive, endpoint, message), badge);
}

/* Answers the message received last; never waits. ESRCH: nobody waits for an answer (any more). */
static inline int ipc_reply(struct message *message)
{
    return (int)ipc_exchange(SYS_ipc_reply, 0, message);
}

/* ipc_reply(), if an answer is due, and ipc_receive() in one. */
static inline int ipc_reply_receive(int endpoint, struct message *message, uint32_t *badge)
{
    return ipc_store_badge(ipc_exchange(SYS_ipc_reply_receive, endpoint, message), badge);
}

#endif
