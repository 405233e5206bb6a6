/*
 * The stress test of UINTC: what its kernel checks and reports
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "uintc-stress-kernel.h"

static const char *const count_names[] = {
    [SENT_ACTIVE] = "sent to active", [SENT_INACTIVE] = "to inactive",
    [SENT_STALE] = "refused by Tag", [SENT_DEAD] = "by dead entries",
    [HANDLED] = "handlers", [SPURIOUS] = "with nothing",
    [CLEAR_FIRST] = "clear first", [READ_FIRST] = "read first",
    [CLAIMED] = "claims", [PUT_BACK] = "put back",
    [DEACTIVATED] = "deactivated", [RAISED] = "thresholds",
    [PREEMPTED] = "preempted", [YIELDED] = "yielded", [BLOCKS] = "blocked",
    [REFUSED] = "not blocked", [WOKEN] = "woken", [MIGRATED] = "migrated",
    [RETAGGED] = "new Tags",
};

static void print(const char *text)
{
    semihost(4, (void *)text);                  /* SYS_WRITE0 */
}

static void print_number(const char *text, uint64_t n)
{
    char digits[24];
    char *p = &digits[23];

    *p = 0;
    do {
        *--p = '0' + n % 10;
        n /= 10;
    } while (n);
    print(text);
    print(" ");
    print(p);
}

void finish(uint64_t status)
{
    uint64_t parameter[2] = { 0x20026, status };

    semihost(0x20, parameter);                  /* SYS_EXIT_EXTENDED */
    for (;;) {
        asm volatile("wfi");
    }
}

static uint64_t total(enum task_count count)
{
    uint64_t sum = 0;

    for (unsigned n = 0; n < TASKS; n++) {
        sum += tasks[n].count[count];
    }

    return sum;
}

static void print_totals(void)
{
    print_number("harts", HARTS);
    for (unsigned n = 0; n < TASK_COUNTS; n++) {
        print(", ");
        print_number(count_names[n], total(n));
    }
    print("\n");
}

static void print_task(struct task *task)
{
    print_number("  task", task->id);
    print_number(" state", task->state);
    print_number(" hart", task->hart);
    print_number(" quota", task->quota);
    print_number(" handler", task->in_handler);
    print_number(" tag", task->tag);
    print_number(" threshold", task->threshold);
    print_number(" low", task->low);
    print("\n");
    for (unsigned n = 0; n < USED; n++) {
        struct mail *mail = &mails[task->id][n];

        if (mail->seq != mail->seen) {
            print_number("    number", n);
            print_number(" seq", mail->seq);
            print_number(" posted", mail->posted);
            print_number(" seen", mail->seen);
            print("\n");
        }
    }
}

/* The registers of UINTC are left alone: a read would change them. */
void crash(int64_t task, const char *what, uint64_t a, uint64_t b)
{
    static uint64_t crashed;

    if (__atomic_exchange_n(&crashed, 1, __ATOMIC_ACQ_REL)) {
        for (;;) {
            asm volatile("wfi");
        }
    }
    /* Of a trap in the kernel, m_vector and s_vector give just numbers. */
    if (task < 0 && (uintptr_t)what < 0x80000000) {
        print_number("trap in the kernel, cause", (uintptr_t)what);
    } else {
        print(what);
    }
    if (task >= 0) {
        print_number(", task", task);
    }
    print_number(":", a);
    print_number(",", b);
    print_number("; seed", config.seed);
    print("\n");
    for (unsigned n = 0; n < TASKS; n++) {
        print_task(&tasks[n]);
    }
    print_totals();
    finish(1);
}

/* The vectors at or above this one that wait for the task's handler */
static bool has_outstanding(struct task *task, unsigned threshold)
{
    for (unsigned n = 0; n < USED; n++) {
        struct mail *mail = &mails[task->id][n];

        if (VECTOR(task->id, n) >= threshold &&
            load(&mail->posted) > load(&mail->seen)) {
            return true;
        }
    }

    return false;
}

/*
 * A task has been stopped outside its handler: what was posted to it before
 * is pending, so its interrupt must be, too.
 */
void check_stopped(struct task *task, uint64_t low)
{
    bool outstanding;

    if (!(low & LOW_ACTIVE) || load(&task->in_handler)) {
        return;
    }
    outstanding = has_outstanding(task, LOW_THRESHOLD(low));
    fence();
    if (outstanding && !(csr_read(CSR_SIP) & USIP)) {
        crash(task->id, "a lost interrupt: the task runs", low, 0);
    }
}

/* Under the lock: a blocked task to which something was posted has rung. */
void check_blocked(void)
{
    unsigned ringing = 0;

    if (without(CLAIM_LOCK)) {
        return;                 /* the lock does not cover the claim */
    }
    for (unsigned n = 0; n < TASKS; n++) {
        if (tasks[n].state == BLOCKED && has_outstanding(&tasks[n], 0)) {
            ringing++;
        }
    }
    if (ringing && mmio_read(UINTC_COUNT) < ringing) {
        crash(-1, "a lost doorbell: tasks sleep", ringing, 0);
    }
}

/* Under the lock: no task has sends left, or has not met GO yet. */
bool all_sent(void)
{
    for (unsigned n = 0; n < TASKS; n++) {
        if (load(&tasks[n].quota) ||
            load(&mails[n][GO].seen) != mails[n][GO].seq) {
            return false;
        }
    }

    return true;
}

/* Under the lock, after all_sent() */
bool all_seen(void)
{
    for (unsigned n = 0; n < TASKS; n++) {
        if (has_outstanding(&tasks[n], 0)) {
            return false;
        }
    }

    return true;
}

/* Under the lock */
void post_from_kernel(struct task *to, unsigned number)
{
    struct mail *mail = &mails[to->id][number];
    uint64_t seq = mail->seq + 1;

    if (load(&mail->seen) == mail->seq) {
        store(&mail->seq, seq);
        mmio_write(SLOT_SEND(to), VECTOR(to->id, number));
        store(&mail->posted, seq);
    }
}

/*
 * Under the lock, when a round is over: nothing is left anywhere, and what
 * the test is about happened often enough.
 */
void check_end(uint64_t sends)
{
    /* One of each of these for so many sends, at least */
    static const struct {
        enum task_count count;
        unsigned sends;
    } least[] = {
        { SENT_ACTIVE, 100 }, { SENT_INACTIVE, 100 }, { SENT_DEAD, 100 },
        { CLEAR_FIRST, 100 }, { READ_FIRST, 100 }, { CLAIMED, 100 },
        { BLOCKS, 100 }, { WOKEN, 100 }, { MIGRATED, 200 },
        { PREEMPTED, 200 }, { RETAGGED, 200 }, { DEACTIVATED, 200 },
        { RAISED, 400 }, { PUT_BACK, 400 },
    };

    for (unsigned n = 0; n < TASKS; n++) {
        if (tasks[n].state == BLOCKED && mmio_read(SLOT_HIGH(&tasks[n]))) {
            crash(n, "a vector is left", 0, 0);
        }
    }
    print_totals();
    for (unsigned n = 0; n < sizeof(least) / sizeof(*least); n++) {
        if (total(least[n].count) < sends / least[n].sends) {
            print(count_names[least[n].count]);
            print(": not often enough\n");
            finish(2);
        }
    }
    if (total(WOKEN) + TASKS < total(BLOCKS)) {
        print("fewer wake-ups than blocks\n");
        finish(2);
    }
    finish(0);
}
