/* SPDX-License-Identifier: MIT */
/* Calls into the SBI firmware. Each returns the SBI error code, 0 for success. */
#ifndef ARCH_SBI_H
#define ARCH_SBI_H

#include <stdint.h>

long sbi_hart_start(uint64_t hart_id, uint64_t physical_entry, uint64_t opaque);

/* A supervisor software interrupt for the harts of a mask of hart ids. */
long sbi_send_ipis(uint64_t harts);

/* The harts of a mask of hart ids forget all translations; returns when they have. */
long sbi_remote_sfence_vma(uint64_t harts);

long sbi_set_timer(uint64_t when);

/* Resets the machine to power-off; carries no exit status. */
void sbi_shutdown(void);

/* One character on the firmware's console: for messages before a UART is known. */
void sbi_putchar(char c);

#endif
