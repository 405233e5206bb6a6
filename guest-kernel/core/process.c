// SPDX-License-Identifier: MIT
#include "core/process.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "arch/cpu.h"
#include "arch/csr.h"
#include "arch/mmu.h"
#include "arch/spinlock.h"
#include "arch/trap.h"
#include "core/devicetree.h"
#include "core/elf.h"
#include "core/initrd.h"
#include "core/page.h"
#include "core/print.h"
#include "core/sched.h"
#include "core/usercopy.h"
#include "drivers/finisher.h"
#include "ipc/uintr.h"

#define MAX_ARGUMENTS 8

static struct spinlock process_lock;
static struct process processes[MAX_PROCESSES];
static int next_pid = 1; /* under process_lock */

struct process *process_current(void)
{
    return this_cpu()->current->process;
}

/* A free slot, already LIVE so that nobody else takes it, or NULL. */
static struct process *claim_slot(struct process *parent)
{
    struct process *process = NULL;

    spin_lock(&process_lock);
    for (unsigned i = 0; i < MAX_PROCESSES && !process; i++) {
        if (processes[i].state == PROCESS_FREE) {
            process = &processes[i];
            memset(process, 0, sizeof(*process));
            process->state = PROCESS_LIVE;
            process->pid = next_pid++;
            process->parent = parent;
            if (parent) {
                memcpy(process->handles, parent->handles, sizeof(process->handles));
            }
        }
    }
    spin_unlock(&process_lock);
    return process;
}

static void release_slot(struct process *process)
{
    spin_lock(&process_lock);
    process->state = PROCESS_FREE;
    spin_unlock(&process_lock);
}

static int map_stack(uint64_t *root)
{
    for (unsigned i = 1; i <= USER_STACK_PAGES; i++) {
        void *page = page_alloc();

        if (!page) {
            return -ENOMEM;
        }
        if (mmu_map_user(root, USER_STACK_TOP - i * PAGE_SIZE, page, PTE_R | PTE_W)) {
            page_free(page);
            return -ENOMEM;
        }
    }
    return 0;
}

/*
 * Puts the words of the command line and argv at the top of the stack, all in its highest page, and
 * sets the registers the program starts with.
 */
static void set_start_state(struct process *process, uint64_t entry, const char *command)
{
    struct trap_frame *frame = (void *)(process->thread.kernel_sp - FRAME_SIZE);
    uint64_t strings = USER_STACK_TOP - MAX_COMMAND;
    uint64_t argv = strings - (MAX_ARGUMENTS + 1) * sizeof(uint64_t);
    char *text = mmu_user_lookup(process->root, strings, PTE_W);
    uint64_t *pointers = mmu_user_lookup(process->root, argv, PTE_W);
    unsigned count = 0;

    strcpy(text, command);
    for (char *word = text; *word && count < MAX_ARGUMENTS; count++) {
        size_t length = strcspn(word, " ");

        pointers[count] = strings + (uint64_t)(word - text);
        word += length;
        while (*word == ' ') {
            *word++ = 0;
        }
    }
    memset(frame, 0, sizeof(*frame));
    frame->sepc = entry;
    frame->sstatus = SSTATUS_SPIE;
    FRAME_X(frame, 2) = argv & -16ul;
    FRAME_X(frame, 10) = count;
    FRAME_X(frame, 11) = argv;
}

static int load_program(struct process *process, const char *command)
{
    size_t name_length = strcspn(command, " ");
    uint64_t entry = 0;
    const void *file;
    size_t size;
    int error;

    if (name_length == 0 || name_length >= MAX_NAME) {
        return -ENOENT;
    }
    memcpy(process->name, command, name_length);
    file = initrd_find(process->name, &size);
    if (!file) {
        return -ENOENT;
    }
    process->root = mmu_new_root();
    if (!process->root) {
        return -ENOMEM;
    }
    error = elf_load(process->root, file, size, &entry);
    if (!error) {
        error = map_stack(process->root);
    }
    if (error) {
        mmu_free_root(process->root);
        return error;
    }
    set_start_state(process, entry, command);
    return 0;
}

static int create(struct process *parent, const char *command, unsigned cpu)
{
    struct process *process = claim_slot(parent);
    int error, pid;

    if (!process) {
        return -EAGAIN;
    }
    process->thread.process = process;
    process->thread.cpu = &cpus[cpu];
    process->thread.kernel_sp = mmu_kernel_stack(MAX_HARTS + (unsigned)(process - processes));
    error = load_program(process, command);
    if (error) {
        release_slot(process);
        return error;
    }
    process->thread.root = process->root;
    pid = process->pid; /* once started it may end before the next line */
    sched_start(&process->thread);
    return pid;
}

void process_start_first(const char *command)
{
    int pid = -E2BIG;

    if (strlen(command) < MAX_COMMAND) {
        pid = create(NULL, command, 0);
    }
    if (pid < 0) {
        panic("cannot start \"%s\": error %d", command, -pid);
    }
}

int process_spawn(uint64_t user_command, unsigned cpu)
{
    char command[MAX_COMMAND];
    int error = copy_string_from_user(command, user_command, sizeof(command));

    if (error) {
        return error;
    }
    if (cpu >= machine.harts) {
        return -EINVAL;
    }
    return create(process_current(), command, cpu);
}

void process_exit(int status)
{
    struct process *process = process_current();

    uintr_exit(&process->thread);
    if (process->sender_table) {
        page_free(process->sender_table);
        process->sender_table = NULL;
    }
    if (process->pid == 1) {
        kprintf("[kernel] %s ended with status %d, powering off\n", process->name, status);
        finisher_exit(status);
    }
    mmu_switch(NULL);
    process->thread.root = NULL;
    mmu_free_root(process->root);
    process->root = NULL;
    process->exit_status = status;
    sched_exit();
}

void process_off_stack(struct thread *thread)
{
    struct process *process = thread->process;

    spin_lock(&process_lock);
    for (unsigned i = 0; i < MAX_PROCESSES; i++) { /* children become orphans, dead ones go */
        if (processes[i].state != PROCESS_FREE && processes[i].parent == process) {
            processes[i].parent = NULL;
            if (processes[i].state == PROCESS_ZOMBIE) {
                processes[i].state = PROCESS_FREE;
            }
        }
    }
    if (process->parent) {
        process->state = PROCESS_ZOMBIE;
        sched_wake(&process->parent->thread, WAIT_CHILD);
    } else {
        process->state = PROCESS_FREE;
    }
    spin_unlock(&process_lock);
}

static struct process *find(int pid)
{
    for (unsigned i = 0; i < MAX_PROCESSES; i++) {
        if (processes[i].state != PROCESS_FREE && processes[i].pid == pid) {
            return &processes[i];
        }
    }
    return NULL;
}

int process_wait(int pid)
{
    struct process *self = process_current();

    for (;;) {
        struct process *child;

        spin_lock(&process_lock);
        child = find(pid);
        if (!child || child->parent != self) {
            spin_unlock(&process_lock);
            return -ECHILD;
        }
        if (child->state == PROCESS_ZOMBIE) {
            int status = child->exit_status;

            child->state = PROCESS_FREE;
            spin_unlock(&process_lock);
            return status;
        }
        sched_block(&process_lock, WAIT_CHILD);
    }
}

/* Under process_lock. */
static int add_handle(struct process *process, struct handle handle)
{
    for (int i = 0; i < MAX_HANDLES; i++) {
        if (process->handles[i].type == HANDLE_NONE) {
            process->handles[i] = handle;
            return i;
        }
    }
    return -EMFILE;
}

int process_add_handle(struct handle handle)
{
    int number;

    spin_lock(&process_lock);
    number = add_handle(process_current(), handle);
    spin_unlock(&process_lock);
    return number;
}

/* Parent and child only: nobody else can fill a process's table. */
int process_give_handle(int pid, int handle)
{
    struct process *self = process_current();
    struct process *target;
    int result;

    if (handle < 0 || handle >= MAX_HANDLES || self->handles[handle].type == HANDLE_NONE) {
        return -EBADF;
    }
    spin_lock(&process_lock);
    target = pid == 0 ? self->parent : find(pid);
    if (!target || target->state != PROCESS_LIVE ||
        (target->parent != self && self->parent != target)) {
        result = -ESRCH;
    } else if (target->inbox_length == MAX_HANDLES) {
        result = -EAGAIN;
    } else {
        result = add_handle(target, self->handles[handle]);
        if (result >= 0) {
            target->inbox[target->inbox_length++] = result;
            sched_wake(&target->thread, WAIT_HANDLE);
            result = 0;
        }
    }
    spin_unlock(&process_lock);
    return result;
}

int process_take_handle(void)
{
    struct process *self = process_current();
    int handle;

    spin_lock(&process_lock);
    while (self->inbox_length == 0) {
        sched_block(&process_lock, WAIT_HANDLE);
        spin_lock(&process_lock);
    }
    handle = self->inbox[0];
    self->inbox_length--;
    memmove(self->inbox, self->inbox + 1, self->inbox_length * sizeof(self->inbox[0]));
    spin_unlock(&process_lock);
    return handle;
}

void process_fault(uint64_t cause, uint64_t pc, uint64_t address)
{
    struct process *process = process_current();

    kprintf("[kernel] killed %s (pid %d): %s, pc %#lx, address %#lx\n", process->name, process->pid,
            exception_name(cause), pc, address);
    process_exit(128 + (int)cause);
}
