// SPDX-License-Identifier: MIT
/* The sending side of user interrupts. */
#include "stress/worker.h"

#include <errno.h>

#include "stress/call.h"
#include "lib/syscall.h"
#include "lib/uintr.h"

#define LONGEST_BURST 8

/* How to send: the table's index, and to which epoch of the receiver it leads. Main thread only. */
struct target {
    uint32_t epoch; /* 0: not connected */
    int index;
};

static struct target targets[MAX_SEATS][ROLES][VECTORS];

/*
 * This process sends to an epoch of a receiver from now on. What was sent to another one will
 * not be met. If a predecessor on this seat died sending, the number may still be met: now, or
 * once more together with the next one.
 */
void post_connected(struct post *post, uint32_t epoch)
{
    bool unsure = post->sending != post->sent;

    if (post->epoch != epoch || unsure) {
        SET(post->credit, post->epoch == epoch);
        SET(post->sent, post->sending);
        SET(post->base, post->sending);
    }
    SET(post->epoch, epoch);
}

bool post_is_under_way(const struct post *post)
{
    return post->sending > post->base && GET(post->met) != post->sending;
}

/* Who may send a vector of which there is one at a time. */
static unsigned exact_sender(unsigned to, enum role role, unsigned vector)
{
    return (to + 1 + role + vector) % ledger->seats;
}

static struct post *post_of(struct receiver *receiver, unsigned vector)
{
    return vector == VECTOR_FLOOD ? &receiver->flood[own_number] : &receiver->exact[vector];
}

/* Only a receiver that is gone refuses: at the end of the round it must be. */
static void refused(struct post *post, uint32_t epoch)
{
    count(COUNT_REFUSED);
    SET(post->base, post->sending);
    SET(post->sent, post->sending);
    SET(post->refused, epoch);
}

static void disconnect(struct target *target)
{
    if (target->epoch) {
        must(uintr_unregister_sender(target->index, 0), "uintr_unregister_sender");
        target->epoch = 0;
    }
}

static bool connect(unsigned to, enum role role, unsigned vector, struct post *post)
{
    struct target *target = &targets[to][role][vector];
    uint32_t epoch;
    int handle, index;

    disconnect(target);
    handle = call_for_handle(to, REQUEST_VECTOR, role << 8 | vector, &epoch);
    if (handle < 0) {
        return false;
    }
    maybe_die(1000);
    index = uintr_register_sender(handle, 0);
    if (index < 0 && errno == ESHUTDOWN) {
        refused(post, epoch);
    } else {
        must(index, "uintr_register_sender");
        post_connected(post, epoch);
        *target = (struct target){ epoch, index };
    }
    must(handle_close(handle), "handle_close");
    return index >= 0;
}

static void send(struct receiver *receiver, struct target *target, struct post *post, bool flood)
{
    uint32_t gone = GET(receiver->gone);
    uint64_t result;

    SET(post->sending, post->sending + 1);
    result = uipi_send((uint64_t)target->index);
    if (result == UIPI_REFUSED) {
        refused(post, target->epoch);
        return;
    }
    if (result != UIPI_DELIVERED && result != UIPI_POSTED) {
        fail("uipi.send returned %lu", result);
    }
    if (gone >= target->epoch) {
        fail("uipi.send to epoch %u returned %lu, but %u is over", target->epoch, result, gone);
    }
    SET(post->sent, post->sending);
    count(flood ? COUNT_FLOODS : COUNT_POSTS);
}

void post(unsigned to)
{
    enum role role = ROLE_SERVER + below(ROLES - ROLE_SERVER);
    unsigned vector = below(VECTORS);
    struct receiver *receiver = &ledger->seat[to].receivers[role];
    struct target *target;
    struct post *post;

    if (vector != VECTOR_FLOOD && exact_sender(to, role, vector) != (unsigned)own_number) {
        vector = VECTOR_FLOOD;
    }
    target = &targets[to][role][vector];
    post = post_of(receiver, vector);
    if (target->epoch && target->epoch != GET(receiver->epoch) && one_in(2)) {
        count(COUNT_STALE);
        send(receiver, target, post, vector == VECTOR_FLOOD);
    }
    if ((!target->epoch || target->epoch != GET(receiver->epoch)) &&
        !connect(to, role, vector, post)) {
        return;
    }
    if (one_in(50)) {
        SET(ledger->seat[to].poison, 1);
    }
    if (vector == VECTOR_FLOOD) {
        for (unsigned i = below(LONGEST_BURST); i > 0; i--) {
            send(receiver, target, post, true);
        }
    } else if (!post_is_under_way(post)) {
        send(receiver, target, post, false);
    }
}
