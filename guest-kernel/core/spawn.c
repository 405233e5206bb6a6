// SPDX-License-Identifier: MIT
/* Starting processes: SYS_spawn, and the first one. */
#include <errno.h>
#include <string.h>

#include "arch/mmu.h"
#include "core/elf.h"
#include "core/initrd.h"
#include "core/page.h"
#include "core/print.h"
#include "core/process.h"
#include "core/sched.h"
#include "core/slab.h"
#include "core/usercopy.h"
#include "drivers/console.h"

/* The words a program starts with. */
struct arguments {
    unsigned count;
    size_t used;
    uint16_t offset[SPAWN_MAX_ARGUMENTS];
    char text[SPAWN_MAX_TEXT];
};

_Static_assert(sizeof(struct arguments) <= PAGE_SIZE, "slab_alloc()");
_Static_assert((SPAWN_MAX_ARGUMENTS + 2) * sizeof(uint64_t) + SPAWN_MAX_TEXT <= PAGE_SIZE,
               "they go into the stack's highest page");

/*
 * Puts the words and argv at the top of the stack, all in its highest page. Returns argv's address,
 * which is the stack pointer too.
 */
static uint64_t place_arguments(struct address_space *space, const struct arguments *arguments)
{
    uint64_t text = (USER_STACK_TOP - arguments->used) & -16ul;
    uint64_t argv = (text - (arguments->count + 1) * sizeof(uint64_t)) & -16ul;
    uint64_t *pointers = address_space_lookup(space, argv, PTE_W);

    memcpy(address_space_lookup(space, text, PTE_W), arguments->text, arguments->used);
    for (unsigned i = 0; i < arguments->count; i++) {
        pointers[i] = text + arguments->offset[i];
    }
    return argv;
}

/* The process's program and first thread, which is not ready yet. */
static int load(struct process *process, const struct arguments *arguments)
{
    struct thread *thread;
    uint64_t entry = 0, argv;
    const void *file;
    size_t size;
    int error;

    file = initrd_find(process->name, &size);
    if (!file) {
        return -ENOENT;
    }
    error = elf_load(&process->space, file, size, &entry);
    if (!error) {
        error =
            address_space_map_new(&process->space, USER_STACK_TOP - USER_STACK_PAGES * PAGE_SIZE,
                                  USER_STACK_PAGES * PAGE_SIZE, PTE_R | PTE_W);
    }
    if (error) {
        return error;
    }
    argv = place_arguments(&process->space, arguments);
    thread = thread_create(process, entry, argv, arguments->count, 0);
    if (!thread) {
        return -EAGAIN;
    }
    FRAME_X(&thread->frame, 11) = argv;
    return 0;
}

static struct thread *first_thread(struct process *process)
{
    return LIST_ENTRY(process->threads.next, struct thread, siblings);
}

/* ---- SYS_spawn ---- */

static int copy_arguments(struct arguments *arguments, const struct spawn *spawn)
{
    if (spawn->count == 0 || spawn->count > SPAWN_MAX_ARGUMENTS) {
        return -E2BIG;
    }
    for (; arguments->count < spawn->count; arguments->count++) {
        uint64_t word;
        long length;

        if (copy_from_user(&word, spawn->arguments + arguments->count * sizeof(word),
                           sizeof(word))) {
            return -EFAULT;
        }
        length = copy_string_from_user(arguments->text + arguments->used, word,
                                       SPAWN_MAX_TEXT - arguments->used);
        if (length < 0) {
            return length == -ENAMETOOLONG ? -E2BIG : (int)length;
        }
        arguments->offset[arguments->count] = (uint16_t)arguments->used;
        arguments->used += (size_t)length + 1;
    }
    return 0;
}

static int give_handles(struct process *child, const struct spawn *spawn)
{
    struct handle_table *own = &process_current()->handles;
    int numbers[SPAWN_MAX_HANDLES];

    if (spawn->handle_count > SPAWN_MAX_HANDLES) {
        return -EINVAL;
    }
    if (copy_from_user(numbers, spawn->handles, spawn->handle_count * sizeof(int))) {
        return -EFAULT;
    }
    for (unsigned i = 0; i < spawn->handle_count; i++) {
        struct handle *handle;
        int error;

        if (numbers[i] == -1) {
            continue;
        }
        error = handle_find(own, numbers[i], NULL, RIGHT_TRANSFER, &handle);
        if (error) {
            return error;
        }
        handle_copy_to(&child->handles, i, handle);
    }
    return 0;
}

/* Undoes a process that has never run. */
static void discard(struct process *process)
{
    if (list_is_empty(&process->threads)) {
        process_end(process);
    } else {
        process_kill(process, 0);
    }
}

static long start(const struct arguments *arguments, const struct spawn *spawn)
{
    struct process *child;
    int number;

    if (strlen(arguments->text) >= PROCESS_NAME_SIZE) {
        return -ENOENT;
    }
    child = process_create(arguments->text, spawn->priority);
    if (!child) {
        return -EAGAIN;
    }
    number = load(child, arguments);
    if (!number) {
        number = give_handles(child, spawn);
    }
    if (!number) {
        number = handle_add(&process_current()->handles, &child->object, RIGHT_ALL);
    }
    if (number < 0) {
        discard(child);
        return number;
    }
    if (spawn->harts) {
        first_thread(child)->affinity = spawn->harts;
    }
    sched_ready(first_thread(child));
    return number;
}

long process_sys_spawn(uint64_t address)
{
    struct arguments *arguments;
    struct spawn spawn;
    long result;

    if (copy_from_user(&spawn, address, sizeof(spawn))) {
        return -EFAULT;
    }
    if (spawn.reserved || spawn.priority >= PRIORITIES ||
        (spawn.harts && !(spawn.harts & sched_online_harts()))) {
        return -EINVAL;
    }
    if (spawn.priority < process_current()->priority) {
        return -EPERM;
    }
    arguments = slab_alloc(sizeof(*arguments));
    if (!arguments) {
        return -ENOMEM;
    }
    result = copy_arguments(arguments, &spawn);
    if (!result) {
        result = start(arguments, &spawn);
    }
    slab_free(arguments, sizeof(*arguments));
    return result;
}

/* ---- The first process ---- */

#define FIRST_PROGRAM "init"

static bool add_word(struct arguments *arguments, const char *word, size_t length)
{
    if (arguments->count == SPAWN_MAX_ARGUMENTS ||
        arguments->used + length + 1 > sizeof(arguments->text)) {
        return false;
    }
    memcpy(arguments->text + arguments->used, word, length);
    arguments->offset[arguments->count++] = (uint16_t)arguments->used;
    arguments->used += length + 1;
    return true;
}

/* Words are separated by blanks; 'a b' and "a b" are one. */
static bool split_command(struct arguments *arguments, const char *command)
{
    bool fits = add_word(arguments, FIRST_PROGRAM, strlen(FIRST_PROGRAM));

    while (fits && *(command += strspn(command, " "))) {
        char quote = *command == '\'' || *command == '"' ? *command++ : 0;
        size_t length = strcspn(command, quote == '"' ? "\"" : quote ? "'" : " ");

        fits = add_word(arguments, command, length);
        command += length + (quote && command[length]);
    }
    return fits;
}

struct process *process_load_first(const char *command)
{
    struct arguments *arguments = slab_alloc(sizeof(*arguments));
    struct process *process = process_create(FIRST_PROGRAM, 0);
    int error;

    if (!arguments || !process) {
        panic("no memory for the first process");
    }
    if (!split_command(arguments, command)) {
        panic("the kernel's command line is too long: %s", command);
    }
    error = load(process, arguments);
    if (error) {
        panic("cannot start \"" FIRST_PROGRAM "\" from the initrd: error %d", -error);
    }
    slab_free(arguments, sizeof(*arguments));
    for (int i = 0; i < 3; i++) {
        handle_add(&process->handles, console_object(), RIGHT_ALL);
    }
    first_thread(process)->priority = DEFAULT_PRIORITY;
    sched_ready(first_thread(process));
    return process;
}
