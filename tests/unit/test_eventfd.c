// SPDX-License-Identifier: MIT
#include "ipc/eventfd.h"

#include <errno.h>

#include "fixture.h"

#define MAX (UINT64_MAX - 1)

static struct process *process;
static struct thread *threads[4];
static uint64_t word; /* the last one of a page */
static uint64_t number;

static void set_up(uint64_t value, uint64_t flags)
{
    kernel_up(1);
    process = new_process();
    for (int i = 0; i < 4; i++) {
        threads[i] = new_thread(process);
    }
    run(threads[0]);
    word = user_memory(process, 1) + 4096 - sizeof(uint64_t);
    number = (uint64_t)call(SYS_eventfd, value, flags);
    CHECK_IS(number, 0);
}

static long add(uint64_t value)
{
    poke(process, word, &value, sizeof(value));
    return call(SYS_write, number, word, 8);
}

static long take(void)
{
    return call(SYS_read, number, word, 8);
}

static uint64_t value(void)
{
    uint64_t found;

    peek(process, word, &found, sizeof(found));
    return found;
}

static void check_take(uint64_t expected)
{
    CHECK_IS(take(), 8);
    CHECK_IS(value(), expected);
}

static void creation(void)
{
    set_up(0, HANDLE_NONBLOCK);
    CHECK_IS(handle_of(process, 0)->flags, HANDLE_NONBLOCK);
    CHECK_IS(handle_of(process, 0)->rights, RIGHT_ALL);
    CHECK_IS(call(SYS_eventfd, UINT64_MAX, 0), -EINVAL);
    CHECK_IS(call(SYS_eventfd, 0, 4), -EINVAL);
    CHECK_IS(call(SYS_eventfd, 0, 1ul << 40), -EINVAL);
    CHECK_IS(call(SYS_eventfd, MAX, EVENTFD_SEMAPHORE), 1);
    CHECK_IS(handle_of(process, 1)->flags, 0);
    mock_memory.fail_in = 0;
    CHECK_IS(call(SYS_eventfd, 0, 0), -ENOMEM);
    while (process->handles.used < MAX_HANDLES) {
        CHECK(call(SYS_eventfd, 0, 0) > 0);
    }
    CHECK_IS(call(SYS_eventfd, 0, 0), -EMFILE);
}

static void counts(void)
{
    set_up(3, HANDLE_NONBLOCK);
    check_take(3);
    CHECK_IS(take(), -EAGAIN);
    CHECK_IS(add(5), 8);
    CHECK_IS(add(0), 8);
    CHECK_IS(add(7), 8);
    check_take(12);
    CHECK_IS(add(0), 8);
    CHECK_IS(take(), -EAGAIN);
}

static void semaphore(void)
{
    set_up(2, EVENTFD_SEMAPHORE | HANDLE_NONBLOCK);
    check_take(1);
    CHECK_IS(add(1), 8);
    check_take(1);
    check_take(1);
    CHECK_IS(take(), -EAGAIN);
}

static void limit(void)
{
    set_up(0, HANDLE_NONBLOCK);
    CHECK_IS(add(UINT64_MAX), -EINVAL);
    CHECK_IS(add(MAX), 8);
    CHECK_IS(add(1), -EAGAIN);
    CHECK_IS(add(MAX), -EAGAIN);
    CHECK_IS(add(0), 8);
    check_take(MAX);
    CHECK_IS(add(MAX - 1), 8);
    CHECK_IS(add(2), -EAGAIN);
    CHECK_IS(add(1), 8);
}

static void sizes_and_buffers(void)
{
    set_up(3, HANDLE_NONBLOCK);
    CHECK_IS(call(SYS_read, number, word, 7), -EINVAL);
    CHECK_IS(call(SYS_write, number, word, 7), -EINVAL);
    CHECK_IS(call(SYS_read, number, NO_MEMORY, 8), -EFAULT);
    CHECK_IS(call(SYS_read, number, word + 1, 8), -EFAULT);
    CHECK_IS(call(SYS_write, number, word + 1, 8), -EFAULT);
    CHECK_IS(call(SYS_read, number, word, 100), 8); /* nothing was taken before */
    CHECK_IS(value(), 3);
}

static void readers_wait(void)
{
    set_up(0, 0);
    for (int i = 1; i < 4; i++) {
        run(threads[i]);
        CHECK_IS(take(), SYSCALL_WAITS);
    }
    run(threads[0]);
    CHECK_IS(add(9), 8);
    CHECK_IS(resume(threads[1]), 8);
    CHECK_IS(value(), 9);
    CHECK_IS(resume(threads[2]), SYSCALL_WAITS);
    run(threads[0]);
    CHECK_IS(add(4), 8);
    CHECK_IS(resume(threads[3]), 8);
    CHECK_IS(value(), 4);
}

static void semaphore_wakes_as_many(void)
{
    set_up(0, EVENTFD_SEMAPHORE);
    for (int i = 1; i < 4; i++) {
        run(threads[i]);
        CHECK_IS(take(), SYSCALL_WAITS);
    }
    run(threads[0]);
    CHECK_IS(add(2), 8);
    CHECK_IS(resume(threads[1]), 8);
    CHECK_IS(resume(threads[2]), 8);
    CHECK_IS(resume(threads[3]), SYSCALL_WAITS);
}

static void writers_wait(void)
{
    set_up(MAX, 0);
    run(threads[1]);
    CHECK_IS(add(5), SYSCALL_WAITS);
    run(threads[0]);
    check_take(MAX);
    poke(process, word, &(uint64_t){ 5 }, 8);
    CHECK_IS(resume(threads[1]), 8);
    check_take(5);
}

/* A wait that no handle is left to end. */
static void nobody_left(void)
{
    set_up(0, 0);
    CHECK_IS(copy_handle(process, 0, RIGHT_READ, process), 1);
    number = 1;
    CHECK_IS(add(1), -EACCES);
    run(threads[1]);
    CHECK_IS(take(), SYSCALL_WAITS);
    run(threads[0]);
    CHECK_IS(call(SYS_close, 0), 0);
    CHECK_IS(resume(threads[1]), -EPIPE);
    CHECK_IS(take(), -EPIPE);
}

static void nobody_left_to_read(void)
{
    set_up(MAX, 0);
    CHECK_IS(copy_handle(process, 0, RIGHT_WRITE, process), 1);
    number = 1;
    CHECK_IS(take(), -EACCES);
    run(threads[1]);
    CHECK_IS(add(1), SYSCALL_WAITS);
    run(threads[0]);
    CHECK_IS(call(SYS_close, 0), 0);
    CHECK_IS(resume(threads[1]), -EPIPE);
    CHECK_IS(add(0), 8); /* fits */
}

static void handle_goes_while_waiting(void)
{
    set_up(0, 0);
    run(threads[1]);
    CHECK_IS(take(), SYSCALL_WAITS);
    run(threads[0]);
    CHECK_IS(call(SYS_close, 0), 0);
    CHECK_IS(resume(threads[1]), -EBADF);
}

/* Numbers that go in come out, and nobody sleeps who could go on. */
static void random_counts(void)
{
    uint64_t sum = 0, written[4], amounts[4] = { 0 };
    bool in_call[4] = { false };

    set_up(0, 0);
    for (int i = 0; i < 4; i++) {
        written[i] = user_memory(process, 8);
    }
    for (int round = 0; round < 20000; round++) {
        int i = (int)unit_random(4);
        bool writes = i < 2;

        if (is_waiting(threads[i])) {
            CHECK(writes ? amounts[i] > MAX - sum : sum == 0);
            continue;
        }
        if (in_call[i]) {
            resume(threads[i]);
        } else {
            run(threads[i]);
            amounts[i] = unit_one_in(2) ? unit_random(10) : unit_random(UINT64_MAX);
            poke(process, written[i], &amounts[i], 8);
            in_call[i] = true;
            call(writes ? SYS_write : SYS_read, number, written[i], 8);
        }
        for (i = 0; i < 4; i++) {
            if (in_call[i] && !is_waiting(threads[i]) &&
                !(threads[i]->attention & ATTENTION_RESTART)) {
                uint64_t found;

                CHECK_IS(FRAME_X(&threads[i]->frame, 10), 8);
                peek(process, written[i], &found, 8);
                CHECK(i >= 2 || found <= MAX - sum);
                CHECK(i < 2 || (found == sum && sum > 0));
                sum = i < 2 ? sum + found : 0;
                in_call[i] = false;
            }
        }
    }
}

static const struct unit_case cases[] = {
    {"creation",                   creation                 },
    { "counts",                    counts                   },
    { "semaphore",                 semaphore                },
    { "limit",                     limit                    },
    { "sizes-and-buffers",         sizes_and_buffers        },
    { "readers-wait",              readers_wait             },
    { "semaphore-wakes-as-many",   semaphore_wakes_as_many  },
    { "writers-wait",              writers_wait             },
    { "nobody-left-to-write",      nobody_left              },
    { "nobody-left-to-read",       nobody_left_to_read      },
    { "handle-goes-while-waiting", handle_goes_while_waiting},
    { "random-counts",             random_counts            },
};

UNIT("eventfd", cases)
