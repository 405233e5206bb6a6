/* SPDX-License-Identifier: MIT */
/*
 * Floating-point registers. The kernel is built without; when they are saved and loaded is what
 * core/registers.h says.
 */
#ifndef ARCH_FPU_H
#define ARCH_FPU_H

#include <stdint.h>

struct fpu {
    uint64_t f[32];
    uint64_t fcsr;
};

/* Both need sstatus.FS to be other than Off. */
void fpu_save(struct fpu *fpu);
void fpu_load(const struct fpu *fpu);

#endif
