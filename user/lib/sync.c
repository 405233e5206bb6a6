// SPDX-License-Identifier: MIT
#include "lib/sync.h"

#include <errno.h>
#include <limits.h>

#include "lib/syscall.h"

/* The functions here may run anywhere, so errno must be as before; a futex that fails is looked
 * at anew. */
static void wait_while(uint32_t *word, uint32_t value)
{
    int saved = errno;

    futex_wait(word, value, WAIT_FOREVER);
    errno = saved;
}

static void wake(uint32_t *word, unsigned threads)
{
    int saved = errno;

    futex_wake(word, threads);
    errno = saved;
}

bool mutex_try_lock(struct mutex *mutex)
{
    uint32_t expected = 0;

    return __atomic_compare_exchange_n(&mutex->state, &expected, 1, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

/* Who has waited takes it as 2, since others may still wait; the price is one wake too many. */
void mutex_lock(struct mutex *mutex)
{
    if (mutex_try_lock(mutex)) {
        return;
    }
    while (__atomic_exchange_n(&mutex->state, 2, __ATOMIC_ACQUIRE) != 0) {
        wait_while(&mutex->state, 2);
    }
}

void mutex_unlock(struct mutex *mutex)
{
    if (__atomic_exchange_n(&mutex->state, 0, __ATOMIC_RELEASE) == 2) {
        wake(&mutex->state, 1);
    }
}

/*
 * The waiter announces itself, then looks at the count once more in the futex; the poster
 * changes the count, then looks whether somebody waits. Sequential consistency makes one of them
 * see the other.
 */
void semaphore_wait(struct semaphore *semaphore)
{
    uint32_t count = __atomic_load_n(&semaphore->count, __ATOMIC_RELAXED);

    for (;;) {
        while (count > 0) {
            if (__atomic_compare_exchange_n(&semaphore->count, &count, count - 1, true,
                                            __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
                return;
            }
        }
        __atomic_add_fetch(&semaphore->waiting, 1, __ATOMIC_SEQ_CST);
        wait_while(&semaphore->count, 0);
        __atomic_sub_fetch(&semaphore->waiting, 1, __ATOMIC_RELAXED);
        count = __atomic_load_n(&semaphore->count, __ATOMIC_RELAXED);
    }
}

void semaphore_post(struct semaphore *semaphore)
{
    __atomic_add_fetch(&semaphore->count, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&semaphore->waiting, __ATOMIC_SEQ_CST) > 0) {
        wake(&semaphore->count, 1);
    }
}

/* A signal between the unlock and the wait has changed the sequence, so the futex does not wait. */
void condition_wait(struct condition *condition, struct mutex *mutex)
{
    uint32_t sequence = __atomic_load_n(&condition->sequence, __ATOMIC_RELAXED);

    mutex_unlock(mutex);
    wait_while(&condition->sequence, sequence);
    mutex_lock(mutex);
}

void condition_signal(struct condition *condition)
{
    __atomic_add_fetch(&condition->sequence, 1, __ATOMIC_RELAXED);
    wake(&condition->sequence, 1);
}

void condition_broadcast(struct condition *condition)
{
    __atomic_add_fetch(&condition->sequence, 1, __ATOMIC_RELAXED);
    wake(&condition->sequence, INT_MAX);
}
