// SPDX-License-Identifier: MIT
#include "arch/trap.h"

#include "arch/backtrace.h"
#include "arch/cpu.h"
#include "arch/csr.h"
#include "core/lock.h"
#include "core/print.h"
#include "core/process.h"
#include "core/sched.h"
#include "core/syscall.h"
#include "drivers/plic.h"
#include "ipc/endpoint.h"
#include "ipc/uintr.h"

_Static_assert(offsetof(struct trap_frame, sepc) == FRAME_SEPC, "layout.h");
_Static_assert(offsetof(struct trap_frame, sstatus) == FRAME_SSTATUS, "layout.h");
_Static_assert(sizeof(struct trap_frame) == FRAME_SIZE, "layout.h");
_Static_assert(SYS_IPC_CALL == SYS_ipc_call, "layout.h");
_Static_assert(SYS_IPC_REPLY_RECEIVE == SYS_ipc_reply_receive, "layout.h");
_Static_assert(SYS_UINTR_HANDOVER == SYS_uintr_handover, "layout.h");
_Static_assert(offsetof(struct cpu, scratch) == CPU_SCRATCH, "layout.h");
_Static_assert(offsetof(struct cpu, kernel_sp) == CPU_KERNEL_SP, "layout.h");
_Static_assert(offsetof(struct cpu, panic_sp) == CPU_PANIC_SP, "layout.h");

const char *exception_name(uint64_t cause)
{
    static const char *const names[] = {
        [0] = "instruction address misaligned",
        [1] = "instruction access fault",
        [2] = "illegal instruction",
        [3] = "breakpoint",
        [4] = "load address misaligned",
        [5] = "load access fault",
        [6] = "store address misaligned",
        [7] = "store access fault",
        [8] = "environment call",
        [12] = "instruction page fault",
        [13] = "load page fault",
        [15] = "store page fault",
    };
    const char *name = cause < sizeof(names) / sizeof(names[0]) ? names[cause] : NULL;

    return name ? name : "unknown exception";
}

void interrupts_serve(void)
{
    struct cpu *cpu = this_cpu();
    uint64_t pending;

    while ((pending = csr_read(CSR_SIP) & csr_read(CSR_SIE) & (INT_SSI | INT_STI | INT_SEI))) {
        if (pending & INT_SSI) { /* cpu_kick() */
            csr_read_clear(CSR_SIP, INT_SSI);
            cpu->kicked = false;
            cpu->need_resched = true;
        }
        if (pending & INT_STI) {
            sched_timer(cpu);
        }
        if (pending & INT_SEI) {
            plic_serve(cpu->index);
        }
    }
}

static inline struct thread *serve_syscall(struct thread *thread)
{
    thread->frame.sepc += 4;
    syscall_dispatch(thread);
    return sched_leave_quickly(this_cpu());
}

struct thread *user_syscall(struct thread *thread)
{
    kernel_enter();
    return serve_syscall(thread);
}

/*
 * The short ways through the kernel are one function each, by FAST_PATH; what they call but rarely is
 * marked as noinline.
 */
#define FAST_PATH __attribute__((flatten))

/* What is no case for them. */
static __attribute__((noinline)) struct thread *take_long_way(struct thread *thread)
{
    return serve_syscall(thread);
}

/* `way` answers the thread that runs now, or NULL if it isn't for this case. */
static inline struct thread *try_short_way(struct thread *thread,
                                           struct thread *(*way)(struct thread *))
{
    struct thread *next;

    kernel_enter();
    next = way(thread);
    if (!next) {
        return take_long_way(thread);
    }
    kernel_leave();
    return next;
}

FAST_PATH struct thread *user_ipc_call(struct thread *thread)
{
    return try_short_way(thread, fastpath_call);
}

FAST_PATH struct thread *user_ipc_reply_receive(struct thread *thread)
{
    return try_short_way(thread, fastpath_reply_receive);
}

FAST_PATH struct thread *user_uintr_handover(struct thread *thread)
{
    return try_short_way(thread, uintr_handover);
}

struct thread *user_trap(struct thread *thread, uint64_t cause)
{
    kernel_enter();
    thread->interrupted = false;
    if (cause & CAUSE_INTERRUPT) {
        interrupts_serve();
    } else {
        process_fault(cause, thread->frame.sepc, csr_read(CSR_STVAL));
    }
    return sched_leave_quickly(this_cpu());
}

void kernel_trap(struct trap_frame *frame)
{
    uint64_t cause = csr_read(CSR_SCAUSE);

    kprintf("\nkernel panic: %s in the kernel on hart %u: pc %#lx, address %#lx, cause %#lx, "
            "sp %#lx, ra %#lx\n",
            exception_name(cause), this_cpu()->index, frame->sepc, csr_read(CSR_STVAL), cause,
            FRAME_X(frame, 2), FRAME_X(frame, 1));
    backtrace_print_trap(frame->sepc, FRAME_X(frame, 1), FRAME_X(frame, 8));
    panic_exit();
}
