/*
 * The PLIC's context for U mode: a device interrupt taken in U mode without
 * the kernel, enable, threshold, claim, complete, and UEIP as latch OR
 * signal.
 *
 * Rules: PLICU-1 PLICU-2 PLICU-3 PLICU-5 NMIP-4 NMIP-5 NMIP-6
 *
 * Copyright (c) the riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "plic-test.inc"

#define CONTEXT_M   0
#define CONTEXT_S   1
#define CONTEXT_U   2
#define E_INTS      (UEIP | SEIP | MEIP)

#define MIP_IS(bits) CHECK_CSR_BITS(mip, E_INTS, bits)
#define CHECK_CLAIM(context, source) \
    CHECK_READ32(PLIC_CLAIM(context), source)
#define COMPLETE(context) WRITE32(PLIC_CLAIM(context), UART_SOURCE)
#define ENABLE(context) \
    WRITE32(PLIC_ENABLE(context), 1 << UART_SOURCE)
#define DISABLE(context) WRITE32(PLIC_ENABLE(context), 0)

test_main:
    li      t0, SEIP
    csrs    mideleg, t0
    WRITE32(PLIC_PRIORITY(UART_SOURCE), 3)
    MIP_IS(0)

    /* Each context drives its own bit. */
    .irp context, CONTEXT_M, CONTEXT_S, CONTEXT_U
    ENABLE(\context)
    CHECK_READ32(PLIC_ENABLE(\context), 1 << UART_SOURCE)
    UART_ON()
    .if \context == CONTEXT_M
    MIP_IS(MEIP)
    .elseif \context == CONTEXT_S
    MIP_IS(SEIP)
    .else
    MIP_IS(UEIP)
    .endif
    UART_OFF()
    CHECK_CLAIM(\context, UART_SOURCE)
    MIP_IS(0)
    COMPLETE(\context)
    CHECK_CLAIM(\context, 0)
    DISABLE(\context)
    .endr

    /* The U context's threshold */
    ENABLE(CONTEXT_U)
    WRITE32(PLIC_THRESHOLD(CONTEXT_U), 3)
    CHECK_READ32(PLIC_THRESHOLD(CONTEXT_U), 3)
    UART_ON()
    MIP_IS(0)
    WRITE32(PLIC_THRESHOLD(CONTEXT_U), 2)
    MIP_IS(UEIP)
    WRITE32(PLIC_THRESHOLD(CONTEXT_U), 0)

    /* While the signal is high, writes do not clear UEIP ... */
    li      s1, UEIP
    csrc    mip, s1
    MIP_IS(UEIP)
    csrc    sip, s1
    MIP_IS(UEIP)
    /* ... and no read-modify-write copies it into the latch. */
    .irp csr, mip, sip
    csrsi   \csr, SSIP
    csrci   \csr, SSIP
    csrrsi  a0, \csr, USIP
    csrrci  a0, \csr, USIP
    .endr
    li      a1, U_INTS
    csrw    CSR_SIDELEG, a1
    csrrsi  a0, CSR_UIP, USIP
    csrrci  a0, CSR_UIP, USIP
    csrw    CSR_UIP, s1
    csrw    CSR_UIP, x0
    MIP_IS(UEIP)
    UART_OFF()
    CHECK_CLAIM(CONTEXT_U, UART_SOURCE)
    MIP_IS(0)
    COMPLETE(CONTEXT_U)

    /* The latch, with and without the signal */
    csrs    mip, s1
    MIP_IS(UEIP)
    UART_ON()
    UART_OFF()
    CHECK_CLAIM(CONTEXT_U, UART_SOURCE)
    COMPLETE(CONTEXT_U)
    MIP_IS(UEIP)
    csrc    mip, s1
    MIP_IS(0)
    csrs    sip, s1
    UART_ON()
    csrc    sip, s1
    MIP_IS(UEIP)
    UART_OFF()
    CHECK_CLAIM(CONTEXT_U, UART_SOURCE)
    COMPLETE(CONTEXT_U)
    MIP_IS(0)

    /* A driver in U mode: the interrupt, claim, silence, complete */
    DELEGATE_TO_U()
    SET_HOOK(MODE_U, driver)
    csrw    CSR_UIE, s1
    csrsi   CSR_USTATUS, STATUS_UIE
    GOTO_U()
    EXPECT_NONE()
    .irp round, 1, 2, 3
    li      s2, 0
    UART_ON()
    EXPECT_TRAP(MODE_U, IRQ(UEI))
    CHECK_EQ(s2, UART_SOURCE)
    CHECK_CSR(CSR_UIP, 0)
    .endr

    /* Undelegated it is S mode's, with cause 8. */
    TO_M()
    CLEAR_HOOK(MODE_U)
    csrw    CSR_SIDELEG, x0
    csrw    mie, s1
    GOTO_U()
    UART_ON()
    EXPECT_TRAP(MODE_S, IRQ(UEI))
    TO_M()
    UART_OFF()
    CHECK_CLAIM(CONTEXT_U, UART_SOURCE)
    COMPLETE(CONTEXT_U)
    EXPECT_NONE()
    PASS

driver:
    li      t6, PLIC_CLAIM(CONTEXT_U)
    lw      s2, 0(t6)
    li      t6, UART_IER
    sb      x0, 0(t6)
    li      t6, UART_IIR
    lbu     t5, 0(t6)
    li      t6, PLIC_CLAIM(CONTEXT_U)
    sw      s2, 0(t6)
    HOOK_RESTORE(MODE_U)
    URET
