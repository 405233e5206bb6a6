/* SPDX-License-Identifier: MIT */
/*
 * The address map and the offsets of structures that assembly knows.
 *
 *   0x0000000000010000  user program (ELF segments), then its heap
 *   USER_MAP_BASE       what SYS_map places, each mapping with an unmapped page below it
 *   USER_STACK_TOP      the first thread's stack grows down from here, an unmapped page below it
 *   KERNEL_OFFSET       all physical memory and devices, at physical address + KERNEL_OFFSET;
 *                       the kernel's own image is part of it, with its image's permissions
 *   KSTACK_BASE         kernel stacks, one per hart, each with unmapped guard pages below it
 */
#ifndef ARCH_LAYOUT_H
#define ARCH_LAYOUT_H

#define PAGE_SIZE             4096
#define KERNEL_OFFSET         0xffffffc000000000

#define USER_BASE             0x10000
#define USER_MAP_BASE         0x1000000000
#define USER_STACK_TOP        0x3ffffff000
#define USER_STACK_PAGES      16
#define USER_END              0x4000000000

#define KSTACK_BASE           0xffffffe000000000
#define KSTACK_STRIDE         (8 * PAGE_SIZE)
#define KSTACK_PAGES          4

#define MAX_HARTS             8

/* struct cpu (arch/cpu.h); checked in arch/trap.c */
#define CPU_SCRATCH           0
#define CPU_KERNEL_SP         8
#define CPU_PANIC_SP          16

/* struct thread (core/thread.h) begins with its struct trap_frame (arch/trap.h) */
#define FRAME_SEPC            248 /* x1..x31 at 8 * number - 8, then sepc and sstatus */
#define FRAME_SSTATUS         256
#define FRAME_SIZE            272
#define THREAD_CPU            272

/* What trap.S tells apart; checked in arch/trap.c */
#define CAUSE_ECALL_U         8
#define SYS_IPC_CALL          23
#define SYS_IPC_REPLY_RECEIVE 26
#define SYS_UINTR_HANDOVER    481

#endif
