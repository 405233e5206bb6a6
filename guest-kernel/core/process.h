/* SPDX-License-Identifier: MIT */
/*
 * Processes: an address space, a handle table and, for now, exactly one thread. The system calls
 * here are called by core/syscall.c for the current process and return a value or -errno.
 */
#ifndef CORE_PROCESS_H
#define CORE_PROCESS_H

#include <stdint.h>

#include "core/handle.h"
#include "core/thread.h"

#define MAX_PROCESSES 16
#define MAX_NAME      16
#define MAX_COMMAND   128

enum process_state {
    PROCESS_FREE,
    PROCESS_LIVE,
    PROCESS_ZOMBIE, /* dead, off its stack, waiting for its parent to look */
};

/* Fields are guarded by process_lock unless they say otherwise. */
struct process {
    enum process_state state;
    int pid; /* constant while not free */
    char name[MAX_NAME];
    struct process *parent; /* NULL: the first process, or an orphan */
    int exit_status;
    uint64_t *root;       /* page table; the process itself and its creator before it starts */
    struct thread thread; /* see core/thread.h */

    struct handle handles[MAX_HANDLES]; /* the process itself, and a giver */
    int inbox[MAX_HANDLES];             /* handles given and not yet taken, oldest first */
    unsigned inbox_length;

    uint64_t *sender_table; /* one page or NULL; the process itself, see ipc/uintr.c */
};

struct process *process_current(void);

/* Starts the first process on hart 0's queue; panics when that fails. */
void process_start_first(const char *command);

int process_spawn(uint64_t user_command, unsigned cpu);
_Noreturn void process_exit(int status);
int process_wait(int pid);
int process_give_handle(int pid, int handle);
int process_take_handle(void);

/* Puts a handle into the current process's table: its number or -EMFILE. */
int process_add_handle(struct handle handle);

/* A user-mode exception: says what happened and ends the process. */
void process_fault(uint64_t cause, uint64_t pc, uint64_t address);

/* The scheduler's word that a dead process's thread has left its kernel stack for good. */
void process_off_stack(struct thread *thread);

#endif
