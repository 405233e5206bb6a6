/* SPDX-License-Identifier: MIT */
/*
 * The address map, shared by C, assembly and the linker script's comment.
 *
 *   0x0000000000010000  user program (ELF segments)
 *   USER_STACK_TOP      user stack grows down from here, an unmapped page below it
 *   KERNEL_OFFSET       all physical memory and devices, at physical address + KERNEL_OFFSET;
 *                       the kernel's own image is part of it, with its image's permissions
 *   KSTACK_BASE         kernel stacks, each with unmapped guard pages below it
 */
#ifndef ARCH_LAYOUT_H
#define ARCH_LAYOUT_H

#define PAGE_SIZE        4096
#define KERNEL_OFFSET    0xffffffc000000000

#define USER_BASE        0x10000
#define USER_STACK_TOP   0x3ffffff000
#define USER_STACK_PAGES 16

#define KSTACK_BASE      0xffffffe000000000
#define KSTACK_STRIDE    (4 * PAGE_SIZE) /* two pages of stack, two of guard */
#define KSTACK_PAGES     2

#define MAX_HARTS        8

/* Offsets into struct cpu (arch/cpu.h) that assembly uses; checked there. */
#define CPU_SCRATCH      0
#define CPU_KERNEL_SP    8
#define CPU_PANIC_SP     16

/* struct trap_frame (arch/trap.h): x1..x31 at 8 * number - 8, then sepc and sstatus */
#define FRAME_SEPC       248
#define FRAME_SSTATUS    256
#define FRAME_SIZE       272

#endif
