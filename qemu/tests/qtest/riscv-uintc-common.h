/*
 * What the QTest cases for the RISC-V user-interrupt controller share
 *
 * The cases state the rules of docs/specs/riscv-uintr.rst and know nothing
 * about the device's code.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef RISCV_UINTC_COMMON_H
#define RISCV_UINTC_COMMON_H

#include "libqtest.h"

#define UINTC_BASE              0x2f10000
#define UINTC_CONTROL           0x80000
#define UINTC_SIZE              0x81000

/* One receiver's slot */
#define UINTC_SLOT_SIZE         32
#define UINTC_SEND              0x00
#define UINTC_LOW               0x08
#define UINTC_HIGH              0x10
#define UINTC_ACTIVE            0x18

/* The control page */
#define UINTC_ID                0x00
#define UINTC_CAPABILITIES      0x08
#define UINTC_DOORBELL          0x10
#define UINTC_OUTSTANDING       0x18

#define UINTC_ID_VALUE          0x55494301
#define UINTC_NO_DOORBELL       UINT64_MAX
#define UINTC_IRQ               52

/* LOW */
#define LOW_ACTIVE              (1 << 0)
#define LOW_MODE64              (1 << 1)
#define LOW_KN                  (1 << 2)
#define LOW_HART(h)             ((uint64_t)(h) << 16)
#define LOW_THRESHOLD(t)        ((uint64_t)(t) << 32)
#define LOW_TAG(t)              ((uint64_t)(t) << 48)
#define LOW_ALL                 0xffff003fffff0007

#define CSR_MIE                 0x304
#define CSR_MIP                 0x344
#define CSR_SIP                 0x144
#define CSR_SUIRS               0x1b1
#define CSR_SUICFG              0x1b2
#define SUIRS_ENABLE            (1ULL << 63)
#define MIP_USIP                (1 << 0)
#define MIP_UEIP                (1 << 8)

#define BIT64(n)                (1ULL << (n))

/*
 * TCG comes first because only its CPUs have extension properties; the harts
 * don't run (-S), the test plays their part.
 */
#define UINTC_ARGS "-accel tcg -S -bios none -m 32M " \
                   "-M virt,uintc=on -cpu rv64,x-uintr=on "

static inline QTestState *uintc_init(const char *more_args)
{
    return qtest_initf(UINTC_ARGS "%s", more_args);
}

static inline uint64_t uintc_slot(unsigned receiver, unsigned reg)
{
    return UINTC_BASE + receiver * UINTC_SLOT_SIZE + reg;
}

static inline uint64_t slot_read(QTestState *qts, unsigned receiver,
                                 unsigned reg)
{
    return qtest_readq(qts, uintc_slot(receiver, reg));
}

static inline void slot_write(QTestState *qts, unsigned receiver,
                              unsigned reg, uint64_t value)
{
    qtest_writeq(qts, uintc_slot(receiver, reg), value);
}

static inline uint64_t control_read(QTestState *qts, unsigned reg)
{
    return qtest_readq(qts, UINTC_BASE + UINTC_CONTROL + reg);
}

static inline void control_write(QTestState *qts, unsigned reg, uint64_t value)
{
    qtest_writeq(qts, UINTC_BASE + UINTC_CONTROL + reg, value);
}

/* Posts @vector to @receiver the way a kernel or an MSI does. */
static inline void post(QTestState *qts, unsigned receiver, uint64_t vector)
{
    slot_write(qts, receiver, UINTC_SEND, vector);
}

static inline uint64_t csr_get(QTestState *qts, unsigned hart, int csr)
{
    uint64_t value = 0;

    qtest_csr_call(qts, "get_csr", hart, csr, &value);
    return value;
}

static inline void csr_set(QTestState *qts, unsigned hart, int csr,
                           uint64_t value)
{
    qtest_csr_call(qts, "set_csr", hart, csr, &value);
}

/* Makes @receiver the one that @hart runs. */
static inline void run_receiver(QTestState *qts, unsigned hart,
                                unsigned receiver)
{
    csr_set(qts, hart, CSR_SUIRS, SUIRS_ENABLE | receiver);
}

static inline bool usip(QTestState *qts, unsigned hart)
{
    return csr_get(qts, hart, CSR_MIP) & MIP_USIP;
}

/* Clears the latch of USIP, as software does in uip or sip. */
static inline void clear_usip(QTestState *qts, unsigned hart)
{
    csr_set(qts, hart, CSR_SIP, csr_get(qts, hart, CSR_SIP) & ~MIP_USIP);
}

#endif
