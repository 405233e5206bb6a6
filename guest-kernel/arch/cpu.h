/* SPDX-License-Identifier: MIT */
/* What the kernel keeps per hart, and starting the harts. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/layout.h"
#include "arch/spinlock.h"

struct thread;

struct cpu {
    uint64_t scratch;   /* trap entry's spare word; this hart only */
    uint64_t kernel_sp; /* stack for the next trap from user mode; this hart only */
    uint64_t panic_sp;  /* stack for a trap from the kernel; set before the hart starts */
    unsigned index;     /* position in the device tree, 0..harts-1; constant */
    uint64_t hart_id;   /* what SBI and UINTC call it; constant */
    bool need_resched;  /* look at the run queue before user mode; this hart only */

    struct thread *current;  /* written by this hart only */
    struct thread *previous; /* the thread just switched away from; this hart only */
    struct thread *idle;     /* constant */

    struct spinlock queue_lock; /* guards the two below and the state of this hart's threads */
    struct thread *queue_head;  /* threads ready to run here; any hart, under queue_lock */
    struct thread *queue_tail;

    bool online; /* written by this hart (release), read by the boot hart (acquire) */
};

_Static_assert(__builtin_offsetof(struct cpu, scratch) == CPU_SCRATCH, "layout.h");
_Static_assert(__builtin_offsetof(struct cpu, kernel_sp) == CPU_KERNEL_SP, "layout.h");
_Static_assert(__builtin_offsetof(struct cpu, panic_sp) == CPU_PANIC_SP, "layout.h");

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

/* Asks another hart to look at its run queue. */
void cpu_kick(struct cpu *cpu);

/* Enters the idle loop on the hart's own stack. */
_Noreturn void cpu_enter_idle(void);

#endif
