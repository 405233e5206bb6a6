/* SPDX-License-Identifier: MIT */
/* Traps into S mode. user_trap() and kernel_trap() are called by arch/trap.S only. */
#ifndef ARCH_TRAP_H
#define ARCH_TRAP_H

#include <stdint.h>

#include "arch/layout.h"

/* What user mode left behind, at the top of its kernel stack. Field order is known to trap.S. */
struct trap_frame {
    uint64_t x[31]; /* x[n - 1] is register xn */
    uint64_t sepc;
    uint64_t sstatus; /* carries the thread's UIE and UPIE too */
    uint64_t padding;
};

#define FRAME_X(frame, n) ((frame)->x[(n)-1])

_Static_assert(sizeof(struct trap_frame) == FRAME_SIZE, "layout.h");
_Static_assert(__builtin_offsetof(struct trap_frame, sepc) == FRAME_SEPC, "layout.h");
_Static_assert(__builtin_offsetof(struct trap_frame, sstatus) == FRAME_SSTATUS, "layout.h");

void trap_entry(void);
void user_trap(struct trap_frame *frame);
_Noreturn void kernel_trap(struct trap_frame *frame);
_Noreturn void user_return(struct trap_frame *frame);

/*
 * Serves every S-level interrupt pending on this hart. For code that runs with interrupts off, as
 * all of the kernel does: the idle loop and naps call it after wfi.
 */
void interrupts_serve(void);

/* "load page fault" and the like, for messages. */
const char *exception_name(uint64_t cause);

#endif
