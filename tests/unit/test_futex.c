// SPDX-License-Identifier: MIT
#include "ipc/futex.h"

#include <errno.h>
#include <string.h>

#include "arch/mmu.h"
#include "core/page.h"
#include "fixture.h"

#define THREADS 12

static struct process *process;
static struct thread *threads[THREADS];
static uint64_t words; /* a page of zeros */

static void set_up(void)
{
    kernel_up(1);
    process = new_process();
    for (int i = 0; i < THREADS; i++) {
        threads[i] = new_thread(process);
    }
    run(threads[0]);
    words = user_memory(process, PAGE_SIZE);
}

static uint64_t word(unsigned index)
{
    return words + 4 * index;
}

/* A thread waits for a word that is 0. */
static void wait(int i, uint64_t address, uint64_t nanoseconds)
{
    run(threads[i]);
    CHECK_IS(call(SYS_futex_wait, address, 0, nanoseconds), SYSCALL_WAITS);
    CHECK(is_waiting(threads[i]));
    run(threads[0]);
}

static void errors(void)
{
    set_up();
    for (unsigned i = 1; i < 4; i++) {
        CHECK_IS(call(SYS_futex_wait, word(0) + i, 0, 0), -EINVAL);
        CHECK_IS(call(SYS_futex_wake, word(0) + i, 1), -EINVAL);
    }
    CHECK_IS(call(SYS_futex_wait, NO_MEMORY, 0, 0), -EFAULT);
    CHECK_IS(call(SYS_futex_wake, NO_MEMORY, 1), -EFAULT);
    CHECK_IS(call(SYS_futex_wait, KERNEL_OFFSET, 0, 0), -EFAULT);
}

static void value_is_compared(void)
{
    set_up();
    CHECK_IS(call(SYS_futex_wait, word(0), 1, WAIT_FOREVER), -EAGAIN);
    poke(process, word(0), &(uint32_t){ 0x80000001 }, 4);
    CHECK_IS(call(SYS_futex_wait, word(0), 0, WAIT_FOREVER), -EAGAIN);
    CHECK_IS(call(SYS_futex_wait, word(0), 1, WAIT_FOREVER), -EAGAIN);
    run(threads[1]);
    CHECK_IS(call(SYS_futex_wait, word(0), 0xffffffff80000001, WAIT_FOREVER), SYSCALL_WAITS);
}

static void woken_as_they_came(void)
{
    set_up();
    for (int i = 1; i < 6; i++) {
        wait(i, word(0), WAIT_FOREVER);
    }
    CHECK_IS(call(SYS_futex_wake, word(0), 0), 0);
    for (int i = 1; i < 4; i++) {
        CHECK_IS(call(SYS_futex_wake, word(0), 1), 1);
        CHECK(!is_waiting(threads[i]));
        CHECK(is_waiting(threads[i + 1]));
        CHECK_IS(resume(threads[i]), 0);
        run(threads[0]);
    }
    CHECK_IS(call(SYS_futex_wake, word(0), UINT64_MAX), 2);
    CHECK_IS(call(SYS_futex_wake, word(0), UINT64_MAX), 0);
    CHECK_IS(resume(threads[4]), 0);
    CHECK_IS(resume(threads[5]), 0);
}

static void as_many_as_asked_for(void)
{
    set_up();
    for (int i = 1; i < 6; i++) {
        wait(i, word(0), WAIT_FOREVER);
    }
    CHECK_IS(call(SYS_futex_wake, word(0), 3), 3);
    CHECK(is_waiting(threads[4]));
    CHECK_IS(call(SYS_futex_wake, word(0), 0x100000000), 2);
}

static void timeout(void)
{
    set_up();
    mock_machine.now = 1000;
    wait(1, word(0), 5000);
    wait(2, word(0), WAIT_FOREVER);
    mock_machine.now = 1049;
    sched_timer(&cpus[0]);
    CHECK(is_waiting(threads[1]));
    mock_machine.now = 1050;
    sched_timer(&cpus[0]);
    CHECK_IS(resume(threads[1]), -ETIMEDOUT);
    run(threads[0]);
    CHECK_IS(call(SYS_futex_wake, word(0), 9), 1);
    CHECK_IS(resume(threads[2]), 0);
}

static void interrupted(void)
{
    set_up();
    wait(1, word(0), WAIT_FOREVER);
    wait_interrupt(threads[1]);
    CHECK_IS(call(SYS_futex_wake, word(0), 9), 0);
    CHECK_IS(resume(threads[1]), -EINTR);
}

/* Words of one bucket are told apart. */
static void other_words_stay(void)
{
    static uint64_t addresses[THREADS];
    int found = 1;

    set_up();
    addresses[0] = word(0);
    for (unsigned i = 1; i < PAGE_SIZE / 4 && found < THREADS - 1; i++) {
        uint64_t a = mmu_to_physical(address_space_lookup(&process->space, word(0), PTE_R));

        if (a * 0x9e3779b97f4a7c15 >> 58 == (a + 4 * i) * 0x9e3779b97f4a7c15 >> 58) {
            addresses[found++] = word(i);
        }
    }
    CHECK_IS(found, THREADS - 1);
    for (int i = 1; i < THREADS; i++) {
        wait(i, addresses[i - 1], WAIT_FOREVER);
    }
    for (int i = THREADS - 1; i > 0; i--) {
        CHECK_IS(call(SYS_futex_wake, addresses[i - 1], 9), 1);
        CHECK_IS(resume(threads[i]), 0);
        run(threads[0]);
    }
}

/* A page at different addresses of two processes; the same address with different pages. */
static void word_is_its_memory(void)
{
    struct process *other;
    struct thread *waiter;
    char *page;
    uint64_t shared;

    set_up();
    other = new_process();
    waiter = new_thread(other);
    page = address_space_lookup(&process->space, words, PTE_R);
    page_get(page);
    shared = words + 16 * PAGE_SIZE;
    CHECK_IS(address_space_map(&other->space, shared, page, PTE_R | PTE_W), 0);
    CHECK_IS(address_space_map_new(&other->space, words, PAGE_SIZE, PTE_R | PTE_W), 0);
    run(waiter);
    CHECK_IS(call(SYS_futex_wait, shared + 8, 0, WAIT_FOREVER), SYSCALL_WAITS);
    run(threads[0]);
    CHECK_IS(call(SYS_futex_wake, shared + 8, 9), -EFAULT);
    CHECK_IS(call(SYS_futex_wake, words + 8, 9), 1);
    CHECK_IS(resume(waiter), 0);
    CHECK_IS(call(SYS_futex_wait, words + 8, 0, WAIT_FOREVER), SYSCALL_WAITS);
    run(threads[0]);
    CHECK_IS(call(SYS_futex_wake, words + 8, 9), 0);
    CHECK(is_waiting(waiter));
}

static void waiter_is_killed(void)
{
    struct process *other;
    struct thread *waiter;
    uint64_t memory;

    set_up();
    other = new_process();
    waiter = new_thread(other);
    memory = user_memory(other, PAGE_SIZE);
    run(waiter);
    CHECK_IS(call(SYS_futex_wait, memory, 0, 1000000), SYSCALL_WAITS);
    run(threads[0]);
    wait(1, word(0), WAIT_FOREVER);
    process_kill(other, 1);
    CHECK(other->ended);
    CHECK_IS(wait_expire(&cpus[0], 100000000), UINT64_MAX);
    CHECK_IS(call(SYS_futex_wake, word(0), 9), 1);
}

static void exit_stores_zero_and_wakes(void)
{
    uint32_t found = 7;

    set_up();
    poke(process, word(1), &found, 4);
    run(threads[1]);
    CHECK_IS(call(SYS_futex_wait, word(1), 7, WAIT_FOREVER), SYSCALL_WAITS);
    run(threads[2]);
    CHECK_IS(call(SYS_thread_exit, word(1)), SYSCALL_WAITS);
    CHECK_IS(resume(threads[1]), 0);
    peek(process, word(1), &found, 4);
    CHECK_IS(found, 0);
    run(threads[3]);
    CHECK_IS(call(SYS_thread_exit, NO_MEMORY), SYSCALL_WAITS); /* it ends all the same */
    CHECK_IS(thread_count(), 1 + THREADS - 2);
}

/* Against what each thread is known to wait for. */
static void random_words(void)
{
    unsigned waits_for[THREADS] = { 0 }, since[THREADS], time = 0; /* 0: runs; else word + 1 */

    set_up();
    for (int round = 0; round < 20000; round++) {
        int i = 1 + (int)unit_random(THREADS - 1);
        unsigned index = (unsigned)unit_random(4), wanted = (unsigned)unit_random(4), woken = 0;

        if (!waits_for[i] && unit_one_in(2)) {
            wait(i, word(index * 256), WAIT_FOREVER);
            waits_for[i] = index + 1;
            since[i] = time++;
            continue;
        }
        for (; woken < wanted; woken++) {
            int first = 0;

            for (int j = 1; j < THREADS; j++) {
                if (waits_for[j] == index + 1 && (!first || since[j] < since[first])) {
                    first = j;
                }
            }
            if (!first) {
                break;
            }
            waits_for[first] = 0;
        }
        CHECK_IS(call(SYS_futex_wake, word(index * 256), wanted), woken);
        for (int j = 1; j < THREADS; j++) {
            CHECK(is_waiting(threads[j]) == (waits_for[j] != 0));
        }
    }
}

static const struct unit_case cases[] = {
    {"errors",                      errors                    },
    { "value-is-compared",          value_is_compared         },
    { "woken-as-they-came",         woken_as_they_came        },
    { "as-many-as-asked-for",       as_many_as_asked_for      },
    { "timeout",                    timeout                   },
    { "interrupted",                interrupted               },
    { "other-words-stay",           other_words_stay          },
    { "word-is-its-memory",         word_is_its_memory        },
    { "waiter-is-killed",           waiter_is_killed          },
    { "exit-stores-zero-and-wakes", exit_stores_zero_and_wakes},
    { "random-words",               random_words              },
};

UNIT("futex", cases)
