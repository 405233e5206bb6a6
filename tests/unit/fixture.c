// SPDX-License-Identifier: MIT
#include "fixture.h"

#include <string.h>

#include "arch/mmu.h"
#include "core/devicetree.h"
#include "ipc/futex.h"

#define MAX_FIXTURE_PROCESSES 32

/* An image of no size, so the kernel's page table has little in it. */
char text_start[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
extern char text_end[PAGE_SIZE] __attribute__((alias("text_start")));
extern char rodata_end[PAGE_SIZE] __attribute__((alias("text_start")));
extern char kernel_end[PAGE_SIZE] __attribute__((alias("text_start")));

struct counts {
    unsigned pages, slabs, objects, handles, threads, processes;
};

bool call_slowly;

static bool is_up;
static struct counts at_start;
static struct thread *fillers[MAX_HARTS];
static struct process *processes[MAX_FIXTURE_PROCESSES];
static unsigned process_number;

/* ---- Up and down ---- */

static struct counts count_all(void)
{
    return (struct counts){ mock_memory.pages, mock_memory.slabs, object_count(),
                            handle_count(),    thread_count(),    process_count() };
}

static void set_up_machine(unsigned harts)
{
    memset(cpus, 0, sizeof(cpus));
    machine = (struct machine){ .harts = harts, .has_sstc = true, .timebase = 10000000 };
    machine.memory_base = mmu_to_physical(text_start);
    for (unsigned i = 0; i < harts; i++) {
        cpus[i].index = i;
        cpus[i].bit = (uint8_t)(1u << i);
        cpus[i].hart_id = machine.hart_id[i] = i + 1;
        cpus[i].online = true;
        sched_init_cpu(&cpus[i]);
    }
}

static void start_fillers(unsigned harts)
{
    struct process *process = process_create("idle", PRIORITIES - 1);

    for (unsigned i = 0; i < harts; i++) {
        on_hart(i);
        fillers[i] = thread_create(process, 0, 0, 0, 0);
        fillers[i]->affinity = 1ul << i;
        sched_ready(fillers[i]);
        kernel_enter();
        CHECK(sched_leave() == fillers[i]);
    }
    on_hart(0);
}

void kernel_up(unsigned harts)
{
    static bool booted;

    set_up_machine(harts);
    if (!booted) {
        mmu_init();
        futex_init();
        booted = true;
    }
    address_space_init();
    start_fillers(harts);
    at_start = count_all();
    is_up = true;
}

/* Which nobody runs in. */
static void end_process(struct process *process)
{
    object_get(&process->object);
    while (!process->ended) {
        if (list_is_empty(&process->threads)) {
            process_end(process);
        } else {
            thread_kill(LIST_ENTRY(process->threads.next, struct thread, siblings));
        }
    }
    object_put(&process->object);
}

static void end_processes(void)
{
    for (unsigned i = 0; i < machine.harts; i++) {
        on_hart(i);
        run(fillers[i]);
    }
    on_hart(0);
    for (unsigned i = 0; i < process_number; i++) {
        end_process(processes[i]);
        object_put(&processes[i]->object);
    }
    process_number = 0;
}

static void check_nothing_left(void)
{
    struct counts now = count_all();

    if (memcmp(&now, &at_start, sizeof(now)) != 0) {
        FAIL("left over: %d pages, %d slab objects, %d objects, %d handles, %d threads, "
             "%d processes",
             (int)(now.pages - at_start.pages), (int)(now.slabs - at_start.slabs),
             (int)(now.objects - at_start.objects), (int)(now.handles - at_start.handles),
             (int)(now.threads - at_start.threads), (int)(now.processes - at_start.processes));
    }
}

void kernel_down(void)
{
    end_processes();
    check_nothing_left();
    for (unsigned i = 0; i < machine.harts; i++) {
        CHECK(list_is_empty(&cpus[i].timeouts));
        CHECK(cpus[i].queue.levels == 0);
    }
    on_hart(0);
    for (unsigned i = 0; i < machine.harts; i++) {
        cpus[i].current = NULL;
        fillers[i]->state = THREAD_NEW;
    }
    end_process(fillers[0]->process);
    is_up = false;
}

void unit_case_ends(void)
{
    if (is_up) {
        kernel_down();
    }
}

/* ---- Processes and threads ---- */

struct process *new_process(void)
{
    struct process *process = process_create("test", 0);

    CHECK(process && process_number < MAX_FIXTURE_PROCESSES);
    object_get(&process->object);
    processes[process_number++] = process;
    return process;
}

struct thread *new_thread(struct process *process)
{
    struct thread *thread = thread_create(process, 0x10000, 0, 0, 0);

    CHECK(thread);
    thread->priority = DEFAULT_PRIORITY;
    sched_ready(thread);
    return thread;
}

void run(struct thread *thread)
{
    struct cpu *cpu = this_cpu();
    struct thread *before = cpu->current;

    if (before == thread) {
        return;
    }
    CHECK_IS(thread->state, THREAD_READY);
    sched_remove(thread);
    sched_switch_to(thread);
    if (before->state == THREAD_RUNNING) {
        before->cpu = cpu;
        sched_ready(before);
    }
    cpu->need_resched = false;
}

long call_with(long number, const uint64_t arguments[7])
{
    struct thread *thread = thread_current(), *next;

    FRAME_X(&thread->frame, 17) = (uint64_t)number;
    memcpy(&FRAME_X(&thread->frame, 10), arguments, 7 * sizeof(arguments[0]));
    if (number == SYS_ipc_call && !call_slowly) {
        next = user_ipc_call(thread);
    } else if (number == SYS_ipc_reply_receive && !call_slowly) {
        next = user_ipc_reply_receive(thread);
    } else {
        next = user_syscall(thread);
    }
    return next == thread ? (long)FRAME_X(&thread->frame, 10) : SYSCALL_WAITS;
}

long resume(struct thread *thread)
{
    run(thread);
    kernel_enter();
    return sched_leave() == thread ? (long)FRAME_X(&thread->frame, 10) : SYSCALL_WAITS;
}

/* ---- User memory ---- */

uint64_t user_memory(struct process *process, size_t size)
{
    uint64_t address;

    size = (size + PAGE_SIZE - 1) & -(size_t)PAGE_SIZE;
    address = address_space_find(&process->space, size);
    CHECK(address);
    CHECK_IS(address_space_map_new(&process->space, address, size, PTE_R | PTE_W), 0);
    return address;
}

static void *memory_at(struct process *process, uint64_t address)
{
    void *memory = address_space_lookup(&process->space, address, PTE_R);

    if (!memory) {
        FAIL("nothing is mapped at %#lx", address);
    }
    return memory;
}

static size_t left_in_page(uint64_t address, size_t size)
{
    size_t left = PAGE_SIZE - address % PAGE_SIZE;

    return size < left ? size : left;
}

void poke(struct process *process, uint64_t address, const void *data, size_t size)
{
    for (size_t done = 0, part; done < size; done += part) {
        part = left_in_page(address + done, size - done);
        memcpy(memory_at(process, address + done), (const char *)data + done, part);
    }
}

void peek(struct process *process, uint64_t address, void *data, size_t size)
{
    for (size_t done = 0, part; done < size; done += part) {
        part = left_in_page(address + done, size - done);
        memcpy((char *)data + done, memory_at(process, address + done), part);
    }
}

struct handle *handle_of(struct process *process, long number)
{
    struct handle *handle = NULL;

    CHECK_IS(handle_find(&process->handles, (int)number, NULL, 0, &handle), 0);
    return handle;
}

int copy_handle(struct process *from, long number, unsigned rights, struct process *to)
{
    struct handle copy = *handle_of(from, number);

    copy.rights = rights;
    return handle_copy(&to->handles, &copy);
}
