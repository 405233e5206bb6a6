/* SPDX-License-Identifier: MIT */
/*
 * A process: an address space, a handle table, threads, signal actions. Its object lives on after its
 * death for those who hold a handle, to ask how it ended. Guarded by the kernel lock.
 */
#ifndef CORE_PROCESS_H
#define CORE_PROCESS_H

#include "core/syscall.h"
#include "core/address_space.h"
#include "core/handle.h"
#include "core/thread.h"
#include "ipc/signal.h"
#include "ipc/uintr_sender.h"
#include "uapi/process.h"

#define MAX_PROCESSES 64

extern const struct object_type process_type;

struct process {
    struct object object;
    int id;                       /* shown in messages; never used twice */
    unsigned number;              /* its place among the living, below MAX_PROCESSES */
    char name[PROCESS_NAME_SIZE]; /* of its program */
    bool ended;                   /* all threads gone, exit_status is valid */
    bool dying;
    int exit_status;
    unsigned priority;          /* the best its threads may have */
    struct wait_queue watchers; /* threads in SYS_wait for it */
    struct list threads;
    struct address_space space;
    struct uintr_senders senders;
    struct handle_table handles;
    struct signals signals;
};

/* The process of the system call or trap that this hart is serving. */
static inline struct process *process_current(void)
{
    return thread_current()->process;
}

/*
 * A process without program and threads, which its first thread's end or process_end() ends; NULL
 * when there are too many or memory is out.
 */
struct process *process_create(const char *name, unsigned priority);

/*
 * Starts the first process, `init` with the words of a command line as arguments; panics when that
 * fails. The machine powers off when it ends.
 */
void process_start_first(const char *command);

/* Used by the above (core/spawn.c): loads the first process and makes it ready. */
struct process *process_load_first(const char *command);

/* Ends a process: kills all of its threads. A status once set stays. */
void process_kill(struct process *process, int status);

/* Its last thread is gone. */
void process_end(struct process *process);

/* An exception of the current thread in user mode: says what happened and kills the process. */
void process_fault(uint64_t cause, uint64_t pc, uint64_t address);

unsigned process_count(void);

/* System calls */
SYSCALL long process_sys_spawn(uint64_t spawn);
SYSCALL long process_sys_self(void);
SYSCALL long process_sys_id(uint64_t handle);
SYSCALL long process_sys_wait(uint64_t handle, uint64_t status, uint64_t flags);
SYSCALL long process_sys_exit(uint64_t status);

#endif
