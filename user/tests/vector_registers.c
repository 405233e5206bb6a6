// SPDX-License-Identifier: MIT
#include "tests/vector.h"

#include <string.h>

#include "tests/test.h"

#define SPINS 20000

void vector_spin(const struct vector_registers *in, struct vector_registers *out, uint64_t turns);

__asm__(".option push\n"
        ".option arch, +v\n"
        ".macro ALL_VECTORS instruction, at\n"
        "    csrw vstart, zero\n"
        "    csrr t0, vlenb\n"
        "    slli t0, t0, 3\n"
        "    addi t1, \\at, 32\n"
        "    .irp n, 0,8,16,24\n"
        "    \\instruction v\\n, (t1)\n"
        "    add t1, t1, t0\n"
        "    .endr\n"
        ".endm\n"
        ".macro LOAD_VECTORS\n"
        "    ALL_VECTORS vl8r.v, a0\n"
        "    ld t0, 8(a0)\n"
        "    ld t1, 16(a0)\n"
        "    vsetvl zero, t0, t1\n"
        "    ld t0, 24(a0)\n"
        "    csrw vcsr, t0\n"
        "    ld t0, 0(a0)\n"
        "    csrw vstart, t0\n"
        ".endm\n"
        ".text\n"
        ".globl vector_hold\n"
        "vector_hold:\n"
        "    LOAD_VECTORS\n"
        "    mv a7, a2\n"
        "    mv a0, a3\n"
        "    ecall\n"
        "    j vector_store\n"
        ".globl vector_spin\n"
        "vector_spin:\n"
        "    LOAD_VECTORS\n"
        "1:  addi a2, a2, -1\n"
        "    bnez a2, 1b\n"
        "    j vector_store\n"
        ".globl vector_send\n"
        "vector_send:\n"
        "    LOAD_VECTORS\n"
        "    .insn r 0x7b, 6, 0, t0, a2, x0\n"
        ".globl vector_store\n"
        "vector_store:\n"
        "    csrr t0, vstart\n"
        "    sd t0, 0(a1)\n"
        "    csrr t0, vl\n"
        "    sd t0, 8(a1)\n"
        "    csrr t0, vtype\n"
        "    sd t0, 16(a1)\n"
        "    csrr t0, vcsr\n"
        "    sd t0, 24(a1)\n"
        "    ALL_VECTORS vs8r.v, a1\n"
        "    ret\n"
        ".option pop\n");

size_t vector_length(void)
{
    static size_t length; /* of whichever thread: it is the same for all */

    if (!length) {
        length = test_info().vector_length;
        CHECK(length >= 16 && length <= VECTOR_LONGEST);
    }
    return length;
}

/* Elements of 8, 16, 32 and 64 bits, in 1, 2 and 8 registers, tails and masks left and not; none. */
void vector_fill(struct vector_registers *registers, uint32_t seed)
{
    static const uint64_t types[] = { 0x00, 0x09, 0xd3, 0x58, VILL };
    uint64_t type = types[seed % 5];
    uint64_t most = (vector_length() << (type & 7)) >> (type >> 3 & 7);

    registers->vstart = seed % 8;
    registers->vl = type == VILL ? 0 : seed % (most + 1);
    registers->vtype = type;
    registers->vcsr = seed % 7 + 1;
    test_fill(registers->v, 32 * vector_length(), seed);
}

void vector_check_same(const struct vector_registers *in, const struct vector_registers *out)
{
    CHECK_EQUAL(out->vstart, in->vstart);
    CHECK_EQUAL(out->vl, in->vl);
    CHECK_EQUAL(out->vtype, in->vtype);
    CHECK_EQUAL(out->vcsr, in->vcsr);
    CHECK(memcmp(out->v, in->v, 32 * vector_length()) == 0);
}

void vector_check_hold(uint32_t seed, long number, uint64_t argument)
{
    struct vector_registers in, out;

    vector_fill(&in, seed);
    vector_hold(&in, &out, number, argument);
    vector_check_same(&in, &out);
}

void vector_check_zero(void)
{
    struct vector_registers out;

    vector_store(NULL, &out);
    CHECK_EQUAL(out.vstart, 0);
    CHECK_EQUAL(out.vl, 0);
    CHECK_EQUAL(out.vtype, VILL);
    CHECK_EQUAL(out.vcsr, 0);
    for (size_t i = 0; i < 32 * vector_length(); i++) {
        CHECK_EQUAL(out.v[i], 0);
    }
}

void vector_check_spin(uint32_t seed)
{
    struct vector_registers in, out;

    vector_fill(&in, seed);
    vector_spin(&in, &out, SPINS);
    vector_check_same(&in, &out);
}
