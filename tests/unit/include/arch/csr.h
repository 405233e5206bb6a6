/* SPDX-License-Identifier: MIT */
/*
 * The kernel's header with registers that are words of memory (mock_machine.c), and instructions that
 * do nothing.
 */
#ifndef UNIT_ARCH_CSR_H
#define UNIT_ARCH_CSR_H

#define wait_for_interrupt kernel_wait_for_interrupt
#include_next "arch/csr.h"
#undef wait_for_interrupt
#undef csr_read
#undef csr_write
#undef csr_set
#undef csr_read_clear

uint64_t csr_read(unsigned csr);
void csr_write(unsigned csr, uint64_t value);
void csr_set(unsigned csr, uint64_t bits);
uint64_t csr_read_clear(unsigned csr, uint64_t bits);
void wait_for_interrupt(void);

__asm__(".macro sfence.vma operands:vararg\n.endm\n"
        ".macro fence.i\n.endm");

#endif
