/* SPDX-License-Identifier: MIT */
/* The console's 16550 UART, polled; until uart_init() the firmware's console stands in. */
#ifndef DRIVERS_UART_H
#define DRIVERS_UART_H

void uart_init(void);

/* Sends one character, with a carriage return before a line feed. One caller at a time. */
void uart_putchar(char c);

/* Has the UART interrupt when something arrives. */
void uart_enable_receive(void);

/* The next character that has arrived, -1 when there is none. */
int uart_getchar(void);

#endif
