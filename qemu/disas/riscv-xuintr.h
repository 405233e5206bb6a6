/*
 * QEMU disassembler -- RISC-V specific header (xuintr).
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef DISAS_RISCV_XUINTR_H
#define DISAS_RISCV_XUINTR_H

#include "disas/riscv.h"

extern const rv_opcode_data xuintr_opcode_data[];

void decode_xuintr(rv_decode *dec, rv_isa isa);

#endif /* DISAS_RISCV_XUINTR_H */
