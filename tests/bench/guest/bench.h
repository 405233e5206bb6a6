/* SPDX-License-Identifier: MIT */
/*
 * The benchmark guest: what start.S, loops.S, machine.c, cases.c and main.c share. It runs on bare
 * `virt`, hart 0 drives in M mode; what is timed is a loop in assembly, in the mode the case names.
 */
#ifndef BENCH_H
#define BENCH_H

/* What the host writes into memory before the guest starts (struct parameters). */
#define PARAMETERS       0x80100000
#define PARAMETERS_MAGIC 0x3168636e65626975 /* "uibench1" */

#define MAX_HARTS        4
#define STACK_BYTES      4096

#define UART             0x10000000
#define FINISHER         0x100000
#define MSIP             0x2000000
#define MTIMECMP         0x2004000
#define PLIC             0xc000000
#define IMSIC_M          0x24000000
#define IMSIC_S          0x28000000

#define UINTC            0x2f10000
#define UINTC_CAPS       (UINTC + 0x80008)
#define UINTC_DOORBELL   (UINTC + 0x80010)
#define DOORBELL_SOURCE  52
#define LOW_ACTIVE       1
#define LOW_MODE64       2
#define LOW_KN           4
#define LOW_HARTID       16

#define MODE_U           0
#define MODE_S           1
#define MODE_M           3

#define STATUS_UIE       0x1
#define STATUS_SIE       0x2
#define STATUS_MIE       0x8
#define STATUS_MPIE      0x80
#define STATUS_MPP_SHIFT 11

#define INT_USI          0x1
#define INT_SSI          0x2
#define INT_MSI          0x8
#define INT_SEI          0x200
#define INT_MEI          0x800

#define IMSIC_IDENTITY   1

/* The vector of all cases: uipi.read sees it as 2, uipi.claim as 1. */
#define VECTOR           1
/* Entries of the sender table: 0 to 63 go to the receiver, vector by vector. */
#define ENTRY_HART(h)    (64 + (h))

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct parameters {
    uint64_t magic;
    uint64_t harts;
    uint64_t rounds;   /* that are reported; one more goes first as the warm-up */
    uint64_t ops;      /* in one sample of a case with weight 1 */
    uint64_t receiver; /* the one that is posted to; all ones: the last */
    uint64_t imsic;    /* whether the machine has one, and then no PLIC */
    char cases[1024];  /* names with spaces around each; empty: all */
};

#define chosen ((const struct parameters *)PARAMETERS)

/* start.S: run a loop of loops.S in a mode. The loop's arguments are in a0 to a4. */
struct result {
    uint64_t sum;     /* of what the operations returned */
    uint64_t entries; /* of the handler */
    uint64_t seen;    /* sum of what the handler read */
    uint64_t start;   /* time CSR */
    uint64_t end;
    uint64_t cycles; /* difference of the cycle CSR */
};

struct loop_arguments {
    uint64_t a0; /* always the number of operations */
    uint64_t a1;
    uint64_t a2;
    uint64_t a3;
    uint64_t a4;
};

typedef void code(void);

void run_in(uint64_t mstatus, code *loop, const struct loop_arguments *arguments,
            struct result *result);

/* loops.S */
code loop_empty, loop_csr, loop_ecall, loop_load, loop_send, loop_send_fresh, loop_usip, loop_ssip,
    loop_store, loop_ping, loop_pong, loop_spin;
code u_read, u_claim, u_usip, u_flag, s_ssip, s_imsic, m_ecall_only, m_msip, m_plic, m_imsic;

/* machine.c; bench_main and unexpected_trap are called by start.S */
void print(const char *text);
void print_number(uint64_t number);
_Noreturn void bench_main(void);
_Noreturn void finish(bool good);
_Noreturn void hart_loop(uint64_t hart);
void hart_start(unsigned hart, void (*job)(unsigned hart));
void harts_wait(void);
void hart_setup(void);

static inline void write64(uintptr_t address, uint64_t value)
{
    *(volatile uint64_t *)address = value;
}

static inline uint64_t read64(uintptr_t address)
{
    return *(volatile uint64_t *)address;
}

static inline void write32(uintptr_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

#define csr_read(csr)                                                                              \
    ({                                                                                             \
        uint64_t value_;                                                                           \
        __asm__ volatile("csrr %0, " #csr : "=r"(value_) : : "memory");                            \
        value_;                                                                                    \
    })
#define csr_write(csr, value)                                                                      \
    __asm__ volatile("csrw " #csr ", %0" : : "r"((uint64_t)(value)) : "memory")
#define csr_set(csr, value)                                                                        \
    __asm__ volatile("csrs " #csr ", %0" : : "r"((uint64_t)(value)) : "memory")
#define csr_clear(csr, value)                                                                      \
    __asm__ volatile("csrc " #csr ", %0" : : "r"((uint64_t)(value)) : "memory")

#endif
#endif
