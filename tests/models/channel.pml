/* SPDX-License-Identifier: MIT */
/*
 * Channels: two rings in shared memory, requests and replies, each with one producer and one consumer.
 * A side that finds nothing to do says so in a word of its own and waits in the kernel; the other side
 * looks at that word when it has published something, and sends a user interrupt if it must. Is every
 * message received, once, in order and as it was written, and does nobody sleep for ever?
 * user/lib/peer.h is the code: peer_notify(), PEER_WAIT_UNTIL(), peer_sleep(), with the rings of channel.c;
 * guest-kernel/ipc/uintr_handover.c is the call that notifies and waits in one. tests/suites/models.sh lists
 * the variants.
 *
 * Memory is RVWMO's as far as it matters here. A store goes into the side's buffer, and from there to
 * memory at any time and in any order, except that stores to one address keep their order and one with
 * release waits for all before it. A fence waits until the buffer has no stores left. Loads read memory
 * when they are executed: nobody loads what he stores, so there is nothing to forward, but where a
 * variant has no acquire or release a load moves across the loads or stores around it. A look that is
 * satisfied early, before the last fence at the earliest, sees at worst less than there is: EARLY of
 * them lead into a sleep that is not needed. RVWMO orders a store after the loads that decide whether it
 * is made, and a send likewise. A send goes through the buffer too, is not ordered with the stores around
 * it and not waited for by fences: the release of uipi.send (docs/spec.md, section 9) is not needed.
 *
 * The client has up to IN_FLIGHT requests under way and takes replies meanwhile; the server answers one
 * after the other. With more in flight than a ring holds either finds its ring full and waits for room.
 * The client goes when it has all replies. Going and dying look the same to the other side: the kernel
 * sets hung_up and posts. A waiting receiver is one bit: delivery.pml shows that the kernel's wait misses
 * no post. Interrupts are on while a side is awake and off from its going to sleep to the end of the wait.
 *
 *   lost_wakeup          when nothing moves any more, both sides wait
 *   unnoticed_death      when nothing moves any more, one side waits for one that is gone
 *   wrong_item           what a consumer reads is not the next message
 *   lost_message         a side leaves a dead peer without what this one had published
 *   second_notification  a side is sent two interrupts for one sleep
 *   buffer_full          the model's buffers are too small to show everything
 */
#ifndef MESSAGES
#define MESSAGES 3
#endif
#ifndef IN_FLIGHT
#define IN_FLIGHT MESSAGES
#endif
#ifndef SIZE
#define SIZE 2                           /* of each ring, at most 2 */
#endif
#ifndef DEATHS
#define DEATHS 0                         /* of either side, at any point */
#endif
#ifndef EARLY
#define EARLY 0                          /* each side: early looks and waits that end without a reason */
#endif
#ifdef LAZY
#define BUFFER 10                        /* stores; LAZY leaves out fences that would empty it */
#else
#define BUFFER 6
#endif

#define CLIENT 0
#define SERVER 1
#define OTHER(side) (1 - (side))

#define CHECK(name, wrong) name = (wrong); assert(!name)

/* ---- Memory: ring r is the one that side r produces into ---- */

byte item[4];                            /* 2r + slot: which message, from 1 */
byte tail[2];                            /* stored by side r */
byte head[2];                            /* stored by the other side */
byte sleep[2];                           /* stored by side s; odd: asleep, or about to be */

/* What side s has stored and nobody else sees yet, the oldest first */
#define SLOT       0                     /* and 1 */
#define TAIL       2
#define HEAD       3
#define OWN_SLEEP  4
#define PEER_SLEEP 5
#define POST       6
byte what[2 * BUFFER];
byte value[2 * BUFFER];
byte stored[2];
byte posts[2];                           /* so many of them are no stores */

/* The kernel */
byte pending[2];
bool hung_up[2];

#define MESSAGE 1
#ifdef HANGUP_VECTOR
#define HANGUP 2
#else
#define HANGUP MESSAGE
#endif

/* Only for the proof */
bool killed[2], gone[2];
byte told[2];                            /* for which value of its sleep side s was last notified */
hidden byte lost_wakeup, unnoticed_death, wrong_item, lost_message, second_notification, buffer_full;

#define WHAT(i)  what[s * BUFFER + i]
#define VALUE(i) value[s * BUFFER + i]

#ifdef TAIL_BEFORE_ITEM
#define RELEASE(i) false
#else
#define RELEASE(i) (WHAT(i) == TAIL)
#endif

/* None before it is to the same address */
#define FIRST_1(i) (WHAT(i) != WHAT(0))
#define FIRST_2(i) (FIRST_1(i) && WHAT(i) != WHAT(1))
#define FIRST_3(i) (FIRST_2(i) && WHAT(i) != WHAT(2))
#define FIRST_4(i) (FIRST_3(i) && WHAT(i) != WHAT(3))
#define FIRST_5(i) (FIRST_4(i) && WHAT(i) != WHAT(4))
#define FIRST_6(i) (FIRST_5(i) && WHAT(i) != WHAT(5))
#define FIRST_7(i) (FIRST_6(i) && WHAT(i) != WHAT(6))
#define FIRST_8(i) (FIRST_7(i) && WHAT(i) != WHAT(7))
#define FIRST_9(i) (FIRST_8(i) && WHAT(i) != WHAT(8))
#define MAY_DRAIN(i) (stored[s] > i && !RELEASE(i) && FIRST_##i(i))

inline store(address, v) {
    CHECK(buffer_full, stored[s] == BUFFER);
    WHAT(stored[s]) = address;
    VALUE(stored[s]) = v;
    stored[s]++;
    if
    :: address == POST -> posts[s]++
    :: else
    fi
}

inline drain(k) {
    if
    :: WHAT(k) < TAIL -> item[2 * s + WHAT(k)] = VALUE(k)
    :: WHAT(k) == TAIL -> tail[s] = VALUE(k)
    :: WHAT(k) == HEAD -> head[OTHER(s)] = VALUE(k)
    :: WHAT(k) == OWN_SLEEP -> sleep[s] = VALUE(k)
    :: WHAT(k) == PEER_SLEEP -> sleep[OTHER(s)] = VALUE(k)
    :: WHAT(k) == POST -> pending[OTHER(s)] = pending[OTHER(s)] | VALUE(k); posts[s]--
    fi;
    stored[s]--;
    for (i : k .. BUFFER - 2) {
        WHAT(i) = WHAT(i + 1);
        VALUE(i) = VALUE(i + 1)
    }
    WHAT(BUFFER - 1) = 0;
    VALUE(BUFFER - 1) = 0;
    i = 0
}

proctype buffer(bit s) {
    byte i;

end:
    do
    :: d_step { stored[s] > 0 -> drain(0) }
    :: d_step { MAY_DRAIN(1) -> drain(1) }
    :: d_step { MAY_DRAIN(2) -> drain(2) }
    :: d_step { MAY_DRAIN(3) -> drain(3) }
    :: d_step { MAY_DRAIN(4) -> drain(4) }
    :: d_step { MAY_DRAIN(5) -> drain(5) }
#ifdef LAZY
    :: d_step { MAY_DRAIN(6) -> drain(6) }
    :: d_step { MAY_DRAIN(7) -> drain(7) }
    :: d_step { MAY_DRAIN(8) -> drain(8) }
    :: d_step { MAY_DRAIN(9) -> drain(9) }
#endif
    od
}

/* ---- A side ---- */

/*
 * fence w, r: only loads come after it, so it is a guard of the first of these. What is loaded in one step
 * with it changes in one direction only, from nothing to something, until this side takes it.
 */
#define FENCE (stored[s] == posts[s])
#ifdef NO_PRODUCER_FENCE
#define NOTIFY_FENCE true
#else
#define NOTIFY_FENCE FENCE
#endif
#ifdef NO_CONSUMER_FENCE
#define SLEEP_FENCE true
#else
#define SLEEP_FENCE FENCE
#endif

#define WANTS_PUSH (!hung && (s == CLIENT -> sent < MESSAGES && sent - received < IN_FLIGHT : sent < received))
#ifdef ROOM_ONLY
#define WANTS_POP (hung || (s == CLIENT -> !WANTS_PUSH : received == sent))
#else
#define WANTS_POP (hung || s == CLIENT || received == sent)
#endif
#define CAN_POP   (WANTS_POP && tail[OTHER(s)] != received)
#define CAN_PUSH  (WANTS_PUSH && sent - head[s] < SIZE)
#define SOMETHING (CAN_POP || CAN_PUSH)
#define FINISHED  (s == CLIENT && received == MESSAGES)

/* The values of `sleep`, and whether one that was read asks for a notification */
#if defined(FLAG_NOT_COUNTER)
#define ASLEEP 1
#define AWAKE  0
#define TO_RING(p) (p && !rung)
#elif defined(CLEARED_BEFORE_SEND) || defined(CLEARED_AFTER_SEND)
#define ASLEEP 1
#define AWAKE  0
#define TO_RING(p) (p)
#elif defined(COUNTER_WRAPS)
#define ASLEEP ((sleeps + 1) % 4)
#define AWAKE  ASLEEP
#define TO_RING(p) ((p & 1) && p != rung)
#elif defined(ROOM_BIT)
#define ASLEEP (sleeps + (WANTS_PUSH -> 3 : 1))
#define AWAKE  (sleeps / 4 * 4 + 4)
#define TO_RING(p) ((p & 1) && p != rung)
#define COUNTED
#else
#define ASLEEP (sleeps + 1)
#define AWAKE  ASLEEP
#ifdef NO_RUNG
#define TO_RING(p) (p & 1)
#else
#define TO_RING(p) ((p & 1) && p != rung)
#endif
#define COUNTED
#endif

inline remember(p) {
    rung = p;
#ifdef COUNTED
    CHECK(second_notification, told[OTHER(s)] == p);
    told[OTHER(s)] = p
#endif
}

/* peer_notify(); `bits` must all be set in the peer's word */
inline notify(bits) {
    atomic {
        NOTIFY_FENCE ->
        if
        :: TO_RING(sleep[OTHER(s)]) && (sleep[OTHER(s)] & bits) == bits ->
            remember(sleep[OTHER(s)]);
#ifdef CLEARED_BEFORE_SEND
            store(PEER_SLEEP, 0);
            FENCE;                       /* and the clearing before the send */
#endif
            store(POST, MESSAGE);
#ifdef CLEARED_AFTER_SEND
            store(PEER_SLEEP, 0)
#endif
        :: else ->
#ifdef FLAG_NOT_COUNTER
            rung = sleep[OTHER(s)]
#else
            skip
#endif
        fi
    }
}

inline item_published() {
#ifdef LAZY
    if
    :: owed = 1
#ifdef MIXED
    :: notify(1)
#endif
    fi
#else
    notify(1)
#endif
}

/* The peer may wait for room only if the ring was full; that is known after the fence */
inline room_published() {
#if defined(LAZY)
#ifdef ROOM_NOT_OWED
    skip
#else
    owed = 1
#endif
#elif defined(ROOM_BIT)
    notify(3)
#else
#ifndef ROOM_BY_OLD_TAIL
    atomic { NOTIFY_FENCE -> was_full = (tail[OTHER(s)] - (received - 1) >= SIZE) };
#endif
    if
    :: was_full -> was_full = 0; notify(1)
    :: else
    fi
#endif
}

/* The release of `head` orders the load of the item before it, and need not order anything else */
inline pop() {
#ifdef HEAD_BEFORE_ITEM
    atomic { store(HEAD, received + 1) };
#endif
    atomic {
#ifndef NO_ACQUIRE
        got = item[2 * OTHER(s) + received % SIZE];
#endif
        received++;
        CHECK(wrong_item, got != received);
        got = 0;
        asking = 0;
#ifndef HEAD_BEFORE_ITEM
        store(HEAD, received)
#endif
    }
}

inline wake() {
    sleeps = AWAKE;
    store(OWN_SLEEP, sleeps)
}

/* What a pending vector tells: ask the kernel whether the other side is there */
inline take_pending() {
#if defined(HANGUP_VECTOR)
    hung = hung || (pending[s] & HANGUP);
#elif defined(HANGUP_ASKED_LATE)
    asking = 1;
#elif !defined(WAIT_LOOKS)
    hung = hung_up[s];
#endif
    pending[s] = 0
}

/* PEER_WAIT_UNTIL() after its first store */
inline look_and_wait() {
#ifdef LAZY_PEER_READ_FIRST
    peer = sleep[OTHER(s)];
#endif
    if
#ifdef NO_SECOND_LOOK
    :: SLEEP_FENCE;
#else
    :: atomic { SLEEP_FENCE && SOMETHING -> wake() }
    :: SLEEP_FENCE && !SOMETHING;
#endif
#ifdef LAZY
#ifndef LAZY_PEER_READ_FIRST
        peer = sleep[OTHER(s)];
#endif
        /* uintr_handover.c; its two steps, the post and the wait, need not be one */
        atomic {
            if
            :: owed && TO_RING(peer) -> remember(peer); pending[OTHER(s)] = pending[OTHER(s)] | MESSAGE
            :: else
            fi;
            owed = 0;
            peer = 0
        };
#endif
#ifdef INTERRUPTS_ON
        if
        :: atomic { pending[s] && !hung_up[s] -> pending[s] = 0 }
        :: true
        fi;
#endif
        if
        :: atomic { pending[s] -> take_pending(); wake() }
#ifdef WAIT_LOOKS
        :: atomic { hung_up[s] -> hung = 1; wake() }
#endif
        :: atomic { early < EARLY -> early++; wake() }
        fi
    fi
}

proctype side(bit s) {
    byte sent, received, sleeps, rung, peer, got, early;
    bool hung, owed, was_full, asking;

    {
again:
    do
#ifdef NO_ACQUIRE
    :: atomic { WANTS_POP -> got = item[2 * OTHER(s) + received % SIZE] };
        if
        :: CAN_POP
        :: !CAN_POP -> got = 0; goto again
        fi;
#elif defined(ROOM_BY_OLD_TAIL)
    :: atomic { CAN_POP -> was_full = (tail[OTHER(s)] - received >= SIZE) };
#else
    :: CAN_POP;
#endif
        pop();
        if
        :: hung
        :: else -> room_published()
        fi
    :: atomic { CAN_PUSH -> store(SLOT + sent % SIZE, sent + 1); sent++; store(TAIL, sent) };
        item_published()
    :: atomic { pending[s] -> take_pending() }
    :: FINISHED -> break
#ifdef NO_LAST_LOOK
    :: hung -> break
#else
    :: hung && tail[OTHER(s)] == received -> break
#endif
#ifdef HANGUP_ASKED_LATE
    :: atomic { asking && !SOMETHING -> hung = hung_up[s]; asking = 0 }
#endif
    :: atomic {
            !hung && !FINISHED && !asking && (!SOMETHING || early < EARLY) ->
            if
            :: SOMETHING -> early++
            :: else
            fi;
            sleeps = ASLEEP;
            store(OWN_SLEEP, sleeps)
        };
        look_and_wait()
    od
    } unless { killed[s] };
    /* The kernel closes this end: its lock orders what was stored before */
    atomic {
        stored[s] == 0 ->
        hung_up[OTHER(s)] = 1;
#ifndef NO_HANGUP
        pending[OTHER(s)] = pending[OTHER(s)] | HANGUP;
#endif
        gone[s] = 1;
        CHECK(lost_message, hung && !killed[s] && received != tail[OTHER(s)]);
        sent = 0; received = 0; sleeps = 0; rung = 0; peer = 0; got = 0; early = 0;
        hung = 0; owed = 0; was_full = 0; asking = 0
    }
}

active proctype watch() {
    timeout ->
    CHECK(lost_wakeup, !gone[CLIENT] && !gone[SERVER]);
    CHECK(unnoticed_death, !gone[CLIENT] || !gone[SERVER])
}

init {
    atomic {
        run buffer(CLIENT); run buffer(SERVER);
        run side(CLIENT); run side(SERVER)
    };
    if
    :: DEATHS && !gone[CLIENT] -> killed[CLIENT] = 1
    :: DEATHS && !gone[SERVER] -> killed[SERVER] = 1
    :: true
    fi
}
