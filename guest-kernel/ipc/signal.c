// SPDX-License-Identifier: MIT
/*
 * What must hold: while a signal is pending and some thread does not block it, a thread that does
 * not block it has ATTENTION_SIGNAL set, and does not wait. The flag is set by who sends
 * (notify()), by the thread itself when its mask changes (set_mask()), and for others when it drops
 * out (signal_reassign()). It may be set for nothing: signal_deliver() finds out.
 */
#include "ipc/signal.h"

#include <errno.h>
#include <string.h>

#include "arch/cpu.h"
#include "core/copy.h"
#include "core/print.h"
#include "core/process.h"
#include "core/registers.h"
#include "core/usercopy.h"
#include "uapi/syscall.h"

#define BIT(signal)      (1ul << (signal))
#define ALL_SIGNALS      (BIT(SIGNAL_MAX + 1) - BIT(1))
#define BLOCKABLE        (ALL_SIGNALS & ~BIT(SIGNAL_KILL))
#define ALL_FLAGS        (SIGNAL_NODEFER | SIGNAL_ON_STACK | SIGNAL_RESTART)
#define STATUS_BAD_STACK STATUS_SIGNAL(11) /* POSIX's SIGSEGV */

_Static_assert(sizeof(struct signal_frame) % 16 == 0, "sp stays aligned");
_Static_assert(SIGNAL_STACK_MIN >= 2 * sizeof(struct signal_frame), "room for the handler");

/* ---- Sending ---- */

static bool is_ignored(const struct process *process, int signal)
{
    uint64_t handler = process->signals.actions[signal].handler;

    return handler == SIGNAL_IGNORE || (handler == SIGNAL_DEFAULT && signal == SIGNAL_CHILD);
}

/* Best a thread that sleeps for a signal, then one that no work is taken from. */
static int suitability(const struct thread *thread)
{
    return thread->state != THREAD_WAITING ? 0 : thread->restore_mask ? 2 : 1;
}

/* The thread that is to take a signal; NULL when all block it. */
static struct thread *find_taker(struct process *process, int signal)
{
    struct thread *taker = NULL;

    LIST_FOR_EACH (node, next, &process->threads) {
        struct thread *thread = LIST_ENTRY(node, struct thread, siblings);

        if (!(thread->signal_mask & BIT(signal)) &&
            (!taker || suitability(thread) > suitability(taker))) {
            taker = thread;
        }
    }
    return taker;
}

/* Has a thread call signal_deliver() soon, wherever it is. */
static void notify(struct thread *thread)
{
    thread->attention |= ATTENTION_SIGNAL;
    if (thread->state == THREAD_RUNNING && thread->cpu != this_cpu()) {
        cpu_kick(thread->cpu);
    }
    wait_interrupt(thread);
}

/* SIGNAL_KILL needs no case of its own: its action is always the default and nobody blocks it. */
int signal_send(struct process *process, int signal)
{
    struct thread *taker;

    if (signal < 0 || signal > SIGNAL_MAX) {
        return -EINVAL;
    }
    if (process->dying) {
        return -ESRCH;
    }
    if (signal == 0 || is_ignored(process, signal)) {
        return 0;
    }
    process->signals.pending |= BIT(signal);
    taker = find_taker(process, signal);
    if (!taker) {
        return 0;
    }
    if (process->signals.actions[signal].handler == SIGNAL_DEFAULT) {
        process_kill(process, STATUS_SIGNAL(signal));
    } else {
        notify(taker);
    }
    return 0;
}

void signal_reassign(struct process *process)
{
    uint64_t left = process->signals.pending;

    while (left) {
        struct thread *taker = find_taker(process, __builtin_ctzl(left));

        if (taker) {
            notify(taker);
        }
        left &= left - 1;
    }
}

/* ---- The current thread's mask ---- */

static uint64_t deliverable(const struct thread *thread)
{
    return thread->process->signals.pending & ~thread->signal_mask;
}

static void set_mask(struct thread *thread, uint64_t mask)
{
    uint64_t before = deliverable(thread);

    thread->signal_mask = mask & BLOCKABLE;
    if (deliverable(thread)) {
        thread->attention |= ATTENTION_SIGNAL;
    }
    if (before & thread->signal_mask) {
        signal_reassign(thread->process);
    }
}

/* The mask that the code continues with which the signal interrupts. */
static uint64_t take_mask(struct thread *thread)
{
    uint64_t mask = thread->restore_mask ? thread->saved_mask : thread->signal_mask;

    thread->restore_mask = false;
    return mask;
}

/* ---- Delivery ---- */

/*
 * Those never repeated: the ones that wait for an interruption have had it; the ones that wait for
 * a length of time would wait for all of it again, and for ever when signals keep coming.
 */
static bool may_repeat(const struct thread *thread)
{
    switch (FRAME_X(&thread->frame, 17)) {
    case SYS_sigsuspend:
    case SYS_uintr_wait:
    case SYS_uintr_handover:
    case SYS_sleep:
    case SYS_futex_wait:
        return false;
    default:
        return true;
    }
}

/*
 * Another thread has taken the signal, or sigsuspend ends by a user interrupt. A call that was
 * interrupted for nothing begins anew without its caller noticing.
 */
static void deliver_nothing(struct thread *thread, bool interrupted)
{
    set_mask(thread, take_mask(thread));
    if (interrupted && may_repeat(thread)) {
        FRAME_X(&thread->frame, 10) = thread->frame.argument;
        thread->attention |= ATTENTION_RESTART;
    }
}

static bool uses_fp(const struct thread *thread)
{
    return thread->frame.sstatus & SSTATUS_FS;
}

static bool uses_vectors(const struct thread *thread)
{
    return thread->frame.sstatus & SSTATUS_VS;
}

static void save_fp(struct thread *thread, struct signal_frame *frame)
{
    if (!uses_fp(thread)) {
        return;
    }
    frame->fp_state = 1;
    copy_memory(frame->f, thread->fpu.f, sizeof(frame->f));
    frame->fcsr = thread->fpu.fcsr;
}

/* What comes from the frame never turns the registers on: it would not be the kernel's frame. */
static void restore_fp(struct thread *thread, const struct signal_frame *frame)
{
    if (!frame->fp_state) { /* only the handler has used them, if anybody has */
        registers_drop_fpu(thread);
    } else if (uses_fp(thread)) {
        copy_memory(thread->fpu.f, frame->f, sizeof(thread->fpu.f));
        thread->fpu.fcsr = frame->fcsr;
        registers_set_fpu(thread);
    }
}

static int save_vector(struct thread *thread, uint64_t address)
{
    const struct vector *vector = &thread->vector;
    const struct signal_vector saved = { vector->vstart, vector->vl, vector->vtype, vector->vcsr };
    int error = copy_to_user(address, &saved, sizeof(saved));

    registers_clear_vstart(thread); /* as a C function expects it */
    return error ? error
                 : copy_to_user(address + sizeof(saved), vector->v, registers_vectors_size());
}

/* As restore_fp(). */
static int restore_vector(struct thread *thread, const struct signal_frame *frame, uint64_t address)
{
    struct vector *vector = &thread->vector;
    struct signal_vector saved;

    if (!uses_vectors(thread)) {
        return 0;
    }
    if (!frame->vector_state) {
        registers_drop_vector(thread);
    } else {
        if (copy_from_user(&saved, address, sizeof(saved)) ||
            copy_from_user(vector->v, address + sizeof(saved), registers_vectors_size())) {
            return -EFAULT;
        }
        vector->vstart = saved.vstart;
        vector->vl = saved.vl;
        vector->vtype = saved.vtype;
        vector->vcsr = saved.vcsr;
        registers_set_vector(thread);
    }
    return 0;
}

static bool on_alt_stack(const struct thread *thread)
{
    uint64_t sp = FRAME_X(&thread->frame, 2);

    return sp > thread->alt_stack_base && sp - thread->alt_stack_base <= thread->alt_stack_size;
}

static size_t frame_size(const struct thread *thread)
{
    return sizeof(struct signal_frame) +
           (uses_vectors(thread) ? sizeof(struct signal_vector) + registers_vectors_size() : 0);
}

/* 0, where nothing is mapped, for a frame that the alternate stack has no room for. */
static uint64_t frame_address(const struct thread *thread, const struct signal_action *action)
{
    uint64_t top = FRAME_X(&thread->frame, 2), address;
    bool on_alt = on_alt_stack(thread);

    if ((action->flags & SIGNAL_ON_STACK) && thread->alt_stack_size && !on_alt) {
        top = thread->alt_stack_base + thread->alt_stack_size;
        on_alt = true;
    }
    address = (top - frame_size(thread)) & -16ul;
    return on_alt && address < thread->alt_stack_base ? 0 : address;
}

static int push_frame(struct thread *thread, int signal, uint64_t address)
{
    struct signal_frame frame;
    int error = 0;

    clear_memory(&frame, sizeof(frame));
    frame.pc = thread->frame.sepc;
    frame.signal = (uint64_t)signal;
    copy_memory(frame.x, thread->frame.x, sizeof(frame.x));
    frame.mask = take_mask(thread);
    registers_save(thread);
    save_fp(thread, &frame);
    if (uses_vectors(thread)) {
        frame.vector_state = 1;
        error = save_vector(thread, address + sizeof(frame));
    }
    return error ? error : copy_to_user(address, &frame, sizeof(frame));
}

static void enter_handler(struct thread *thread, int signal)
{
    struct process *process = thread->process;
    const struct signal_action *action = &process->signals.actions[signal];
    uint64_t address = frame_address(thread, action);

    if (push_frame(thread, signal, address)) {
        kprintf("[kernel] killed %s (pid %d): no stack for signal %d, sp %#lx, frame at %#lx\n",
                process->name, process->id, signal, FRAME_X(&thread->frame, 2), address);
        process_kill(process, STATUS_BAD_STACK);
        return;
    }
    set_mask(thread, thread->signal_mask | action->mask |
                         (action->flags & SIGNAL_NODEFER ? 0 : BIT(signal)));
    thread->frame.sepc = action->handler;
    FRAME_X(&thread->frame, 1) = action->restorer;
    FRAME_X(&thread->frame, 2) = address;
    FRAME_X(&thread->frame, 10) = (uint64_t)signal;
    FRAME_X(&thread->frame, 11) = address;
}

void signal_deliver(struct thread *thread)
{
    struct signals *signals = &thread->process->signals;
    uint64_t ready = deliverable(thread);
    bool interrupted = thread->interrupted;
    int signal;

    thread->interrupted = false; /* the frame may be a handler's from here on */
    if (!ready) {
        deliver_nothing(thread, interrupted);
        return;
    }
    signal = __builtin_ctzl(ready);
    signals->pending &= ~BIT(signal);
    if (signals->actions[signal].handler == SIGNAL_DEFAULT) {
        process_kill(thread->process, STATUS_SIGNAL(signal));
        return;
    }
    if (interrupted && (signals->actions[signal].flags & SIGNAL_RESTART) && may_repeat(thread)) {
        thread->frame.sepc -= 4; /* the ecall */
        FRAME_X(&thread->frame, 10) = thread->frame.argument;
    }
    enter_handler(thread, signal);
}

long signal_sys_return(uint64_t address)
{
    struct thread *thread = thread_current();
    struct process *process = thread->process;
    struct signal_frame frame;

    if (address % 16 || copy_from_user(&frame, address, sizeof(frame)) ||
        restore_vector(thread, &frame, address + sizeof(frame))) {
        kprintf("[kernel] killed %s (pid %d): no signal frame to return to at %#lx\n",
                process->name, process->id, address);
        process_kill(process, STATUS_BAD_STACK);
        return SYSCALL_WAITS;
    }
    copy_memory(thread->frame.x, frame.x, sizeof(frame.x));
    thread->frame.sepc = frame.pc;
    restore_fp(thread, &frame);
    set_mask(thread, frame.mask);
    return SYSCALL_WAITS; /* a0 stays what the frame had */
}

/* ---- System calls ---- */

long signal_sys_kill(uint64_t number, uint64_t signal)
{
    struct handle *handle;
    int error =
        handle_find(&process_current()->handles, (int)number, &process_type, RIGHT_WRITE, &handle);

    if (error) {
        return error;
    }
    return signal > SIGNAL_MAX ? -EINVAL
                               : signal_send((struct process *)handle->object, (int)signal);
}

static int check_action(int signal, const struct signal_action *action)
{
    if (signal == SIGNAL_KILL || (action->flags & ~ALL_FLAGS) || action->reserved) {
        return -EINVAL;
    }
    return action->handler >= USER_END || action->restorer >= USER_END ? -EFAULT : 0;
}

/* A signal that is ignored from now on is not pending either. */
static void set_action(struct process *process, int signal, const struct signal_action *action)
{
    process->signals.actions[signal] = *action;
    if (is_ignored(process, signal)) {
        process->signals.pending &= ~BIT(signal);
    }
}

long signal_sys_action(uint64_t signal, uint64_t address, uint64_t old)
{
    struct process *process = process_current();
    struct signal_action action;
    int error = 0;

    if (signal == 0 || signal > SIGNAL_MAX) {
        return -EINVAL;
    }
    if (address) {
        error = copy_from_user(&action, address, sizeof(action));
        error = error ? error : check_action((int)signal, &action);
    }
    if (!error && old) {
        error = copy_to_user(old, &process->signals.actions[signal], sizeof(action));
    }
    if (!error && address) {
        set_action(process, (int)signal, &action);
    }
    return error;
}

long signal_sys_mask(uint64_t how, uint64_t mask)
{
    struct thread *thread = thread_current();
    uint64_t old = thread->signal_mask;

    switch (how) {
    case SIGNAL_BLOCK:
        mask |= old;
        break;
    case SIGNAL_UNBLOCK:
        mask = old & ~mask;
        break;
    case SIGNAL_SETMASK:
        break;
    default:
        return -EINVAL;
    }
    set_mask(thread, mask);
    return (long)old;
}

/* However the wait ends, signal_deliver() is to come by: it brings the old mask back. */
long signal_sys_suspend(uint64_t mask)
{
    struct thread *thread = thread_current();
    long result;

    thread->saved_mask = thread->signal_mask;
    thread->restore_mask = true;
    set_mask(thread, mask);
    result = wait_on(NULL);
    thread->attention |= ATTENTION_SIGNAL;
    return result;
}

long signal_sys_alt_stack(uint64_t base, uint64_t size)
{
    struct thread *thread = thread_current();

    if (on_alt_stack(thread)) {
        return -EPERM;
    }
    if (size != 0 && size < SIGNAL_STACK_MIN) {
        return -EINVAL;
    }
    if (size > USER_END || base > USER_END - size) {
        return -EFAULT;
    }
    thread->alt_stack_base = base;
    thread->alt_stack_size = size;
    return 0;
}
