// SPDX-License-Identifier: MIT
/* All channels belong to the coordinator; workers get a handle of what they ask for. */
#include "stress/coordinator.h"

#include <errno.h>

#include "lib/ipc.h"
#include "lib/syscall.h"
#include "lib/thread.h"

#define COORDINATOR_BADGE 100

/* Handles with all rights that there are, by seat. */
static struct {
    int pipe[2], queue, event, endpoint;
} channels[MAX_SEATS];

static int registrar; /* the endpoint, with all rights */
static struct thread thread;

static void make_channels(unsigned seat)
{
    must(pipe_create(channels[seat].pipe, 0), "pipe");
    channels[seat].queue = (int)must(
        queue_create(QUEUE_MESSAGES, sizeof(struct record) + QUEUE_PAYLOAD), "queue_create");
    channels[seat].event =
        (int)must(eventfd_create(0, seat % 2 ? EVENTFD_SEMAPHORE : 0), "eventfd");
    channels[seat].endpoint = (int)must(endpoint_create(), "endpoint_create");
}

static void close_channels(unsigned seat)
{
    must(handle_close(channels[seat].pipe[0]), "handle_close");
    must(handle_close(channels[seat].pipe[1]), "handle_close");
    must(handle_close(channels[seat].queue), "handle_close");
    must(handle_close(channels[seat].event), "handle_close");
    must(handle_close(channels[seat].endpoint), "handle_close");
}

static int original(enum object object, unsigned seat)
{
    switch (object) {
    case OBJECT_PIPE_READ:
        return channels[seat].pipe[0];
    case OBJECT_PIPE_WRITE:
        return channels[seat].pipe[1];
    case OBJECT_QUEUE_READ:
    case OBJECT_QUEUE_WRITE:
        return channels[seat].queue;
    case OBJECT_EVENT_READ:
    case OBJECT_EVENT_WRITE:
        return channels[seat].event;
    default:
        return channels[seat].endpoint;
    }
}

static bool is_for_reading(enum object object)
{
    return object == OBJECT_PIPE_READ || object == OBJECT_QUEUE_READ ||
           object == OBJECT_EVENT_READ || object == OBJECT_ENDPOINT_READ;
}

/* A handle to pass to the seat of the caller. */
static int copy_for(unsigned caller, enum object object, unsigned seat)
{
    bool read = is_for_reading(object);

    if (object >= OBJECTS || seat >= ledger->seats || caller >= ledger->seats ||
        (read && seat != caller)) {
        fail("seat %u asks for object %u of seat %u", caller, object, seat);
    }
    return (int)must(handle_duplicate(original(object, seat),
                                      (read ? RIGHT_READ : RIGHT_WRITE) | RIGHT_TRANSFER,
                                      object == OBJECT_ENDPOINT_WRITE ? caller + 1 : 0),
                     "dup");
}

/* Who asked may be dead or, for a signal, have given up: he asks again then. */
static void give(struct message *message, unsigned caller)
{
    int handle = copy_for(caller, (enum object)message->words[0], (unsigned)message->words[1]);

    message->handle = handle;
    message->length = 0;
    must(ipc_reply(message) == 0 || errno == ESRCH ? 0 : -1, "the registrar's reply");
    must(handle_close(handle), "handle_close");
}

static void run(void *unused)
{
    struct message message = { .handle = -1 };
    uint32_t badge = 0;

    (void)unused;
    for (;;) {
        message.capacity = 0;
        must(ipc_receive(registrar, &message, &badge), "the registrar's receive");
        if (badge == COORDINATOR_BADGE) {
            break;
        }
        give(&message, badge - 1);
    }
    message.length = 0;
    message.handle = -1;
    must(ipc_reply(&message), "the registrar's last reply");
}

int registrar_handle(unsigned seat)
{
    return (int)must(handle_duplicate(registrar, RIGHT_WRITE | RIGHT_TRANSFER, seat + 1), "dup");
}

void registrar_start(void)
{
    registrar = (int)must(endpoint_create(), "endpoint_create");
    for (unsigned i = 0; i < ledger->seats; i++) {
        make_channels(i);
    }
    must(thread_start(&thread, run, NULL), "thread_start");
}

void registrar_stop(void)
{
    struct message message = { .handle = -1 };
    int handle = (int)must(handle_duplicate(registrar, RIGHT_WRITE, COORDINATOR_BADGE), "dup");

    must(ipc_call(handle, &message), "the registrar's end");
    thread_join(&thread);
    must(handle_close(handle), "handle_close");
    must(handle_close(registrar), "handle_close");
    for (unsigned i = 0; i < ledger->seats; i++) {
        close_channels(i);
    }
}
