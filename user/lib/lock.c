// SPDX-License-Identifier: MIT
/* The locks that picolibc asks for: around malloc() and in the streams of fdopen(). */
#include <stdint.h>
#include <stdlib.h>
#include <sys/lock.h>

#include "lib/sync.h"

struct __lock {
    struct mutex mutex;
    uintptr_t
        owner; /* the owner's tp; written by the owner, others see something else than theirs */
    unsigned depth; /* times the owner has it; the owner only */
};

struct __lock __lock___libc_recursive_mutex; /* everything zero: free */

static uintptr_t self(void)
{
    return (uintptr_t)__builtin_thread_pointer();
}

void __retarget_lock_init(_LOCK_T *lock)
{
    *lock = calloc(1, sizeof(**lock));
    if (!*lock) {
        abort(); /* picolibc doesn't expect this to fail */
    }
}

void __retarget_lock_close(_LOCK_T lock)
{
    free(lock);
}

void __retarget_lock_acquire(_LOCK_T lock)
{
    if (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != self()) {
        mutex_lock(&lock->mutex);
        __atomic_store_n(&lock->owner, self(), __ATOMIC_RELAXED);
    }
    lock->depth++;
}

int __retarget_lock_try_acquire(_LOCK_T lock)
{
    if (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != self()) {
        if (!mutex_try_lock(&lock->mutex)) {
            return 0;
        }
        __atomic_store_n(&lock->owner, self(), __ATOMIC_RELAXED);
    }
    lock->depth++;
    return 1;
}

void __retarget_lock_release(_LOCK_T lock)
{
    if (--lock->depth == 0) {
        __atomic_store_n(&lock->owner, 0, __ATOMIC_RELAXED);
        mutex_unlock(&lock->mutex);
    }
}

/* One kind does for both. */
void __retarget_lock_init_recursive(_LOCK_T *lock) __attribute__((alias("__retarget_lock_init")));
void __retarget_lock_close_recursive(_LOCK_T lock) __attribute__((alias("__retarget_lock_close")));
void __retarget_lock_acquire_recursive(_LOCK_T lock)
    __attribute__((alias("__retarget_lock_acquire")));
int __retarget_lock_try_acquire_recursive(_LOCK_T lock)
    __attribute__((alias("__retarget_lock_try_acquire")));
void __retarget_lock_release_recursive(_LOCK_T lock)
    __attribute__((alias("__retarget_lock_release")));
