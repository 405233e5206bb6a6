// SPDX-License-Identifier: MIT
#include "arch/sbi.h"

#define EXT_LEGACY_PUTCHAR 1
#define EXT_TIME           0x54494d45
#define EXT_IPI            0x735049
#define EXT_RFENCE         0x52464e43
#define EXT_HSM            0x48534d
#define EXT_SRST           0x53525354

static long sbi_call(long extension, long function, uint64_t arg0, uint64_t arg1, uint64_t arg2,
                     uint64_t arg3)
{
    register uint64_t a0 __asm__("a0") = arg0;
    register uint64_t a1 __asm__("a1") = arg1;
    register uint64_t a2 __asm__("a2") = arg2;
    register uint64_t a3 __asm__("a3") = arg3;
    register long a6 __asm__("a6") = function;
    register long a7 __asm__("a7") = extension;

    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a3), "r"(a6), "r"(a7) : "memory");
    return (long)a0;
}

long sbi_hart_start(uint64_t hart_id, uint64_t physical_entry, uint64_t opaque)
{
    return sbi_call(EXT_HSM, 0, hart_id, physical_entry, opaque, 0);
}

long sbi_send_ipis(uint64_t harts)
{
    return sbi_call(EXT_IPI, 0, harts, 0, 0, 0);
}

long sbi_remote_sfence_vma(uint64_t harts)
{
    return sbi_call(EXT_RFENCE, 1, harts, 0, 0, UINT64_MAX);
}

long sbi_set_timer(uint64_t when)
{
    return sbi_call(EXT_TIME, 0, when, 0, 0, 0);
}

void sbi_shutdown(void)
{
    sbi_call(EXT_SRST, 0, 0, 0, 0, 0);
}

void sbi_putchar(char c)
{
    sbi_call(EXT_LEGACY_PUTCHAR, 0, (unsigned char)c, 0, 0, 0);
}
