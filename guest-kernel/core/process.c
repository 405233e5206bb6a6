// SPDX-License-Identifier: MIT
#include "core/process.h"

#include <errno.h>
#include <string.h>

#include "arch/csr.h"
#include "arch/mmu.h"
#include "core/print.h"
#include "core/registers.h"
#include "core/sched.h"
#include "core/slab.h"
#include "core/usercopy.h"
#include "drivers/console.h"
#include "drivers/finisher.h"
#include "ipc/uintr.h"

static bool number_taken[MAX_PROCESSES];
static unsigned processes;
static int next_id = 1;
static struct process *first;

static void destroy(struct object *object)
{
    slab_free(object, sizeof(struct process));
}

const struct object_type process_type = { .name = "process", .destroy = destroy };

/* ---- Life ---- */

static int take_number(void)
{
    for (int i = 0; i < MAX_PROCESSES; i++) {
        if (!number_taken[i]) {
            number_taken[i] = true;
            return i;
        }
    }
    return -EAGAIN;
}

struct process *process_create(const char *name, unsigned priority)
{
    int number = take_number();
    struct process *process = number < 0 ? NULL : slab_alloc(sizeof(*process));

    if (!process) {
        if (number >= 0) {
            number_taken[number] = false;
        }
        return NULL;
    }
    object_init(&process->object, &process_type);
    process->number = (unsigned)number;
    process->id = next_id++;
    process->priority = priority;
    strncpy(process->name, name, sizeof(process->name) - 1);
    list_init(&process->threads);
    wait_queue_init(&process->watchers);
    processes++;
    if (address_space_create(&process->space, (unsigned)number)) {
        process_end(process);
        return NULL;
    }
    return process;
}

/*
 * Peers learn of it by the handles that close. The reference given back is the one that the living
 * process has to itself.
 */
void process_end(struct process *process)
{
    process->dying = true;
    handle_close_all(&process->handles);
    uintr_senders_end(&process->senders);
    address_space_destroy(&process->space);
    number_taken[process->number] = false;
    processes--;
    process->ended = true;
    wait_queue_restart_all(&process->watchers);
    console_process_ended(process);
    if (process == first) {
        kprintf("[kernel] %s ended with status %d, powering off\n", process->name,
                process->exit_status);
        finisher_exit(process->exit_status);
    }
    object_put(&process->object);
}

void process_kill(struct process *process, int status)
{
    if (process->dying) {
        return;
    }
    process->dying = true;
    process->exit_status = status;
    object_get(&process->object);
    LIST_FOR_EACH (node, next, &process->threads) {
        thread_kill(LIST_ENTRY(node, struct thread, siblings));
    }
    object_put(&process->object);
}

void process_start_first(const char *command)
{
    first = process_load_first(command);
}

unsigned process_count(void)
{
    return processes;
}

/* ---- Faults ---- */

/* A hart may remember that nothing was mapped where something is now. */
static bool is_mapped(uint64_t cause, uint64_t address)
{
    uint64_t needed = cause == CAUSE_FETCH_PAGE_FAULT   ? PTE_X
                      : cause == CAUSE_LOAD_PAGE_FAULT  ? PTE_R
                      : cause == CAUSE_STORE_PAGE_FAULT ? PTE_W
                                                        : 0;

    if (!needed || !address_space_lookup(&process_current()->space, address, needed)) {
        return false;
    }
    __asm__ volatile("sfence.vma %0" : : "r"(address) : "memory");
    return true;
}

void process_fault(uint64_t cause, uint64_t pc, uint64_t address)
{
    struct thread *thread = thread_current();
    struct process *process = thread->process;

    if (is_mapped(cause, address) ||
        (cause == CAUSE_ILLEGAL && registers_enable(thread, address))) {
        return;
    }
    kprintf("[kernel] killed %s (pid %d): %s, pc %#lx, address %#lx, cause %lu%s\n", process->name,
            process->id, exception_name(cause), pc, address, cause,
            uintr_is_masked(thread) ? ", user interrupts off" : "");
    process_kill(process, STATUS_FAULT((int)cause));
}

/* ---- System calls ---- */

long process_sys_self(void)
{
    return handle_add(&process_current()->handles, &process_current()->object, RIGHT_ALL);
}

static int find(uint64_t number, unsigned rights, struct process **process)
{
    struct handle *handle;
    int error =
        handle_find(&process_current()->handles, (int)number, &process_type, rights, &handle);

    if (!error) {
        *process = (struct process *)handle->object;
    }
    return error;
}

long process_sys_id(uint64_t number)
{
    struct process *process;
    int error = find(number, 0, &process);

    return error ? error : process->id;
}

long process_sys_wait(uint64_t number, uint64_t status, uint64_t flags)
{
    struct process *process;
    int error = find(number, RIGHT_READ, &process);

    if (error) {
        return error;
    }
    if (flags & ~(uint64_t)WAIT_NOHANG) {
        return -EINVAL;
    }
    if (process == process_current()) {
        return -EDEADLK;
    }
    if (!process->ended) {
        return flags & WAIT_NOHANG ? -EAGAIN : wait_on(&process->watchers);
    }
    return status ? copy_to_user(status, &process->exit_status, sizeof(process->exit_status)) : 0;
}

long process_sys_exit(uint64_t status)
{
    process_kill(process_current(), (int)(status & 0xff));
    return SYSCALL_WAITS;
}
