/* SPDX-License-Identifier: MIT */
/*
 * A kernel with processes and threads whose system calls a test makes. Memory, handles, waits and
 * the scheduler are the kernel's own; page tables too, so user addresses are real ones.
 *
 * On each hart a thread of the lowest priority is always ready, so there is never nothing to run. When
 * a case ends, all processes are ended, and nothing may be left of them.
 */
#ifndef UNIT_FIXTURE_H
#define UNIT_FIXTURE_H

#include "arch/cpu.h"
#include "core/process.h"
#include "core/sched.h"
#include "mock.h"
#include "unit.h"

/* Starts the kernel on so many harts; this is hart 0. */
void kernel_up(unsigned harts);

/* Ends it, and checks that nothing is left; for more than one kernel in a case. */
void kernel_down(void);

struct process *new_process(void);

/* Ready, with DEFAULT_PRIORITY. */
struct thread *new_thread(struct process *process);

/* Switches this hart to a thread, wherever it is ready; who ran there is ready from now on. */
void run(struct thread *thread);

/*
 * The current thread's system call, through the trap's entry and its way out. Its result, or
 * SYSCALL_WAITS when the hart goes on with another thread.
 */
#define call(number, ...) call_with((number), (const uint64_t[7]){ __VA_ARGS__ })
long call_with(long number, const uint64_t arguments[7]);

/* No call has an entry of its own: ipc/fastpath.c is not used. */
extern bool call_slowly;

/* Goes on with a thread that is ready: what its call results in, or SYSCALL_WAITS. */
long resume(struct thread *thread);

static inline bool is_waiting(const struct thread *thread)
{
    return thread->state == THREAD_WAITING;
}

/* Readable and writable zeroed memory of a process: its address. There is none at NO_MEMORY. */
uint64_t user_memory(struct process *process, size_t size);

#define NO_MEMORY 0x5000ul

void poke(struct process *process, uint64_t address, const void *data, size_t size);
void peek(struct process *process, uint64_t address, void *data, size_t size);

/* The first object that a process has as handle `number`. */
struct handle *handle_of(struct process *process, long number);

/* A copy of it with these rights, in the first place that is free in `to`: its number. */
int copy_handle(struct process *from, long number, unsigned rights, struct process *to);

#endif
