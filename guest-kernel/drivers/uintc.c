// SPDX-License-Identifier: MIT
#include "drivers/uintc.h"

#include "arch/mmu.h"
#include "core/devicetree.h"
#include "core/print.h"

#define SLOT_SIZE              32
#define SEND                   0x00
#define LOW                    0x08
#define HIGH                   0x10
#define CONTROL                0x80000
#define ID                     (CONTROL + 0x00)
#define CAPABILITIES           (CONTROL + 0x08)
#define DOORBELL               (CONTROL + 0x10)

#define ID_VERSION_1           0x55494301ul /* "UIC", 1 */
#define CAPABILITIES_RECEIVERS 0xffff

static volatile char *registers; /* set once at boot */

/* Fences order the device's registers against memory: what a lock guards, what a sender wrote. */
static uint64_t read_register(unsigned offset)
{
    uint64_t value = *(volatile uint64_t *)(registers + offset);

    __asm__ volatile("fence i, iorw" : : : "memory");
    return value;
}

static void write_register(unsigned offset, uint64_t value)
{
    __asm__ volatile("fence iorw, o" : : : "memory");
    *(volatile uint64_t *)(registers + offset) = value;
    __asm__ volatile("fence o, i" : : : "memory");
}

void uintc_init(void)
{
    registers = mmu_map_device(machine.uintc.base, machine.uintc.size);
    if (read_register(ID) != ID_VERSION_1) {
        panic("UINTC at %#lx has ID %#lx, expected %#lx", machine.uintc.base, read_register(ID),
              ID_VERSION_1);
    }
}

unsigned uintc_receivers(void)
{
    return read_register(CAPABILITIES) & CAPABILITIES_RECEIVERS;
}

uint64_t uintc_read_low(unsigned slot)
{
    return read_register(slot * SLOT_SIZE + LOW);
}

void uintc_write_low(unsigned slot, uint64_t low)
{
    write_register(slot * SLOT_SIZE + LOW, low);
}

uint64_t uintc_take_pending(unsigned slot)
{
    return read_register(slot * SLOT_SIZE + HIGH);
}

void uintc_put_pending(unsigned slot, uint64_t vectors)
{
    write_register(slot * SLOT_SIZE + HIGH, vectors);
}

void uintc_send(unsigned slot, unsigned vector)
{
    write_register(slot * SLOT_SIZE + SEND, vector);
}

uint64_t uintc_claim_doorbell(void)
{
    return read_register(DOORBELL);
}
