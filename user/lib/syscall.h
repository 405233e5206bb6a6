/* SPDX-License-Identifier: MIT */
/*
 * The kernel's system calls, one thin function each, named after what they act on. Those for
 * messages are in lib/ipc.h, for signals in lib/signals.h and for user interrupts in
 * lib/uintr.h; a program's end is exit() or _exit().
 *
 * Like libc's they return -1 and set errno on an error. Where nothing else is said the result is
 * 0 on success. Errors that any call may have: EFAULT for an address that the process can't
 * access so, EBADF for a handle that isn't open, EACCES for one without the right that is
 * needed, EINVAL for an object or argument that makes no sense, ENOMEM. A call that "waits"
 * fails with EINTR when the thread ran a signal handler meanwhile, or has a user interrupt to
 * take; it has then done nothing, and can simply be repeated.
 */
#ifndef LIB_SYSCALL_H
#define LIB_SYSCALL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "uapi/process.h"
#include "uapi/syscall.h"

/* --- Threads; lib/thread.h has what one usually wants --- */

/*
 * A new thread of this process runs entry(argument) on the stack that ends at stack_top (aligned
 * to 16 bytes), with tp = thread_local_block. entry must not return. Returns the thread's
 * number. EAGAIN: too many threads.
 */
int thread_create(void (*entry)(void *), void *stack_top, void *argument, void *thread_local_block);

/* Ends the calling thread; after it has left its stack, the kernel stores 0 in *word and wakes all
 * that futex_wait() for it. */
_Noreturn void thread_end(uint32_t *word);

/* Lets other threads of the same priority run first. */
int thread_yield(void);

/* Waits, without using the hart. Any number of nanoseconds; WAIT_FOREVER: until interrupted. */
int thread_sleep(uint64_t nanoseconds);

/* 0, the best, to PRIORITIES - 1. EPERM: better than the process may have. */
int thread_set_priority(unsigned priority);

/* Bit h: may run on hart h. Returns on one of them. EINVAL: no such hart. */
int thread_set_affinity(uint64_t harts);

/* The hart it runs on right now. */
int thread_get_hart(void);

/* --- Processes: see also lib/process.h. They are named by handles --- */

/* Starts a program and returns a handle of the child. ENOENT: no such program in the initrd;
 * ENOEXEC: it is none; E2BIG: no arguments or too many; EPERM: a priority better than the caller
 * may have; EAGAIN: too many processes. */
int process_spawn(const struct spawn *spawn);

/* A new handle of the calling process itself. */
int process_self(void);

/* The number that the kernel shows in its messages. */
int process_id(int process);

/* Waits for a process's end and stores its status: what it passed to exit(), STATUS_SIGNAL() or
 * STATUS_FAULT(). It can be asked again. EAGAIN: WAIT_NOHANG, and it runs; EDEADLK: the caller
 * itself. */
int process_wait(int process, int *status, unsigned flags);

/* Sends a signal (uapi/signal.h). ESRCH: it has ended. */
int process_kill(int process, int signal);

/* --- Handles --- */

/* At most size bytes, as much as there is; waits while there is nothing. 0: the end, nobody can
 * write any more. Nonblocking handles: EAGAIN. POSIX's read() in lib/posix.c repeats it after
 * EINTR. */
ssize_t handle_read(int handle, void *buffer, size_t size);

/* Returns what was written, which may be less than size. EPIPE: nobody can read any more. */
ssize_t handle_write(int handle, const void *buffer, size_t size);

/* Another handle for the same object, with some of its rights; badge, if not 0, is what the
 * receiver of messages by this handle sees (endpoints only). EMFILE: table full. */
int handle_duplicate(int handle, unsigned rights, uint32_t badge);

/* HANDLE_NONBLOCK or 0. */
int handle_set_flags(int handle, unsigned flags);

/* As POSIX's close(), which is the same. */
int handle_close(int handle);

/* --- Memory. Addresses and sizes are multiples of 4096, protections are MAP_ flags --- */

/* Maps new zeroed memory (memory is -1) or shared memory. address NULL: where there is room,
 * with an unmapped page below. Returns the address, NULL for an error. EEXIST: something is
 * there. */
void *memory_map(void *address, size_t size, unsigned protection, int memory);
int memory_unmap(void *address, size_t size);

/* Memory that several processes can map: returns a handle. */
int memory_create(size_t size);

/* --- Communication --- */

/* Where ipc_call() meets ipc_receive(): returns a handle. */
int endpoint_create(void);

/* handles[0] is for reading, handles[1] for writing. Flags: HANDLE_NONBLOCK for both. */
int pipe_create(int handles[2], unsigned flags);

/* A counter for handle_read() and handle_write() of 8 bytes: returns a handle. Flags:
 * HANDLE_NONBLOCK, EVENTFD_SEMAPHORE. */
int eventfd_create(uint64_t value, unsigned flags);

/* A queue of whole messages: at most so many, each of at most so many bytes. Returns a handle. */
int queue_create(unsigned messages, size_t size);

/* Waits while the queue is full. EMSGSIZE: too long. */
int queue_send(int queue, const void *message, size_t size, unsigned priority);

/* The oldest message of the highest priority: returns its length; priority may be NULL. Waits while
 * there is none. EMSGSIZE: buffer smaller than the queue's messages may be. */
ssize_t queue_receive(int queue, void *buffer, size_t size, unsigned *priority);

/* Waits while *word is value, until futex_wake() or for so long. EAGAIN: it is something else
 * already; ETIMEDOUT. */
int futex_wait(volatile uint32_t *word, uint32_t value, uint64_t nanoseconds);

/* Wakes at most so many threads that wait for the word; returns how many. */
int futex_wake(volatile uint32_t *word, unsigned threads);

/* --- The machine --- */

int system_info(struct system_info *info);

/* Stores the name of program number index, counted from 0. ENOENT: past the last. */
int program_name(unsigned index, char *name, size_t size);

/* Who gets SIGNAL_INT when ^C is typed at the console. */
int console_foreground(int process);

#endif
