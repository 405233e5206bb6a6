// SPDX-License-Identifier: MIT
#include "drivers/uart.h"

#include <stddef.h>
#include <stdint.h>

#include "arch/mmu.h"
#include "arch/sbi.h"
#include "core/devicetree.h"

#define RBR           0
#define THR           0
#define IER           1
#define IER_RECEIVED  0x01
#define LSR           5
#define LSR_RECEIVED  0x01
#define LSR_THR_EMPTY 0x20

static volatile uint8_t *registers; /* set once at boot */

void uart_init(void)
{
    if (machine.uart.size) {
        registers = mmu_map_device(machine.uart.base, machine.uart.size);
    }
}

static void put(char c)
{
    if (!registers) {
        sbi_putchar(c);
        return;
    }
    while (!(registers[LSR] & LSR_THR_EMPTY)) {
    }
    registers[THR] = (uint8_t)c;
}

void uart_putchar(char c)
{
    if (c == '\n') {
        put('\r');
    }
    put(c);
}

void uart_enable_receive(void)
{
    if (registers) {
        registers[IER] = IER_RECEIVED;
    }
}

int uart_getchar(void)
{
    return registers && (registers[LSR] & LSR_RECEIVED) ? registers[RBR] : -1;
}
