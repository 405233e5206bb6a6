// SPDX-License-Identifier: MIT
/* And core/spawn.c and core/thread.c: how processes and threads begin and end. */
#include "core/process.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "arch/csr.h"
#include "arch/mmu.h"
#include "core/devicetree.h"
#include "fixture.h"

#define ENTRY      0x10004ul
#define NEW_STACK  (USER_STACK_TOP - USER_STACK_PAGES * PAGE_SIZE)
#define MANY_TRIES 200 /* more than there are allocations in a call */

/* ---- An initrd with one program ---- */

struct program {
    Elf64_Ehdr header;
    Elf64_Phdr text;
    char bytes[64];
};

static char initrd[4096] __attribute__((aligned(8)));
static size_t initrd_size;

static void append(const void *data, size_t size)
{
    memcpy(initrd + initrd_size, data, size);
    initrd_size = (initrd_size + size + 3) & -(size_t)4;
}

static void add_file(const char *name, const void *contents, size_t size)
{
    char header[200];
    int length = snprintf(header, sizeof(header), "070701%048d%08zx%032d%08zx%08d%s", 0, size, 0,
                          strlen(name) + 1, 0, name);

    append(header, (size_t)length + 1);
    append(contents, size);
}

static void make_initrd(void)
{
    struct program program = {
        .header = {.e_type = ET_EXEC,
                   .e_machine = EM_RISCV,
                   .e_entry = ENTRY,
                   .e_phoff = sizeof(Elf64_Ehdr),
                   .e_phentsize = sizeof(Elf64_Phdr),
                   .e_phnum = 1 },
        .text = { .p_type = PT_LOAD,
                   .p_flags = PF_R | PF_X,
                   .p_offset = offsetof(struct program, bytes),
                   .p_vaddr = USER_BASE,
                   .p_filesz = 64,
                   .p_memsz = 64 },
    };

    memcpy(program.header.e_ident, ELFMAG, SELFMAG);
    program.header.e_ident[EI_CLASS] = ELFCLASS64;
    initrd_size = 4; /* so the program is at a multiple of 8 */
    add_file("child", &program, sizeof(program));
    add_file("text", "no program", 10);
    add_file("a name of 16 ch", "", 0); /* what 16 characters must not be cut to */
    add_file("TRAILER!!!", "", 0);
    machine.initrd_start = mmu_to_physical(initrd + 4);
    machine.initrd_end = mmu_to_physical(initrd + initrd_size);
}

/* ---- Setting up ---- */

static struct process *process;
static struct thread *thread, *second;
static uint64_t memory; /* what SYS_spawn gets: strings, pointers, handles, the struct */
static size_t used;

static uint64_t put(const void *data, size_t size)
{
    uint64_t address = memory + used;

    poke(process, address, data, size);
    used += (size + 7) & -(size_t)8;
    return address;
}

static void set_up(unsigned harts)
{
    kernel_up(harts);
    make_initrd();
    process = new_process();
    thread = new_thread(process);
    second = new_thread(process);
    memory = user_memory(process, 4 * PAGE_SIZE);
    used = 0;
    run(thread);
}

static struct spawn spawn_of(unsigned count, const char *const *words)
{
    uint64_t pointers[SPAWN_MAX_ARGUMENTS + 1];

    used = 0;
    for (unsigned i = 0; i < count; i++) {
        pointers[i] = put(words[i], strlen(words[i]) + 1);
    }
    return (struct spawn){ .arguments = put(pointers, count * sizeof(uint64_t)),
                           .count = count,
                           .priority = DEFAULT_PRIORITY };
}

static long spawn(const struct spawn *request)
{
    return call(SYS_spawn, put(request, sizeof(*request)));
}

static struct spawn child(void)
{
    static const char *const words[] = { "child" };

    return spawn_of(1, words);
}

static struct process *process_of(long number)
{
    return (struct process *)handle_of(process, number)->object;
}

static struct thread *first_thread_of(struct process *of)
{
    return LIST_ENTRY(of->threads.next, struct thread, siblings);
}

/* ---- Spawning ---- */

static void child_starts(void)
{
    static const char *const words[] = { "child", "", "a word" };
    struct spawn request;
    struct process *made;
    struct thread *first;
    uint64_t argv[4], sp;
    long number;

    set_up(1);
    request = spawn_of(3, words);
    request.priority = 5;
    number = spawn(&request);
    CHECK_IS(number, 0);
    CHECK_IS(handle_of(process, number)->rights, RIGHT_ALL);
    made = process_of(number);
    CHECK(!strcmp(made->name, "child"));
    CHECK(made->id > process->id);
    CHECK_IS(made->priority, 5);
    CHECK_IS(made->handles.used, 0);
    first = first_thread_of(made);
    CHECK_IS(first->state, THREAD_READY);
    CHECK_IS(first->priority, 5);
    CHECK_IS(first->frame.sepc, ENTRY);
    sp = FRAME_X(&first->frame, 2);
    CHECK_IS(sp % 16, 0);
    CHECK_IS(FRAME_X(&first->frame, 10), 3);
    CHECK_IS(FRAME_X(&first->frame, 11), sp);
    peek(made, sp, argv, sizeof(argv));
    CHECK_IS(argv[3], 0);
    for (unsigned i = 0; i < 3; i++) {
        char text[16];

        peek(made, argv[i], text, strlen(words[i]) + 1);
        CHECK(!strcmp(text, words[i]));
    }
    CHECK(address_space_lookup(&made->space, NEW_STACK, PTE_W));
    CHECK(!address_space_lookup(&made->space, NEW_STACK - 1, 0));
    CHECK(!address_space_lookup(&made->space, USER_STACK_TOP, 0));
    process_kill(made, 0);
}

static void stack_is_aligned(void)
{
    static const char *const words[] = { "child", "12345", "1234567890", "x" };

    set_up(1);
    for (unsigned count = 1; count <= 4; count++) {
        struct spawn request = spawn_of(count, words);
        long number = spawn(&request);

        CHECK(number >= 0);
        CHECK_IS(FRAME_X(&first_thread_of(process_of(number))->frame, 2) % 16, 0);
        process_kill(process_of(number), 0);
    }
}

static void child_gets_handles(void)
{
    struct spawn request;
    struct process *made;
    int numbers[] = { 1, -1, 1, 0 };

    set_up(1);
    CHECK_IS(call(SYS_eventfd, 0, 0), 0);
    CHECK_IS(call(SYS_eventfd, 0, HANDLE_NONBLOCK), 1);
    request = child();
    request.handles = put(numbers, sizeof(numbers));
    request.handle_count = 4;
    CHECK_IS(spawn(&request), 2);
    made = process_of(2);
    CHECK_IS(made->handles.used, 3);
    CHECK(handle_of(made, 0)->object == handle_of(process, 1)->object);
    CHECK(handle_of(made, 2)->object == handle_of(process, 1)->object);
    CHECK(handle_of(made, 3)->object == handle_of(process, 0)->object);
    CHECK_IS(handle_of(made, 0)->flags, HANDLE_NONBLOCK);
    CHECK_IS(handle_of(process, 1)->object->references, 3);
    process_kill(made, 0);
    CHECK_IS(handle_of(process, 1)->object->references, 1);
}

static void child_on_a_hart(void)
{
    struct spawn request;

    set_up(2);
    request = child();
    request.harts = 2;
    CHECK_IS(spawn(&request), 0);
    CHECK_IS(first_thread_of(process_of(0))->affinity, 2);
    CHECK(first_thread_of(process_of(0))->cpu == &cpus[1]);
    request = child();
    request.harts = 4;
    CHECK_IS(spawn(&request), -EINVAL);
    process_kill(process_of(0), 0);
}

static void check_refused(const struct spawn *request, int error)
{
    unsigned processes = process_count(), handles = process->handles.used;
    unsigned pages = mock_memory.pages, slabs = mock_memory.slabs, all = handle_count();

    CHECK_IS(spawn(request), error);
    CHECK_IS(process_count(), processes);
    CHECK_IS(process->handles.used, handles);
    CHECK_IS(handle_count(), all);
    CHECK_IS(mock_memory.pages, pages);
    CHECK_IS(mock_memory.slabs, slabs);
}

static void refused_arguments(void)
{
    static const char *const names[] = { "none", "", "ch", "child2", "a name of 16 chr", "text" };
    static char text[SPAWN_MAX_TEXT];
    const char *words[SPAWN_MAX_ARGUMENTS + 1];
    struct spawn request;

    set_up(1);
    for (unsigned i = 0; i < 6; i++) {
        words[0] = names[i];
        request = spawn_of(1, words);
        check_refused(&request, i == 5 ? -ENOEXEC : -ENOENT);
    }
    for (unsigned i = 0; i <= SPAWN_MAX_ARGUMENTS; i++) {
        words[i] = "child";
    }
    request = spawn_of(SPAWN_MAX_ARGUMENTS + 1, words);
    check_refused(&request, -E2BIG);
    request.count = 0;
    check_refused(&request, -E2BIG);
    memset(text, 'x', sizeof(text) - 1);
    words[1] = text + 6; /* with "child" all that there may be */
    request = spawn_of(2, words);
    CHECK_IS(spawn(&request), 0);
    process_kill(process_of(0), 0);
    words[1] = text + 5;
    request = spawn_of(2, words);
    check_refused(&request, -E2BIG);
    request = child();
    request.arguments = NO_MEMORY;
    check_refused(&request, -EFAULT);
    words[1] = text;
    request = spawn_of(1, words);
    poke(process, request.arguments, &(uint64_t){ NO_MEMORY }, 8);
    check_refused(&request, -EFAULT);
    CHECK_IS(call(SYS_spawn, NO_MEMORY), -EFAULT);
}

static void refused_handles(void)
{
    struct spawn request;
    int numbers[SPAWN_MAX_HANDLES + 1] = { 0 };

    set_up(1);
    CHECK_IS(call(SYS_eventfd, 0, 0), 0);
    CHECK_IS(call(SYS_dup, 0, RIGHT_READ | RIGHT_WRITE, 0), 1);
    for (unsigned i = 0; i < 4; i++) {
        request = child();
        numbers[1] = i == 0 ? 1 : i == 1 ? 9 : i == 2 ? -2 : 0;
        request.handles = i == 3 ? NO_MEMORY : put(numbers, sizeof(numbers));
        request.handle_count = 2;
        check_refused(&request, i == 0 ? -EACCES : i == 3 ? -EFAULT : -EBADF);
    }
    request.handle_count = SPAWN_MAX_HANDLES + 1;
    request.handles = put(numbers, sizeof(numbers));
    check_refused(&request, -EINVAL);
}

static void refused_priorities(void)
{
    struct spawn request;

    set_up(1);
    process->priority = 2;
    request = child();
    request.priority = PRIORITIES;
    check_refused(&request, -EINVAL);
    request.priority = 1;
    check_refused(&request, -EPERM);
    request.priority = 2;
    request.reserved = 1;
    check_refused(&request, -EINVAL);
}

/* Whichever allocation it is that fails. */
static void no_memory_to_spawn(void)
{
    int i;

    set_up(1);
    CHECK_IS(call(SYS_eventfd, 0, 0), 0);
    for (i = 0; i < MANY_TRIES; i++) {
        struct spawn request = child();
        unsigned pages = mock_memory.pages, slabs = mock_memory.slabs;
        long result;

        request.handles = put(&(int){ 0 }, sizeof(int));
        request.handle_count = 1;
        mock_memory.fail_in = i;
        result = spawn(&request);
        mock_memory.fail_in = -1;
        if (result >= 0) {
            break;
        }
        CHECK(result == -ENOMEM || result == -EAGAIN);
        CHECK_IS(mock_memory.pages, pages);
        CHECK_IS(mock_memory.slabs, slabs);
        CHECK_IS(process_count(), 2);
        CHECK_IS(handle_of(process, 0)->object->references, 1);
    }
    CHECK(i > 15 && i < MANY_TRIES);
    process_kill(process_of(1), 0);
}

/* A number is not lost by it either. */
static void no_memory_many_times(void)
{
    struct spawn request;

    set_up(1);
    for (int i = 0; i < 2 * MAX_PROCESSES; i++) {
        request = child();
        mock_memory.fail_in = 1 + i % 2; /* the process itself, its address space */
        check_refused(&request, -EAGAIN);
    }
    mock_memory.fail_in = -1;
    CHECK_IS(spawn(&request), 0);
    process_kill(process_of(0), 0);
}

static void no_handle_for_the_child(void)
{
    struct spawn request;

    set_up(1);
    while (process->handles.used < MAX_HANDLES) {
        CHECK(call(SYS_process_self) >= 0);
    }
    request = child();
    check_refused(&request, -EMFILE);
}

static void too_many_processes(void)
{
    struct spawn request;
    long number = 0;

    set_up(1);
    CHECK_IS(process_count(), 2);
    for (unsigned i = 2; i < MAX_PROCESSES; i++) {
        request = child();
        number = spawn(&request);
        CHECK(number >= 0);
    }
    request = child();
    check_refused(&request, -EAGAIN);
    process_kill(process_of(number), 0);
    CHECK_IS(call(SYS_close, (uint64_t)number), 0);
    CHECK_IS(spawn(&request), number);
    for (int i = 0; i < MAX_HANDLES; i++) {
        if (process->handles.handles[i].object) {
            process_kill(process_of(i), 0);
        }
    }
}

/* ---- Ending, and waiting for it ---- */

static void waiting_for_a_child(void)
{
    struct spawn request;
    struct thread *first;
    int status;

    set_up(1);
    request = child();
    CHECK_IS(spawn(&request), 0);
    first = first_thread_of(process_of(0));
    CHECK_IS(call(SYS_wait, 0, memory, WAIT_NOHANG), -EAGAIN);
    CHECK_IS(call(SYS_wait, 0, memory, 2), -EINVAL);
    CHECK_IS(call(SYS_wait, 9, memory, 0), -EBADF);
    CHECK_IS(call(SYS_wait, 0, memory, 0), SYSCALL_WAITS);
    run(second);
    CHECK_IS(call(SYS_wait, 0, 0, 0), SYSCALL_WAITS);
    run(first);
    CHECK_IS(call(SYS_exit, 0x1234), SYSCALL_WAITS);
    CHECK_IS(resume(thread), 0);
    peek(process, memory, &status, sizeof(status));
    CHECK_IS(status, 0x34);
    CHECK_IS(resume(second), 0);
    CHECK_IS(call(SYS_wait, 0, memory, WAIT_NOHANG), 0); /* as often as one likes */
    CHECK_IS(call(SYS_wait, 0, NO_MEMORY, 0), -EFAULT);
    CHECK_IS(call(SYS_kill, 0, 0), -ESRCH);
    handle_of(process, 0)->rights = RIGHT_WRITE | RIGHT_TRANSFER;
    handle_of(process, 0)->object->readers--;
    CHECK_IS(call(SYS_wait, 0, memory, 0), -EACCES);
}

static void oneself(void)
{
    long number;

    set_up(1);
    number = call(SYS_process_self);
    CHECK(process_of(number) == process);
    CHECK_IS(call(SYS_process_id, (uint64_t)number), process->id);
    CHECK_IS(call(SYS_wait, (uint64_t)number, 0, 0), -EDEADLK);
    CHECK_IS(call(SYS_eventfd, 0, 0), number + 1);
    CHECK_IS(call(SYS_process_id, (uint64_t)number + 1), -EINVAL);
}

/* Threads in all states, on two harts. */
static void exit_ends_all_threads(void)
{
    struct thread *waiting, *elsewhere;
    struct process *other;

    set_up(2);
    other = new_process();
    waiting = new_thread(other);
    new_thread(other); /* ready */
    elsewhere = new_thread(other);
    run(waiting);
    CHECK_IS(call(SYS_sleep, 1000000), SYSCALL_WAITS);
    on_hart(1);
    run(elsewhere);
    on_hart(0);
    run(thread);
    cpus[1].kicked = false;
    process_kill(other, 5);
    CHECK(other->dying && !other->ended);
    CHECK(cpus[1].kicked);
    CHECK_IS(elsewhere->attention, ATTENTION_KILLED);
    process_kill(other, 6); /* the first status stays */
    on_hart(1);
    kernel_enter();
    CHECK(sched_leave() != elsewhere);
    CHECK(other->ended);
    CHECK_IS(other->exit_status, 5);
    on_hart(0);
    CHECK(list_is_empty(&cpus[0].timeouts));
}

static void last_thread_ends_the_process(void)
{
    struct process *other;
    struct thread *one, *two;

    set_up(1);
    other = new_process();
    one = new_thread(other);
    two = new_thread(other);
    run(one);
    CHECK_IS(call(SYS_thread_exit, 0), SYSCALL_WAITS);
    CHECK(!other->ended);
    run(two);
    CHECK_IS(call(SYS_thread_exit, 0), SYSCALL_WAITS);
    CHECK(other->ended);
    CHECK_IS(other->exit_status, 0);
}

/* ---- Faults ---- */

static void trap(struct thread *of, uint64_t cause, uint64_t address)
{
    run(of);
    csr_write(CSR_STVAL, address);
    user_trap(of, cause);
}

static void fault_kills(void)
{
    static const uint64_t causes[] = { CAUSE_LOAD_PAGE_FAULT, CAUSE_STORE_PAGE_FAULT,
                                       CAUSE_FETCH_PAGE_FAULT, 3, 4 };

    for (unsigned i = 0; i < 5; i++) {
        set_up(1);
        trap(thread, causes[i], NO_MEMORY);
        CHECK(process->ended);
        CHECK_IS(process->exit_status, STATUS_FAULT((int)causes[i]));
        CHECK(strstr(mock_message, "killed test"));
        kernel_down();
    }
}

/* A hart remembered that nothing was there. */
static void fault_on_what_is_mapped(void)
{
    uint64_t constant;

    set_up(1);
    trap(thread, CAUSE_LOAD_PAGE_FAULT, memory);
    trap(thread, CAUSE_STORE_PAGE_FAULT, memory + 100);
    CHECK(!process->dying);
    CHECK(thread_current() == thread);
    constant = (uint64_t)call(SYS_map, 0, 1, MAP_READ, (uint64_t)-1);
    trap(thread, CAUSE_LOAD_PAGE_FAULT, constant);
    CHECK(!process->dying);
    trap(thread, CAUSE_STORE_PAGE_FAULT, constant); /* this was meant */
    CHECK(process->ended);
}

static void first_fp_instruction(void)
{
    set_up(1);
    mock_machine.fpu[3] = 77; /* somebody else's */
    trap(thread, CAUSE_ILLEGAL, 0);
    CHECK(!process->dying);
    CHECK_IS(thread->frame.sstatus & SSTATUS_FS, SSTATUS_FS_DIRTY);
    CHECK_IS(mock_machine.fpu[3], 0);
    trap(thread, CAUSE_ILLEGAL, 0); /* then it is something else */
    CHECK(process->ended);
    CHECK_IS(process->exit_status, STATUS_FAULT(CAUSE_ILLEGAL));
}

/* ---- Threads ---- */

static void new_threads(void)
{
    struct thread *made;

    set_up(2);
    CHECK_IS(call(SYS_set_priority, 5), 0);
    CHECK_IS(call(SYS_set_affinity, 3), 0);
    CHECK_IS(call(SYS_sigprocmask, 0, 0xf0), 0);
    CHECK(call(SYS_thread_create, 0x20002, 0x30000, 99, 0x40000) > 0);
    made = LIST_ENTRY(process->threads.previous, struct thread, siblings);
    CHECK_IS(made->frame.sepc, 0x20002);
    CHECK_IS(FRAME_X(&made->frame, 2), 0x30000);
    CHECK_IS(FRAME_X(&made->frame, 10), 99);
    CHECK_IS(FRAME_X(&made->frame, 4), 0x40000);
    CHECK_IS(made->priority, 5);
    CHECK_IS(made->affinity, 3);
    CHECK_IS(made->signal_mask, 0xf0);
    CHECK_IS(made->state, THREAD_READY);
    CHECK_IS(call(SYS_thread_create, 0x20001, 0, 0, 0), -EINVAL);
    CHECK_IS(call(SYS_thread_create, 0x20000, 8, 0, 0), -EINVAL);
    CHECK_IS(call(SYS_thread_create, USER_END, 0, 0, 0), -EFAULT);
    CHECK_IS(call(SYS_thread_create, 0x20000, USER_END + 16, 0, 0), -EFAULT);
    mock_memory.fail_in = 0;
    CHECK_IS(call(SYS_thread_create, 0x20000, USER_END, 0, 0), -EAGAIN);
}

static void too_many_threads(void)
{
    unsigned count = thread_count();

    set_up(1);
    count = thread_count();
    while (call(SYS_thread_create, 0x20000, 0x30000, 0, 0) > 0) {
        count++;
        CHECK_IS(thread_count(), count);
    }
    CHECK_IS(count, 1024);
    CHECK_IS(call(SYS_thread_create, 0x20000, 0x30000, 0, 0), -EAGAIN);
    run(second);
    CHECK_IS(call(SYS_thread_exit, 0), SYSCALL_WAITS);
    run(thread);
    CHECK(call(SYS_thread_create, 0x20000, 0x30000, 0, 0) > 0);
}

static const struct unit_case cases[] = {
    {"child-starts",                  child_starts                },
    { "stack-is-aligned",             stack_is_aligned            },
    { "child-gets-handles",           child_gets_handles          },
    { "child-on-a-hart",              child_on_a_hart             },
    { "refused-arguments",            refused_arguments           },
    { "refused-handles",              refused_handles             },
    { "refused-priorities",           refused_priorities          },
    { "no-memory-to-spawn",           no_memory_to_spawn          },
    { "no-memory-many-times",         no_memory_many_times        },
    { "no-handle-for-the-child",      no_handle_for_the_child     },
    { "too-many-processes",           too_many_processes          },
    { "waiting-for-a-child",          waiting_for_a_child         },
    { "oneself",                      oneself                     },
    { "exit-ends-all-threads",        exit_ends_all_threads       },
    { "last-thread-ends-the-process", last_thread_ends_the_process},
    { "fault-kills",                  fault_kills                 },
    { "fault-on-what-is-mapped",      fault_on_what_is_mapped     },
    { "first-fp-instruction",         first_fp_instruction        },
    { "new-threads",                  new_threads                 },
    { "too-many-threads",             too_many_threads            },
};

UNIT("process", cases)
