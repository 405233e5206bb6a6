/* SPDX-License-Identifier: MIT */
/* What is measured. tests/bench/cases.py says what each stands for; the names must agree. */
#include "cases.h"

#define SEEN     (1 << VECTOR)
#define MODE64   LOW_MODE64
#define KN       (LOW_MODE64 | LOW_KN)
#define ACTIVE   (LOW_MODE64 | LOW_ACTIVE)
#define INACTIVE 2 /* the result of a send */

#define SENDERS(text, what, count)                                                                 \
    {                                                                                              \
        .name = text, .kind = what, .harts = count, .mode = MODE_U, .loop = loop_send,             \
        .arguments = ENTRY, .low = MODE64, .sum = INACTIVE, .pending = SEEN                        \
    }

/* clang-format 14 dies of this array. */
/* clang-format off */
const struct bench_case cases[] = {
    { .name = "loop-empty", .mode = MODE_U, .loop = loop_empty },
    { .name = "loop-csr", .mode = MODE_U, .loop = loop_csr },
    { .name = "ecall", .slower = 2, .mode = MODE_U, .loop = loop_ecall, .entries = 1 },
    { .name = "mmio-read", .slower = 2, .mode = MODE_U, .loop = loop_load, .arguments = CAPS },

    { .name = "send-refused", .mode = MODE_U, .loop = loop_send, .arguments = REFUSED, .sum = 1 },
    { .name = "send-pending", .mode = MODE_U, .loop = loop_send, .arguments = ENTRY, .low = MODE64,
      .sum = INACTIVE, .pending = SEEN },
    { .name = "send-fresh", .mode = MODE_U, .loop = loop_send_fresh, .arguments = FRESH,
      .low = MODE64, .sum = INACTIVE },
    { .name = "send-pending-bell", .mode = MODE_U, .loop = loop_send, .arguments = ENTRY, .low = KN,
      .bell = true, .sum = INACTIVE, .pending = SEEN },
    { .name = "send-fresh-bell", .mode = MODE_U, .loop = loop_send_fresh, .arguments = FRESH,
      .low = KN, .bell = true, .sum = INACTIVE },
    { .name = "send-active-own", .mode = MODE_U, .loop = loop_send, .arguments = ENTRY,
      .low = ACTIVE, .pending = SEEN },
    { .name = "send-active-parked", .kind = OTHER_PARKED, .harts = 2, .mode = MODE_U,
      .loop = loop_send, .arguments = ENTRY, .low = ACTIVE, .pending = SEEN },
    { .name = "send-active-running", .kind = OTHER_RUNNING, .harts = 2, .mode = MODE_U,
      .loop = loop_send, .arguments = ENTRY, .low = ACTIVE, .pending = SEEN },
    { .name = "post-by-store", .slower = 2, .mode = MODE_U, .loop = loop_store, .arguments = SEND,
      .low = MODE64, .pending = SEEN },

    { .name = "self-read", .slower = 2, .mode = MODE_U, .enable = STATUS_UIE, .mie = INT_USI,
      .loop = loop_send, .handler = u_read, .arguments = ENTRY, .low = ACTIVE, .entries = 1,
      .seen = SEEN },
    { .name = "self-claim", .slower = 2, .mode = MODE_U, .enable = STATUS_UIE, .mie = INT_USI,
      .loop = loop_send, .handler = u_claim, .arguments = ENTRY, .low = ACTIVE, .entries = 1,
      .seen = VECTOR },
    { .name = "self-uip", .slower = 2, .mode = MODE_U, .enable = STATUS_UIE, .mie = INT_USI,
      .loop = loop_usip, .handler = u_usip, .entries = 1 },
    { .name = "self-ssip", .slower = 2, .mode = MODE_S, .enable = STATUS_SIE, .mie = INT_SSI,
      .loop = loop_ssip, .handler = s_ssip, .entries = 1 },
    { .name = "self-aclint", .slower = 4, .mode = MODE_M, .enable = STATUS_MPIE, .mie = INT_MSI,
      .loop = loop_store, .handler = m_msip, .arguments = MSIP_SELF, .entries = 1 },
    { .name = "self-imsic-m", .machine = WITH_IMSIC, .slower = 4, .mode = MODE_M,
      .enable = STATUS_MPIE, .mie = INT_MEI, .loop = loop_store, .handler = m_imsic,
      .arguments = IMSIC_M_SELF, .entries = 1, .seen = IMSIC_IDENTITY },
    { .name = "self-imsic-s", .machine = WITH_IMSIC, .slower = 4, .mode = MODE_S,
      .enable = STATUS_SIE, .mie = INT_SEI, .loop = loop_store, .handler = s_imsic,
      .arguments = IMSIC_S_SELF, .entries = 1, .seen = IMSIC_IDENTITY },
    { .name = "doorbell", .machine = WITH_PLIC, .slower = 8, .mode = MODE_U, .mie = INT_MEI,
      .loop = loop_send, .handler = m_plic, .arguments = DOORBELL, .low = KN, .sum = INACTIVE,
      .entries = 1, .seen = SEEN },

    { .name = "ping-pong", .kind = PING_PONG, .harts = 2, .slower = 64, .mode = MODE_U,
      .enable = STATUS_UIE, .mie = INT_USI, .loop = loop_ping, .handler = u_flag, .low = ACTIVE,
      .seen = SEEN },
    SENDERS("senders-shared-1", SENDERS_SHARED, 1),
    SENDERS("senders-shared-2", SENDERS_SHARED, 2),
    SENDERS("senders-shared-4", SENDERS_SHARED, 4),
    SENDERS("senders-own-1", SENDERS_OWN, 1),
    SENDERS("senders-own-2", SENDERS_OWN, 2),
    SENDERS("senders-own-4", SENDERS_OWN, 4),
};
/* clang-format on */

const unsigned num_cases = sizeof(cases) / sizeof(cases[0]);
