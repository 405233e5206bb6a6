// SPDX-License-Identifier: MIT
#include "lib/thread.h"

#include <errno.h>
#include <picotls.h>
#include <stdio.h>

#include "lib/link.h"
#include "lib/syscall.h"

#define PAGE_SIZE 4096

/* At the top of the stack until the thread has begun. */
struct start {
    void (*function)(void *);
    void *argument;
    struct thread *thread;
};

static _Thread_local struct thread *current;

static _Noreturn void begin(void *argument)
{
    struct start start = *(struct start *)argument;

    current = start.thread;
    start.function(start.argument);
    thread_exit();
}

int thread_start(struct thread *thread, void (*function)(void *), void *argument)
{
    size_t size = (THREAD_STACK_SIZE + _tls_size() + PAGE_SIZE - 1) & -(size_t)PAGE_SIZE;
    char *memory = memory_map(NULL, size, MAP_READ | MAP_WRITE, -1);
    struct start *start;
    char *block;

    if (!memory) {
        return -1;
    }
    block = memory + ((size - _tls_size()) & -16ul);
    _init_tls(block);
    start = (struct start *)block - 1;
    *start = (struct start){ function, argument, thread };
    *thread = (struct thread){ 1, memory, size };
    if (thread_create(begin, (void *)((uintptr_t)start & -16ul), start, block) < 0) {
        int error = errno;

        memory_unmap(memory, size);
        errno = error;
        return -1;
    }
    return 0;
}

void thread_join(struct thread *thread)
{
    int saved = errno;

    while (__atomic_load_n(&thread->running, __ATOMIC_ACQUIRE)) {
        futex_wait(&thread->running, 1, WAIT_FOREVER);
    }
    memory_unmap(thread->memory, thread->size);
    errno = saved;
}

void thread_exit(void)
{
    fflush(stdout);
    fflush(stderr);
    ipc_flush();
    thread_end(&current->running);
}
