/* SPDX-License-Identifier: MIT */
/* The console's 16550 UART, polled; until uart_init() the firmware's console stands in. */
#ifndef DRIVERS_UART_H
#define DRIVERS_UART_H

void uart_init(void);

/* Sends one character, with a carriage return before a line feed. One caller at a time. */
void uart_putchar(char c);

#endif
