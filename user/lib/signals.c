// SPDX-License-Identifier: MIT
/*
 * Actions and masks. The kernel has them for its own signals, and that is all as long as a process takes none
 * from links. Once it does, the library knows both as well: handlers are entered through enter(), and the mask of
 * a thread that receives is `mask`, which the kernel's follows.
 *
 * While a link's signal is handled, what that blocks is blocked here only, which saves two system calls. If the
 * kernel then delivers such a signal, enter() puts it off.
 */
#include "lib/signals.h"

#include <errno.h>
#include <unistd.h>

#include "lib/ecall.h"
#include "lib/events.h"
#include "lib/peer.h"
#include "lib/signal_taker.h"
#include "lib/uintr.h"
#include "uapi/process.h"
#include "uapi/syscall.h"

struct action {
    signal_handler handler; /* written last */
    unsigned flags;
    uint64_t mask;
};

static struct action actions[SIGNAL_MAX + 1];
static uint32_t links_in_use; /* by any thread: handlers are entered through enter() */

/* The calling thread's; only if it takes signals from links. With user interrupts off, and by its handlers. */
static _Thread_local bool takes;
static _Thread_local uint64_t mask;        /* what is blocked */
static _Thread_local uint64_t kernel_mask; /* what the kernel knows of that */
static _Thread_local uint64_t put_off;     /* signals of the kernel's that came all the same */
static _Thread_local volatile unsigned handlings;
static _Thread_local bool suspended;    /* in signal_suspend() */
static _Thread_local bool restores;     /* its mask is to end with the next handler, */
static _Thread_local uint64_t restored; /* and to be this one then */
static _Thread_local uint64_t stack_base, stack_size;

/* A handler returns here, with sp at the frame that the kernel has put there. */
static __attribute__((naked)) void restorer(void)
{
    __asm__ volatile("mv a0, sp\n"
                     "li a7, %0\n"
                     "ecall"
                     :
                     : "i"(SYS_sigreturn));
}

static bool is_function(signal_handler handler)
{
    return (uint64_t)handler > SIGNAL_IGNORE;
}

static bool is_ignored(int signal)
{
    signal_handler handler = actions[signal].handler;

    return handler == (signal_handler)SIGNAL_IGNORE ||
           (handler == (signal_handler)SIGNAL_DEFAULT && signal == SIGNAL_CHILD);
}

uint64_t signal_ignored(void)
{
    uint64_t ignored = 0;

    for (int signal = 1; signal <= SIGNAL_MAX; signal++) {
        ignored |= is_ignored(signal) ? SIGNAL_BIT(signal) : 0;
    }
    return ignored;
}

uint64_t signal_blocked(void)
{
    return mask;
}

/* ---- Masks: with user interrupts off ---- */

static void set_mask(uint64_t wanted)
{
    mask = wanted & SIGNALS_BLOCKABLE;
    signal_links_mask();
}

static void set_kernel_mask(uint64_t wanted)
{
    kernel_mask = wanted & SIGNALS_BLOCKABLE;
    ecall_2(SYS_sigprocmask, SIGNAL_SETMASK, kernel_mask);
}

static uint64_t blocked_by(int signal)
{
    return actions[signal].mask | (actions[signal].flags & SIGNAL_NODEFER ? 0 : SIGNAL_BIT(signal));
}

/* ---- Handlers ---- */

static __attribute__((naked)) void call_on(signal_handler handler __attribute__((unused)),
                                           int signal __attribute__((unused)),
                                           uint64_t top __attribute__((unused)))
{
    __asm__ volatile("addi sp, sp, -16\n"
                     "sd ra, 0(sp)\n"
                     "sd s0, 8(sp)\n"
                     "mv s0, sp\n"
                     "mv sp, a2\n"
                     "mv t0, a0\n"
                     "mv a0, a1\n"
                     "li a1, 0\n"
                     "jalr t0\n"
                     "mv sp, s0\n"
                     "ld ra, 0(sp)\n"
                     "ld s0, 8(sp)\n"
                     "addi sp, sp, 16\n"
                     "ret");
}

static void call(int signal)
{
    const struct action *action = &actions[signal];
    uint64_t here = (uint64_t)__builtin_frame_address(0);

    if ((action->flags & SIGNAL_ON_STACK) && stack_size &&
        !(here > stack_base && here - stack_base <= stack_size)) {
        call_on(action->handler, signal, (stack_base + stack_size) & -16ul);
    } else {
        action->handler(signal, NULL);
    }
}

/*
 * As the kernel does it: one that is ready and not kept off by this one interrupts it before it has begun. The
 * handler may be interrupted, so uepc is kept: it belongs to what has been interrupted for this.
 */
static void handle(int signal, bool may_enable)
{
    uint64_t before = restores ? restored : mask, kernel_before = kernel_mask, uepc;

    restores = false;
    set_mask(mask | blocked_by(signal));
    signal_deliver(may_enable);
    __asm__ volatile("csrr %0, 0x041" : "=r"(uepc));
    if (may_enable) {
        uintr_enable();
    }
    call(signal);
    uintr_disable();
    __asm__ volatile("csrw 0x041, %0" : : "r"(uepc));
    handlings++;
    set_mask(before);
    if (kernel_mask != kernel_before) { /* the handler has changed the mask: until now */
        set_kernel_mask(before);
    }
}

static void act_on(int signal, bool may_enable)
{
    if (is_function(actions[signal].handler)) {
        handle(signal, may_enable);
    } else if (!is_ignored(signal)) {
        _exit(STATUS_SIGNAL(signal));
    }
}

void signal_deliver(bool may_enable)
{
    uint64_t ready;

    while ((ready = (signal_links_pending() | put_off) & ~mask)) {
        uint64_t bit = ready & -ready;

        put_off &= ~bit;
        signal_links_take(bit);
        act_on(__builtin_ctzl(bit), may_enable);
    }
}

static void on_vector(unsigned vector)
{
    (void)vector;
    signal_deliver(true);
}

/* The kernel's signals come here. What it blocks meanwhile, links must not send either. */
static void enter(int signal, struct signal_frame *frame)
{
    uint64_t uie, before, frame_before = frame->mask;

    if (!takes) {
        actions[signal].handler(signal, frame);
        return;
    }
    uie = peer_mask();
    if (mask & SIGNAL_BIT(signal)) {
        put_off |= SIGNAL_BIT(signal);
        peer_unmask(uie);
        return;
    }
    before = restores ? restored : mask;
    restores = false;
    kernel_mask |= blocked_by(signal);
    set_mask(mask | blocked_by(signal));
    peer_unmask(uie);
    actions[signal].handler(signal, frame);
    peer_mask();
    handlings++;
    kernel_mask = frame->mask & SIGNALS_BLOCKABLE;
    set_mask(frame->mask == frame_before ? before : frame->mask);
    signal_deliver(uie);
    if (suspended) {
        uipi_write(1ul << EVENT_SIGNAL); /* it may be about to wait */
    }
    peer_unmask(uie);
}

/* ---- Actions ---- */

static int set_action(int signal, signal_handler handler, unsigned flags, uint64_t blocks)
{
    bool through = __atomic_load_n(&links_in_use, __ATOMIC_RELAXED) && is_function(handler);
    struct signal_action action = {
        .handler = (uint64_t)(through ? enter : handler),
        .restorer = (uint64_t)restorer,
        .mask = blocks,
        .flags = flags,
    };

    return (int)ecall_result(ecall_3(SYS_sigaction, (uint64_t)signal, (uint64_t)&action, 0));
}

/* enter() may come as soon as the kernel knows of it, so it finds the new handler; the old one, if it fails. */
int signal_handle(int signal, signal_handler handler, unsigned flags, uint64_t blocks)
{
    bool exists = signal > 0 && signal <= SIGNAL_MAX;
    struct action before = actions[exists ? signal : 0];

    if (exists && signal != SIGNAL_KILL) {
        actions[signal].flags = flags;
        actions[signal].mask = blocks;
        __atomic_store_n(&actions[signal].handler, handler, __ATOMIC_RELEASE);
    }
    if (set_action(signal, handler, flags, blocks) < 0) {
        if (exists) {
            actions[signal] = before;
        }
        return -1;
    }
    signal_links_ignore();
    return 0;
}

void signal_taker_begin(void)
{
    if (!__atomic_exchange_n(&links_in_use, 1, __ATOMIC_RELAXED)) {
        for (int signal = 1; signal <= SIGNAL_MAX; signal++) {
            if (is_function(actions[signal].handler)) {
                set_action(signal, actions[signal].handler, actions[signal].flags,
                           actions[signal].mask);
            }
        }
    }
    if (!takes) {
        mask = kernel_mask = (uint64_t)ecall_2(SYS_sigprocmask, SIGNAL_BLOCK, 0);
        takes = true;
        events_handle(EVENT_SIGNAL, on_vector);
    }
}

/* ---- What a program calls ---- */

long signal_set_mask(unsigned how, uint64_t change)
{
    uint64_t before = mask, uie;

    if (!takes || how > SIGNAL_SETMASK) {
        return ecall_result(ecall_2(SYS_sigprocmask, how, change));
    }
    uie = peer_mask();
    set_mask(how == SIGNAL_BLOCK     ? before | change
             : how == SIGNAL_UNBLOCK ? before & ~change
                                     : change);
    set_kernel_mask(mask);
    signal_deliver(uie);
    peer_unmask(uie);
    return (long)before;
}

/*
 * Like SYS_sigsuspend for both kinds. uintr_wait() ends by either: a vector that has come stays pending, as user
 * interrupts are off, and after a handler of the kernel's enter() sees to it that one is.
 */
static void suspend(uint64_t wanted)
{
    uint64_t uie = peer_mask(), vectors;
    unsigned before = handlings;

    restored = mask;
    restores = suspended = true;
    set_mask(wanted);
    set_kernel_mask(wanted);
    signal_deliver(uie);
    if (handlings == before) {
        uintr_wait(0);
        vectors = uipi_read();
        if (vectors) {
            uipi_write(vectors);
            uintr_enable();
            uintr_disable();
        }
    }
    suspended = false;
    if (restores) {
        set_mask(restored);
        restores = false;
    }
    if (kernel_mask != mask) {
        set_kernel_mask(mask);
    }
    signal_deliver(uie);
    peer_unmask(uie);
}

int signal_suspend(uint64_t wanted)
{
    if (!takes) {
        return (int)ecall_result(ecall_1(SYS_sigsuspend, wanted));
    }
    suspend(wanted);
    errno = EINTR;
    return -1;
}

int signal_set_stack(void *base, size_t size)
{
    int result = (int)ecall_result(ecall_2(SYS_sigaltstack, (uint64_t)base, size));

    if (result == 0) {
        stack_base = (uint64_t)base;
        stack_size = size;
    }
    return result;
}
