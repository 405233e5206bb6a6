/* SPDX-License-Identifier: MIT */
/*
 * The two sides of a link that wait for each other without the kernel: the protocol under channels, pipes and
 * queues. tests/models/channel.pml is its model.
 *
 * Each side counts what it has produced (tail) and consumed (head), and says in a third word whether it
 * wants to be told of changes. All three are in memory that it alone can write. After a change a side
 * looks at the other's word and sends one user interrupt for each time that it asks for one.
 *
 *     changes its own tail or head (release)      sets its word to ASLEEP
 *     full fence                                  full fence
 *     looks at the other's word                   looks at the other's tail and head, AGAIN
 *     sends, if that asks for it                  waits, if there is still nothing
 *
 * The two fences are Dekker's: at least one of both looks sees the other's store, whatever store buffers
 * do. Without the second look, or without either fence, a wake-up is lost: the model shows it.
 *
 * A word has a new value each time its side asks, in 62 bits that never come round, so `rung` tells whether
 * this time has been answered. A
 * side that is going to wait anyway sends as part of that: uintr_handover() gives the hart to the other
 * one directly.
 */
#ifndef LIB_PEER_H
#define LIB_PEER_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/events.h"
#include "lib/uintr.h"

#define PEER_LINE 64 /* bytes that travel between caches together */

/* What a side tells the other one. Written by its party alone; the other side reads. */
struct peer_words {
    _Alignas(PEER_LINE) uint32_t tail; /* release: with it, what was produced */
    _Alignas(PEER_LINE) uint32_t head; /* release: with it, that what was consumed may be reused */
    _Alignas(PEER_LINE) uint64_t word; /* PEER_... and, above it, a count of changes; see above */
};

#define PEER_AWAKE  0ul /* looks by itself */
#define PEER_ARMED  1ul /* runs, but not for this link: wants a uipi */
#define PEER_ASLEEP 2ul /* waits in the kernel, or is about to: wants to be woken */
#define PEER_STATE  3ul
#define PEER_STEP   4ul

/* One thread's view of a link; all of it its own. */
struct peer {
    struct peer_words *own;         /* the head of this side's memory */
    const struct peer_words *other; /* the head of the other side's */
    uint64_t rung;                  /* the other's word that was answered last */
    int index;                      /* for uipi_send(); -1: none */
    int end;
    uint8_t side;
    uint32_t met; /* how many parties the other side had had with ours; even: it has not come */
    uint32_t seen_gone; /* events_gone when we last looked */
    bool gone;          /* nobody can answer any more */
};

/*
 * The calling thread becomes the party of a side of a link, by `vector`. The memory of each side must
 * have at least these bytes. 0, or -1 with errno: as link_map() and link_attach(); EINVAL: too small.
 */
int peer_open(struct peer *peer, int end, unsigned side, unsigned vector, size_t own, size_t other);

/* Ends it, and unmaps the memory. The handle stays open. */
void peer_close(struct peer *peer);

/*
 * Looks, by a system call, whether there still is another side: sets peer->gone if it has no handle any
 * more, or if `party` and the party that we have known has ended.
 */
void peer_look(struct peer *peer, bool party);

/* How often anybody has gone for the calling thread. */
static inline uint32_t peer_goings(void)
{
    return *(volatile uint32_t *)&events_gone;
}

/* The same if anybody has gone since the last look. */
static inline bool peer_is_gone(struct peer *peer, bool party)
{
    if (__builtin_expect(peer_goings() != peer->seen_gone, 0)) {
        peer_look(peer, party);
    }
    return peer->gone;
}

/*
 * A lazy thread (ipc_set_lazy()) tells a side that sleeps of changes only when it waits itself: then it can
 * hand over the hart. Both are the thread's own.
 */
extern _Thread_local bool peer_is_lazy;
extern _Thread_local struct peer *peer_owed; /* its other side is to be told yet; NULL: none */

/* There is somebody to hand the hart to, and nobody has gone since the last look. */
static inline bool peer_may_sleep(const struct peer *peer)
{
    return peer->index >= 0 && !peer->gone && !peer_owed && peer_goings() == peer->seen_gone;
}

/* Sends to the other side, which has asked for it: by uipi if it is armed, by the kernel if it is asleep. */
void peer_send(struct peer *peer, uint64_t word);

/* The rarer parts of peer_changed() and peer_sleep(). */
void peer_owe(struct peer *peer, uint64_t word);
void peer_sleep_owing(struct peer *peer);
void peer_sleep_otherwise(struct peer *peer, uint64_t word);
void peer_disconnect(struct peer *peer);
bool peer_let_in(uint64_t vectors);

static inline uint32_t peer_load(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline void peer_store(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static inline void peer_fence(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* After a change of tail or head: the other's word, if it asks and has not been answered; 0: nothing to do. */
static inline uint64_t peer_asks(const struct peer *peer)
{
    uint64_t word;

    peer_fence();
    word = __atomic_load_n(&peer->other->word, __ATOMIC_RELAXED);
    return (word & PEER_STATE) && word != peer->rung ? word : 0;
}

/* After a change that the other side is to be told of now, or as soon as a lazy thread waits. */
static inline void peer_changed(struct peer *peer)
{
    uint64_t word = peer_asks(peer);

    if (__builtin_expect(word != 0, 0)) {
        peer_owe(peer, word);
    }
}

/* The same, in any case now. */
static inline void peer_notify(struct peer *peer)
{
    uint64_t word = peer_asks(peer);

    if (__builtin_expect(word != 0, 0)) {
        peer_send(peer, word);
    }
}

/* The own word: `state` from now on, with a new value, seen before any look that follows. */
static inline void peer_say(struct peer *peer, uint64_t state)
{
    uint64_t word = (peer->own->word & ~PEER_STATE) + PEER_STEP;

    __atomic_store_n(&peer->own->word, word | state, __ATOMIC_RELAXED);
    if (state != PEER_AWAKE) {
        peer_fence();
    }
}

/*
 * After peer_say(), which has the fence: waits for any user interrupt, with ustatus.UIE off, and sends to the
 * other side if that has asked for it; gives it the hart if it sleeps. The caller takes the vectors.
 */
static inline void peer_sleep_raw(struct peer *peer)
{
    uint64_t word = __atomic_load_n(&peer->other->word, __ATOMIC_RELAXED);

    if (__builtin_expect(peer_owed && peer_owed != peer, 0)) {
        peer_sleep_owing(peer);
        return;
    }
    peer_owed = NULL;
    if (__builtin_expect(
            (word & PEER_STATE) == PEER_ASLEEP && word != peer->rung && peer->index >= 0, 1)) {
        peer->rung = word;
        if (__builtin_expect(uintr_handover_call((uint64_t)peer->index) == -ESHUTDOWN, 0)) {
            peer_disconnect(peer); /* its successor looks by itself, and sees who sleeps */
            uintr_wait(0);
        }
    } else {
        peer_sleep_otherwise(peer, word);
    }
}

/*
 * The same for who waits for EVENT_WAKE: whether nothing else than that and EVENT_GONE has ended the wait. The
 * vectors of others are put back, to interrupt as soon as they may: there.
 */
static inline bool peer_sleep(struct peer *peer)
{
    uint64_t vectors;

    peer_sleep_raw(peer);
    vectors = uipi_read();
    return __builtin_expect(vectors == 1ul << EVENT_WAKE, 1) || peer_let_in(vectors);
}

/* ustatus.UIE off; whether it was on. */
static inline uint64_t peer_mask(void)
{
    uint64_t before;

    __asm__ volatile("csrrci %0, 0x000, 1" : "=r"(before) : : "memory");
    return before & 1;
}

static inline void peer_unmask(uint64_t before)
{
    __asm__ volatile("csrs 0x000, %0" : : "r"(before) : "memory");
}

/*
 * Until a condition holds that the other side brings about, or it is gone (`party`: its party is), or, if
 * `interruptible`, something else has come: a signal or another user interrupt. Not in handlers: lets
 * user interrupts in.
 *
 * A word that has been answered need not be taken back: it is answered once. One that has not been, since
 * the second look found something or something else has come, is: it would have the other side
 * interrupt what this one does next.
 */
#define PEER_WAIT_UNTIL(peer, party, interruptible, condition)                                     \
    do {                                                                                           \
        uint64_t mask_ = peer_mask();                                                              \
        bool woken_ = true;                                                                        \
                                                                                                   \
        do {                                                                                       \
            peer_say(peer, PEER_ASLEEP);                                                           \
            if ((condition) || peer_is_gone(peer, party)) {                                        \
                peer_say(peer, PEER_AWAKE);                                                        \
                break;                                                                             \
            }                                                                                      \
            woken_ = peer_sleep(peer);                                                             \
        } while (!(condition) && (woken_ || !(interruptible)));                                    \
        if (!woken_) {                                                                             \
            peer_say(peer, PEER_AWAKE);                                                            \
        }                                                                                          \
        peer_unmask(mask_);                                                                        \
    } while (0)

#endif
