/*
 * QEMU RISC-V Disassembler for xuintr.
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "disas/riscv.h"
#include "disas/riscv-xuintr.h"

/* One more than the operation: 0 is reserved for rv_op_illegal. */
const rv_opcode_data xuintr_opcode_data[] = {
    { "uipi.illegal", rv_codec_illegal, rv_fmt_none, NULL, 0, 0, 0 },
    { "uipi.send", rv_codec_r, rv_fmt_rd_rs1, NULL, 0, 0, 0 },
    { "uipi.read", rv_codec_r, rv_fmt_rd, NULL, 0, 0, 0 },
    { "uipi.write", rv_codec_r, rv_fmt_rs1, NULL, 0, 0, 0 },
    { "uipi.activate", rv_codec_r, rv_fmt_none, NULL, 0, 0, 0 },
    { "uipi.deactivate", rv_codec_r, rv_fmt_none, NULL, 0, 0, 0 },
    { "uipi.claim", rv_codec_r, rv_fmt_rd, NULL, 0, 0, 0 },
    { "uipi.thresh", rv_codec_r, rv_fmt_rd_rs1, NULL, 0, 0, 0 },
};

void decode_xuintr(rv_decode *dec, rv_isa isa)
{
    rv_inst inst = dec->inst;
    uint32_t imm = (inst >> 20) & 0xfff;
    rv_opcode op = rv_op_illegal;

    if (isa == rv64 && (inst & 0x7f) == 0x7b) {
        switch ((inst >> 12) & 7) {
        case 6: /* R-type: funct7 is the operation, rs2 is x0 */
            if (!(imm & 0x1f) && (imm >> 5) <= 6) {
                op = (imm >> 5) + 1;
            }
            break;
        case 2: /* the older I-type: imm is the operation */
            if (imm <= 4) {
                op = imm + 1;
            }
            break;
        }
    }

    dec->op = op;
}
