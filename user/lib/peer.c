// SPDX-License-Identifier: MIT
#include "lib/peer.h"

#include <errno.h>
#include <string.h>

#include "lib/link.h"
#include "lib/syscall.h"

static int map_sides(struct peer *peer, size_t own, size_t other)
{
    struct link_info info;

    if (peer->side >= LINK_SIDES) {
        errno = EINVAL;
        return -1;
    }
    if (link_info(peer->end, &info) < 0) {
        return -1;
    }
    if (info.attached[peer->side] % 2) { /* perhaps this thread: the kernel would replace it */
        errno = EBUSY;
        return -1;
    }
    if (info.size[peer->side] < own || info.size[!peer->side] < other) {
        errno = EINVAL;
        return -1;
    }
    peer->own = link_map(peer->end, peer->side);
    if (!peer->own) {
        return -1;
    }
    peer->other = link_map(peer->end, !peer->side);
    if (!peer->other) {
        memory_unmap(peer->own, info.size[peer->side]);
        return -1;
    }
    return 0;
}

static void unmap_sides(struct peer *peer)
{
    struct link_info info;

    if (link_info(peer->end, &info) == 0) {
        memory_unmap(peer->own, info.size[peer->side]);
        memory_unmap((void *)peer->other, info.size[!peer->side]);
    }
}

/* Whoever was the party before may have said that it sleeps. */
int peer_open(struct peer *peer, int end, unsigned side, unsigned vector, size_t own, size_t other)
{
    struct link_info info;

    *peer = (struct peer){ .index = -1, .end = end, .side = (uint8_t)side };
    if (events_start() < 0 || map_sides(peer, own, other) < 0) {
        return -1;
    }
    if (link_attach(end, side, vector, EVENT_GONE) < 0) {
        int error = errno;

        unmap_sides(peer);
        errno = error;
        return -1;
    }
    peer_say(peer, PEER_AWAKE);
    peer->seen_gone = peer_goings(); /* attached: of any change from here on EVENT_GONE comes */
    link_info(end, &info);
    peer->met = info.attached[!side];
    peer->gone = !(info.open >> !side & 1);
    return 0;
}

void peer_close(struct peer *peer)
{
    if (peer_owed == peer) {
        ipc_flush();
    }
    if (peer->index >= 0) {
        uintr_unregister_sender(peer->index, 0);
        peer->index = -1;
    }
    link_attach(peer->end, peer->side, LINK_DETACH, 0);
    unmap_sides(peer);
}

/* An odd count: a party is there. The first one that comes after we have is ours. */
static void meet(struct peer *peer, const struct link_info *info)
{
    if (peer->met % 2 == 0 && info->attached[!peer->side] == peer->met + 1) {
        peer->met++;
    }
}

void peer_look(struct peer *peer, bool party)
{
    struct link_info info;
    unsigned other = !peer->side;

    peer->seen_gone = peer_goings(); /* who goes from here on is seen next time */
    if (link_info(peer->end, &info) < 0) {
        peer->gone = true;
        return;
    }
    meet(peer, &info);
    if (party && info.attached[other] != peer->met) {
        peer->gone = true;
    }
    if (!(info.open >> other & 1)) {
        peer->gone = true;
    }
}

/* An index for the other side's party: false if there is none now. Who has gone is left to peer_look(). */
static bool connect(struct peer *peer)
{
    struct link_info info;

    if (peer->index < 0) {
        peer->index = link_connect(peer->end, !peer->side);
        if (peer->index >= 0 && link_info(peer->end, &info) == 0) {
            meet(peer, &info);
        }
    }
    return peer->index >= 0;
}

void peer_disconnect(struct peer *peer)
{
    uintr_unregister_sender(peer->index, 0);
    peer->index = -1;
}

/* Refused: the party has changed. Who comes first looks, so there is nobody to tell if none is there. */
void peer_send(struct peer *peer, uint64_t word)
{
    peer->rung = word;
    for (unsigned tries = 0; tries < 2 && connect(peer); tries++) {
        uint64_t index = (uint64_t)peer->index;
        uint64_t result = (word & PEER_STATE) == PEER_ASLEEP ? uintr_send(index) : uipi_send(index);

        if (result != UIPI_REFUSED) {
            return;
        }
        peer_disconnect(peer);
    }
    if (peer->index < 0 && (errno == ENOMEM || errno == ENOSPC)) {
        peer->rung = 0; /* nobody was told for want of memory: the next change tries again */
    }
}

/* ---- Lazy threads ---- */

_Thread_local bool peer_is_lazy;
_Thread_local struct peer *peer_owed;

void ipc_flush(void)
{
    struct peer *peer = peer_owed;

    peer_owed = NULL;
    if (peer) {
        peer_notify(peer);
    }
}

void ipc_set_lazy(bool lazy)
{
    peer_is_lazy = lazy;
    if (!lazy) {
        ipc_flush();
    }
}

/* One side at a time can get the hart. */
void peer_owe(struct peer *peer, uint64_t word)
{
    if (!peer_is_lazy || (word & PEER_STATE) != PEER_ASLEEP) {
        peer_send(peer, word);
        return;
    }
    if (peer_owed != peer) {
        ipc_flush();
    }
    peer_owed = peer;
}

/* ---- Waiting ---- */

/* For one side, owing another one the hart. */
void peer_sleep_owing(struct peer *peer)
{
    struct peer *to = peer_owed;
    uint64_t word = peer_asks(to);

    peer_owed = NULL;
    peer_notify(peer);
    if ((word & PEER_STATE) == PEER_ASLEEP && connect(to)) {
        to->rung = word;
        if (uintr_handover_call((uint64_t)to->index) != -ESHUTDOWN) {
            return;
        }
        peer_disconnect(to);
    } else if (word) {
        peer_send(to, word);
    }
    uintr_wait(0);
}

void peer_sleep_otherwise(struct peer *peer, uint64_t word)
{
    if ((word & PEER_STATE) && word != peer->rung) {
        peer_send(peer, word);
    }
    uintr_wait(0);
}

/* No vector at all: a signal. */
bool peer_let_in(uint64_t vectors)
{
    uint64_t others = vectors & ~(1ul << EVENT_WAKE);

    if (others) {
        uipi_write(others);
        uintr_enable();
        uintr_disable();
    }
    return vectors && !(others & ~(1ul << EVENT_GONE));
}
