/* SPDX-License-Identifier: MIT */
/*
 * Does any post get lost, or reach the wrong receiver, while kernels switch, move, block and replace
 * receivers in the order of docs/spec.md, section 8? Two senders, two receivers, two harts that both
 * run either. Each device operation is one step (section 9); between two steps anything may happen.
 *
 * tests/suites/models.sh lists the variants: with which -D each forbidden order is modelled and what
 * spin must find. guest-kernel/ipc/uintr_switch.c is the code that follows these orders.
 *
 * What is proved, by the names that spin prints when one fails:
 *   lost_wakeup        when nothing moves any more, a vector was posted and not handled
 *   missed_interrupt   a running receiver has a vector to take, and no interrupt
 *   foreign_interrupt  a handler starts because of a post to another receiver
 *   masked_interrupt   a handler starts although nothing at or above the threshold was posted
 *   idle_interrupt     a handler starts twice with nothing pending and no post in between
 *   stale_vector       the slot's new owner sees a vector that was sent to the old one
 *   wrong_vector       a handler sees a vector that nobody posted, or that it has seen
 *
 * Not modelled: memory that reorders. The kernels' own data are changed under a lock, and section 9
 * makes the device's operations indivisible.
 */
#ifndef POSTS
#define POSTS 2                          /* by the senders together, to any receiver and vector */
#endif
#ifndef PREEMPTIONS
#define PREEMPTIONS 1                    /* of running receivers, at any point of their programs */
#endif
#ifndef DEACTIVATIONS
#define DEACTIVATIONS 0                  /* by the programs themselves */
#endif
#ifndef REUSES
#define REUSES 0                         /* of slot 0 by a new owner */
#endif

#define NOBODY 2
#define HIGHEST_THRESHOLD 1              /* vector 0 is below it, vector 1 is not */

/* UINTC, section 5.1: the fields of slot i */
bool act[2];
bool kn[2];
bit hartid[2];
bit threshold[2];
bit tag[2];
byte pending[2];
bool bell[2];

/* Each hart: suirs (NOBODY: disabled), the latch of USIP, and the level that the device drives */
byte suirs[2];
bool latch[2];
bool level[2];

/* The kernel */
mtype = { READY, RUNNING, BLOCKED };
mtype state[2];
bool lock;                               /* covers blocking and the claiming of doorbells */
bool noted[2];                           /* CLAIMS_NOTED: a claim found the receiver not blocked */

/* Where each receiver's program is: in MAIN interrupts are on, in OFF it has deactivated itself,
 * at RETURNED it comes out of its sleep; FIRST and SECOND are the handler's two steps. */
mtype = { MAIN, OFF, RETURNED, FIRST, SECOND };
mtype program[2];

byte posts, preemptions, deactivations, reuses;

/* Only for the proof */
byte unread[4];                          /* how often vector v of receiver i was posted and not seen: 2i + v */
byte stale[2];                           /* pending vectors that an earlier owner's sender sent */
byte announced[2];                       /* for which receivers hart h's latch was set, a bit each */
byte owner[2];                           /* counts the slot's owners */
bool unowned;                            /* slot 0 is between two owners: nobody can get an entry for it */
bool saw_nothing[2];
hidden byte lost_wakeup, missed_interrupt, foreign_interrupt, masked_interrupt, idle_interrupt,
            stale_vector, wrong_vector;

#define CHECK(name, wrong) name = (wrong); assert(!name)

/* ---- The device, section 5.2 ---- */

#define USIP(hart) (latch[hart] || level[hart])                             /* UDLV-2 */
#define DELIVERABLE(slot) (pending[slot] >> threshold[slot])                /* UDLV-4 */

/* UDLV-1, 6, 7; each change of suirs, LOW, threshold or pending evaluates at once: UDLV-16 to 19 */
inline evaluate(hart) {
#ifdef DEVICE_WITHOUT_LEVEL
    level[hart] = 0
#else
    if
    :: suirs[hart] == NOBODY -> level[hart] = 0
    :: else -> level[hart] = act[suirs[hart]] && hartid[suirs[hart]] == hart && DELIVERABLE(suirs[hart])
    fi
#endif
}

inline send(slot, vec, with_tag, from_owner) {
    if
    :: with_tag != tag[slot] -> skip                                        /* refused: UIPI-16 */
    :: else ->
        pending[slot] = pending[slot] | (1 << vec);
        unread[2 * slot + vec]++;
        saw_nothing[slot] = 0;
        if
        :: from_owner != owner[slot] -> stale[slot] = stale[slot] | (1 << vec)
        :: else
        fi;
        if
        :: act[slot] ->
            evaluate(hartid[slot]);
            if
            :: vec >= threshold[slot] ->                                    /* UDLV-3, 4 */
                latch[hartid[slot]] = 1;
                announced[hartid[slot]] = announced[hartid[slot]] | (1 << slot)
            :: else ->
#ifdef DEVICE_LATCHES_MASKED
                latch[hartid[slot]] = 1
#else
                skip
#endif
            fi
        :: else -> bell[slot] = bell[slot] || kn[slot]                      /* UDLV-10, 11, 24 */
        fi
    fi
}

inline write_low(slot, new_hart, new_act, new_kn) {
    act[slot] = 0;
    evaluate(hartid[slot]);
    hartid[slot] = new_hart;
    act[slot] = new_act;
    kn[slot] = new_kn;
    evaluate(hartid[slot])
}

inline write_suirs(hart, slot) {
    suirs[hart] = slot;
#ifndef DEVICE_DOES_NOT_REEVALUATE
    evaluate(hart)
#endif
}

/* Reading HIGH, or uipi.read */
inline take_pending(slot, to) {
    to = pending[slot];
    pending[slot] = 0;
    evaluate(hartid[slot])
}

inline clear_latch(hart) {
    latch[hart] = 0;                                                        /* UDLV-5 */
    announced[hart] = 0
}

inline set_threshold(slot, value) {
    threshold[slot] = value;
    evaluate(hartid[slot])
}

/* ---- The senders ---- */

proctype sender() {
    byte to, vector, entry_tag, entry_owner;

    do
    :: atomic {
            posts < POSTS ->
            posts++;
            if :: !unowned -> to = 0 :: to = 1 fi;
            if :: vector = 0 :: vector = 1 fi;
            entry_tag = tag[to];
            entry_owner = owner[to]
#if REUSES
        };
        atomic {                         /* section 9: reading the entry is a step before the post */
#else
            ;
#endif
            send(to, vector, entry_tag, entry_owner);
            to = 0; vector = 0; entry_tag = 0; entry_owner = 0
        }
    :: posts == POSTS -> break
    od
}

/*
 * ---- The kernel on hart h, which runs receiver t ----
 * One step is one device operation. What nobody else can see goes with its neighbour: taking the lock and
 * writing suirs (it changes the level of this hart, which is in S mode) with the step that comes next,
 * letting the lock go with the step before.
 */

/* 8.1 */
inline switch_in() {
#ifdef SELECT_LAST
    d_step { write_low(t, h, program[t] != OFF, 0) };
    d_step { write_suirs(h, t) }
#elif defined(ACTIVE_BEFORE_HARTID)
    d_step { write_suirs(h, t); write_low(t, hartid[t], program[t] != OFF, 0) };
    d_step { write_low(t, h, program[t] != OFF, 0) }
#else
    d_step { write_suirs(h, t); write_low(t, h, program[t] != OFF, 0) }     /* steps 2 and 3 */
#endif
}

/* 8.2 */
inline switch_out() {
#ifdef LATCH_CLEARED_FIRST
    clear_latch(h);
#endif
    d_step { write_low(t, hartid[t], 0, 0) };                               /* step 1 */
    atomic {
        write_suirs(h, NOBODY);                                             /* step 2 */
#if !defined(LATCH_KEPT) && !defined(LATCH_CLEARED_FIRST)
        clear_latch(h);                                                     /* step 3 */
#endif
        state[t] = READY;
        t = NOBODY
    }
}

/* 8.3; its first step is the guard, which has taken the lock */
inline block() {
#ifdef LOOK_FIRST
    d_step { take_pending(t, high) };
#endif
#ifdef KN_AFTER_LOOK
    d_step { write_low(t, hartid[t], 0, 0) };
#elif defined(KN_AFTER_ACTIVE)
    d_step { write_low(t, hartid[t], 0, 0) };
    d_step { write_low(t, hartid[t], 0, 1) };
#elif defined(KN_BEFORE_ACTIVE)
    d_step { write_low(t, hartid[t], 1, 1) };
    d_step { write_low(t, hartid[t], 0, 1) };
#else
    d_step { write_low(t, hartid[t], 0, 1) };                               /* step 2 */
#endif
    d_step { write_suirs(h, NOBODY); clear_latch(h) };                      /* step 3 */
#if !defined(NO_LOOK) && !defined(LOOK_FIRST)
    d_step { take_pending(t, high) };                                       /* step 4 */
#endif
#ifdef KN_AFTER_LOOK
    d_step { write_low(t, hartid[t], 0, 1) };
#endif
    if
    :: high != 0 ->                                                         /* step 5 */
#ifndef NO_WRITE_BACK
        d_step { pending[t] = pending[t] | high; evaluate(hartid[t]) };
#endif
        atomic {
            write_low(t, hartid[t], 0, 0);
            high = 0;
            noted[t] = 0;
            program[t] = RETURNED; state[t] = READY; t = NOBODY;
            lock = 0                                                        /* step 6 */
        }
    :: else ->
        atomic {
            if
            :: noted[t] -> noted[t] = 0; write_low(t, hartid[t], 0, 0); state[t] = READY
            :: else -> state[t] = BLOCKED
            fi;
            program[t] = RETURNED; t = NOBODY;
            lock = 0
        }
    fi
}

/* 8.4, once: who looks for the next doorbell takes the interrupt again. The guard has taken the lock. */
inline serve_doorbell() {
    d_step {
        if
        :: bell[0] -> bell[0] = 0; rung = 0
        :: !bell[0] && bell[1] -> bell[1] = 0; rung = 1
        :: else                          /* claimed by the other hart */
        fi
    };
    atomic {
        if
        :: rung == NOBODY
        :: rung != NOBODY && state[rung] == BLOCKED ->
            write_low(rung, hartid[rung], 0, 0);
            state[rung] = READY
        :: rung != NOBODY && state[rung] != BLOCKED ->
#ifdef CLAIMS_NOTED
            noted[rung] = 1
#else
            skip
#endif
        fi;
        rung = NOBODY;
        lock = 0
    }
}

inline drop_pending() {
    d_step {
        pending[t] = 0; stale[t] = 0;
        unread[2 * t] = 0; unread[2 * t + 1] = 0;
        evaluate(h)
    }
}

/* 8.5, of a slot whose owner runs on this hart; the new owner starts on it too */
inline replace_owner() {
#ifdef DROP_BEFORE_TAG
    drop_pending();
#endif
    d_step {                                                                /* step 1 */
#ifndef SAME_TAG
        tag[t] = 1 - tag[t];
#endif
        write_low(t, hartid[t], 0, 0);
        owner[t]++;
        stale[t] = pending[t]
    };
#if !defined(DROP_BEFORE_TAG) && !defined(NO_DROP)
    drop_pending();                                                         /* step 2 */
#endif
    d_step {
        write_suirs(h, NOBODY);
        clear_latch(h);
        threshold[t] = HIGHEST_THRESHOLD;
        saw_nothing[t] = 0;
        unowned = 0
    };
    switch_in()
}

/* ---- The program ---- */

inline start_handler() {
    CHECK(foreign_interrupt, announced[h] & ~(1 << t));
    CHECK(masked_interrupt, !announced[h] && !level[h]);
    program[t] = FIRST
}

inline read_pending() {
    take_pending(t, high);
    CHECK(stale_vector, high & stale[t]);
    CHECK(wrong_vector, ((high & 1) && !unread[2 * t]) || ((high & 2) && !unread[2 * t + 1]));
    CHECK(idle_interrupt, !high && saw_nothing[t]);
    saw_nothing[t] = !high;
    if :: high & 1 -> unread[2 * t] = 0 :: else fi;
    if :: high & 2 -> unread[2 * t + 1] = 0 :: else fi;
    high = 0
}

#if defined(CLAIMS_WITHOUT_LOCK) || defined(CLAIMS_NOTED)
#define TAKE_LOCK true
#else
#define TAKE_LOCK !lock -> lock = 1
#endif
#define RUNS(where) (t != NOBODY && program[t] == where)

proctype hart(bit h) {
    byte t = NOBODY, rung = NOBODY, high;

end:
    do
    /* Nothing to run: any receiver that is ready, whichever hart it ran on before */
    :: atomic { t == NOBODY && state[0] == READY -> state[0] = RUNNING; t = 0 }; switch_in()
    :: atomic { t == NOBODY && state[1] == READY -> state[1] = RUNNING; t = 1 }; switch_in()

    /* Interrupts for the kernel */
    :: atomic { bell[0] || bell[1] -> TAKE_LOCK }; serve_doorbell()
    :: atomic { t != NOBODY && preemptions < PREEMPTIONS -> preemptions++ }; switch_out()

    /* The program goes on where it was */
    :: atomic { RUNS(MAIN) && USIP(h) -> start_handler() }
    :: atomic { RUNS(RETURNED) ->
            if
            :: USIP(h) -> start_handler()
            :: else -> set_threshold(t, 0); program[t] = MAIN    /* woken, not interrupted */
            fi
        }
#ifdef READ_THEN_CLEAR
    :: atomic { RUNS(FIRST) -> read_pending(); program[t] = SECOND }
    :: atomic { RUNS(SECOND) -> clear_latch(h); set_threshold(t, HIGHEST_THRESHOLD); program[t] = MAIN }
#else
    :: atomic { RUNS(FIRST) -> clear_latch(h); program[t] = SECOND }
    :: atomic { RUNS(SECOND) -> read_pending(); set_threshold(t, HIGHEST_THRESHOLD); program[t] = MAIN }
#endif
    :: atomic { RUNS(MAIN) ->
            CHECK(missed_interrupt, DELIVERABLE(t) && !USIP(h));
            TAKE_LOCK
        };
        block()
    :: atomic { RUNS(MAIN) && deactivations < DEACTIVATIONS ->
            deactivations++;
            write_low(t, hartid[t], 0, 0);
            program[t] = OFF
        }
    :: atomic { RUNS(OFF) -> write_low(t, hartid[t], 1, 0); program[t] = MAIN }
    :: atomic { RUNS(MAIN) && t == 0 && reuses < REUSES -> reuses++; unowned = 1 }; replace_owner()
    od
}

active proctype watch() {
    timeout ->
    CHECK(lost_wakeup, unread[0] || unread[1] || unread[2] || unread[3]);
    assert(state[0] == BLOCKED && state[1] == BLOCKED)
}

init {
    atomic {
        state[0] = READY; state[1] = READY;
        program[0] = MAIN; program[1] = MAIN;
        threshold[0] = HIGHEST_THRESHOLD; threshold[1] = HIGHEST_THRESHOLD;
        suirs[0] = NOBODY; suirs[1] = NOBODY;
        run sender(); run sender();
        run hart(0);
        run hart(1)
    }
}
