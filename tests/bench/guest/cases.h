/* SPDX-License-Identifier: MIT */
/* The table of what is measured (cases.c), run by main.c. */
#ifndef CASES_H
#define CASES_H

#include "bench.h"

/* What a loop gets in a1 to a4. */
enum arguments {
    NONE,
    ENTRY,     /* a1 the receiver's entry for VECTOR */
    REFUSED,   /* a1 an index beyond the table */
    FRESH,     /* a1 the receiver's entry for vector 0, a2 its HIGH */
    DOORBELL,  /* a1 the entry, a2 PLIC claim, a3 DOORBELL, a4 HIGH */
    CAPS,      /* a1 a register of the controller */
    SEND,      /* a1 SEND, a2 VECTOR */
    MSIP_SELF, /* a1 MSIP of hart 0, a2 what raises it */
    IMSIC_M_SELF,
    IMSIC_S_SELF,
};

enum kind {
    ONE,            /* the loop runs on hart 0 */
    OTHER_PARKED,   /* the same, and the receiver's hart is hart 1, asleep */
    OTHER_RUNNING,  /* the same, and hart 1 runs in U mode with interrupts off */
    PING_PONG,      /* hart 0 and hart 1 interrupt each other */
    SENDERS_SHARED, /* `harts` harts run the loop against one receiver */
    SENDERS_OWN,    /* each of them against one of its own */
};

enum machine {
    ANY,
    WITH_PLIC,
    WITH_IMSIC,
};

struct bench_case {
    const char *name;
    enum kind kind;
    unsigned harts;
    enum machine machine;
    unsigned slower; /* divides the number of operations */
    unsigned mode;
    uint64_t enable; /* bits of mstatus */
    uint64_t mie;
    code *loop;
    code *handler; /* of the mode's own interrupts; M mode's when it is an m_ one */
    enum arguments arguments;
    uint64_t low; /* of the receiver; suirs names it when it is active */
    bool bell;    /* rings before the loop starts */
    /* What must come out, each per operation. */
    uint64_t sum;
    uint64_t entries;
    uint64_t seen;
    uint64_t pending; /* in the end */
};

extern const struct bench_case cases[];
extern const unsigned num_cases;

#endif
