/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The instructions that the plugin looks for. A compressed one has its 16 bits in the low half of
 * the word and zeros above.
 */
#ifndef ATTRIBUTION_DECODE_H
#define ATTRIBUTION_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#define INSN_ECALL  0x00000073u
#define INSN_URET   0x00200073u

/* The access by which trap.S stores and loads a thread's first register: sd ra, 0(sp) and back. */
#define INSN_SD_RA  0x00113023u
#define INSN_LD_RA  0x00013083u
#define INSN_C_SDRA 0xe006u
#define INSN_C_LDRA 0x6082u

static inline uint32_t insn_bits(uint32_t insn, unsigned from, unsigned count)
{
    return insn >> from & ((1u << count) - 1);
}

static inline uint32_t insn_opcode(uint32_t insn)
{
    return insn_bits(insn, 0, 7);
}

/* custom-3: funct3 6 with funct7 0, and the older form with funct3 2 and immediate 0. */
static inline bool insn_is_uipi_send(uint32_t insn)
{
    uint32_t form = insn_bits(insn, 12, 3);

    return insn_opcode(insn) == 0x7b && (form == 6 || form == 2) && insn_bits(insn, 20, 12) == 0;
}

/* A CSR instruction that writes satp: csrrw(i), or csrrs(i) and csrrc(i) with an operand. */
static inline bool insn_writes_satp(uint32_t insn)
{
    uint32_t operation = insn_bits(insn, 12, 2);

    return insn_opcode(insn) == 0x73 && insn_bits(insn, 20, 12) == 0x180 &&
           (operation == 1 || (operation > 1 && insn_bits(insn, 15, 5) != 0));
}

/*
 * The marks of user/bench/window.h: slti and sltiu with x0 twice. Both are HINTs that the
 * unprivileged specification leaves to custom use, so no standard extension will take them.
 */
static inline bool insn_is_window(uint32_t insn, uint32_t funct3)
{
    return insn_bits(insn, 0, 20) == (funct3 << 12 | 0x13) && insn_bits(insn, 31, 1) == 0;
}

static inline bool insn_begins_window(uint32_t insn)
{
    return insn_is_window(insn, 2);
}

static inline bool insn_ends_window(uint32_t insn)
{
    return insn_is_window(insn, 3);
}

static inline uint32_t insn_window(uint32_t insn)
{
    return insn_bits(insn, 20, 11);
}

/*
 * Bytes that an integer store writes, 0 for all other instructions; and for stores relative to sp,
 * which save registers and copy nothing.
 */
static inline unsigned insn_copies(uint32_t insn)
{
    if (insn_opcode(insn) == 0x23) {
        return insn_bits(insn, 15, 5) == 2 ? 0 : 1u << insn_bits(insn, 12, 2);
    }
    switch (insn & 0xe003) {
    case 0xc000: /* c.sw */
        return 4;
    case 0xe000: /* c.sd */
        return 8;
    default:
        return 0;
    }
}

#endif
