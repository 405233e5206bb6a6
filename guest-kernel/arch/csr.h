/* SPDX-License-Identifier: MIT */
/*
 * Control and status registers, by number: the assembler does not know the N and UINTR ones.
 * Called by kernel code only; user programs have their own few in user/lib/uintr.h.
 */
#ifndef ARCH_CSR_H
#define ARCH_CSR_H

#include <stdint.h>

#define CSR_VSTART             0x008
#define CSR_SSTATUS            0x100
#define CSR_SEDELEG            0x102 /* N: exceptions handed on to U mode */
#define CSR_SIDELEG            0x103 /* N: interrupts handed on to U mode */
#define CSR_SIE                0x104
#define CSR_STVEC              0x105
#define CSR_SCOUNTEREN         0x106
#define CSR_SSCRATCH           0x140
#define CSR_SEPC               0x141
#define CSR_SCAUSE             0x142
#define CSR_STVAL              0x143
#define CSR_SIP                0x144
#define CSR_STIMECMP           0x14d
#define CSR_SATP               0x180
#define CSR_SUIST              0x1b0 /* UINTR: this hart's sender status table */
#define CSR_SUIRS              0x1b1 /* UINTR: this hart's receiver */
#define CSR_SUICFG             0x1b2 /* UINTR: where the UINTC is */
#define CSR_UIE                0x004
#define CSR_UTVEC              0x005
#define CSR_USCRATCH           0x040
#define CSR_UEPC               0x041
#define CSR_UCAUSE             0x042
#define CSR_UTVAL              0x043
#define CSR_TIME               0xc01

/* sstatus */
#define SSTATUS_UIE            (1ul << 0)
#define SSTATUS_UPIE           (1ul << 4)
#define SSTATUS_SPIE           (1ul << 5)
#define SSTATUS_SPP            (1ul << 8)
#define SSTATUS_VS             (3ul << 9)
#define SSTATUS_VS_CLEAN       (2ul << 9)
#define SSTATUS_VS_DIRTY       (3ul << 9)
#define SSTATUS_FS             (3ul << 13)
#define SSTATUS_FS_CLEAN       (2ul << 13)
#define SSTATUS_FS_DIRTY       (3ul << 13)
#define SSTATUS_SD             (1ul << 63) /* FS or VS is Dirty */

/* Bits of sie, sip, sideleg: the interrupt's cause number */
#define INT_USI                (1ul << 0)
#define INT_SSI                (1ul << 1)
#define INT_STI                (1ul << 5)
#define INT_SEI                (1ul << 9)

#define CAUSE_INTERRUPT        (1ul << 63)
#define CAUSE_ILLEGAL          2
#define CAUSE_FETCH_PAGE_FAULT 12
#define CAUSE_LOAD_PAGE_FAULT  13
#define CAUSE_STORE_PAGE_FAULT 15

#define SUIST_ENABLE           (1ul << 63)
#define SUIST_SIZE_SHIFT       44
#define SUIRS_ENABLE           (1ul << 63)

#define csr_read(csr)                                                                              \
    ({                                                                                             \
        unsigned long value_;                                                                      \
        __asm__ volatile("csrr %0, %1" : "=r"(value_) : "i"(csr) : "memory");                      \
        value_;                                                                                    \
    })

#define csr_write(csr, value)                                                                      \
    __asm__ volatile("csrw %0, %1" : : "i"(csr), "rK"((unsigned long)(value)) : "memory")

#define csr_set(csr, bits)                                                                         \
    __asm__ volatile("csrs %0, %1" : : "i"(csr), "rK"((unsigned long)(bits)) : "memory")

/* Clears bits and returns what the register held before, in one step. */
#define csr_read_clear(csr, bits)                                                                  \
    ({                                                                                             \
        unsigned long value_;                                                                      \
        __asm__ volatile("csrrc %0, %1, %2"                                                        \
                         : "=r"(value_)                                                            \
                         : "i"(csr), "rK"((unsigned long)(bits))                                   \
                         : "memory");                                                              \
        value_;                                                                                    \
    })

static inline void wait_for_interrupt(void)
{
    __asm__ volatile("wfi" : : : "memory");
}

#endif
