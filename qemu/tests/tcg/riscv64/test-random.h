/*
 * Random test of the instruction side of user interrupts: what its parts
 * share
 *
 * The driver (M mode) makes up a step: writes of its own ("pokes") and one
 * instruction, which a hart mode executes from the slot, followed by an
 * instruction that traps. The model does the same from the text of
 * docs/specs/riscv-uintr.rst; then everything that software can see is
 * compared.
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TEST_RANDOM_H
#define TEST_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned long reg_t;

#define XLEN            ((int)sizeof(reg_t) * 8)
#define BIT(n)          ((reg_t)1 << (n))
#define TOP_BIT         BIT(XLEN - 1)
#define ALL_ONES        (~(reg_t)0)
#define ARRAY_SIZE(x)   (sizeof(x) / sizeof((x)[0]))

/* Memory and registers of devices, which change behind the compiler's back */
static inline uint32_t get32(uintptr_t address)
{
    /* volatile: each access happens */
    return *(volatile uint32_t *)address;
}

static inline uint64_t get64(uintptr_t address)
{
    /* volatile: each access happens */
    return *(volatile uint64_t *)address;
}

static inline void put32(uintptr_t address, uint32_t value)
{
    /* volatile: each access happens */
    *(volatile uint32_t *)address = value;
}

static inline void put64(uintptr_t address, uint64_t value)
{
    /* volatile: each access happens */
    *(volatile uint64_t *)address = value;
}

enum { PRV_U, PRV_S, PRV_M = 3 };

/* CSRs */
enum {
    USTATUS = 0x000, UIE = 0x004, UTVEC = 0x005,
    USCRATCH = 0x040, UEPC, UCAUSE, UTVAL, UIP,
    SSTATUS = 0x100, SEDELEG = 0x102, SIDELEG, SIE, STVEC,
    SEPC = 0x141, SCAUSE, STVAL, SIP,
    SUIST = 0x1b0, SUIRS, SUICFG,
    MSTATUS = 0x300, MEDELEG = 0x302, MIDELEG, MIE,
    MEPC = 0x341, MCAUSE, MTVAL, MIP,
    HSTATUS = 0x600,
    UTIMECMP = 0x8b0,
};

#define ST_UIE          BIT(0)
#define ST_SIE          BIT(1)
#define ST_MIE          BIT(3)
#define ST_UPIE         BIT(4)
#define ST_SPIE         BIT(5)
#define ST_MPIE         BIT(7)
#define ST_SPP          BIT(8)
#define ST_MPP_SHIFT    11
#define ST_MPP          (BIT(11) | BIT(12))
#define ST_MPRV         BIT(17)
/* Without these bits, which there are on RV64 only, there is no V=1. */
#define ST_MPV          (XLEN == 64 ? (reg_t)(1ULL << 39) : 0)
#define ST_GVA          (XLEN == 64 ? (reg_t)(1ULL << 38) : 0)
#define ST_USER         (ST_UIE | ST_UPIE)
#define ST_SUPERVISOR   (ST_USER | ST_SIE | ST_SPIE | ST_SPP)
#define ST_MACHINE      (ST_SUPERVISOR | ST_MIE | ST_MPIE | ST_MPP | \
                         ST_MPRV | ST_MPV)
#define HST_SPV         BIT(7)

/* Bits of xie, xip and xideleg */
#define U_INTS          (BIT(0) | BIT(4) | BIT(8))
#define S_INTS          (BIT(1) | BIT(5) | BIT(9))
#define M_INTS          (BIT(3) | BIT(7) | BIT(11))
#define ALL_INTS        (U_INTS | S_INTS | M_INTS)
#define USIP            BIT(0)
#define UTIP            BIT(4)
#define UEIP            BIT(8)

enum {
    EXC_FETCH_FAULT = 1, EXC_ILLEGAL = 2, EXC_BREAKPOINT = 3,
    EXC_LOAD_MISALIGNED = 4, EXC_LOAD_FAULT = 5, EXC_STORE_MISALIGNED = 6,
    EXC_STORE_FAULT = 7, EXC_ECALL = 8, EXC_VIRTUAL = 22,
};
/* Exceptions that U mode can raise, without software check */
#define U_EXCEPTIONS    0xb1ffUL
/* medeleg's writable bits, but for ecall from S mode, a way back to M mode */
#define M_DELEGABLE     (U_EXCEPTIONS | BIT(18) | BIT(22))

/* Instructions */
enum {
    INSN_ECALL = 0x00000073, INSN_EBREAK = 0x00100073,
    INSN_URET = 0x00200073, INSN_SRET = 0x10200073,
    INSN_MRET = 0x30200073, INSN_WFI = 0x10500073,
    INSN_NOP = 0x00000013,
    INSN_ILLEGAL = 0x0000000b,
    OP_SYSTEM = 0x73, OP_UIPI = 0x7b,
    OP_LOAD = 0x03, OP_STORE = 0x23, OP_AMO = 0x2f, OP_JALR = 0x67,
};

/*
 * Memory. The slot and the pages of instructions that trap have pages of
 * their own, as they are written; each exit page is one instruction over
 * and over. The denied page is not for S and U mode.
 */
#define SLOT            0x82000000UL
#define EXITS           0x82010000UL
#define EXIT_BYTES      0x2000UL
#define EXIT_KINDS      3
#define EXIT_PAGE(kind) (EXITS + (kind) * EXIT_BYTES)
#define MAILBOX         0x83000000UL
#define TABLE           0x84000000UL
#define DENIED          0x84002000UL
#define DENIED_END      0x84003000UL
#define RAM             0x80000000UL
#define RAM_END         0x88000000UL
#define UINTC           0x2f10000UL
#define UINTC_SEND(i)   (UINTC + 32 * (i))
#define UINTC_LOW(i)    (UINTC + 32 * (i) + 8)
#define UINTC_HIGH(i)   (UINTC + 32 * (i) + 16)
#define UINTC_ACTIVE(i) (UINTC + 32 * (i) + 24)
#define UINTC_DOORBELL  (UINTC + 0x80010)
#define UINTC_COUNT     (UINTC + 0x80018)
#define ACLINT_MSIP     0x2000000UL
#define ACLINT_MTIMECMP 0x2004000UL
#define ACLINT_MTIME    0x200bff8UL

/* What the machine has */
enum {
    HAS_UINTR = 1, HAS_UINTC = 2, HAS_SUTC = 4, HAS_AIA = 8,
    /* Found out from misa */
    HAS_H = 16, HAS_C = 32,
};

#define RECEIVERS       8

struct receiver {
    bool active;
    bool mode64;
    bool kn;
    bool doorbell;
    uint8_t threshold;
    uint16_t hartid;
    uint16_t tag;
    uint64_t pending;
};

struct model {
    unsigned has;
    reg_t x[32];
    /* Bits of x[rd] after the step that the text leaves open */
    reg_t rd_open;
    unsigned rd_open_reg;
    reg_t pc;
    unsigned prv;
    bool v;
    bool spv;
    reg_t mstatus;
    reg_t mie;
    /* What software and the ACLINT set; uintc_level and utimecmp come on top */
    reg_t latch;
    reg_t mideleg;
    reg_t medeleg;
    reg_t sideleg;
    reg_t sedeleg;
    /* Bits that sedeleg may or may not have kept */
    reg_t sedeleg_open;
    reg_t utvec, uscratch, uepc, ucause, utval;
    reg_t stvec, sepc, scause, stval;
    reg_t mepc, mcause, mtval;
    uint64_t utimecmp;
    reg_t suist;
    reg_t suirs;
    /* Bits outside of the model, which nothing here changes */
    reg_t mstatus_rest, sstatus_rest, mideleg_rest;
    struct receiver receivers[RECEIVERS];
};

extern struct model model;

/* test-random-csr.c: -1, or the exception that an access raises */
int csr_check(unsigned csr);
reg_t csr_read(unsigned csr);
void csr_write(unsigned csr, reg_t value, reg_t mask);
reg_t csr_open_bits(unsigned csr);
reg_t model_mip(void);

/* test-random-hart.c */
void model_mret(void);
void model_sret(void);
/* Until the hart is in its M-mode trap handler; false: it got lost. */
bool model_run(void);

/* test-random-uintc.c */
bool uintc_level(void);
void uintc_post(struct receiver *r, uint64_t vector);
uint64_t uintc_low(const struct receiver *r);
void uintc_set_low(struct receiver *r, uint64_t value);
void uintc_or_pending(struct receiver *r, uint64_t value);
uint64_t uintc_count(void);
uint64_t uintc_claim_doorbell(void);
/* -1, or the exception; *result is for rd, if *has_result. */
int uipi(uint32_t insn, reg_t rs1, reg_t *result, bool *has_result);

/* test-random-steps.c */
extern uint64_t random_state;
/* True: the step is entered by sret */
bool make_step(void);

/* test-random-pokes.c: writes by the driver, to the hart and the model */
uint64_t rnd(void);
unsigned below(unsigned n);
bool one_in(unsigned n);
void poke_csr(unsigned csr, reg_t value);
void poke_spv(bool spv);
void make_pokes(void);
reg_t random_operand(unsigned csr);
uint64_t random_index(void);
uint64_t poke_good_entry(void);

/* test-random-csrs.c: the hart's */
reg_t real_read(unsigned csr);
bool real_write(unsigned csr, reg_t value);

/* test-random-check.c */
unsigned check_step(void);
unsigned check_pending(void);

/* test-random-main.c */
int main(void);
void driver_trap(reg_t cause, reg_t epc, reg_t tval);

/* test-random-count.c */
enum counter {
    CNT_M_INTERRUPT, CNT_S_INTERRUPT, CNT_S_USER_INTERRUPT,
    CNT_V_USER_INTERRUPT, CNT_USI, CNT_UTI, CNT_UEI, CNT_LEVEL, CNT_AT_ONCE,
    CNT_U_EXCEPTION, CNT_S_EXCEPTION, CNT_M_EXCEPTION, CNT_VIRTUAL,
    CNT_CSR, CNT_URET, CNT_UIPI, CNT_SEND_0, CNT_SEND_1, CNT_SEND_2,
    CNT_SEND_FAULT, COUNTERS
};
void count(enum counter counter);
bool print_counts(uint64_t steps);

/* test-random-log.c */
enum event {
    EV_NONE, EV_STEP, EV_EXIT, EV_TRAP_M, EV_TRAP_S, EV_TRAP_U, EV_CSR,
    EV_SEND, EV_LOW, EV_HIGH, EV_ACTIVE, EV_DOORBELL, EV_ENTRY, EV_MSIP,
    EV_MTIMECMP,
};
void note(enum event event, uint64_t a, uint64_t b);
void print(const char *text);
void print_hex(uint64_t value);
void print_dec(uint64_t value);
void print_events(void);
const char *csr_name(unsigned csr);
void finish(int status) __attribute__((noreturn));

/* test-random-entry.S */
long semihost(long operation, void *argument);

struct context {
    reg_t x[32];
    reg_t driver[16];
};
extern struct context context;
void enter_by_mret(void);
void enter_by_sret(void);
void clear_mpv(void);

#endif
