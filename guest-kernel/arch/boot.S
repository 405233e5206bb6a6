# SPDX-License-Identifier: MIT
#
# First instructions of every hart. OpenSBI enters with the MMU off, a0 = hart id. The boot hart has
# the device tree in a1; a hart started through SBI HSM has its struct cpu (kernel address) there.
# Both turn translation on with a temporary table that maps the kernel where it lies and where it is
# linked, then continue at the linked address.

#include "arch/layout.h"

    .section .text.boot, "ax"
    .globl _start
_start:
    csrw    sie, zero
    mv      s0, a0
    mv      s1, a1
    jal     s2, enable_mmu
    lla     t0, bss_start
    lla     t1, bss_end
1:  sd      zero, 0(t0)
    addi    t0, t0, 8
    bltu    t0, t1, 1b
    lla     sp, boot_stack_top
    lla     tp, boot_cpu            # until the device tree says which struct cpu is ours
    lla     t0, boot_panic_stack_top
    sd      t0, CPU_PANIC_SP(tp)
    csrw    sscratch, zero          # zero means: the trap comes from the kernel
    lla     t0, trap_entry
    csrw    stvec, t0
    mv      a0, s0
    mv      a1, s1
    tail    kernel_main

    .globl secondary_start
secondary_start:
    csrw    sie, zero
    mv      s1, a1
    jal     s2, enable_mmu
    mv      tp, s1
    csrw    sscratch, zero
    lla     t0, trap_entry
    csrw    stvec, t0
    lla     t0, kernel_satp         # the real table, set up by the boot hart
    ld      t0, 0(t0)
    sfence.vma
    csrw    satp, t0
    sfence.vma
    ld      sp, CPU_KERNEL_SP(tp)
    tail    secondary_main

# Returns (by s2) at the linked address of the caller.
enable_mmu:
    lla     t0, boot_page_table
    srli    t0, t0, 12
    li      t1, 8 << 60             # Sv39
    or      t0, t0, t1
    li      t2, KERNEL_OFFSET
    add     s2, s2, t2
    sfence.vma
    csrw    satp, t0
    jr      s2

# idle_start(sp, function): leaves the boot stack for the hart's own one.
    .section .text, "ax"
    .globl idle_start
idle_start:
    mv      sp, a0
    jr      a1

# Two 1 GiB pages for physical 0x80000000: where the code runs before and after the jump. Not used
# any more once the real table exists.
    .section .data
    .balign 4096
boot_page_table:
    .zero   2 * 8
    .quad   (0x80000000 >> 2) | 0xcf
    .zero   (256 + 2 - 3) * 8
    .quad   (0x80000000 >> 2) | 0xcf
    .zero   (512 - 256 - 3) * 8

    .section .bss
    .balign 16
    .zero   8192
boot_stack_top:
    .zero   4096
boot_panic_stack_top:
