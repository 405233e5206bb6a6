// SPDX-License-Identifier: MIT
#include "arch/cpu.h"

#include "arch/csr.h"
#include "arch/mmu.h"
#include "arch/sbi.h"
#include "arch/timer.h"
#include "core/devicetree.h"
#include "core/lock.h"
#include "core/page.h"
#include "core/print.h"
#include "core/registers.h"
#include "core/sched.h"
#include "drivers/plic.h"

#define SCOUNTEREN_CY_TM_IR 7

struct cpu cpus[MAX_HARTS];
struct cpu boot_cpu; /* tp of the boot hart until cpu_init_boot() */

void secondary_start(void);
_Noreturn void secondary_main(void);
_Noreturn void idle_start(uint64_t sp, void (*function)(void));

/* The registers every hart sets the same way. */
static void setup_hart(struct cpu *cpu)
{
    csr_write(CSR_SCOUNTEREN, SCOUNTEREN_CY_TM_IR); /* programs may read cycle, time, instret */
    csr_write(CSR_SUIST, 0);
    csr_write(CSR_SUIRS, 0);
    /*
     * Only the software interrupt goes to user mode. The user timer stays with the kernel, which
     * saves no utimecmp, and no exception is delegated: a fault inside a handler would overwrite
     * uepc.
     */
    csr_write(CSR_SIDELEG, INT_USI);
    csr_write(CSR_SEDELEG, 0);
    csr_write(CSR_SIP, 0);
    plic_init_hart(cpu->index);
    csr_write(CSR_UIE, 0);
    timer_set(UINT64_MAX);
    csr_write(CSR_SIE, INT_SSI | INT_STI | INT_SEI);
}

void cpu_init_boot(uint64_t hart_id)
{
    struct cpu *mine = NULL;

    for (unsigned i = 0; i < machine.harts; i++) {
        struct cpu *cpu = &cpus[i];

        cpu->index = i;
        cpu->bit = (uint8_t)(1u << i);
        cpu->hart_id = machine.hart_id[i];
        cpu->kernel_sp = mmu_kernel_stack(i);
        cpu->panic_sp = (uint64_t)page_alloc() + PAGE_SIZE;
        sched_init_cpu(cpu);
        if (cpu->hart_id == hart_id) {
            mine = cpu;
        }
    }
    if (!mine) {
        panic("hart %lu is not in the device tree", hart_id);
    }
    __asm__ volatile("mv tp, %0" : : "r"(mine) : "memory");
    setup_hart(mine);
    registers_init();
    __atomic_store_n(&mine->online, true, __ATOMIC_RELEASE);
}

void cpu_start_others(void)
{
    for (unsigned i = 0; i < machine.harts; i++) {
        struct cpu *cpu = &cpus[i];

        if (cpu == this_cpu()) {
            continue;
        }
        if (sbi_hart_start(cpu->hart_id, mmu_to_physical(secondary_start), (uint64_t)cpu)) {
            panic("SBI cannot start hart %lu", cpu->hart_id);
        }
        while (!__atomic_load_n(&cpu->online, __ATOMIC_ACQUIRE)) {
            wait_for_interrupt(); /* its kick ends this; it stays pending until cleared below */
            csr_read_clear(CSR_SIP, INT_SSI);
        }
    }
}

/* tp and sp are set; the starter waits in cpu_start_others(). */
void secondary_main(void)
{
    setup_hart(this_cpu());
    registers_init_hart();
    __atomic_store_n(&this_cpu()->online, true, __ATOMIC_RELEASE);
    for (unsigned i = 0; i < machine.harts; i++) {
        if (&cpus[i] != this_cpu() && __atomic_load_n(&cpus[i].online, __ATOMIC_ACQUIRE)) {
            sbi_send_ipis(1ul << cpus[i].hart_id);
        }
    }
    sched_idle_loop();
}

/* One that is under way is enough: the hart looks at everything when it comes. */
void cpu_kick(struct cpu *cpu)
{
    if (!cpu->kicked) {
        cpu->kicked = true;
        kernel_kicks |= 1ul << cpu->hart_id;
    }
}

void cpu_enter_idle(void)
{
    idle_start(this_cpu()->kernel_sp, sched_idle_loop);
}
