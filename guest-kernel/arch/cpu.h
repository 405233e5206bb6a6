/* SPDX-License-Identifier: MIT */
/* What the kernel keeps per hart, and starting the harts. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/layout.h"
#include "core/run_queue.h"

struct thread;
struct address_space;

struct cpu {
    uint64_t scratch;   /* trap entry's spare word; this hart only */
    uint64_t kernel_sp; /* top of this hart's kernel stack; constant */
    uint64_t panic_sp;  /* stack for a trap from the kernel; constant */
    unsigned index;     /* position in the device tree, 0..harts-1; constant */
    uint64_t hart_id;   /* what SBI and UINTC call it; constant */
    uint8_t bit;        /* 1 << index; constant */
    bool online;        /* written by this hart (release), read by the boot hart (acquire) */

    /* Under the kernel lock. */
    bool need_resched;           /* look at the run queue before user mode */
    bool kicked;                 /* an IPI is on its way to this hart */
    bool slice_over;             /* the running thread has had its time */
    struct thread *current;      /* NULL: idle */
    struct run_queue queue;      /* threads ready to run here */
    struct list timeouts;        /* threads with a deadline, the next one first */
    uint64_t slice_end;          /* time at which the running thread gives way; UINT64_MAX: never */
    uint64_t armed;              /* what the hart's timer is set to */
    struct address_space *space; /* what satp holds; NULL: the kernel's table */
};

extern struct cpu cpus[MAX_HARTS];

static inline struct cpu *this_cpu(void)
{
    struct cpu *cpu;

    __asm__ volatile("mv %0, tp" : "=r"(cpu));
    return cpu;
}

/* Gives the boot hart its struct cpu; call once, after the page allocator and the MMU are up. */
void cpu_init_boot(uint64_t hart_id);

/* Starts the other harts and returns when all of them reached their idle loop's door. */
void cpu_start_others(void);

/* Has another hart look at its run queue and its thread's state. Under the kernel lock. */
void cpu_kick(struct cpu *cpu);

/* Enters the idle loop on the hart's own stack. */
_Noreturn void cpu_enter_idle(void);

#endif
