// SPDX-License-Identifier: MIT
#include "ipc/signal.h"

#include <errno.h>
#include <string.h>

#include "arch/csr.h"
#include "arch/mmu.h"
#include "fixture.h"

#define THREADS    4
#define STACK      (8 * PAGE_SIZE)
#define HANDLER    0x5000ul
#define HANDLER_2  0x6000ul
#define RESTORER   0x7000ul
#define START      0x10000ul /* where new threads are */
#define MASK(n)    (1ul << (n))
#define EVERYTHING (MASK(32) - 2)
#define BLOCKABLE  (EVERYTHING & ~MASK(SIGNAL_KILL))

static struct process *process, *other;
static struct thread *threads[THREADS], *outsider;
static uint64_t stack_top[THREADS];
static uint64_t scratch;    /* two struct signal_action */
static uint64_t empty_pipe; /* a handle */

static void set_up(unsigned harts)
{
    int ends[2];

    kernel_up(harts);
    process = new_process();
    for (int i = 0; i < THREADS; i++) {
        threads[i] = new_thread(process);
        stack_top[i] = user_memory(process, STACK) + STACK;
        FRAME_X(&threads[i]->frame, 2) = stack_top[i];
    }
    other = new_process();
    outsider = new_thread(other);
    scratch = user_memory(process, PAGE_SIZE);
    run(threads[0]);
    CHECK_IS(call(SYS_pipe, scratch, 0), 0);
    peek(process, scratch, ends, sizeof(ends));
    empty_pipe = (uint64_t)ends[0];
    threads[0]->frame.sepc = START;
}

static long set_action(uint64_t signal, uint64_t handler, uint64_t mask, uint32_t flags)
{
    struct signal_action action = { handler, RESTORER, mask, flags, 0 };

    poke(process, scratch, &action, sizeof(action));
    return call(SYS_sigaction, signal, scratch, 0);
}

/* By thread 0, so that it is where it was. */
static void handle(uint64_t signal, uint64_t handler, uint64_t mask, uint32_t flags)
{
    run(threads[0]);
    CHECK_IS(set_action(signal, handler, mask, flags), 0);
    threads[0]->frame.sepc = START;
}

static void set_mask(int i, uint64_t mask)
{
    run(threads[i]);
    call(SYS_sigprocmask, SIGNAL_SETMASK, mask);
}

static void block_everything(void)
{
    for (int i = THREADS - 1; i >= 0; i--) {
        set_mask(i, ~0ul);
        threads[i]->frame.sepc = START;
    }
}

/* From another process. */
static void send(int signal)
{
    struct thread *before = thread_current();

    run(outsider);
    CHECK_IS(signal_send(process, signal), 0);
    if (before->process == process && before->state == THREAD_READY) {
        run(before);
    }
}

static struct signal_frame frame_of(int i)
{
    struct signal_frame frame;

    peek(process, FRAME_X(&threads[i]->frame, 2), &frame, sizeof(frame));
    return frame;
}

static bool in_handler(int i, uint64_t handler, int signal)
{
    return threads[i]->frame.sepc == handler &&
           FRAME_X(&threads[i]->frame, 10) == (uint64_t)signal &&
           frame_of(i).signal == (uint64_t)signal;
}

/* The end of the current thread's handler. */
static void return_from_handler(void)
{
    call(SYS_sigreturn, FRAME_X(&thread_current()->frame, 2));
}

static void read_and_wait(int i)
{
    run(threads[i]);
    CHECK_IS(call(SYS_read, empty_pipe, scratch, 1), SYSCALL_WAITS);
    CHECK(is_waiting(threads[i]));
}

/* ---- Actions ---- */

static void actions_that_there_are_not(void)
{
    struct signal_action action = { HANDLER, RESTORER, 0, 0, 1 };

    set_up(1);
    CHECK_IS(set_action(0, HANDLER, 0, 0), -EINVAL);
    CHECK_IS(set_action(32, HANDLER, 0, 0), -EINVAL);
    CHECK_IS(set_action(1ul << 32 | 1, HANDLER, 0, 0), -EINVAL);
    CHECK_IS(set_action(SIGNAL_KILL, HANDLER, 0, 0), -EINVAL);
    CHECK_IS(set_action(SIGNAL_KILL, SIGNAL_IGNORE, 0, 0), -EINVAL);
    CHECK_IS(set_action(1, HANDLER, 0, 8), -EINVAL);
    CHECK_IS(set_action(1, USER_END, 0, 0), -EFAULT);
    poke(process, scratch, &action, sizeof(action));
    CHECK_IS(call(SYS_sigaction, 1, scratch, 0), -EINVAL);
    action.reserved = 0;
    action.restorer = USER_END;
    poke(process, scratch, &action, sizeof(action));
    CHECK_IS(call(SYS_sigaction, 1, scratch, 0), -EFAULT);
    CHECK_IS(call(SYS_sigaction, 1, NO_MEMORY, 0), -EFAULT);
    CHECK_IS(process->signals.actions[1].handler, SIGNAL_DEFAULT);
}

static void action_is_kept(void)
{
    struct signal_action found;
    uint64_t old;

    set_up(1);
    old = scratch + sizeof(struct signal_action);
    CHECK_IS(set_action(1, HANDLER, 6, SIGNAL_NODEFER), 0);
    CHECK_IS(call(SYS_sigaction, 1, 0, old), 0);
    peek(process, old, &found, sizeof(found));
    CHECK_IS(found.handler, HANDLER);
    CHECK_IS(found.restorer, RESTORER);
    CHECK_IS(found.mask, 6);
    CHECK_IS(found.flags, SIGNAL_NODEFER);
    found.handler = HANDLER_2;
    poke(process, scratch, &found, sizeof(found));
    CHECK_IS(call(SYS_sigaction, 1, scratch, NO_MEMORY), -EFAULT);
    CHECK_IS(process->signals.actions[1].handler, HANDLER); /* unchanged */
    CHECK_IS(call(SYS_sigaction, 1, scratch, old), 0);
    peek(process, old, &found, sizeof(found));
    CHECK_IS(found.handler, HANDLER);
    CHECK_IS(process->signals.actions[1].handler, HANDLER_2);
    CHECK_IS(call(SYS_sigaction, SIGNAL_KILL, 0, old), 0); /* asking is allowed */
    peek(process, old, &found, sizeof(found));
    CHECK_IS(found.handler, SIGNAL_DEFAULT);
}

/* ---- Sending ---- */

static void sending(void)
{
    set_up(1);
    CHECK_IS(signal_send(process, 32), -EINVAL);
    CHECK_IS(signal_send(process, -1), -EINVAL);
    CHECK_IS(signal_send(process, 0), 0);
    CHECK_IS(signal_send(process, SIGNAL_CHILD), 0); /* ignored by default */
    CHECK_IS(process->signals.pending, 0);
    CHECK(!process->dying);
    run(outsider);
    process_kill(process, 3);
    CHECK_IS(signal_send(process, 0), -ESRCH);
    CHECK_IS(signal_send(process, 10), -ESRCH);
}

static void kill_by_handle(void)
{
    long number;

    set_up(1);
    number = call(SYS_process_self);
    CHECK_IS(copy_handle(process, number, RIGHT_READ, other), 0);
    CHECK_IS(copy_handle(process, number, RIGHT_WRITE, other), 1);
    block_everything();
    run(outsider);
    CHECK_IS(call(SYS_eventfd, 0, 0), 2);
    CHECK_IS(call(SYS_kill, 0, 10), -EACCES);
    CHECK_IS(call(SYS_kill, 7, 10), -EBADF);
    CHECK_IS(call(SYS_kill, 2, 10), -EINVAL);
    CHECK_IS(call(SYS_kill, 1, 32), -EINVAL);
    CHECK_IS(call(SYS_kill, 1, UINT64_MAX), -EINVAL);
    CHECK_IS(call(SYS_kill, 1, 1ul << 32), -EINVAL);
    CHECK_IS(call(SYS_kill, 1, 0), 0);
    CHECK_IS(process->signals.pending, 0);
    CHECK_IS(call(SYS_kill, 1, 10), 0);
    CHECK_IS(process->signals.pending, MASK(10));
}

static void default_kills(void)
{
    set_up(1);
    read_and_wait(1);
    run(outsider);
    CHECK_IS(signal_send(process, SIGNAL_TERM), 0);
    CHECK(process->ended);
    CHECK_IS(process->exit_status, STATUS_SIGNAL(SIGNAL_TERM));
}

static void default_waits_while_blocked(void)
{
    set_up(1);
    block_everything();
    send(SIGNAL_TERM);
    CHECK(!process->dying);
    run(threads[2]);
    CHECK_IS(call(SYS_sigprocmask, SIGNAL_UNBLOCK, MASK(SIGNAL_TERM)), SYSCALL_WAITS);
    CHECK(process->ended);
    CHECK_IS(process->exit_status, STATUS_SIGNAL(SIGNAL_TERM));
}

static void nothing_stops_kill(void)
{
    set_up(1);
    block_everything();
    run(outsider);
    CHECK_IS(signal_send(process, SIGNAL_KILL), 0);
    CHECK(process->ended);
    CHECK_IS(process->exit_status, STATUS_SIGNAL(SIGNAL_KILL));
}

static void masks(void)
{
    set_up(1);
    CHECK_IS(call(SYS_sigprocmask, SIGNAL_BLOCK, ~0ul), 0);
    CHECK_IS(threads[0]->signal_mask, BLOCKABLE);
    CHECK_IS(call(SYS_sigprocmask, SIGNAL_UNBLOCK, MASK(4) | MASK(5)), BLOCKABLE);
    CHECK_IS(call(SYS_sigprocmask, SIGNAL_BLOCK, MASK(4)), BLOCKABLE & ~(MASK(4) | MASK(5)));
    CHECK_IS(call(SYS_sigprocmask, SIGNAL_SETMASK, MASK(7)), BLOCKABLE & ~MASK(5));
    CHECK_IS(call(SYS_sigprocmask, 3, 0), -EINVAL);
    CHECK_IS(call(SYS_sigprocmask, UINT64_MAX, 0), -EINVAL);
    CHECK_IS(threads[0]->signal_mask, MASK(7));
    CHECK_IS(threads[1]->signal_mask, 0); /* each thread has its own */
}

/* ---- Handlers ---- */

static void handler_and_return(void)
{
    struct signal_frame frame;
    struct trap_frame before;

    set_up(1);
    handle(10, HANDLER, MASK(12), 0);
    block_everything();
    run(threads[0]);
    threads[0]->signal_mask = MASK(20);
    for (unsigned n = 1; n < 32; n++) {
        if (n != 2) {
            FRAME_X(&threads[0]->frame, n) = 1000 + n;
        }
    }
    FRAME_X(&threads[0]->frame, 2) -= 24; /* not aligned */
    before = threads[0]->frame;
    send(10);
    CHECK(threads[0]->attention == ATTENTION_SIGNAL);
    resume(threads[0]);

    CHECK(in_handler(0, HANDLER, 10));
    CHECK_IS(FRAME_X(&threads[0]->frame, 1), RESTORER);
    CHECK_IS(FRAME_X(&threads[0]->frame, 2) % 16, 0);
    CHECK(FRAME_X(&threads[0]->frame, 2) + sizeof(frame) <= FRAME_X(&before, 2));
    CHECK_IS(FRAME_X(&threads[0]->frame, 11), FRAME_X(&threads[0]->frame, 2));
    CHECK_IS(threads[0]->signal_mask, MASK(20) | MASK(10) | MASK(12));
    CHECK_IS(process->signals.pending, 0);
    frame = frame_of(0);
    CHECK(!memcmp(frame.x, before.x, sizeof(frame.x)));
    CHECK_IS(frame.pc, before.sepc);
    CHECK_IS(frame.mask, MASK(20));
    CHECK_IS(frame.fp_state, 0);

    for (unsigned n = 3; n < 32; n++) { /* the handler uses them */
        FRAME_X(&threads[0]->frame, n) = n;
    }
    return_from_handler();
    CHECK(!memcmp(threads[0]->frame.x, before.x, sizeof(before.x)));
    CHECK_IS(threads[0]->frame.sepc, before.sepc);
    CHECK_IS(threads[0]->signal_mask, MASK(20));
}

/* What the handler writes into the frame is what the thread goes on with. */
static void handler_changes_the_frame(void)
{
    struct signal_frame frame;

    set_up(1);
    handle(10, HANDLER, 0, 0);
    send(10);
    resume(threads[0]);
    frame = frame_of(0);
    frame.pc = 0x12344;
    frame.x[20] = 77;
    frame.mask = ~0ul;
    poke(process, FRAME_X(&threads[0]->frame, 2), &frame, sizeof(frame));
    return_from_handler();
    CHECK_IS(threads[0]->frame.sepc, 0x12344);
    CHECK_IS(FRAME_X(&threads[0]->frame, 21), 77);
    CHECK_IS(threads[0]->signal_mask, BLOCKABLE);
    CHECK_IS(threads[0]->frame.sstatus, 0);
}

/* One that it blocks waits for the end, another one interrupts it. */
static void handlers_nest(void)
{
    uint64_t sp;

    set_up(1);
    handle(10, HANDLER, MASK(12), 0);
    handle(11, HANDLER_2, 0, 0);
    handle(12, HANDLER_2, 0, 0);
    block_everything();
    set_mask(0, 0);
    sp = FRAME_X(&threads[0]->frame, 2);
    send(10);
    resume(threads[0]);
    CHECK(in_handler(0, HANDLER, 10));
    send(12);
    send(10);
    CHECK_IS(resume(threads[0]), 10);
    CHECK(in_handler(0, HANDLER, 10));
    send(11);
    resume(threads[0]);
    CHECK(in_handler(0, HANDLER_2, 11));
    CHECK_IS(threads[0]->signal_mask, MASK(10) | MASK(12) | MASK(11));
    return_from_handler();
    CHECK(in_handler(0, HANDLER, 10));
    return_from_handler(); /* both that waited, the lower one below */
    CHECK(in_handler(0, HANDLER, 10));
    return_from_handler();
    CHECK(in_handler(0, HANDLER_2, 12));
    return_from_handler();
    CHECK_IS(FRAME_X(&threads[0]->frame, 2), sp);
    CHECK_IS(threads[0]->signal_mask, 0);
}

static void lowest_number_first(void)
{
    set_up(1);
    handle(20, HANDLER, ~0ul, 0);
    handle(3, HANDLER_2, ~0ul, 0);
    block_everything();
    send(20);
    send(3);
    send(3); /* pending already */
    set_mask(0, 0);
    CHECK(in_handler(0, HANDLER_2, 3));
    return_from_handler();
    CHECK(in_handler(0, HANDLER, 20));
    return_from_handler();
    CHECK_IS(process->signals.pending, 0);
}

static void handler_for_its_own_signal(void)
{
    set_up(1);
    handle(10, HANDLER, 0, SIGNAL_NODEFER);
    block_everything();
    set_mask(0, 0);
    for (int i = 0; i < 3; i++) {
        uint64_t sp = FRAME_X(&threads[0]->frame, 2);

        send(10);
        resume(threads[0]);
        CHECK(in_handler(0, HANDLER, 10));
        CHECK(FRAME_X(&threads[0]->frame, 2) < sp);
        CHECK_IS(threads[0]->signal_mask, 0);
    }
    for (int i = 0; i < 3; i++) {
        return_from_handler();
    }
    CHECK_IS(FRAME_X(&threads[0]->frame, 2), stack_top[0]);
}

static void ignoring_drops(void)
{
    set_up(1);
    handle(10, HANDLER, 0, 0);
    block_everything();
    send(10);
    handle(10, SIGNAL_IGNORE, 0, 0);
    CHECK_IS(process->signals.pending, 0);
    send(10);
    CHECK_IS(process->signals.pending, 0);
    handle(SIGNAL_CHILD, HANDLER, 0, 0);
    send(SIGNAL_CHILD);
    CHECK_IS(process->signals.pending, MASK(SIGNAL_CHILD));
    handle(SIGNAL_CHILD, SIGNAL_DEFAULT, 0, 0);
    CHECK_IS(process->signals.pending, 0);
}

/* ---- Floating point ---- */

static void fp_of_the_interrupted(void)
{
    struct signal_frame frame;

    set_up(1);
    handle(10, HANDLER, 0, 0);
    block_everything();
    set_mask(0, 0);
    threads[0]->frame.sstatus = SSTATUS_FS_DIRTY | SSTATUS_SD;
    for (unsigned i = 0; i < 33; i++) {
        mock_machine.fpu[i] = 500 + i;
    }
    CHECK_IS(signal_send(process, 10), 0);
    resume(threads[0]);
    CHECK(in_handler(0, HANDLER, 10));
    frame = frame_of(0);
    CHECK_IS(frame.fp_state, 1);
    CHECK_IS(frame.f[0], 500);
    CHECK_IS(frame.f[31], 531);
    CHECK_IS(frame.fcsr, 532);
    memset(mock_machine.fpu, 0, sizeof(mock_machine.fpu)); /* the handler uses them */
    return_from_handler();
    for (unsigned i = 0; i < 33; i++) {
        CHECK_IS(mock_machine.fpu[i], 500 + i);
    }
    CHECK_IS(threads[0]->frame.sstatus & SSTATUS_FS, SSTATUS_FS_DIRTY);
}

static void fp_of_the_handler_only(void)
{
    set_up(1);
    handle(10, HANDLER, 0, 0);
    block_everything();
    set_mask(0, 0);
    CHECK_IS(signal_send(process, 10), 0);
    resume(threads[0]);
    CHECK_IS(frame_of(0).fp_state, 0);
    threads[0]->frame.sstatus |= SSTATUS_FS_DIRTY;
    threads[0]->fpu.f[3] = 5;
    return_from_handler();
    CHECK_IS(threads[0]->frame.sstatus & SSTATUS_FS, 0);
    CHECK_IS(threads[0]->fpu.f[3], 0); /* nobody finds them later */
}

/* A frame that says so doesn't turn them on. */
static void fp_that_was_never_there(void)
{
    struct signal_frame frame;

    set_up(1);
    handle(10, HANDLER, 0, 0);
    block_everything();
    set_mask(0, 0);
    send(10);
    resume(threads[0]);
    frame = frame_of(0);
    frame.fp_state = 1;
    poke(process, FRAME_X(&threads[0]->frame, 2), &frame, sizeof(frame));
    mock_machine.fpu_loads = 0;
    return_from_handler();
    CHECK_IS(threads[0]->frame.sstatus & SSTATUS_FS, 0);
    CHECK_IS(mock_machine.fpu_loads, 0);
}

/* ---- Calls that are interrupted ---- */

/* Thread 1 waits in a call, a signal comes: what the handler returns to. */
static struct signal_frame interrupt_call(uint32_t flags, long number, uint64_t argument)
{
    set_up(1);
    handle(10, HANDLER, 0, flags);
    block_everything();
    set_mask(1, 0);
    threads[1]->frame.sepc = START;
    CHECK_IS(call(number, argument, number == SYS_futex_wait ? 0 : scratch, 1), SYSCALL_WAITS);
    CHECK(is_waiting(threads[1]));
    send(10);
    CHECK_IS(threads[1]->state, THREAD_READY);
    resume(threads[1]);
    CHECK(in_handler(1, HANDLER, 10));
    CHECK(!threads[1]->interrupted);
    return frame_of(1);
}

static void call_ends(void)
{
    struct signal_frame frame = interrupt_call(0, SYS_read, 0);

    CHECK_IS(frame.pc, START + 4);
    CHECK_IS(frame.x[9], -EINTR);
}

static void call_is_repeated(void)
{
    struct signal_frame frame = interrupt_call(SIGNAL_RESTART, SYS_read, 0);

    CHECK_IS(frame.pc, START); /* the ecall again */
    CHECK_IS(frame.x[9], empty_pipe);
    CHECK_IS(frame.x[16], SYS_read);
}

static void calls_never_repeated(void)
{
    struct signal_frame frame = interrupt_call(SIGNAL_RESTART, SYS_sleep, 1000000);

    CHECK_IS(frame.pc, START + 4);
    CHECK_IS(frame.x[9], -EINTR);
    kernel_down();
    frame = interrupt_call(SIGNAL_RESTART, SYS_futex_wait, USER_MAP_BASE + PAGE_SIZE);
    CHECK_IS(frame.x[9], -EINTR);
    kernel_down();
    frame = interrupt_call(SIGNAL_RESTART, SYS_sigsuspend, 0);
    CHECK_IS(frame.pc, START + 4);
    CHECK_IS(frame.x[9], -EINTR);
}

/* Another thread was faster: the call begins anew and nobody notices. */
static void signal_is_gone(void)
{
    set_up(1);
    handle(10, HANDLER, 0, 0);
    block_everything();
    set_mask(0, 0);
    set_mask(1, 0);
    threads[1]->frame.sepc = START;
    read_and_wait(1);
    run(outsider);
    CHECK_IS(signal_send(process, 10), 0);
    CHECK_IS(threads[1]->state, THREAD_READY);
    threads[0]->attention |= ATTENTION_SIGNAL;
    resume(threads[0]);
    CHECK(in_handler(0, HANDLER, 10));
    CHECK_IS(resume(threads[1]), SYSCALL_WAITS);
    CHECK(is_waiting(threads[1]));
    CHECK_IS(threads[1]->frame.sepc, START + 4);
    CHECK_IS(threads[1]->attention, 0);
    CHECK_IS(FRAME_X(&threads[1]->frame, 10), empty_pipe);
}

/* It can't begin anew: its caller has to look. */
static void signal_is_gone_for_a_sleeper(void)
{
    set_up(1);
    handle(10, HANDLER, 0, 0);
    block_everything();
    set_mask(1, 0);
    CHECK_IS(call(SYS_sleep, 1000000), SYSCALL_WAITS);
    send(10);
    process->signals.pending = 0; /* taken */
    CHECK_IS(resume(threads[1]), -EINTR);
    CHECK_IS(threads[1]->attention, 0);
}

/* ---- Who takes it ---- */

static void waiting_thread_is_preferred(void)
{
    set_up(1);
    handle(10, HANDLER, 0, 0);
    read_and_wait(2);
    run(threads[0]);
    send(10);
    CHECK_IS(threads[2]->state, THREAD_READY);
    CHECK_IS(threads[2]->attention, ATTENTION_SIGNAL);
    CHECK_IS(threads[0]->attention | threads[1]->attention | threads[3]->attention, 0);
}

static void suspended_thread_is_preferred(void)
{
    set_up(1);
    handle(10, HANDLER, 0, 0);
    read_and_wait(1);
    run(threads[2]);
    CHECK_IS(call(SYS_sigsuspend, 0), SYSCALL_WAITS);
    read_and_wait(3);
    run(threads[0]);
    send(10);
    CHECK(is_waiting(threads[1]) && is_waiting(threads[3]));
    resume(threads[2]);
    CHECK(in_handler(2, HANDLER, 10));
}

static void only_one_that_does_not_block(void)
{
    set_up(1);
    handle(10, HANDLER, 0, 0);
    block_everything();
    set_mask(3, EVERYTHING & ~MASK(10));
    send(10);
    CHECK_IS(threads[3]->attention, ATTENTION_SIGNAL);
    CHECK_IS(threads[0]->attention | threads[1]->attention | threads[2]->attention, 0);
    resume(threads[3]);
    CHECK(in_handler(3, HANDLER, 10));
}

static void other_hart_is_kicked(void)
{
    set_up(2);
    handle(10, HANDLER, 0, 0);
    block_everything();
    set_mask(2, 0);
    run(threads[0]);
    on_hart(1);
    run(threads[2]);
    on_hart(0);
    cpus[1].kicked = false;
    mock_machine.kicks = 0;
    CHECK_IS(signal_send(process, 10), 0);
    CHECK_IS(threads[2]->attention, ATTENTION_SIGNAL);
    CHECK_IS(mock_machine.kicks, 1);
    CHECK(cpus[1].kicked);
}

/* Who was told blocks it on his way into the kernel: somebody who sleeps is woken for it. */
static void taker_blocks_it(void)
{
    set_up(2);
    handle(10, HANDLER, 0, 0);
    block_everything();
    set_mask(1, 0);
    set_mask(2, 0);
    run(threads[0]);
    on_hart(1);
    run(threads[1]);
    on_hart(0);
    CHECK_IS(signal_send(process, 10), 0);
    CHECK_IS(threads[1]->attention, ATTENTION_SIGNAL);
    read_and_wait(2);
    on_hart(1);
    CHECK_IS(call(SYS_sigprocmask, SIGNAL_SETMASK, ~0ul), 0);
    CHECK_IS(threads[1]->frame.sepc, START + 8); /* in no handler */
    CHECK_IS(threads[2]->state, THREAD_READY);
    on_hart(0);
    resume(threads[2]);
    CHECK(in_handler(2, HANDLER, 10));
}

static void taker_ends(void)
{
    set_up(1);
    handle(10, HANDLER, 0, 0);
    block_everything();
    set_mask(1, 0);
    set_mask(2, 0);
    read_and_wait(2);
    run(threads[1]);
    process->signals.pending = MASK(10); /* thread 1 was told */
    CHECK_IS(call(SYS_thread_exit, 0), SYSCALL_WAITS);
    resume(threads[2]);
    CHECK(in_handler(2, HANDLER, 10));
}

/* ---- sigsuspend ---- */

static void suspend(void)
{
    struct signal_frame frame;

    set_up(1);
    handle(10, HANDLER, 0, 0);
    handle(11, HANDLER_2, 0, 0);
    block_everything();
    set_mask(0, MASK(10));
    threads[0]->frame.sepc = START;
    CHECK_IS(call(SYS_sigsuspend, MASK(11)), SYSCALL_WAITS);
    CHECK_IS(threads[0]->signal_mask, MASK(11));
    send(11);
    CHECK(is_waiting(threads[0]));
    send(10);
    resume(threads[0]);
    CHECK(in_handler(0, HANDLER, 10));
    frame = frame_of(0);
    CHECK_IS(frame.mask, MASK(10)); /* from before the call */
    CHECK_IS(frame.x[9], -EINTR);
    CHECK_IS(frame.pc, START + 4);
    CHECK_IS(threads[0]->signal_mask, MASK(10) | MASK(11));
    CHECK(!threads[0]->restore_mask);
    return_from_handler(); /* 11 isn't blocked any more */
    CHECK(in_handler(0, HANDLER_2, 11));
    return_from_handler();
    CHECK_IS(threads[0]->signal_mask, MASK(10));
}

static void suspend_with_one_pending(void)
{
    set_up(1);
    handle(10, HANDLER, 0, 0);
    block_everything();
    send(10);
    run(threads[0]);
    call(SYS_sigsuspend, 0);
    CHECK(in_handler(0, HANDLER, 10));
    CHECK_IS(frame_of(0).x[9], -EINTR);
    CHECK_IS(frame_of(0).mask, BLOCKABLE);
    return_from_handler();
    CHECK_IS(threads[0]->signal_mask, BLOCKABLE);
}

/* Also then the old mask comes back, and the call does not begin anew. */
static void suspend_ends_by_user_interrupt(void)
{
    set_up(1);
    block_everything();
    run(threads[0]);
    threads[0]->uintr.receiver = mock_receiver();
    mock_uintr_pending = true;
    CHECK_IS(call(SYS_sigsuspend, 0), -EINTR);
    CHECK_IS(threads[0]->signal_mask, BLOCKABLE);
    CHECK(!threads[0]->restore_mask);
    mock_uintr_pending = false;
    CHECK_IS(call(SYS_sigsuspend, 0), SYSCALL_WAITS);
    wait_interrupt(threads[0]);
    CHECK_IS(resume(threads[0]), -EINTR);
    CHECK_IS(threads[0]->signal_mask, BLOCKABLE);
}

/* ---- Stacks ---- */

static void alt_stack(void)
{
    uint64_t stack, sp;

    set_up(1);
    stack = user_memory(process, PAGE_SIZE);
    handle(10, HANDLER, 0, SIGNAL_ON_STACK | SIGNAL_NODEFER);
    handle(11, HANDLER, 0, 0);
    block_everything();
    set_mask(0, 0);
    CHECK_IS(call(SYS_sigaltstack, stack, SIGNAL_STACK_MIN - 1), -EINVAL);
    CHECK_IS(call(SYS_sigaltstack, USER_END - 100, SIGNAL_STACK_MIN), -EFAULT);
    CHECK_IS(call(SYS_sigaltstack, stack, UINT64_MAX), -EFAULT);
    CHECK_IS(call(SYS_sigaltstack, stack, PAGE_SIZE), 0);
    send(11);
    resume(threads[0]);
    CHECK(FRAME_X(&threads[0]->frame, 2) < stack_top[0]); /* didn't ask for it */
    CHECK(FRAME_X(&threads[0]->frame, 2) > stack_top[0] - STACK);
    send(10);
    resume(threads[0]);
    sp = FRAME_X(&threads[0]->frame, 2);
    CHECK_IS(sp, (stack + PAGE_SIZE - sizeof(struct signal_frame)) & -16ul);
    CHECK_IS(call(SYS_sigaltstack, 0, 0), -EPERM);
    send(10); /* on it already */
    resume(threads[0]);
    CHECK(FRAME_X(&threads[0]->frame, 2) < sp && FRAME_X(&threads[0]->frame, 2) > stack);
    return_from_handler();
    return_from_handler();
    return_from_handler();
    CHECK_IS(FRAME_X(&threads[0]->frame, 2), stack_top[0]);
    CHECK_IS(call(SYS_sigaltstack, 0, 0), 0);
    send(10);
    resume(threads[0]);
    CHECK(FRAME_X(&threads[0]->frame, 2) > stack_top[0] - STACK);
}

static void no_stack(void)
{
    static const uint64_t pointers[] = { 0, 8, NO_MEMORY, USER_END + PAGE_SIZE, UINT64_MAX };

    for (unsigned i = 0; i < 5; i++) {
        set_up(1);
        handle(10, HANDLER, 0, 0);
        block_everything();
        set_mask(0, 0);
        FRAME_X(&threads[0]->frame, 2) = pointers[i];
        send(10);
        CHECK_IS(resume(threads[0]), SYSCALL_WAITS);
        CHECK(process->ended);
        CHECK_IS(process->exit_status, STATUS_SIGNAL(11));
        kernel_down();
    }
}

static void no_frame_to_return_to(void)
{
    for (unsigned i = 0; i < 3; i++) {
        set_up(1);
        CHECK_IS(call(SYS_sigreturn, i == 0   ? NO_MEMORY
                                     : i == 1 ? stack_top[0] - 1000
                                              : stack_top[0] - 16),
                 SYSCALL_WAITS);
        CHECK(process->ended);
        CHECK_IS(process->exit_status, STATUS_SIGNAL(11));
        kernel_down();
    }
}

/* ---- At random ---- */

#define DEEPEST 10
#define FRAMES  (STACK / sizeof(struct signal_frame))

static int depth[THREADS];
static long sent[32], delivered[32];

/* The signals of the handlers that a thread is in, from the innermost. */
static int walk(int i, int *signals)
{
    uint64_t sp = FRAME_X(&threads[i]->frame, 2);
    int count = 0;

    while (sp != stack_top[i]) {
        struct signal_frame frame;

        CHECK(count < (int)FRAMES);
        peek(process, sp, &frame, sizeof(frame));
        signals[count++] = (int)frame.signal;
        sp = frame.x[1];
    }
    return count;
}

/*
 * Each signal sent is delivered once, or still pending; and while it is and somebody doesn't block it,
 * somebody who doesn't block it is about to look.
 */
static void check_signals(void)
{
    for (int i = 0; i < THREADS; i++) {
        int signals[FRAMES], count = walk(i, signals);

        CHECK(count >= depth[i]);
        for (int j = 0; j < count - depth[i]; j++) {
            delivered[signals[j]]++;
        }
        depth[i] = count;
    }
    for (int signal = 1; signal < 32; signal++) {
        bool pending = process->signals.pending & MASK(signal), wanted = false, looks = false;

        CHECK_IS(sent[signal], delivered[signal] + pending);
        for (int i = 0; i < THREADS; i++) {
            if (!(threads[i]->signal_mask & MASK(signal))) {
                wanted = true;
                looks |= !is_waiting(threads[i]) && (threads[i]->attention & ATTENTION_SIGNAL);
            }
        }
        CHECK(!pending || !wanted || looks);
    }
}

static void send_at_random(void)
{
    int signal = 1 + (int)unit_random(8);
    uint64_t handler = process->signals.actions[signal].handler;

    sent[signal] += handler != SIGNAL_IGNORE && !(process->signals.pending & MASK(signal));
    CHECK_IS(signal_send(process, signal), 0);
}

static void act_at_random(int i)
{
    uint64_t mask = unit_random(512) & unit_random(512);
    uint64_t signal = 1 + unit_random(8);

    while (depth[i] > DEEPEST || (depth[i] > 0 && unit_one_in(3))) {
        depth[i]--;
        return_from_handler();
        check_signals();
    }
    switch (unit_random(5)) {
    case 0:
        call(SYS_sigprocmask, unit_random(3), mask);
        break;
    case 1:
        call(SYS_sigsuspend, mask);
        break;
    case 2:
        if (unit_one_in(4)) {
            sent[signal] -= process->signals.pending >> signal & 1;
            set_action(signal, SIGNAL_IGNORE, 0, 0);
        } else {
            set_action(signal, HANDLER, mask, (uint32_t)unit_random(8));
        }
        break;
    default:
        call(SYS_read, empty_pipe, scratch, 1);
        break;
    }
}

static void random_signals(void)
{
    unsigned deliveries = 0;

    set_up(1);
    for (uint64_t signal = 1; signal <= 8; signal++) {
        handle(signal, HANDLER, 0, 0);
    }
    for (int round = 0; round < 20000; round++) {
        int i = (int)unit_random(THREADS);

        if (unit_one_in(3)) {
            run(outsider);
            send_at_random();
        } else if (is_waiting(threads[i])) {
            wait_interrupt(threads[i]); /* a user interrupt */
        } else {
            resume(threads[i]);
            check_signals();
            if (thread_current() == threads[i]) {
                act_at_random(i);
            }
        }
        check_signals();
    }
    for (int signal = 1; signal <= 8; signal++) {
        deliveries += (unsigned)delivered[signal];
    }
    CHECK(deliveries > 1000);
}

static const struct unit_case cases[] = {
    {"actions-that-there-are-not",      actions_that_there_are_not    },
    { "action-is-kept",                 action_is_kept                },
    { "sending",                        sending                       },
    { "kill-by-handle",                 kill_by_handle                },
    { "default-kills",                  default_kills                 },
    { "default-waits-while-blocked",    default_waits_while_blocked   },
    { "nothing-stops-kill",             nothing_stops_kill            },
    { "masks",                          masks                         },
    { "handler-and-return",             handler_and_return            },
    { "handler-changes-the-frame",      handler_changes_the_frame     },
    { "handlers-nest",                  handlers_nest                 },
    { "lowest-number-first",            lowest_number_first           },
    { "handler-for-its-own-signal",     handler_for_its_own_signal    },
    { "ignoring-drops",                 ignoring_drops                },
    { "fp-of-the-interrupted",          fp_of_the_interrupted         },
    { "fp-of-the-handler-only",         fp_of_the_handler_only        },
    { "fp-that-was-never-there",        fp_that_was_never_there       },
    { "call-ends",                      call_ends                     },
    { "call-is-repeated",               call_is_repeated              },
    { "calls-never-repeated",           calls_never_repeated          },
    { "signal-is-gone",                 signal_is_gone                },
    { "signal-is-gone-for-a-sleeper",   signal_is_gone_for_a_sleeper  },
    { "waiting-thread-is-preferred",    waiting_thread_is_preferred   },
    { "suspended-thread-is-preferred",  suspended_thread_is_preferred },
    { "only-one-that-does-not-block",   only_one_that_does_not_block  },
    { "other-hart-is-kicked",           other_hart_is_kicked          },
    { "taker-blocks-it",                taker_blocks_it               },
    { "taker-ends",                     taker_ends                    },
    { "suspend",                        suspend                       },
    { "suspend-with-one-pending",       suspend_with_one_pending      },
    { "suspend-ends-by-user-interrupt", suspend_ends_by_user_interrupt},
    { "alt-stack",                      alt_stack                     },
    { "no-stack",                       no_stack                      },
    { "no-frame-to-return-to",          no_frame_to_return_to         },
    { "random-signals",                 random_signals                },
};

UNIT("signal", cases)
