/*
 * The stress test of UINTC: what C and assembly share
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef UINTC_STRESS_ASM_H
#define UINTC_STRESS_ASM_H

/* Offsets in struct task */
#define TASK_PC         0
#define TASK_REG(n)     ((n) * 8)
#define TASK_STACK      256
#define TASK_HART       264

/* By number: assemblers do not know these */
#define CSR_USTATUS     0x000
#define CSR_UIE         0x004
#define CSR_UTVEC       0x005
#define CSR_USCRATCH    0x040
#define CSR_UEPC        0x041
#define CSR_UCAUSE      0x042
#define CSR_UTVAL       0x043
#define CSR_UIP         0x044
#define CSR_SSTATUS     0x100
#define CSR_SIDELEG     0x103
#define CSR_SIE         0x104
#define CSR_SCAUSE      0x142
#define CSR_SIP         0x144
#define CSR_SUIST       0x1b0
#define CSR_SUIRS       0x1b1
#define CSR_STIMECMP    0x14d
#define CSR_TIME        0xc01

#endif
