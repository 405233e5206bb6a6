// SPDX-License-Identifier: MIT
#include "drivers/plic.h"

#include <stdint.h>

#include "arch/mmu.h"
#include "core/devicetree.h"
#include "ipc/uintr.h"

#define PRIORITY(source)        (4 * (source))
#define ENABLE(context, source) (0x2000 + 0x80 * (context) + 4 * ((source) / 32))
#define THRESHOLD(context)      (0x200000 + 0x1000 * (context))
#define CLAIM(context)          (THRESHOLD(context) + 4)

#define DOORBELL_CPU            0

static volatile char *registers; /* set once at boot */

static volatile uint32_t *at(unsigned offset)
{
    return (volatile uint32_t *)(registers + offset);
}

/* Only the pages in use: the priorities, and two of each context. */
void plic_init(void)
{
    registers = mmu_map_device(machine.plic.base, PAGE_SIZE);
    for (unsigned i = 0; i < machine.harts; i++) {
        unsigned context = machine.plic_context[i];

        mmu_map_device(machine.plic.base + ENABLE(context, machine.uintc_irq), 4);
        mmu_map_device(machine.plic.base + THRESHOLD(context), 8);
    }
    *at(PRIORITY(machine.uintc_irq)) = 1;
}

void plic_init_hart(unsigned cpu)
{
    unsigned context = machine.plic_context[cpu];

    *at(THRESHOLD(context)) = 0;
    if (cpu == DOORBELL_CPU) {
        *at(ENABLE(context, machine.uintc_irq)) = 1u << (machine.uintc_irq % 32);
    }
}

void plic_serve(unsigned cpu)
{
    volatile uint32_t *claim = at(CLAIM(machine.plic_context[cpu]));
    uint32_t source;

    while ((source = *claim) != 0) {
        if (source == machine.uintc_irq) {
            uintr_doorbell();
        }
        *claim = source;
    }
}
