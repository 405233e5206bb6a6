/*
 * Random test of user interrupts: the hart's CSRs, by number
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "test-random.h"

#define FOR_EACH_CSR(x) \
    x(USTATUS) x(UIE) x(UTVEC) x(USCRATCH) x(UEPC) x(UCAUSE) \
    x(UTVAL) x(UIP) x(SSTATUS) x(SEDELEG) x(SIDELEG) x(SIE) \
    x(STVEC) x(SEPC) x(SCAUSE) x(STVAL) x(SIP) x(SUIST) x(SUIRS) \
    x(SUICFG) x(MSTATUS) x(MEDELEG) x(MIDELEG) x(MIE) x(MEPC) \
    x(MCAUSE) x(MTVAL) x(MIP) x(HSTATUS) x(UTIMECMP)

#define READ_CASE(csr) case csr: return CSR_READ(csr);
#define WRITE_CASE(csr) case csr: return CSR_WRITE(csr, value);
#define NAME_CASE(csr) case csr: return #csr;

#define CSR_READ(csr) ({ \
    reg_t result; \
    asm volatile("csrr %0, %1" : "=r"(result) : "i"(csr)); \
    result; })
#define CSR_WRITE(csr, value) ({ \
    asm volatile("csrw %1, %0" : : "r"(value), "i"(csr) : "memory"); \
    true; })

reg_t real_read(unsigned csr)
{
    switch (csr) {
    FOR_EACH_CSR(READ_CASE)
    }
    return 0;
}

/* False: there is none of this number. */
bool real_write(unsigned csr, reg_t value)
{
    switch (csr) {
    FOR_EACH_CSR(WRITE_CASE)
    }
    return false;
}

const char *csr_name(unsigned csr)
{
    switch (csr) {
    FOR_EACH_CSR(NAME_CASE)
    }
    return NULL;
}
