// SPDX-License-Identifier: MIT
#include <string.h>

#include "arch/cpu.h"
#include "arch/csr.h"
#include "arch/fpu.h"
#include "arch/mmu.h"
#include "arch/sbi.h"
#include "arch/vector.h"
#include "core/devicetree.h"
#include "drivers/console.h"
#include "mock.h"
#include "unit.h"

struct mock_machine mock_machine = { .timer = UINT64_MAX, .asid_bits = 16 };
struct mock_memory mock_memory = { .page_limit = 1u << 16, .fail_in = -1 };
struct machine machine;
struct cpu cpus[MAX_HARTS];

static struct cpu *hart = &cpus[0];
static uint64_t csrs[4096];

bool mock_allocation_fails(void)
{
    return mock_memory.fail_in >= 0 && mock_memory.fail_in-- == 0;
}

/* ---- The hart ---- */

struct cpu *this_cpu(void)
{
    return hart;
}

void on_hart(unsigned index)
{
    hart = &cpus[index];
}

uint64_t csr_read(unsigned csr)
{
    switch (csr) {
    case CSR_TIME:
        return mock_machine.now;
    case CSR_SIP:
        return csrs[csr] | (mock_machine.now >= mock_machine.timer ? INT_STI : 0);
    default:
        return csrs[csr];
    }
}

void csr_write(unsigned csr, uint64_t value)
{
    if (csr == CSR_SATP) {
        value &= ~((uint64_t)(0xffff & -(1u << mock_machine.asid_bits)) << SATP_ASID_SHIFT);
        mock_machine.satp_writes++;
    }
    if (csr == CSR_VSTART) {
        CHECK(csrs[CSR_SSTATUS] & SSTATUS_VS);
        mock_machine.vector[0] = value;
    }
    if (csr == CSR_STIMECMP) {
        mock_machine.timer = value;
    }
    csrs[csr] = value;
}

void csr_set(unsigned csr, uint64_t bits)
{
    csrs[csr] |= bits;
}

uint64_t csr_read_clear(unsigned csr, uint64_t bits)
{
    uint64_t value = csrs[csr];

    csrs[csr] &= ~bits;
    return value;
}

void wait_for_interrupt(void)
{
    if (!mock_machine.at_sleep) {
        FAIL("nothing to run: the hart would sleep for ever");
    }
    mock_machine.at_sleep();
}

void fpu_save(struct fpu *fpu)
{
    CHECK(csrs[CSR_SSTATUS] & SSTATUS_FS);
    memcpy(fpu->f, mock_machine.fpu, sizeof(fpu->f));
    fpu->fcsr = mock_machine.fpu[32];
}

void fpu_load(const struct fpu *fpu)
{
    CHECK(csrs[CSR_SSTATUS] & SSTATUS_FS);
    memcpy(mock_machine.fpu, fpu->f, sizeof(fpu->f));
    mock_machine.fpu[32] = fpu->fcsr;
    mock_machine.fpu_loads++;
}

uint64_t vector_length(void)
{
    CHECK(mock_machine.vlenb && (csrs[CSR_SSTATUS] & SSTATUS_VS));
    return mock_machine.vlenb;
}

void vector_save(struct vector *vector)
{
    CHECK(mock_machine.vlenb && (csrs[CSR_SSTATUS] & SSTATUS_VS));
    memcpy(vector, mock_machine.vector, sizeof(mock_machine.vector));
    memcpy(vector->v, mock_machine.v, 32 * mock_machine.vlenb);
    mock_machine.vector[0] = 0;
    mock_machine.vector_saves++;
}

void vector_load(const struct vector *vector)
{
    CHECK(mock_machine.vlenb && (csrs[CSR_SSTATUS] & SSTATUS_VS));
    memcpy(mock_machine.vector, vector, sizeof(mock_machine.vector));
    memcpy(mock_machine.v, vector->v, 32 * mock_machine.vlenb);
    mock_machine.vector_loads++;
}

/* ---- Other harts ---- */

void cpu_kick(struct cpu *cpu)
{
    CHECK(cpu != hart);
    mock_machine.kicks += !cpu->kicked;
    cpu->kicked = true;
}

long sbi_remote_sfence_vma(uint64_t harts)
{
    mock_machine.remote_fences++;
    mock_machine.fenced_harts = harts;
    if (mock_machine.at_fence) {
        mock_machine.at_fence();
    }
    return 0;
}

long sbi_send_ipis(uint64_t harts)
{
    FAIL("cpu_kick() asks for none, but harts %#lx get one", harts);
}

long sbi_set_timer(uint64_t when)
{
    mock_machine.timer = when;
    return 0;
}

/* ---- Devices ---- */

void console_process_ended(struct process *process)
{
    (void)process;
}
