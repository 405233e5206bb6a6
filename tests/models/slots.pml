/* SPDX-License-Identifier: MIT */
/*
 * More receivers than slots: does any post get lost, or reach the wrong receiver, while a kernel takes
 * a slot from one receiver for another? Two receivers share one slot and one hart; senders use
 * uipi.send and, when it refuses, ask the kernel. guest-kernel/ipc/uintr_receiver.c, uintr_sender.c and
 * uintr_switch.c are the code; tests/suites/models.sh lists the variants. The kernel's steps are under
 * its lock, so only uipi.send comes between them.
 *
 *   lost_wakeup     when nothing moves any more, something was posted and not handled
 *   wrong_receiver  a handler sees a vector that was sent to the other receiver
 *   wrong_vector    a handler sees a vector that nobody posted, or that it has seen
 */
#ifndef POSTS
#define POSTS 3
#endif
#ifndef SENDERS
#define SENDERS 2
#endif

#define NOBODY 2
#define TAGS 3                           /* then they come round, and every entry of the slot is cleared before */

#define CHECK(name, wrong) name = (wrong); assert(!name)

/* The slot, docs/spec.md, 5.1 */
bool act, kn, bell;
byte tag;
byte pending;                            /* bit r: the vector that is sent to receiver r */

/* The kernel */
byte owner = NOBODY;                     /* of the slot */
bool lock;
mtype = { READY, RUNNING, WAITING };
mtype state[2];
bool armed[2];
byte soft[2];                            /* posts kept for a receiver without a slot */
byte entry[SENDERS * 2];                 /* each sender's table: the Tag in its entry for receiver r; TAGS: invalid */
byte evictions;

/* Only for the proof */
byte unread[2];
byte posts;
hidden byte lost_wakeup, wrong_receiver, wrong_vector;

inline wake(r) {
    armed[r] = 0;
    state[r] = READY
}

/* ---- uipi.send, and SYS_uintr_send when it has refused ---- */

inline post(r) {
    pending = pending | (1 << r);
    unread[r] = 1;
    if
    :: !act && kn -> bell = 1
    :: else
    fi
}

inline keep(r) {
    soft[r] = soft[r] | (1 << r);
    unread[r] = 1;
    if
    :: armed[r] -> wake(r)
    :: else
    fi
}

/* With the lock. */
inline relay(s, r) {
    if
    :: owner == r ->
        entry[2 * s + r] = tag;
        post(r)
    :: else -> keep(r)
    fi
}

proctype sender(byte s) {
    byte r;
    bool refused;

    do
    :: atomic {
            posts < POSTS ->
            posts++;
            if :: r = 0 :: r = 1 fi
        };
        /* The entry is read, the Tag compared, the vector posted. Reading is a step of its own to the
         * hardware, but none that outlasts all Tags. */
        atomic {
            if
            :: entry[2 * s + r] == tag -> post(r)
            :: else -> refused = 1
            fi
        };
        if
        :: refused ->
#ifdef RELAY_WITHOUT_LOCK
            bool has_slot = (owner == r);
            if
            :: has_slot -> atomic { entry[2 * s + r] = tag; post(r) }
            :: else -> atomic { keep(r) }
            fi
#else
            atomic { !lock -> relay(s, r) }
#endif
        :: else
        fi;
        refused = 0
    :: posts == POSTS -> break
    od
}

/* ---- The kernel's hart ---- */

/* uintr_receiver.c, evict(): the slot's owner loses it */
inline evict() {
#ifdef DROP_BEFORE_TAG
    atomic { soft[owner] = soft[owner] | pending; pending = 0 };
#endif
#ifndef ENTRIES_KEPT
    if
    :: tag == TAGS - 1 -> atomic { for (i : 0 .. SENDERS * 2 - 1) { entry[i] = TAGS } }
    :: else
    fi;
#endif
    atomic {                             /* the one LOW write */
#ifndef SAME_TAG
        tag = (tag + 1) % TAGS;
#endif
        act = 0; kn = 0
    };
#ifndef DROP_BEFORE_TAG
    atomic { soft[owner] = soft[owner] | pending; pending = 0 };
#endif
    atomic {
#ifndef EVICTED_NOT_WOKEN
        if
        :: armed[owner] && soft[owner] -> wake(owner)
        :: else
        fi;
#endif
        owner = NOBODY
    }
}

/* uintr_switch_in(), with receiver_take_slot() */
inline switch_in() {
    if
    :: owner != NOBODY && owner != t -> evict()
    :: else
    fi;
    if
    :: owner != t ->
        owner = t;
        /* HIGH */
        atomic { pending = pending | soft[t]; soft[t] = 0 }
    :: else
    fi;
    atomic { armed[t] = 0; act = 1; kn = 0; lock = 0 }
}

/* arm() and the wait: docs/spec.md, 8.3 */
inline wait_armed() {
    byte high;

    atomic { act = 0; kn = 1 };
    atomic { high = pending; pending = 0 };
    if
    :: high ->
        atomic { pending = pending | high };
        atomic { act = 1; kn = 0; high = 0; lock = 0 }
    :: else -> atomic { armed[t] = 1; state[t] = WAITING; t = NOBODY; lock = 0 }
    fi
}

/* uintr_doorbell(): whose slot it is now counts, and what is pending */
inline doorbell() {
    atomic {
        bell = 0;
        if
        :: owner != NOBODY && armed[owner] && pending -> kn = 0; wake(owner)
        :: else
        fi;
        lock = 0
    }
}

inline handler() {
    CHECK(wrong_receiver, pending & ~(1 << t));
    CHECK(wrong_vector, pending && !unread[t]);
    pending = 0;
    unread[t] = 0
}

active proctype hart() {
    byte t = NOBODY, i;

end:
    do
    :: atomic { t == NOBODY && state[0] == READY && !lock -> lock = 1; t = 0; state[0] = RUNNING }; switch_in()
    :: atomic { t == NOBODY && state[1] == READY && !lock -> lock = 1; t = 1; state[1] = RUNNING }; switch_in()
    :: atomic { bell && !lock -> lock = 1 }; doorbell()
    :: atomic { t != NOBODY && pending -> handler() }
    :: atomic { t != NOBODY && !pending && !lock -> lock = 1 }; wait_armed()
    /* preempted, as ready as before */
    :: atomic { t != NOBODY && evictions < 3 && !lock -> evictions++; act = 0; state[t] = READY; t = NOBODY }
    od
}

active proctype watch() {
    timeout ->
    CHECK(lost_wakeup, unread[0] || unread[1]);
    assert(state[0] == WAITING && state[1] == WAITING)
}

init {
    atomic {
        state[0] = READY; state[1] = READY;
        byte i;
        for (i : 0 .. SENDERS * 2 - 1) { entry[i] = TAGS };
        run sender(0); run sender(1)
    }
}
