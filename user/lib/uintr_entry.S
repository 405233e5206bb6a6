# SPDX-License-Identifier: MIT
#
# Where a user interrupt arrives: in user mode, with ustatus.UIE clear, on the interrupted stack. It
# saves what a C function may change and nothing else; programs are built without floating point
# and vectors, so there is no such state. The C handler gets the pending vectors.

    .section .text, "ax"
    .balign 4
    .globl uintr_entry
uintr_entry:
    addi    sp, sp, -128
    sd      ra, 0(sp)
    sd      t0, 8(sp)
    sd      t1, 16(sp)
    sd      t2, 24(sp)
    sd      t3, 32(sp)
    sd      t4, 40(sp)
    sd      t5, 48(sp)
    sd      t6, 56(sp)
    sd      a0, 64(sp)
    sd      a1, 72(sp)
    sd      a2, 80(sp)
    sd      a3, 88(sp)
    sd      a4, 96(sp)
    sd      a5, 104(sp)
    sd      a6, 112(sp)
    sd      a7, 120(sp)
    # The latch first: a vector posted after the read below sets it again, and we come back.
    csrci   0x044, 1                        # uip.USIP = 0
    .insn r 0x7b, 6, 1, a0, x0, x0          # uipi.read a0
    beqz    a0, 1f                          # taken together with the last one
    lla     t0, uintr_c_handler
    ld      t0, 0(t0)
    jalr    t0
1:  ld      ra, 0(sp)
    ld      t0, 8(sp)
    ld      t1, 16(sp)
    ld      t2, 24(sp)
    ld      t3, 32(sp)
    ld      t4, 40(sp)
    ld      t5, 48(sp)
    ld      t6, 56(sp)
    ld      a0, 64(sp)
    ld      a1, 72(sp)
    ld      a2, 80(sp)
    ld      a3, 88(sp)
    ld      a4, 96(sp)
    ld      a5, 104(sp)
    ld      a6, 112(sp)
    ld      a7, 120(sp)
    addi    sp, sp, 128
    .4byte  0x00200073                      # uret
