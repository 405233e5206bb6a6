// SPDX-License-Identifier: MIT
// A guest that makes the emulator do everything which the series has touched, a fixed number of
// times: CSR accesses, traps and interrupts of each kind, page walks, translation. It runs on the
// bare virt machine and uses nothing that the series adds. Before each part it writes to the
// finisher, which is how the host tells the parts apart, and a line to the UART.

#include <stdint.h>

#define FINISHER              ((volatile uint32_t *)0x100000)
#define UART                  ((volatile uint8_t *)0x10000000)
#define MSIP                  ((volatile uint32_t *)0x2000000)
#define MTIMECMP              ((volatile uint64_t *)0x2004000)
#define MTIME                 ((volatile uint64_t *)0x200bff8)
#define PLIC_PRIORITY(source) (*(volatile uint32_t *)(uintptr_t)(0xc000000 + 4 * (source)))
#define PLIC_ENABLE_M         (*(volatile uint32_t *)0xc002000)
#define PLIC_THRESHOLD_M      (*(volatile uint32_t *)0xc200000)
#define PLIC_CLAIM_M          (*(volatile uint32_t *)0xc200004)
#define UART_SOURCE           10

#define INTERRUPT             (1ul << 63)
#define MODE_U                0
#define MODE_S                1
#define STATUS_SIE            0x2
#define STATUS_MIE            0x8
#define STATUS_SPP            0x100
#define SSI                   1
#define MSI                   3
#define STI                   5
#define MTI                   7
#define MEI                   11
#define ILLEGAL               2
#define U_ECALL               8
#define LOAD_PAGE_FAULT       13

#define read_csr(name)                                                                             \
    ({                                                                                             \
        uint64_t value_;                                                                           \
        __asm__ volatile("csrr %0, " #name : "=r"(value_));                                        \
        value_;                                                                                    \
    })
#define write_csr(name, value)                                                                     \
    __asm__ volatile("csrw " #name ", %0" : : "r"((uint64_t)(value)) : "memory")
#define set_csr(name, value)                                                                       \
    __asm__ volatile("csrs " #name ", %0" : : "r"((uint64_t)(value)) : "memory")
#define clear_csr(name, value)                                                                     \
    __asm__ volatile("csrc " #name ", %0" : : "r"((uint64_t)(value)) : "memory")

void call_in(uint64_t mode, void (*function)(void));
void m_entry(void);

// How often each cause was seen, by mode; interrupts come after 32 exceptions.
static volatile uint64_t taken_m[64];
static volatile uint64_t taken_s[64];
// Each interrupt is to come so often before its source is silenced.
static volatile uint64_t wanted;

static unsigned slot(uint64_t cause)
{
    return (cause & 31) + (cause & INTERRUPT ? 32 : 0);
}

// Only 4-byte instructions trap here.
__attribute__((interrupt("machine"), aligned(4))) void m_trap(void)
{
    uint64_t cause = read_csr(mcause);
    uint64_t count = ++taken_m[slot(cause)];
    switch (cause) {
    case INTERRUPT | MSI:
        *MSIP = 0;
        break;
    case INTERRUPT | MTI:
        *MTIMECMP = count < wanted ? *MTIME + 10 : -1ul;
        break;
    case INTERRUPT | MEI: {
        uint32_t source = PLIC_CLAIM_M;
        UART[1] = 0;
        PLIC_CLAIM_M = source;
        break;
    }
    default:
        write_csr(mepc, read_csr(mepc) + 4);
    }
}

__attribute__((interrupt("supervisor"), aligned(4))) void s_trap(void)
{
    uint64_t cause = read_csr(scause);
    uint64_t count = ++taken_s[slot(cause)];
    switch (cause) {
    case INTERRUPT | SSI:
        clear_csr(sip, 1 << SSI);
        break;
    case INTERRUPT | STI:
        write_csr(0x14d, count < wanted ? read_csr(time) + 10 : -1ul);
        break;
    default:
        write_csr(sepc, read_csr(sepc) + 4);
    }
}

static void print(const char *text)
{
    while (*text) {
        *UART = *text++;
    }
}

static void print_number(uint64_t number)
{
    char text[24] = { 0 };
    char *digit = text + sizeof(text) - 1;
    do {
        *--digit = '0' + number % 10;
        number /= 10;
    } while (number);
    print(" ");
    print(digit);
}

// CSRs of M and S mode, those with side effects on interrupts among them.
static void csr_accesses(void)
{
    for (int i = 0; i < 40000; i++) {
        set_csr(mstatus, STATUS_SIE);
        clear_csr(mstatus, STATUS_SIE);
        write_csr(mie, 1 << MSI);
        write_csr(mie, 0);
        set_csr(sie, 1 << SSI);
        clear_csr(sie, 1 << SSI);
        set_csr(mip, 1 << SSI);
        clear_csr(sip, 1 << SSI);
        write_csr(sscratch, read_csr(sstatus));
        write_csr(mscratch, read_csr(mip) + read_csr(mideleg));
        write_csr(sepc, read_csr(time));
    }
}

static void system_calls(void)
{
    for (int i = 0; i < 40000; i++) {
        __asm__ volatile("ecall" : : : "memory");
    }
}

// No such instruction, and a CSR that U mode may not have: both go to M mode.
static void illegal_instructions(void)
{
    for (int i = 0; i < 20000; i++) {
        __asm__ volatile(".insn r 0x7b, 6, 0, x0, x0, x0" : : : "memory");
        __asm__ volatile(".option push\n.option norvc\ncsrr t0, sscratch\n.option pop"
                         :
                         :
                         : "t0", "memory");
    }
}

static void wait_for(volatile uint64_t *counter)
{
    while (*counter < wanted) {
        __asm__ volatile("wfi" : : : "memory");
    }
}

static void machine_timer(void)
{
    taken_m[32 + MTI] = 0;
    *MTIMECMP = 0;
    write_csr(mie, 1 << MTI);
    set_csr(mstatus, STATUS_MIE);
    wait_for(&taken_m[32 + MTI]);
    clear_csr(mstatus, STATUS_MIE);
}

static void supervisor_timer(void)
{
    taken_s[32 + STI] = 0;
    write_csr(0x14d, 0);
    set_csr(sie, 1 << STI);
    set_csr(sstatus, STATUS_SIE);
    wait_for(&taken_s[32 + STI]);
    clear_csr(sstatus, STATUS_SIE);
}

static void software_interrupts(void)
{
    write_csr(mie, 1 << MSI);
    set_csr(mstatus, STATUS_MIE);
    for (int i = 0; i < 20000; i++) {
        *MSIP = 1;
    }
    clear_csr(mstatus, STATUS_MIE);
}

static void supervisor_software_interrupts(void)
{
    set_csr(sie, 1 << SSI);
    set_csr(sstatus, STATUS_SIE);
    for (int i = 0; i < 40000; i++) {
        set_csr(sip, 1 << SSI);
    }
    clear_csr(sstatus, STATUS_SIE);
}

// The UART asks for an interrupt whenever its transmitter is empty, which it is.
static void external_interrupts(void)
{
    PLIC_PRIORITY(UART_SOURCE) = 1;
    PLIC_ENABLE_M = 1 << UART_SOURCE;
    PLIC_THRESHOLD_M = 0;
    write_csr(mie, 1 << MEI);
    set_csr(mstatus, STATUS_MIE);
    for (int i = 0; i < 20000; i++) {
        UART[1] = 2;
    }
    clear_csr(mstatus, STATUS_MIE);
    PLIC_ENABLE_M = 0;
}

// Sv39: the first 4 GiB where they are, and 256 pages that go round the same memory.
static uint64_t root[512] __attribute__((aligned(4096)));
static uint64_t middle[512] __attribute__((aligned(4096)));
static uint64_t leaf[512] __attribute__((aligned(4096)));
static uint8_t data[64 * 4096] __attribute__((aligned(4096)));
#define PAGES  256
#define WINDOW 0x100000000ul

static void page_walks(void)
{
    for (int i = 0; i < 200; i++) {
        for (uint64_t page = 0; page < PAGES; page++) {
            volatile uint64_t *word = (void *)(WINDOW + page * 4096 + page * 8);
            *word = *word + page;
        }
        __asm__ volatile("sfence.vma" : : : "memory");
        // Past the last page: a fault.
        __asm__ volatile(".option push\n.option norvc\nld t0, 0(%0)\n.option pop"
                         :
                         : "r"(WINDOW + PAGES * 4096)
                         : "t0", "memory");
    }
}

static void map(void)
{
    for (uint64_t i = 0; i < 4; i++) {
        root[i] = (i << 30) >> 12 << 10 | 0xcf;
    }
    root[WINDOW >> 30] = (uint64_t)middle >> 12 << 10 | 1;
    middle[0] = (uint64_t)leaf >> 12 << 10 | 1;
    for (uint64_t i = 0; i < PAGES; i++) {
        leaf[i] = ((uint64_t)data + (i % 64) * 4096) >> 12 << 10 | 0xc7;
    }
}

// Straight code written anew before it runs, so that each round translates all of it.
static uint32_t code[1024] __attribute__((aligned(4096)));

static void translation(void)
{
    static const uint32_t some[] = {
        0x00150513, // addi a0, a0, 1
        0x00a5b023, // sd a0, 0(a1)
        0x0005b603, // ld a2, 0(a1)
        0x02c50533, // mul a0, a0, a2
        0x00c54463, // blt a0, a2, two further
        0x10002573, // csrr a0, sstatus
        0x00c5a52f, // amoadd.w a0, a2, (a1)
        0x0015551b, // srliw a0, a0, 1
    };
    static uint64_t word;
    for (uint32_t round = 0; round < 20; round++) {
        for (unsigned i = 0; i < 1023; i++) {
            code[i] = some[(i + round) % 8];
        }
        code[1023] = 0x00008067; // ret
        __asm__ volatile("fence.i" : : : "memory");
        ((void (*)(uint64_t, uint64_t *))code)(round, &word);
    }
}

static void part(const char *name)
{
    print(name);
    for (unsigned i = 0; i < 64; i++) {
        if (taken_m[i] || taken_s[i]) {
            print_number(i);
            print_number(taken_m[i]);
            print_number(taken_s[i]);
        }
    }
    print("\n");
    *FINISHER = 0;
}

int main(void)
{
    write_csr(mtvec, m_entry);
    write_csr(stvec, s_trap);
    write_csr(pmpaddr0, -1ul);
    write_csr(pmpcfg0, 0x1f);
    write_csr(mcounteren, -1ul);
    write_csr(medeleg, 1 << U_ECALL | 1 << LOAD_PAGE_FAULT);
    write_csr(mideleg, 1 << SSI | 1 << STI);
    set_csr(menvcfg, 1ul << 63);
    wanted = 20000;

    // First what waits for a timer: state.py moves the guest later.
    part("machine-timer");
    machine_timer();
    part("supervisor-timer");
    call_in(MODE_S, supervisor_timer);
    part("csr-accesses");
    csr_accesses();
    part("system-calls");
    call_in(MODE_U, system_calls);
    part("illegal-instructions");
    call_in(MODE_U, illegal_instructions);
    part("software-interrupts");
    software_interrupts();
    part("supervisor-software-interrupts");
    call_in(MODE_S, supervisor_software_interrupts);
    part("external-interrupts");
    external_interrupts();
    part("page-walks");
    map();
    write_csr(satp, 8ul << 60 | (uint64_t)root >> 12);
    call_in(MODE_S, page_walks);
    part("translation");
    translation();
    part("end");
    return 0;
}
