# SPDX-License-Identifier: MIT
#
# vector_save(vector), vector_load(vector), vector_length(): struct vector has vstart, vl, vtype, vcsr
# and the address of the registers.

    .option arch, +v
    .section .text, "ax"

.macro FOR_ALL instruction          # v0..v31 at t1, which moves
    csrr    t2, vlenb
    slli    t2, t2, 3
    .irp n, 0,8,16,24
    \instruction v\n, (t1)
    add     t1, t1, t2
    .endr
.endm

# Loads and stores of whole registers begin at vstart, like others.
    .globl vector_save
vector_save:
    csrr    t0, vstart
    sd      t0, 0(a0)
    csrr    t0, vl
    sd      t0, 8(a0)
    csrr    t0, vtype
    sd      t0, 16(a0)
    csrr    t0, vcsr
    sd      t0, 24(a0)
    csrw    vstart, zero
    ld      t1, 32(a0)
    FOR_ALL vs8r.v
    ret

# vl and vtype can only be written by vsetvl, which makes vstart 0; a vtype with vill set, or one that
# is nonsense, sets vill.
    .globl vector_load
vector_load:
    csrw    vstart, zero
    ld      t1, 32(a0)
    FOR_ALL vl8r.v
    ld      t0, 8(a0)
    ld      t1, 16(a0)
    vsetvl  zero, t0, t1
    ld      t0, 24(a0)
    csrw    vcsr, t0
    ld      t0, 0(a0)
    csrw    vstart, t0
    ret

    .globl vector_length
vector_length:
    csrr    a0, vlenb
    ret
