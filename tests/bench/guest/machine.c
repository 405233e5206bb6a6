/* SPDX-License-Identifier: MIT */
/* What the machine is made of: console, end of the run, and work for the other harts. */
#include "bench.h"

static void (*jobs[MAX_HARTS])(unsigned hart);

void print(const char *text)
{
    for (; *text; text++) {
        *(volatile uint8_t *)UART = *text;
    }
}

void print_number(uint64_t number)
{
    char digits[21];
    char *p = digits + sizeof(digits);

    *--p = 0;
    do {
        *--p = '0' + number % 10;
        number /= 10;
    } while (number);
    print(p);
}

_Noreturn void finish(bool good)
{
    write32(FINISHER, good ? 0x5555 : 0x13333);
    for (;;) {
        __asm__ volatile("wfi");
    }
}

_Noreturn void unexpected_trap(uint64_t mcause, uint64_t mepc, uint64_t mtval)
{
    print("trap cause ");
    print_number(mcause);
    print(" pc ");
    print_number(mepc);
    print(" value ");
    print_number(mtval);
    print("\n");
    finish(false);
}

extern char unexpected[];

void hart_setup(void)
{
    /* The timer's interrupt is pending after reset, and QEMU is slower while any bit of mip is. */
    write64(MTIMECMP + 8 * csr_read(mhartid), UINT64_MAX);
    /* U and S mode may use all memory and every device. */
    csr_write(pmpaddr0, UINT64_MAX >> 10);
    csr_write(pmpcfg0, 0x1f);
    csr_write(mtvec, unexpected);
    csr_write(mideleg, INT_SSI | INT_SEI);
    csr_write(0x103, INT_USI); /* sideleg */
}

/* A hart that isn't needed sleeps, so that the host's processors are free for those that are. */
_Noreturn void hart_loop(uint64_t hart)
{
    hart_setup();
    csr_write(mie, INT_MSI);
    for (;;) {
        void (*job)(unsigned);

        __asm__ volatile("wfi");
        write32(MSIP + 4 * hart, 0);
        job = __atomic_load_n(&jobs[hart], __ATOMIC_ACQUIRE);
        if (job) {
            job(hart);
            __atomic_store_n(&jobs[hart], NULL, __ATOMIC_RELEASE);
        }
    }
}

void hart_start(unsigned hart, void (*job)(unsigned hart))
{
    __atomic_store_n(&jobs[hart], job, __ATOMIC_RELEASE);
    __asm__ volatile("fence" : : : "memory");
    write32(MSIP + 4 * hart, 1);
}

void harts_wait(void)
{
    for (unsigned hart = 1; hart < MAX_HARTS; hart++) {
        while (__atomic_load_n(&jobs[hart], __ATOMIC_ACQUIRE)) {
        }
    }
}
