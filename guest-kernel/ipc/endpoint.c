// SPDX-License-Identifier: MIT
#include "ipc/endpoint.h"

#include <errno.h>

#include "core/process.h"
#include "core/sched.h"
#include "core/slab.h"
#include "core/usercopy.h"
#include "uapi/message.h"

/* Registers of the calls */
#define INFO   11
#define WORD   12
#define BUFFER 16

static uint64_t info_of(const struct thread *thread)
{
    return FRAME_X(&thread->frame, INFO);
}

static struct handle_table *handles_of(struct thread *thread)
{
    return &thread->process->handles;
}

/* ---- The object ---- */

/* Nobody will receive any more, or nobody call; and those who wait may have lost their own handle. */
static void hung_up(struct object *object)
{
    struct endpoint *endpoint = (struct endpoint *)object;

    wait_queue_end_all(&endpoint->callers, -EPIPE);
    wait_queue_end_all(&endpoint->receivers, -EPIPE);
}

static void destroy(struct object *object)
{
    slab_free(object, sizeof(struct endpoint));
}

const struct object_type endpoint_type = { .name = "endpoint",
                                           .hung_up = hung_up,
                                           .destroy = destroy };

long endpoint_sys_create(void)
{
    struct endpoint *endpoint = slab_alloc(sizeof(*endpoint));
    long number;

    if (!endpoint) {
        return -ENOMEM;
    }
    object_init(&endpoint->object, &endpoint_type);
    wait_queue_init(&endpoint->callers);
    wait_queue_init(&endpoint->receivers);
    number = handle_add(&process_current()->handles, &endpoint->object, RIGHT_ALL);
    object_put(&endpoint->object);
    return number;
}

static int find(struct thread *thread, unsigned rights, struct endpoint **endpoint, uint32_t *badge)
{
    struct handle *handle;
    int error = handle_find(handles_of(thread), (int)FRAME_X(&thread->frame, 10), &endpoint_type,
                            rights, &handle);

    if (!error) {
        *endpoint = (struct endpoint *)handle->object;
        *badge = handle->badge;
    }
    return error;
}

/* ---- Who answers whom ---- */

/*
 * The wait for a reply ends: by the reply, an interruption or death. A late reply finds nobody. The
 * message has been received: the call must not be repeated by itself.
 */
static void cancel_call(struct thread *caller)
{
    caller->server->caller = NULL;
    caller->server = NULL;
    caller->interrupted = false;
}

void endpoint_connect(struct thread *caller, struct thread *server)
{
    caller->server = server;
    server->caller = caller;
    caller->wait.cancel = cancel_call;
}

/* A server that receives again, or dies, will not answer any more. */
static void abandon_caller(struct thread *server, long result)
{
    if (server->caller) {
        wait_end(server->caller, result);
    }
}

void endpoint_thread_ends(struct thread *thread)
{
    abandon_caller(thread, -EPIPE);
}

/* ---- Messages ---- */

/* Whose fault it is that a message can't be delivered; the error is the one they get. */
enum blame { BLAME_NOBODY, BLAME_SENDER, BLAME_RECEIVER };

struct outcome {
    enum blame blame;
    int error;
};

/* The handle to go along, checked; *handle is NULL when the message has none. */
static int handle_to_pass(struct thread *from, struct handle **handle)
{
    int number = MESSAGE_HANDLE(info_of(from));

    *handle = NULL;
    return number < 0 ? 0 : handle_find(handles_of(from), number, NULL, RIGHT_TRANSFER, handle);
}

/* Everything that can fail comes before the receiver's registers are changed. */
static struct outcome transfer(struct thread *from, struct thread *to)
{
    uint64_t length = MESSAGE_LENGTH(info_of(from));
    struct handle *handle;
    int error = handle_to_pass(from, &handle), number = -1;

    if (error) {
        return (struct outcome){ BLAME_SENDER, error };
    }
    if (length > MESSAGE_MAX_DATA || length > MESSAGE_CAPACITY(info_of(to))) {
        return (struct outcome){ BLAME_SENDER, -EMSGSIZE };
    }
    if (length) {
        switch (copy_between(to->process, FRAME_X(&to->frame, BUFFER), from->process,
                             FRAME_X(&from->frame, BUFFER), length)) {
        case COPY_BAD_SOURCE:
            return (struct outcome){ BLAME_SENDER, -EFAULT };
        case COPY_BAD_TARGET:
            return (struct outcome){ BLAME_RECEIVER, -EFAULT };
        case COPY_DONE:
            break;
        }
    }
    if (handle) {
        number = handle_copy(handles_of(to), handle);
        if (number < 0) {
            return (struct outcome){ BLAME_SENDER, number };
        }
    }
    FRAME_X(&to->frame, INFO) = MESSAGE_INFO(length, 0, number);
    for (int i = 0; i < MESSAGE_WORDS; i++) {
        FRAME_X(&to->frame, WORD + i) = FRAME_X(&from->frame, WORD + i);
    }
    return (struct outcome){ BLAME_NOBODY, 0 };
}

/* ---- System calls ---- */

/*
 * The caller waits first: if that can't be, nothing has been sent. When there is a receiver it then
 * leaves the queue again, and waits for the reply.
 */
long endpoint_sys_call(struct thread *thread)
{
    struct endpoint *endpoint;
    struct thread *receiver;
    int error = find(thread, RIGHT_WRITE, &endpoint, &thread->badge);
    long result;

    if (error) {
        return error;
    }
    if (endpoint->object.readers == 0) {
        return -EPIPE;
    }
    result = wait_on(&endpoint->callers);
    if (result != SYSCALL_WAITS) {
        return result;
    }
    while ((receiver = wait_queue_first(&endpoint->receivers))) {
        struct outcome outcome = transfer(thread, receiver);

        if (outcome.blame == BLAME_RECEIVER) {
            wait_end(receiver, outcome.error);
            continue;
        }
        if (outcome.blame == BLAME_SENDER) {
            wait_end(thread, outcome.error);
            break;
        }
        list_remove(&thread->node);
        endpoint_connect(thread, receiver);
        wait_end(receiver, thread->badge);
        break;
    }
    return SYSCALL_WAITS;
}

/* The first call that can be delivered; the others have ended with their error. */
static long receive(struct thread *thread, struct endpoint *endpoint)
{
    struct thread *caller;

    while ((caller = wait_queue_first(&endpoint->callers))) {
        struct outcome outcome = transfer(caller, thread);

        if (outcome.blame == BLAME_RECEIVER) {
            return outcome.error;
        }
        if (outcome.blame == BLAME_SENDER) {
            wait_end(caller, outcome.error);
            continue;
        }
        list_remove(&caller->node);
        endpoint_connect(caller, thread);
        return caller->badge;
    }
    return endpoint->object.writers == 0 ? -EPIPE : wait_on(&endpoint->receivers);
}

long endpoint_sys_receive(struct thread *thread)
{
    struct endpoint *endpoint;
    uint32_t badge;
    int error = find(thread, RIGHT_READ, &endpoint, &badge);

    if (error) {
        return error;
    }
    abandon_caller(thread, -ECANCELED);
    return receive(thread, endpoint);
}

long endpoint_sys_reply(struct thread *thread)
{
    struct thread *caller = thread->caller;
    struct outcome outcome;

    if (!caller) {
        return -ESRCH;
    }
    outcome = transfer(thread, caller);
    if (outcome.blame == BLAME_SENDER) {
        return outcome.error;
    }
    wait_end(caller, outcome.error);
    return 0;
}

/*
 * A caller that is gone is no reason for a server to stop. What comes after the reply may be repeated
 * after an interruption: there is nobody left to answer then.
 */
long endpoint_sys_reply_receive(struct thread *thread)
{
    struct endpoint *endpoint;
    uint32_t badge;
    int error = find(thread, RIGHT_READ, &endpoint, &badge);
    long result;

    if (error) {
        return error;
    }
    result = endpoint_sys_reply(thread);
    if (result < 0 && result != -ESRCH) {
        return result;
    }
    return receive(thread, endpoint);
}
