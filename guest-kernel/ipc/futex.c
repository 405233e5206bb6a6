// SPDX-License-Identifier: MIT
/*
 * No wake-up is lost: the look at the word and the entry into the queue happen under one hold of
 * the kernel lock, and whoever changes the word does so before he takes that lock to wake. Either
 * the waiter sees the change, or the waker sees the waiter.
 */
#include "ipc/futex.h"

#include <errno.h>

#include "arch/mmu.h"
#include "arch/timer.h"
#include "core/process.h"

#define BUCKET_BITS 6

/* Threads whose words have the same hash; each one's word is its wait.key. */
static struct wait_queue buckets[1 << BUCKET_BITS];

void futex_init(void)
{
    for (unsigned i = 0; i < 1u << BUCKET_BITS; i++) {
        wait_queue_init(&buckets[i]);
    }
}

/* Fibonacci hashing: words at the same place in different pages spread too. */
static struct wait_queue *bucket_of(uint64_t physical)
{
    return &buckets[physical * 0x9e3779b97f4a7c15 >> (64 - BUCKET_BITS)];
}

/* The word through the kernel's mapping. */
static int find_word(uint64_t address, const uint32_t **word)
{
    if (address % sizeof(**word)) {
        return -EINVAL;
    }
    *word = address_space_lookup(&process_current()->space, address, PTE_R);
    return *word ? 0 : -EFAULT;
}

long futex_sys_wait(uint64_t address, uint64_t value, uint64_t nanoseconds)
{
    const uint32_t *word;
    uint64_t physical;
    int error = find_word(address, &word);

    if (error) {
        return error;
    }
    if (__atomic_load_n(word, __ATOMIC_RELAXED) != (uint32_t)value) {
        return -EAGAIN;
    }
    physical = mmu_to_physical(word);
    thread_current()->wait.key = physical;
    return wait_on_until(bucket_of(physical), timer_deadline(nanoseconds), -ETIMEDOUT);
}

unsigned futex_wake(uint64_t physical, unsigned threads)
{
    unsigned woken = 0;

    LIST_FOR_EACH (node, next, &bucket_of(physical)->threads) {
        struct thread *thread = LIST_ENTRY(node, struct thread, node);

        if (woken == threads) {
            break;
        }
        if (thread->wait.key == physical) {
            wait_end(thread, 0);
            woken++;
        }
    }
    return woken;
}

long futex_sys_wake(uint64_t address, uint64_t threads)
{
    const uint32_t *word;
    int error = find_word(address, &word);

    if (error) {
        return error;
    }
    return futex_wake(mmu_to_physical(word), threads < UINT32_MAX ? (unsigned)threads : UINT32_MAX);
}
