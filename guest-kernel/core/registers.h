/* SPDX-License-Identifier: MIT */
/*
 * Registers that most threads never use: floating point (arch/fpu.h), vectors (arch/vector.h).
 * sstatus.FS and VS are Off until a thread's first such instruction, which gives it zeros. What is
 * Dirty is saved when the thread leaves its hart, what is not Off loaded when it comes back.
 */
#ifndef CORE_REGISTERS_H
#define CORE_REGISTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/csr.h"
#include "core/thread.h"

/* On the boot hart, then on each of the others before any process is there. */
void registers_init(void);
void registers_init_hart(void);

/* Bytes of a vector register, and of all of them; 0: threads have none. */
size_t registers_vector_length(void);
size_t registers_vectors_size(void);

/*
 * An illegal instruction of the current thread: whether it may be tried again, with registers that
 * the thread has from now on. Without memory for them it kills the process.
 */
bool registers_enable(struct thread *thread, uint64_t instruction);

/* Used below. */
void registers_save_dirty(struct thread *thread);
void registers_load_all(const struct thread *thread);

/*
 * The current thread's registers are in its struct thread, too; what the thread has gets into the
 * hart. A thread without such registers pays for no more than what is here: sstatus.SD says that
 * some are Dirty.
 */
static inline void registers_save(struct thread *thread)
{
    if (thread->frame.sstatus & SSTATUS_SD) {
        registers_save_dirty(thread);
    }
}

static inline void registers_load(const struct thread *thread)
{
    if (thread->frame.sstatus & (SSTATUS_FS | SSTATUS_VS)) {
        registers_load_all(thread);
    }
}

/* The current thread gets what its struct thread holds; it has such registers. */
void registers_set_fpu(struct thread *thread);
void registers_set_vector(struct thread *thread);

/* The current thread's, which has vector registers, in its struct thread and in the hart. */
void registers_clear_vstart(struct thread *thread);

/* The thread has none of them again. */
void registers_drop_fpu(struct thread *thread);
void registers_drop_vector(struct thread *thread);

#endif
