// SPDX-License-Identifier: MIT
#include "core/registers.h"

#include "core/copy.h"
#include "core/devicetree.h"
#include "core/print.h"
#include "core/process.h"
#include "core/slab.h"

#define VECTORS 32

static size_t vlenb; /* 0: there are none, or not of one size on all harts */

/* More than a page is more than the slab allocator has. */
static size_t length_here(void)
{
    size_t length;

    if (!machine.has_vector) {
        return 0;
    }
    csr_set(CSR_SSTATUS, SSTATUS_VS_DIRTY);
    length = vector_length();
    return length <= PAGE_SIZE / VECTORS ? length : 0;
}

void registers_init(void)
{
    vlenb = length_here();
}

void registers_init_hart(void)
{
    if (length_here() != vlenb) {
        vlenb = 0;
    }
}

size_t registers_vector_length(void)
{
    return vlenb;
}

size_t registers_vectors_size(void)
{
    return VECTORS * vlenb;
}

/* ---- The first use ---- */

/* Loads and stores of floating point have the same opcodes, and other widths. */
static bool is_memory_access(uint32_t instruction)
{
    uint32_t opcode = instruction & 0x7f, width = (instruction >> 12) & 7;

    return (opcode == 0x07 || opcode == 0x27) && (width == 0 || width >= 5);
}

/* vstart, vxsat, vxrm, vcsr; vl, vtype, vlenb */
static bool is_csr_access(uint32_t instruction)
{
    uint32_t csr = instruction >> 20;

    return (instruction & 0x7f) == 0x73 && ((instruction >> 12) & 3) != 0 &&
           ((csr >= 0x008 && csr <= 0x00a) || csr == 0x00f || (csr >= 0xc20 && csr <= 0xc22));
}

/* Beside those OP-V and OP-VE. */
static bool is_vector(uint32_t instruction)
{
    uint32_t opcode = instruction & 0x7f;

    return opcode == 0x57 || opcode == 0x77 || is_memory_access(instruction) ||
           is_csr_access(instruction);
}

static void enable_vector(struct thread *thread)
{
    struct process *process = thread->process;

    thread->vector =
        (struct vector){ .vtype = VTYPE_VILL, .v = slab_alloc(registers_vectors_size()) };
    if (!thread->vector.v) {
        kprintf("[kernel] killed %s (pid %d): no memory for vector registers, pc %#lx\n",
                process->name, process->id, thread->frame.sepc);
        process_kill(process, STATUS_SIGNAL(SIGNAL_KILL));
        return;
    }
    registers_set_vector(thread);
}

/*
 * Vectors first, and by the instruction: memory is for who uses them. One that needs both is
 * illegal twice.
 */
bool registers_enable(struct thread *thread, uint64_t instruction)
{
    if (vlenb && !(thread->frame.sstatus & SSTATUS_VS) && is_vector((uint32_t)instruction)) {
        enable_vector(thread);
        return true;
    }
    if (!(thread->frame.sstatus & SSTATUS_FS)) {
        registers_set_fpu(thread);
        return true;
    }
    return false;
}

/* ---- To and from the hart ---- */

void registers_save_dirty(struct thread *thread)
{
    uint64_t *sstatus = &thread->frame.sstatus;

    csr_set(CSR_SSTATUS, *sstatus & (SSTATUS_FS | SSTATUS_VS));
    if ((*sstatus & SSTATUS_FS) == SSTATUS_FS_DIRTY) {
        fpu_save(&thread->fpu);
        *sstatus ^= SSTATUS_FS_DIRTY ^ SSTATUS_FS_CLEAN;
    }
    if ((*sstatus & SSTATUS_VS) == SSTATUS_VS_DIRTY) {
        vector_save(&thread->vector);
        *sstatus ^= SSTATUS_VS_DIRTY ^ SSTATUS_VS_CLEAN;
    }
    *sstatus &= ~SSTATUS_SD;
}

void registers_load_all(const struct thread *thread)
{
    csr_set(CSR_SSTATUS, thread->frame.sstatus & (SSTATUS_FS | SSTATUS_VS));
    if (thread->frame.sstatus & SSTATUS_FS) {
        fpu_load(&thread->fpu);
    }
    if (thread->frame.sstatus & SSTATUS_VS) {
        vector_load(&thread->vector);
    }
}

void registers_set_fpu(struct thread *thread)
{
    thread->frame.sstatus |= SSTATUS_FS_DIRTY | SSTATUS_SD;
    csr_set(CSR_SSTATUS, SSTATUS_FS_DIRTY);
    fpu_load(&thread->fpu);
}

void registers_set_vector(struct thread *thread)
{
    thread->frame.sstatus |= SSTATUS_VS_DIRTY | SSTATUS_SD;
    csr_set(CSR_SSTATUS, SSTATUS_VS_DIRTY);
    vector_load(&thread->vector);
}

void registers_clear_vstart(struct thread *thread)
{
    csr_set(CSR_SSTATUS, SSTATUS_VS_DIRTY);
    csr_write(CSR_VSTART, 0);
    thread->vector.vstart = 0;
}

void registers_drop_fpu(struct thread *thread)
{
    clear_memory(&thread->fpu, sizeof(thread->fpu));
    thread->frame.sstatus &= ~SSTATUS_FS;
}

void registers_drop_vector(struct thread *thread)
{
    slab_free(thread->vector.v, registers_vectors_size());
    thread->vector.v = NULL;
    thread->frame.sstatus &= ~SSTATUS_VS;
}
