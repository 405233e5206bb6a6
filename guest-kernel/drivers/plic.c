// SPDX-License-Identifier: MIT
#include "drivers/plic.h"

#include <stdint.h>

#include "arch/mmu.h"
#include "core/devicetree.h"
#include "drivers/console.h"
#include "ipc/uintr.h"

#define PRIORITY(source)        (4 * (source))
#define ENABLE(context, source) (0x2000 + 0x80 * (context) + 4 * ((source) / 32))
#define THRESHOLD(context)      (0x200000 + 0x1000 * (context))
#define CLAIM(context)          (THRESHOLD(context) + 4)

/* All interrupts go to one hart: whoever they wake runs where it is best. */
#define SERVING_CPU             0

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

        mmu_map_device(machine.plic.base + ENABLE(context, 0), 4);
        mmu_map_device(machine.plic.base + THRESHOLD(context), 8);
    }
}

void plic_init_hart(unsigned cpu)
{
    *at(THRESHOLD(machine.plic_context[cpu])) = 0;
}

void plic_enable(unsigned source)
{
    *at(PRIORITY(source)) = 1;
    *at(ENABLE(machine.plic_context[SERVING_CPU], source)) |= 1u << (source % 32);
}

void plic_serve(unsigned cpu)
{
    volatile uint32_t *claim = at(CLAIM(machine.plic_context[cpu]));
    uint32_t source;

    while ((source = *claim) != 0) {
        if (source == machine.uintc_irq) {
            uintr_doorbell();
        } else if (source == machine.uart_irq) {
            console_receive();
        }
        *claim = source;
    }
}
