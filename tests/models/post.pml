/* SPDX-License-Identifier: MIT */
/*
 * The locking of a post in QEMU's device: uintc_post() and uintc_try_post() in
 * qemu/hw/intc/riscv_uintc_delivery.c. A post that changes nothing but the receiver's pending vectors
 * holds that receiver's lock only; all else takes the BQL first and then, to look at a receiver, its lock.
 * Is that still what docs/spec.md promises, one indivisible step (section 9)?
 *
 * Beside the device runs the specification's own (section 5.2), s_pending, s_latch and s_bell, in which each
 * post is one step, taken where the code has made up its mind. Whatever anybody reads from the
 * device must be what the specification's has. delivery.pml shows what follows from that.
 *
 * Around it: two senders with an entry for the receiver; two harts whose programs take interrupts
 * and handle them in either order; and a kernel that does anything, in any order.
 *
 *   lost_wakeup         when nothing moves any more, an interrupt or a doorbell is missing
 *   spurious_interrupt  a handler starts and the specification sees no reason
 *   pending_differs     pending vectors, latch or bell are not those of the specification
 *   latch_differs
 *   bell_differs
 *   stale_vector        a vector becomes pending with a Tag that is no longer the receiver's
 */
#ifndef KERNEL_STEPS
#define KERNEL_STEPS 2
#endif
#ifndef POSTS
#define POSTS 3                          /* by both senders */
#endif
#define THRESHOLD 1                      /* vector 0 is below it */
#define NONE 2                           /* a hartid that does not exist */

/* RISCVUINTCReceiver and its lock; RISCVUINTCState and env->n.usip_latch under the BQL */
bool bql, rlock;
bool act, kn, tag;
byte hartid;
byte pending;
bool bell, latch[2], level[2], selected[2];

byte s_pending;
bool s_bell, s_latch[2];

byte posts, steps;
hidden byte lost_wakeup, spurious_interrupt, pending_differs, latch_differs, bell_differs, stale_vector;

#define CHECK(name, wrong) name = (wrong); assert(!name)
#define LEVEL(h, vectors) (selected[h] && act && hartid == h && ((vectors) >> THRESHOLD))
#define USIP(h) (latch[h] || level[h])
#define S_USIP(h) (s_latch[h] || LEVEL(h, s_pending))
#define TAKE(l) atomic { !l -> l = 1 }

/* uintc_update(), for the BQL's holder */
inline update() {
    level[0] = LEVEL(0, pending);
    level[1] = LEVEL(1, pending)
}

inline spec_post(v) {
    s_pending = s_pending | (1 << v);
    if
    :: act && v >= THRESHOLD && hartid != NONE -> s_latch[hartid] = 1
    :: !act && kn -> s_bell = 1
    :: else
    fi
}

/*
 * uintc_try_post() up to its decision, the receiver's lock held. `tell`: more than pending changes. The
 * latch and the bell are read without the BQL, and so this is a step of its own. Where the post goes
 * ahead the specification's is done; where the Tag differs neither does anything.
 */
inline decide(has_bql) {
    d_step {
#ifdef TAG_NOT_CHECKED_AGAIN
        refused = (tag != entry_tag && !has_bql);
#else
        refused = (tag != entry_tag);
#endif
        if
        :: act -> tell = (hartid != NONE && v >= THRESHOLD &&
#ifndef DEVICE_LOOKS_AT_LATCH_ONLY
                          (!(pending >> THRESHOLD) ||
#else
                          (
#endif
#ifdef LATCH_BEFORE_LOCK
                           !early[hartid]))
#else
                           !latch[hartid]))
#endif
        :: else -> tell =
#ifdef NO_BELL
                   0
#else
                   (kn && !bell)
#endif
        fi;
        if
        :: !refused && (has_bql || !tell) -> spec_post(v)
        :: else
        fi
    }
}

inline set_pending() {
    d_step {
        CHECK(stale_vector, tag != entry_tag);
        pending = pending | (1 << v)
    }
}

/* The rest of uintc_try_post(): nobody sees pending between these, but a hart sees level and latch */
inline tell_others() {
    d_step { update() };
    d_step {
        if
        :: act && tell -> latch[hartid] = 1
        :: !act && tell -> bell = 1
        :: else
        fi
    }
}

proctype sender() {
    byte v;
    bool entry_tag, refused, tell;
#ifdef LATCH_BEFORE_LOCK
    bool early[2];
#endif

    do
    :: atomic { posts < POSTS ->
            posts++;
            if :: v = 0 :: v = 1 fi;
#ifdef LATCH_BEFORE_LOCK
            early[0] = latch[0]; early[1] = latch[1]
#endif
        };
        TAKE(rlock);
        decide(0);
        if
        :: refused -> rlock = 0
        :: !refused && !tell -> set_pending(); rlock = 0
        :: !refused && tell ->
#ifdef PENDING_BEFORE_BQL
            d_step { spec_post(v); pending = pending | (1 << v) };
#endif
            rlock = 0;                   /* NEEDS_BQL: the lock order is the BQL first */
            TAKE(bql);
            TAKE(rlock);
#ifdef PENDING_BEFORE_BQL
            tell_others();
#else
#ifdef NOT_DECIDED_AGAIN
            d_step { refused = (tag != entry_tag); if :: !refused -> spec_post(v) :: else fi };
#else
            decide(1);
#endif
            if
            :: refused
            :: else -> set_pending(); tell_others()
            fi;
#endif
            atomic { rlock = 0; bql = 0 }
        fi;
        d_step { refused = 0; tell = 0; v = 0; entry_tag = 0 }
    :: posts == POSTS -> break
    od
}

inline clear_latch() {                   /* rmw of uip: the BQL and not the receiver's lock */
    TAKE(bql);
    d_step {
        CHECK(latch_differs, latch[h] != s_latch[h]);
        latch[h] = 0; s_latch[h] = 0;
        bql = 0
    }
}

inline read_pending() {                  /* uintc_read_pending() */
    TAKE(bql);
    TAKE(rlock);
    d_step {
        CHECK(pending_differs, pending != s_pending);
        pending = 0; s_pending = 0;
        update();
        rlock = 0; bql = 0
    }
}

proctype hart(bit h) {
end:
    do
    :: atomic { USIP(h) -> CHECK(spurious_interrupt, !S_USIP(h)) };
        if
        :: clear_latch(); if :: selected[h] -> read_pending() :: else fi
        :: if :: selected[h] -> read_pending() :: else fi; clear_latch()
        fi
    od
}

/* Anything that a kernel does to the receiver, or to its doorbell; the last steps bring it to rest */
proctype kernel() {
    do
    :: steps < KERNEL_STEPS ->
        steps++;
        TAKE(bql);
        if
        :: atomic {                                  /* uintc_claim_doorbell() */
            CHECK(bell_differs, bell != s_bell);
            bell = 0; s_bell = 0 }
        :: TAKE(rlock); atomic {                     /* uintc_write_low(): switch out, block, switch in, move */
            if :: act = 0; kn = 0 :: act = 0; kn = 1 :: act = 1; kn = 0 fi;
            if :: hartid = 0 :: hartid = 1 :: hartid = NONE fi;
            update(); rlock = 0 }
        :: TAKE(rlock); atomic {                     /* revoke all senders */
            tag = 1; act = 0; kn = 0; update(); rlock = 0 }
        :: TAKE(rlock); atomic {                     /* uintc_op_select() */
            if :: selected[0] = !selected[0] :: selected[1] = !selected[1] fi;
            update(); rlock = 0 }
        :: TAKE(rlock); d_step {                     /* HIGH */
            CHECK(pending_differs, pending != s_pending);
            pending = 0; s_pending = 0;
            update(); rlock = 0 }
        fi;
        bql = 0
    :: steps == KERNEL_STEPS -> break
    od
}

active proctype watch() {
    timeout ->
    CHECK(lost_wakeup, S_USIP(0) > USIP(0) || S_USIP(1) > USIP(1) || s_bell > bell);
    CHECK(pending_differs, pending != s_pending);
    CHECK(bell_differs, bell != s_bell)
}

init {
    atomic {
        if
        :: act = 1; selected[0] = 1                  /* running */
        :: kn = 1                                    /* blocked */
        fi;
        run sender(); run sender();
        run kernel();
        run hart(0);
        run hart(1)
    }
}
