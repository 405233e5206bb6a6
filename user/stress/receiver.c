// SPDX-License-Identifier: MIT
/* The receiving side of user interrupts: threads that register and unregister, and their handler. */
#include "stress/worker.h"

#include <errno.h>

#include "lib/sync.h"
#include "lib/syscall.h"
#include "lib/uintr.h"

static const uint8_t numbers[VECTORS] = { 0, 31, 63 };

#define MOST_REGISTERED 4 /* threads, the listener included: a process has MAX_HANDLES handles */

static struct mutex mutex; /* what follows, until the server has passed it */
static unsigned registered;
static struct {
    uint32_t epoch; /* 0: not registered */
    int handles[VECTORS];
} vectors[ROLES];

static _Thread_local uint32_t own_epoch; /* 0: not registered; this thread */
_Thread_local volatile uint32_t handled;

/* ---- The handler ---- */

void meet(struct post *post, uint32_t epoch, const char *what, unsigned number)
{
    uint32_t sending = GET(post->sending), before = post->met > post->base ? post->met : post->base;

    if (GET(post->epoch) != epoch) {
        fail("%s %u came in epoch %u, it was last sent to %u", what, number, epoch, post->epoch);
    }
    if (sending <= before && !__atomic_exchange_n(&post->credit, 0, __ATOMIC_ACQ_REL)) {
        fail("%s %u came again: %u was met and nothing was sent since", what, number, before);
    }
    SET(post->met, sending);
}

/* Others may send meanwhile, so all that can be said is that somebody did. */
static void meet_flood(struct receiver *receiver)
{
    bool sent = false;

    for (unsigned from = 0; from < ledger->seats; from++) {
        struct post *post = &receiver->flood[from];

        if (GET(post->epoch) == own_epoch) {
            sent = true;
            SET(post->met, GET(post->sending));
        }
    }
    if (!sent) {
        fail("vector %u came, which nobody has sent", numbers[VECTOR_FLOOD]);
    }
}

void handler_dies(void)
{
    if (GET(own->poison) && __atomic_exchange_n(&own->poison, 0, __ATOMIC_RELAXED)) {
        count(COUNT_DIED_IN_HANDLER);
        die();
    }
}

static void handle(uint64_t pending)
{
    struct receiver *receiver = &own->receivers[own_role];
    int saved = errno;

    handled++;
    for (unsigned i = 0; i < VECTORS; i++) {
        if (pending >> numbers[i] & 1) {
            pending &= ~(1ul << numbers[i]);
            if (i == VECTOR_FLOOD) {
                meet_flood(receiver);
            } else {
                meet(&receiver->exact[i], own_epoch, "vector", numbers[i]);
            }
        }
    }
    if (pending) {
        fail("vectors %#lx came, which have no handle", pending);
    }
    handler_dies();
    errno = saved;
}

/* ---- Registering ---- */

static bool reserve(void)
{
    bool free;

    mutex_lock(&mutex);
    free = own_role == ROLE_LISTENER || registered < MOST_REGISTERED - 1;
    registered += free && own_role != ROLE_LISTENER;
    mutex_unlock(&mutex);
    return free;
}

/* The epoch is written before anybody can have a handle. */
void receiver_register(void)
{
    struct receiver *receiver = &own->receivers[own_role];

    if (!reserve()) {
        return;
    }
    must(uintr_set_handler(handle, 0), "uintr_register_handler");
    own_epoch = (receiver->epoch + 1) | 1;
    SET(receiver->epoch, own_epoch);
    mutex_lock(&mutex);
    for (unsigned i = 0; i < VECTORS; i++) {
        vectors[own_role].handles[i] = (int)must(uintr_create_fd(numbers[i], 0), "uintr_create_fd");
    }
    vectors[own_role].epoch = own_epoch;
    mutex_unlock(&mutex);
    count(COUNT_REGISTERED);
    uintr_enable();
}

static void unregister(void)
{
    struct receiver *receiver = &own->receivers[own_role];

    mutex_lock(&mutex);
    vectors[own_role].epoch = 0;
    registered -= own_role != ROLE_LISTENER;
    for (unsigned i = 0; i < VECTORS; i++) {
        must(handle_close(vectors[own_role].handles[i]), "handle_close");
    }
    mutex_unlock(&mutex);
    SET(receiver->epoch, own_epoch + 1);
    pause_somehow();
    must(uintr_unregister_handler(0), "uintr_unregister_handler");
    SET(receiver->gone, own_epoch);
    own_epoch = 0;
}

void receiver_change(void)
{
    if (one_in(own_epoch ? 40 : 20)) {
        if (own_epoch) {
            unregister();
            pause_somehow();
        }
        if (own_role == ROLE_LISTENER || one_in(2)) {
            receiver_register();
        }
    }
    if (own_epoch && one_in(10)) {
        switch (below(3)) {
        case 0:
            uintr_disable();
            pause_somehow();
            uintr_enable();
            break;
        case 1:
            uipi_deactivate();
            pause_somehow();
            uipi_activate();
            break;
        default:
            uipi_thresh(numbers[below(VECTORS)]);
            pause_somehow();
            uipi_thresh(0);
        }
    }
}

/* ---- For the server ---- */

int vector_lock(enum role role, unsigned vector, uint32_t *epoch)
{
    mutex_lock(&mutex);
    *epoch = vectors[role].epoch;
    return *epoch ? vectors[role].handles[vector] : -1;
}

void vector_unlock(void)
{
    mutex_unlock(&mutex);
}
