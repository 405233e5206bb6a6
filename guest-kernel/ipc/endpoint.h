/* SPDX-License-Identifier: MIT */
/*
 * Endpoints: a call waits for its reply, a server receives calls and answers them. The message goes
 * from one thread's registers (and buffer) to the other's; nothing is kept in between. Messages
 * and registers: uapi/message.h.
 *
 * A thread in a call is in the endpoint's `callers` until a server receives it; then it is in no
 * queue, and the server's `caller` points to it. What ends either ends the connection: see
 * endpoint_thread_ends() and cancel_call().
 */
#ifndef IPC_ENDPOINT_H
#define IPC_ENDPOINT_H

#include "core/syscall.h"
#include "core/object.h"
#include "core/thread.h"

struct endpoint {
    struct object object;
    struct wait_queue callers;
    struct wait_queue receivers;
};

extern const struct object_type endpoint_type;

/* A dying thread's unanswered caller gets -EPIPE. */
void endpoint_thread_ends(struct thread *thread);

/* For ipc/fastpath.c: makes `server` the one that is to answer `caller`, which waits from now on. */
void endpoint_connect(struct thread *caller, struct thread *server);

/* System calls; the arguments are in the current thread's frame. */
SYSCALL long endpoint_sys_create(void);
SYSCALL long endpoint_sys_call(struct thread *thread);
SYSCALL long endpoint_sys_receive(struct thread *thread);
SYSCALL long endpoint_sys_reply(struct thread *thread);
SYSCALL long endpoint_sys_reply_receive(struct thread *thread);

/*
 * The same for the common case: words only, and the peer waits and can run here right now. The peer,
 * which the hart has been switched to and which nothing keeps from user mode; or NULL, and nothing
 * has been changed.
 */
struct thread *fastpath_call(struct thread *thread);
struct thread *fastpath_reply_receive(struct thread *thread);

#endif
