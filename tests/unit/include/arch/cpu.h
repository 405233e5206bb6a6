/* SPDX-License-Identifier: MIT */
/* The kernel's header; which hart this is a test says with on_hart() (mock.h). */
#ifndef UNIT_ARCH_CPU_H
#define UNIT_ARCH_CPU_H

#define this_cpu kernel_this_cpu
#include_next "arch/cpu.h"
#undef this_cpu

struct cpu *this_cpu(void);

#endif
