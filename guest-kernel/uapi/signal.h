/* SPDX-License-Identifier: MIT */
/*
 * Signals: numbers 1..31, those with a POSIX meaning under their usual numbers. A fault is not a
 * signal here: it ends the process. Signal n is bit n of a mask.
 */
#ifndef UAPI_SIGNAL_H
#define UAPI_SIGNAL_H

#include <stdint.h>

#define SIGNAL_MAX       31
#define SIGNAL_INT       2
#define SIGNAL_KILL      9 /* cannot be caught, blocked or ignored */
#define SIGNAL_USR1      10
#define SIGNAL_USR2      12
#define SIGNAL_TERM      15
#define SIGNAL_CHILD     17 /* ignored by default; the kernel does not send it */

#define SIGNAL_DEFAULT   0ul
#define SIGNAL_IGNORE    1ul

/* signal_action.flags */
#define SIGNAL_NODEFER   1 /* the handler may be interrupted by its own signal */
#define SIGNAL_ON_STACK  2 /* run the handler on the stack of SYS_sigaltstack */
#define SIGNAL_RESTART   4 /* repeat the interrupted system call after the handler: see below */

/*
 * Never repeated are calls that wait for an interruption or for a length of time: SYS_sigsuspend,
 * SYS_uintr_wait, SYS_uintr_handover, SYS_sleep, SYS_futex_wait.
 */

/*
 * The least size for SYS_sigaltstack, which refuses with -EPERM while the stack is in use. A thread
 * that uses vector registers needs room for a struct signal_vector beyond that.
 */
#define SIGNAL_STACK_MIN 2048

/* SYS_sigprocmask */
#define SIGNAL_BLOCK     0
#define SIGNAL_UNBLOCK   1
#define SIGNAL_SETMASK   2

struct signal_action {
    uint64_t handler;  /* void (*)(int signal, struct signal_frame *), SIGNAL_DEFAULT or _IGNORE */
    uint64_t restorer; /* the handler returns here; calls SYS_sigreturn with sp as argument */
    uint64_t mask;     /* blocked while it runs, the signal itself too without SIGNAL_NODEFER */
    uint32_t flags;
    uint32_t reserved;
};

/* On the stack while a handler runs; 16-byte aligned. */
struct signal_frame {
    uint64_t x[31]; /* x[n - 1] is register xn */
    uint64_t pc;
    uint64_t mask;
    uint32_t fp_state;     /* 1: f and fcsr are in use */
    uint32_t vector_state; /* 1: a struct signal_vector follows the frame */
    uint64_t f[32];
    uint64_t fcsr;
    uint64_t signal;
};

struct signal_vector {
    uint64_t vstart, vl, vtype, vcsr;
    uint8_t v[]; /* v0..v31, system_info.vector_length bytes each */
};

#endif
