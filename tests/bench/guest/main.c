/* SPDX-License-Identifier: MIT */
/*
 * Runs the cases in turn, round after round, and prints one line per sample:
 *
 *     sample NAME ROUND OPERATIONS TICKS CYCLES ENTRIES
 *
 * TICKS are of the time CSR (10 MHz, the host's clock); CYCLES are instructions with -icount
 * shift=0 and the host's cycle counter without. Round 0 is the warm-up. A case whose results,
 * interrupts or pending vectors aren't what they have to be prints a line that starts with "wrong".
 */
#include "cases.h"

static uint64_t table[512] __attribute__((aligned(4096)));
static uint64_t receiver;
static uint64_t num_receivers;
static unsigned samples;
static bool good = true;

/* Of the case that is running */
static const struct bench_case *now;
static uint64_t operations;
static struct result results[MAX_HARTS];
static uint64_t flags[MAX_HARTS][16]; /* in cache lines of their own */
static unsigned ready;
static uint64_t spinning;

static uintptr_t slot(uint64_t index)
{
    return UINTC + 32 * index;
}

/* The receiver of hart h where each has its own; slots near the one under test. */
static uint64_t receiver_of(unsigned hart)
{
    return receiver >= hart ? receiver - hart : receiver + hart;
}

static void fill_table(void)
{
    for (unsigned vector = 0; vector < 64; vector++) {
        table[vector] = receiver << 48 | (uint64_t)vector << 16 | 1;
    }
    for (unsigned hart = 0; hart < MAX_HARTS; hart++) {
        table[ENTRY_HART(hart)] = receiver_of(hart) << 48 | (uint64_t)VECTOR << 16 | 1;
    }
}

static void select(uint64_t index)
{
    csr_write(0x1b1, 1ull << 63 | index); /* suirs */
}

static void deselect(void)
{
    csr_write(0x1b1, 0);
    csr_clear(mip, INT_USI);
}

static void sender_setup(void)
{
    csr_write(0x1b0, 1ull << 63 | 1ull << 44 | (uintptr_t)table >> 12); /* suist */
}

static struct loop_arguments arguments(unsigned hart)
{
    uint64_t entry = now->kind == SENDERS_OWN ? ENTRY_HART(hart) : VECTOR;
    uint64_t high = slot(receiver) + 0x10;

    switch (now->arguments) {
    case ENTRY:
        return (struct loop_arguments){ .a1 = entry };
    case REFUSED:
        return (struct loop_arguments){ .a1 = 512 };
    case FRESH:
        return (struct loop_arguments){ .a2 = high };
    case DOORBELL:
        return (struct loop_arguments){
            .a1 = VECTOR, .a2 = PLIC + 0x200004, .a3 = UINTC_DOORBELL, .a4 = high
        };
    case CAPS:
        return (struct loop_arguments){ .a1 = UINTC_CAPS };
    case SEND:
        return (struct loop_arguments){ .a1 = slot(receiver), .a2 = VECTOR };
    case MSIP_SELF:
        return (struct loop_arguments){ .a1 = MSIP, .a2 = 1 };
    case IMSIC_M_SELF:
        return (struct loop_arguments){ .a1 = IMSIC_M, .a2 = IMSIC_IDENTITY };
    case IMSIC_S_SELF:
        return (struct loop_arguments){ .a1 = IMSIC_S, .a2 = IMSIC_IDENTITY };
    default:
        return (struct loop_arguments){ 0 };
    }
}

static void run_loop(unsigned hart, code *loop, struct loop_arguments a)
{
    uint64_t mie = csr_read(mie);

    a.a0 = operations;
    csr_write(mtvec, now->mode == MODE_M || now->mie == INT_MEI ? now->handler : m_ecall_only);
    csr_write(stvec, now->handler);
    csr_write(0x005, now->handler); /* utvec */
    csr_write(mie, now->mie);
    run_in(now->enable | (uint64_t)now->mode << STATUS_MPP_SHIFT, loop, &a, &results[hart]);
    csr_write(mie, mie);
}

/* Jobs of the other harts */

static void job_select(unsigned hart)
{
    (void)hart;
    select(receiver);
}

static void job_deselect(unsigned hart)
{
    (void)hart;
    deselect();
}

static void job_spin(unsigned hart)
{
    select(receiver);
    __atomic_fetch_add(&ready, 1, __ATOMIC_ACQ_REL);
    run_loop(hart, loop_spin, (struct loop_arguments){ .a1 = (uintptr_t)&spinning });
    deselect();
}

static void meet(unsigned harts)
{
    __atomic_fetch_add(&ready, 1, __ATOMIC_ACQ_REL);
    while (__atomic_load_n(&ready, __ATOMIC_ACQUIRE) < harts) {
    }
}

static void job_send(unsigned hart)
{
    sender_setup();
    meet(now->harts);
    run_loop(hart, now->loop, arguments(hart));
}

static void job_ping_pong(unsigned hart)
{
    struct loop_arguments a = { .a1 = ENTRY_HART(!hart), .a3 = (uintptr_t)flags[hart] };

    sender_setup();
    flags[hart][0] = 0;
    write64(slot(receiver_of(hart)) + 8, now->low | hart << LOW_HARTID);
    select(receiver_of(hart));
    meet(2);
    run_loop(hart, hart ? loop_pong : loop_ping, a);
    deselect();
}

/* One sample */

static void prepare(void)
{
    bool other = now->kind == OTHER_PARKED || now->kind == OTHER_RUNNING;

    for (unsigned hart = 0; hart < MAX_HARTS && hart < num_receivers; hart++) {
        write64(slot(receiver_of(hart)) + 8, now->low);
        read64(slot(receiver_of(hart)) + 0x10);
    }
    if (other) {
        write64(slot(receiver) + 8, now->low | 1 << LOW_HARTID);
    }
    ready = 0;
    switch (now->kind) {
    case OTHER_PARKED:
        hart_start(1, job_select);
        harts_wait();
        break;
    case OTHER_RUNNING:
        __atomic_store_n(&spinning, 1, __ATOMIC_RELEASE);
        hart_start(1, job_spin);
        while (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE)) {
        }
        break;
    default:
        if (now->low & LOW_ACTIVE) {
            select(receiver);
        }
    }
    if (now->bell) {
        write64(slot(receiver), VECTOR);
        read64(slot(receiver) + 0x10);
    }
}

static void run(void)
{
    void (*job)(unsigned) = now->kind == PING_PONG ? job_ping_pong : job_send;

    switch (now->kind) {
    case PING_PONG:
    case SENDERS_SHARED:
    case SENDERS_OWN:
        for (unsigned hart = 1; hart < now->harts; hart++) {
            hart_start(hart, job);
        }
        job(0);
        harts_wait();
        break;
    default:
        run_loop(0, now->loop, arguments(0));
    }
}

static void clean_up(void)
{
    deselect();
    __atomic_store_n(&spinning, 0, __ATOMIC_RELEASE);
    if (now->kind == OTHER_PARKED) {
        hart_start(1, job_deselect);
    }
    harts_wait();
    for (unsigned hart = 0; hart < MAX_HARTS && hart < num_receivers; hart++) {
        write64(slot(receiver_of(hart)) + 8, 0);
    }
    while (read64(UINTC_DOORBELL) != UINT64_MAX) {
    }
    if (!chosen->imsic) {
        /* The PLIC remembers a doorbell that has been claimed at the controller. */
        write32(PLIC + 0x200004, *(volatile uint32_t *)(PLIC + 0x200004));
    }
}

static void expect(const char *what, uint64_t expected, uint64_t got)
{
    if (expected != got) {
        good = false;
        print("wrong ");
        print(now->name);
        print(" ");
        print(what);
        print(" expected ");
        print_number(expected);
        print(" got ");
        print_number(got);
        print("\n");
    }
}

/* Whoever loses or invents an interrupt is not measured but refused. */
static void check(void)
{
    unsigned running = now->kind >= PING_PONG ? now->harts : 1;
    uint64_t sum = now->arguments == CAPS ? read64(UINTC_CAPS) : now->sum;

    for (unsigned hart = 0; hart < running; hart++) {
        expect("sum", sum * operations, results[hart].sum);
        /* A notification may come twice from another hart, never with its vectors. */
        if (now->kind != PING_PONG || results[hart].entries < operations) {
            expect("entries", now->entries * operations, results[hart].entries);
        }
        if (now->arguments == FRESH) {
            expect("seen", operations / 64 * UINT64_MAX, results[hart].seen);
        } else {
            expect("seen", now->seen * operations, results[hart].seen);
        }
        if (hart == 0 || now->kind == SENDERS_OWN) {
            expect("pending", now->pending, read64(slot(receiver_of(hart)) + 0x10));
        }
    }
}

static void report(uint64_t round)
{
    unsigned running = now->kind >= SENDERS_SHARED ? now->harts : 1;
    uint64_t start = results[0].start;
    uint64_t end = results[0].end;
    const uint64_t values[] = { round, operations * running, 0, results[0].cycles,
                                results[0].entries };

    for (unsigned hart = 1; hart < running; hart++) {
        start = results[hart].start < start ? results[hart].start : start;
        end = results[hart].end > end ? results[hart].end : end;
    }
    print("sample ");
    print(now->name);
    for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        print(" ");
        print_number(i == 2 ? end - start : values[i]);
    }
    print("\n");
    samples++;
}

static bool is_named(const char *list, const char *name)
{
    for (; *list; list++) {
        size_t i = 0;

        while (name[i] && list[i] == name[i]) {
            i++;
        }
        if (!name[i] && list[i] == ' ') {
            return true;
        }
        while (*list && *list != ' ') {
            list++;
        }
    }
    return false;
}

static bool is_wanted(const struct bench_case *c)
{
    bool fits = c->machine == ANY || (c->machine == WITH_IMSIC) == chosen->imsic;
    unsigned receivers = c->kind == PING_PONG || c->kind == SENDERS_OWN ? c->harts : 1;

    return fits && c->harts <= chosen->harts && receivers <= num_receivers &&
           (!chosen->cases[0] || is_named(chosen->cases, c->name));
}

static void sample(const struct bench_case *c, uint64_t round)
{
    now = c;
    operations = chosen->ops / (c->slower ? c->slower : 1) / 64 * 64;
    prepare();
    run();
    check();
    clean_up();
    report(round);
}

static void interrupt_controllers_setup(void)
{
    if (chosen->imsic) {
        csr_write(0x350, 0x70); /* miselect: eidelivery */
        csr_write(0x351, 1);
        csr_write(0x350, 0xc0); /* eie0 */
        csr_write(0x351, 1 << IMSIC_IDENTITY);
        csr_write(0x150, 0x70);
        csr_write(0x151, 1);
        csr_write(0x150, 0xc0);
        csr_write(0x151, 1 << IMSIC_IDENTITY);
    } else {
        write32(PLIC + 4 * DOORBELL_SOURCE, 1);
        write32(PLIC + 0x2000 + DOORBELL_SOURCE / 32 * 4, 1u << DOORBELL_SOURCE % 32);
    }
}

_Noreturn void bench_main(void)
{
    if (chosen->magic != PARAMETERS_MAGIC) {
        print("no parameters\n");
        finish(false);
    }
    hart_setup();
    num_receivers = read64(UINTC_CAPS) & 0xffff;
    receiver = chosen->receiver == UINT64_MAX ? num_receivers - 1 : chosen->receiver;
    fill_table();
    sender_setup();
    interrupt_controllers_setup();

    for (uint64_t round = 0; round <= chosen->rounds; round++) {
        for (unsigned i = 0; i < num_cases; i++) {
            if (is_wanted(&cases[i])) {
                sample(&cases[i], round);
            }
        }
    }
    print("end ");
    print_number(samples);
    print(" samples\n");
    finish(good);
}
