/* SPDX-License-Identifier: MIT */
/*
 * User interrupts of threads. A thread that registers a handler has a receiver; a handle for one of
 * its vectors lets others register as senders, each in the table of its process that uipi.send
 * reads. Guarded by the kernel lock.
 *
 *   uintr_receiver.c  receivers, and the device's slots that they share
 *   uintr_sender.c    vectors (what handles stand for), sender tables, posts through the kernel
 *   uintr_handover.c  sending and waiting in one, by a direct switch
 *   uintr_switch.c    what a thread switch, a wait and a doorbell do to a receiver
 */
#ifndef IPC_UINTR_H
#define IPC_UINTR_H

#include "arch/csr.h"
#include "core/syscall.h"
#include "core/thread.h"
#include "ipc/uintr_sender.h"

struct process;
struct system_info;

/* Takes the device's slots into use; boot hart, before any process exists. */
void uintr_init(void);

/* A dying thread's receiver goes; a dying process's table and its vectors. */
void uintr_exit(struct thread *thread);
void uintr_senders_end(struct uintr_senders *senders);

/* Around every switch of a thread that has a receiver, on the thread's own hart. */
void uintr_switch_out(struct thread *thread);
void uintr_switch_in(struct thread *thread);

/* The hart goes on in another process, or in none (NULL), without a word about its U-level registers. */
static inline void uintr_switch_senders(const struct uintr_senders *senders)
{
    csr_write(CSR_SUIST, senders ? senders->suist : 0);
}

/*
 * The U-level registers of a thread without a handler are its process's own affair, but must not reach
 * another process: neither as data nor, with utvec and uie, as a way into it.
 */
void uintr_clear_registers(void);

/*
 * The current thread, which has a receiver, is about to wait. If user interrupts are to end the wait,
 * from here on a post wakes it. False: one is pending already, the thread must not wait.
 */
bool uintr_prepare_wait(struct thread *thread);

/*
 * The current thread has executed SYS_uintr_handover: if its receiver waits and may have this hart, the
 * receiver's thread, which runs now; NULL: nothing has changed (uintr_sys_handover() does it all).
 */
struct thread *uintr_handover(struct thread *thread);

/* Serves the UINTC's interrupt: wakes the receivers whose doorbell rang. */
void uintr_doorbell(void);

/* Whether the current thread has a handler and doesn't want to be interrupted now. */
bool uintr_is_masked(struct thread *thread);

void uintr_fill_info(struct system_info *info);

/* System calls */
SYSCALL long uintr_sys_register_handler(uint64_t handler, uint64_t flags);
SYSCALL long uintr_sys_unregister_handler(uint64_t flags);
SYSCALL long uintr_sys_create_fd(uint64_t vector, uint64_t flags);
SYSCALL long uintr_sys_register_sender(uint64_t handle, uint64_t flags);
SYSCALL long uintr_sys_unregister_sender(uint64_t index, uint64_t flags);
SYSCALL long uintr_sys_register_self(uint64_t vector, uint64_t flags);
SYSCALL long uintr_sys_wait(uint64_t flags);
SYSCALL long uintr_sys_alt_stack(uint64_t base, uint64_t size, uint64_t flags);
SYSCALL long uintr_sys_send(uint64_t index);
SYSCALL long uintr_sys_handover(uint64_t index, uint64_t flags);

#endif
