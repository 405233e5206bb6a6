/* SPDX-License-Identifier: MIT */
/*
 * Futexes: waiting for a 32-bit word of user memory to change. A word is known by its physical
 * address, so it works between processes that share the page. Waiters are woken in the order in
 * which they came.
 */
#ifndef IPC_FUTEX_H
#define IPC_FUTEX_H

#include <stdint.h>

#include "core/syscall.h"

/* Boot hart, before there are threads. */
void futex_init(void);

/* Wakes up to so many threads that wait for the word at a physical address: how many. */
unsigned futex_wake(uint64_t physical, unsigned threads);

/*
 * System calls. -EINVAL for a word that isn't aligned, -EFAULT.
 * futex_sys_wait: -EAGAIN when the word isn't `value`, -ETIMEDOUT, -EINTR; 0 when woken, which may
 * have been meant for another word that was at this address before: callers look again.
 */
SYSCALL long futex_sys_wait(uint64_t word, uint64_t value, uint64_t nanoseconds);
SYSCALL long futex_sys_wake(uint64_t word, uint64_t threads);

#endif
