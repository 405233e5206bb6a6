// SPDX-License-Identifier: MIT
#include "drivers/uintc.h"

#include "arch/mmu.h"
#include "core/devicetree.h"
#include "core/print.h"

#define CONTROL                0x80000
#define ID_VERSION_1           0x55494301ul /* "UIC", 1 */
#define CAPABILITIES_RECEIVERS 0xffff

/* The control page. */
struct control {
    volatile uint64_t id, capabilities, doorbell, doorbells;
};

_Static_assert(sizeof(struct uintc_slot) == 32, "docs/spec.md, 5");

struct uintc_slot *uintc_slots;
static struct control *control;

void uintc_init(void)
{
    volatile char *registers = mmu_map_device(machine.uintc.base, machine.uintc.size);

    uintc_slots = (struct uintc_slot *)(uintptr_t)registers;
    control = (struct control *)(uintptr_t)(registers + CONTROL);
    if (control->id != ID_VERSION_1) {
        panic("UINTC at %#lx has ID %#lx, expected %#lx", machine.uintc.base, control->id,
              ID_VERSION_1);
    }
}

unsigned uintc_receivers(void)
{
    return control->capabilities & CAPABILITIES_RECEIVERS;
}

uint64_t uintc_claim_doorbell(void)
{
    uint64_t slot = control->doorbell;

    __asm__ volatile("fence i, iorw" : : : "memory");
    return slot;
}
