/* SPDX-License-Identifier: MIT */
/*
 * Traps into S mode. The kernel is entered from user mode only, with interrupts off, on the hart's
 * one kernel stack; what it does for a thread is over when it leaves. So a thread that waits has
 * nothing on any stack: it is its registers and what core/thread.h says.
 */
#ifndef ARCH_TRAP_H
#define ARCH_TRAP_H

#include <stdint.h>

#include "arch/layout.h"

struct thread;

/* A thread's registers while it isn't in user mode. Field order is known to trap.S. */
struct trap_frame {
    uint64_t x[31]; /* x[n - 1] is register xn */
    uint64_t sepc;
    uint64_t sstatus;  /* carries the thread's UIE, UPIE, FS and VS too */
    uint64_t argument; /* a0 as the last system call found it */
};

#define FRAME_X(frame, n) ((frame)->x[(n)-1])

void trap_entry(void);

/*
 * Called by trap.S for a trap from user mode: system calls, two of them by their own short ways, and
 * all else. They return the thread to go on with.
 */
struct thread *user_syscall(struct thread *thread);
struct thread *user_ipc_call(struct thread *thread);
struct thread *user_ipc_reply_receive(struct thread *thread);
struct thread *user_uintr_handover(struct thread *thread);
struct thread *user_trap(struct thread *thread, uint64_t cause);

/* A trap from the kernel: says where, and stops. */
_Noreturn void kernel_trap(struct trap_frame *frame);

/* Continues a thread in user mode; the kernel stack starts anew with the next trap. */
_Noreturn void user_return(struct thread *thread);

/*
 * Serves every S-level interrupt pending on this hart, under the kernel lock. The idle loop calls it
 * too: the kernel itself is never interrupted.
 */
void interrupts_serve(void);

/* "load page fault" and the like, for messages. */
const char *exception_name(uint64_t cause);

#endif
