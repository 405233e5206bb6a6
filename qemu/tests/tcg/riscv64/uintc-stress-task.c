/*
 * The stress test of UINTC: the tasks, which run in U mode
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every task sends to every task, itself included, and handles what it gets.
 * In a round it sends as often as its quota says; then it blocks, and sees
 * to its vectors, until the kernel's GO starts the next round.
 */

#include "uintc-stress.h"

#define uipi(operation, arg) ({ \
    uint64_t r_; \
    asm volatile(".insn r 0x7b, 6, %1, %0, %2, x0" \
                 : "=r"(r_) : "i"(operation), "r"((uint64_t)(arg)) \
                 : "memory"); \
    r_; \
})
#define uipi_send(index)        uipi(0, index)
#define uipi_read()             uipi(1, 0)
#define uipi_write(vectors)     uipi(2, vectors)
#define uipi_activate()         uipi(3, 0)
#define uipi_deactivate()       uipi(4, 0)
#define uipi_claim()            ((int64_t)uipi(5, 0))
#define uipi_thresh(threshold)  uipi(6, threshold)

static void call(uint64_t number, uint64_t arg0, uint64_t arg1, uint64_t arg2)
{
    register uint64_t a7 asm("a7") = number;
    register uint64_t a0 asm("a0") = arg0;
    register uint64_t a1 asm("a1") = arg1;
    register uint64_t a2 asm("a2") = arg2;

    asm volatile("ecall" : : "r"(a7), "r"(a0), "r"(a1), "r"(a2) : "memory");
}

static void fail(const char *what, uint64_t a, uint64_t b)
{
    call(CALL_FAIL, (uintptr_t)what, a, b);
}

/* The handler's side */

static void got_vector(struct task *me, unsigned vector)
{
    unsigned number = NUMBER(me->id, vector);
    struct mail *mail = &mails[me->id][number];
    uint64_t seq = load(&mail->seq);

    if (number >= USED) {
        fail("a vector that nobody sends", vector, number);
    }
    if (number >= COALESCING && number < FROM_HART) {
        store(&mail->seen, seq);
        return;
    }
    if (seq != mail->seen + 1) {
        fail("a vector seen twice, or not sent", vector, number);
    }
    if (number == GO) {
        store(&me->quota, me->next_quota);
    }
    store(&mail->seen, seq);
}

/* Take one at a time, or as many as there are. */
static bool claim_vectors(struct task *me)
{
    bool one = next_random(&me->random) % 4 == 0;
    bool any = false;
    int64_t vector;

    while ((vector = uipi_claim()) >= 0) {
        if (vector > 63 || vector < (int64_t)me->threshold) {
            fail("a claim below the threshold", vector, me->threshold);
        }
        any = true;
        me->count[CLAIMED]++;
        got_vector(me, vector);
        if (one) {
            break;              /* the level brings us back */
        }
    }

    return any;
}

/* Take all, or give one back: the level brings us back for it. */
static bool read_vectors(struct task *me)
{
    uint64_t vectors = uipi_read();
    bool any = vectors;

    if (vectors && next_random(&me->random) % 16 == 0) {
        uipi_write(vectors & -vectors);
        vectors &= vectors - 1;
        me->count[PUT_BACK]++;
    }
    for (unsigned vector = 0; vector < 64; vector++) {
        if (vectors >> vector & 1) {
            got_vector(me, vector);
        }
    }

    return any;
}

static bool take_vectors(struct task *me)
{
    return me->claims ? claim_vectors(me) : read_vectors(me);
}

void task_handler(struct task *me)
{
    uint64_t may_be_spurious = me->may_be_spurious;
    bool clear_first = next_random(&me->random) & 1;
    bool any;

    store(&me->in_handler, 1);
    if (csr_read(CSR_UCAUSE) != 1ull << 63) {
        fail("not a user software interrupt", csr_read(CSR_UCAUSE), 0);
    }
    me->count[HANDLED]++;
    me->may_be_spurious = 0;
    if (clear_first) {
        csr_clear(CSR_UIP, USIP);
        any = take_vectors(me);
        /* A post between the two leaves the latch set, and nothing else. */
        me->may_be_spurious = 1;
        me->count[CLEAR_FIRST]++;
    } else {
        any = take_vectors(me);
        csr_clear(CSR_UIP, USIP);
        me->count[READ_FIRST]++;
    }
    if (!any) {
        me->count[SPURIOUS]++;
        if (!may_be_spurious) {
            fail("a foreign interrupt: nothing is pending", 0, 0);
        }
    }
    store(&me->in_handler, 0);
}

/* The sender's side */

static void mask(struct task *me)
{
    csr_clear(CSR_USTATUS, USTATUS_UIE);
    store(&me->masked, 1);
}

static void unmask(struct task *me)
{
    store(&me->masked, 0);
    csr_set(CSR_USTATUS, USTATUS_UIE);
}

/* Post a vector of a receiver and see that the result fits its Tag. */
static bool send(struct task *me, struct task *to, unsigned entry,
                 struct mail *mail)
{
    uint64_t seq = mail->seq + 1;
    uint64_t changes, result;

    store(&mail->seq, seq);
    changes = load(&to->tag_changes);
    fence();
    result = uipi_send(entry);
    if (result == 0 || result == 2) {
        store(&mail->posted, seq);
        me->count[result ? SENT_INACTIVE : SENT_ACTIVE]++;
        return true;
    }
    fence();
    if (result != 1 || (changes % 2 == 0 &&
                        changes == load(&to->tag_changes))) {
        fail("the result of a send", result, to->id);
    }
    /* Of one that coalesces, an older post may have been met meanwhile. */
    if (entry == ENTRY_FROM_TASK(to->id)) {
        if (load(&mail->seen) == seq) {
            fail("a vector whose send returned 1", to->id, 0);
        }
        store(&mail->seq, seq - 1);
    }
    me->count[SENT_STALE]++;

    return false;
}

static void send_one(struct task *me)
{
    struct task *to = &tasks[next_random(&me->random) % TASKS];
    uint64_t kind = next_random(&me->random) % 16;
    struct mail *mail;

    if (kind == 0) {
        if (uipi_send(ENTRY_DEAD(to->id)) != 1 ||
            uipi_send(ENTRY_INVALID(to->id)) != 1 ||
            uipi_send(ENTRIES + ENTRY_FROM_TASK(to->id)) != 1) {
            fail("a send by an entry that is none", to->id, 0);
        }
        me->count[SENT_DEAD]++;
    } else if (kind < 4) {
        mail = &mails[to->id][COALESCING + me->id];
        if (send(me, to, ENTRY_COALESCING(to->id), mail)) {
            store(&me->quota, me->quota - 1);
        }
    } else {
        mail = &mails[to->id][FROM_TASK + me->id];
        if (load(&mail->seen) == mail->seq) {
            if (send(me, to, ENTRY_FROM_TASK(to->id), mail)) {
                store(&me->quota, me->quota - 1);
            }
        } else if (kind == 4) {
            call(CALL_YIELD, 0, 0, 0);
        }
    }
}

static void set_threshold(struct task *me, unsigned threshold)
{
    mask(me);
    if (uipi_thresh(threshold) != me->threshold) {
        fail("the threshold was another", me->threshold, threshold);
    }
    me->threshold = threshold;
    /* A latch that a vector set which has to wait now */
    me->may_be_spurious = 1;
    unmask(me);
}

static void dawdle(struct task *me)
{
    for (uint64_t n = next_random(&me->random) % 256; n; n--) {
        asm volatile("");
    }
}

static void send_some(struct task *me)
{
    uint64_t mood = next_random(&me->random) % 16;

    if (mood == 0 && me->claims) {
        set_threshold(me, next_random(&me->random) % 64);
        me->count[RAISED]++;
    } else if (mood == 1) {
        uipi_deactivate();
        me->count[DEACTIVATED]++;
    }
    for (int n = 0; n < 4 && load(&me->quota); n++) {
        send_one(me);
    }
    if (mood == 0 && me->claims) {
        set_threshold(me, 0);
    } else if (mood == 1) {
        uipi_activate();
    } else if (mood == 2) {
        dawdle(me);
    }
}

void task_main(struct task *me)
{
    for (;;) {
        if (load(&me->quota)) {
            send_some(me);
            continue;
        }
        if (next_random(&me->random) % 4 == 0) {
            dawdle(me);
        }
        mask(me);
        if (!load(&me->quota)) {
            call(CALL_BLOCK, 0, 0, 0);
        }
        unmask(me);
    }
}
