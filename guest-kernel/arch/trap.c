// SPDX-License-Identifier: MIT
#include "arch/trap.h"

#include "arch/cpu.h"
#include "arch/csr.h"
#include "arch/timer.h"
#include "core/print.h"
#include "core/process.h"
#include "core/sched.h"
#include "core/syscall.h"
#include "drivers/plic.h"

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
        if (pending & INT_SSI) { /* another hart queued a thread here */
            csr_read_clear(CSR_SIP, INT_SSI);
            cpu->need_resched = true;
        }
        if (pending & INT_STI) { /* a nap or a time slice is over */
            timer_disarm();
            cpu->need_resched = true;
        }
        if (pending & INT_SEI) {
            plic_serve(cpu->index);
        }
    }
}

void user_trap(struct trap_frame *frame)
{
    uint64_t cause = csr_read(CSR_SCAUSE);

    if (cause & CAUSE_INTERRUPT) {
        interrupts_serve();
    } else if (cause == CAUSE_ECALL_U) {
        frame->sepc += 4;
        syscall_dispatch(frame);
    } else {
        process_fault(cause, frame->sepc, csr_read(CSR_STVAL));
    }
    if (this_cpu()->need_resched) {
        sched_yield();
    }
}

void kernel_trap(struct trap_frame *frame)
{
    panic("%s in the kernel: pc %#lx, address %#lx, cause %#lx, sp %#lx, ra %#lx",
          exception_name(csr_read(CSR_SCAUSE)), frame->sepc, csr_read(CSR_STVAL),
          csr_read(CSR_SCAUSE), FRAME_X(frame, 2), FRAME_X(frame, 1));
}
