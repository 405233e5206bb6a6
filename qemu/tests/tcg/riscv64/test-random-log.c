/*
 * Random test of user interrupts: what the driver says, and its memory of
 * the last steps
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "test-random.h"

#define EVENTS  64

static struct {
    enum event event;
    uint64_t a;
    uint64_t b;
} events[EVENTS];
static unsigned next_event;

void note(enum event event, uint64_t a, uint64_t b)
{
    unsigned i = next_event++ % EVENTS;

    events[i].event = event;
    events[i].a = a;
    events[i].b = b;
}

/* By lines: semihosting is slow. */
static char line[256];
static unsigned line_length;

static void flush(void)
{
    line[line_length] = 0;
    line_length = 0;
    semihost(4, line);                              /* SYS_WRITE0 */
}

void print(const char *text)
{
    while (*text) {
        line[line_length++] = *text;
        if (*text++ == '\n' || line_length == sizeof(line) - 1) {
            flush();
        }
    }
}

static void print_number(uint64_t value, unsigned base)
{
    char text[24];
    char *p = text + sizeof(text);

    *--p = 0;
    do {
        *--p = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    print(p);
}

void print_hex(uint64_t value)
{
    print("0x");
    print_number(value, 16);
}

void print_dec(uint64_t value)
{
    print_number(value, 10);
}

static void print_csr(unsigned csr)
{
    const char *name = csr_name(csr);

    if (name) {
        print(name);
    } else {
        print("csr ");
        print_hex(csr);
    }
}

static void print_x(unsigned n)
{
    print(" x");
    print_dec(n);
}

static void print_system(uint32_t insn)
{
    static const char *const csr_ops[] = {
        "", "csrrw", "csrrs", "csrrc", "", "csrrwi", "csrrsi", "csrrci"
    };
    unsigned funct3 = (insn >> 12) & 7;

    if (funct3 & 3) {
        print(csr_ops[funct3]);
        print_x((insn >> 7) & 31);
        print(" ");
        print_csr(insn >> 20);
        if (funct3 & 4) {
            print(" ");
            print_dec((insn >> 15) & 31);
        } else {
            print_x((insn >> 15) & 31);
        }
        return;
    }
    print(insn == INSN_ECALL ? "ecall" : insn == INSN_EBREAK ? "ebreak" :
          insn == INSN_URET ? "uret" : insn == INSN_SRET ? "sret" :
          insn == INSN_MRET ? "mret" : insn == INSN_WFI ? "wfi" : "system");
}

static void print_uipi(uint32_t insn)
{
    static const char *const operations[] = {
        "send", "read", "write", "activate", "deactivate", "claim", "thresh"
    };
    unsigned op = ((insn >> 12) & 7) == 2 ? insn >> 20 : insn >> 25;

    print("uipi ");
    print(op < ARRAY_SIZE(operations) ? operations[op] : "(illegal)");
    print_x((insn >> 7) & 31);
    print_x((insn >> 15) & 31);
}

static void print_instruction(uint32_t insn)
{
    print_hex(insn);
    print(" ");
    switch (insn & 127) {
    case OP_SYSTEM:
        print_system(insn);
        break;
    case OP_UIPI:
        print_uipi(insn);
        break;
    default:
        print(insn == INSN_ILLEGAL ? "illegal" :
              insn == INSN_NOP ? "nop" : "memory");
    }
}

static void print_event(enum event event, uint64_t a, uint64_t b)
{
    static const char *const names[] = {
        [EV_SEND] = "SEND", [EV_LOW] = "LOW", [EV_HIGH] = "HIGH",
        [EV_ACTIVE] = "ACTIVE", [EV_DOORBELL] = "DOORBELL claims",
        [EV_ENTRY] = "entry", [EV_MSIP] = "msip", [EV_MTIMECMP] = "mtimecmp",
        [EV_TRAP_M] = "trap to M,", [EV_TRAP_S] = "trap to S,",
        [EV_TRAP_U] = "trap to U,",
    };
    static const char *const modes[] = {
        "U: ", "S: ", "", "M: ", "VU: ", "VS: "
    };

    switch (event) {
    case EV_STEP:
        print("step in ");
        print(modes[(a >> 32) & 7]);
        print_instruction(a);
        print(", rs1 holds ");
        print_hex(b);
        break;
    case EV_EXIT:
        print("       then ");
        print_instruction(a);
        break;
    case EV_CSR:
        print("  driver writes ");
        print_csr(a);
        print(" ");
        print_hex(b);
        break;
    case EV_TRAP_M:
    case EV_TRAP_S:
    case EV_TRAP_U:
        print("    wanted: ");
        print(names[event]);
        print(" cause ");
        print_hex(a);
        print(" pc ");
        print_hex(b);
        break;
    default:
        print("  driver: ");
        print(names[event]);
        print(" ");
        print_dec(a);
        print(" ");
        print_hex(b);
    }
    print("\n");
}

void print_events(void)
{
    for (unsigned i = 0; i < EVENTS; i++) {
        unsigned e = (next_event + i) % EVENTS;

        if (events[e].event != EV_NONE) {
            print_event(events[e].event, events[e].a, events[e].b);
        }
    }
}

void finish(int status)
{
    reg_t block[2] = { 0x20026, status };   /* ADP_Stopped_ApplicationExit */

    semihost(0x20, block);                  /* SYS_EXIT_EXTENDED */
    while (true) {
        continue;
    }
}
