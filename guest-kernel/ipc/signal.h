/* SPDX-License-Identifier: MIT */
/*
 * Signals of processes. A signal sent to a process waits there until one of its threads does not
 * block it; that thread runs the handler on its way to user mode. Guarded by the kernel lock.
 */
#ifndef IPC_SIGNAL_H
#define IPC_SIGNAL_H

#include <stdint.h>

#include "core/syscall.h"

#include "uapi/signal.h"

struct process;
struct thread;

/* In struct process; all zero at its start. */
struct signals {
    uint64_t pending; /* bit n: signal n was sent and nobody has taken it */
    struct signal_action actions[SIGNAL_MAX + 1];
};

/*
 * Sends a signal: 0; -EINVAL for a number that is none; -ESRCH when the process has ended. Signal 0
 * only asks. An ignored signal is dropped even while it is blocked. A deadly one kills at once
 * unless all threads block it.
 */
int signal_send(struct process *process, int signal);

/*
 * Has other threads look at pending signals that one was about to take and now will not: it has
 * blocked them, or ended. Whoever takes a thread out of process->threads calls it.
 */
void signal_reassign(struct process *process);

/*
 * The current thread is on its way to user mode and ATTENTION_SIGNAL was set: takes one pending
 * signal, if there is one that it doesn't block, and acts on it. More of them set
 * ATTENTION_SIGNAL again.
 */
void signal_deliver(struct thread *thread);

/* System calls */
SYSCALL long signal_sys_kill(uint64_t process, uint64_t signal);
SYSCALL long signal_sys_action(uint64_t signal, uint64_t action, uint64_t old);
SYSCALL long signal_sys_mask(uint64_t how, uint64_t mask);
SYSCALL long signal_sys_suspend(uint64_t mask);
SYSCALL long signal_sys_alt_stack(uint64_t base, uint64_t size);
SYSCALL long signal_sys_return(uint64_t frame);

#endif
