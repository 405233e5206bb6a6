/* SPDX-License-Identifier: MIT */
/* Starting processes, and what the kernel tells of itself. */
#ifndef UAPI_PROCESS_H
#define UAPI_PROCESS_H

#include <stdint.h>

#define SPAWN_MAX_ARGUMENTS 32
#define SPAWN_MAX_TEXT      2048 /* bytes of all arguments, terminating zeros included */
#define SPAWN_MAX_HANDLES   16
#define PROCESS_NAME_SIZE   16

struct spawn {
    uint64_t arguments; /* const char *[count]: the program's name in the initrd, then its words */
    uint64_t handles;   /* const int[handle_count]: copied to the child's 0, 1, ...; -1: none */
    uint32_t count;
    uint32_t handle_count;
    uint32_t priority; /* the best its threads may have, and what the first one starts with */
    uint32_t reserved; /* 0 */
    uint64_t harts;    /* affinity of the first thread; 0: all */
};

/* The status of SYS_wait: what SYS_exit was given (its low byte), or who killed it. */
#define STATUS_SIGNAL(signal) (128 + (signal))
#define STATUS_FAULT(cause)   (192 + (cause)) /* scause of the exception */

/* What the kernel has done about receivers since boot. */
struct uintr_stats {
    uint64_t blocked_now; /* receivers asleep, to be woken by a user interrupt */
    uint64_t slept;       /* waits that slept with the doorbell armed */
    uint64_t not_slept;   /* waits that found a pending interrupt */
    uint64_t doorbells;   /* doorbells claimed from the UINTC */
    uint64_t woken;       /* of these, receivers woken */
    uint64_t evicted;     /* times a receiver lost its slot to another */
    uint64_t relayed;     /* posts by SYS_uintr_send */
    uint64_t handed_over; /* harts that went from sender to receiver directly */
};

/* What is in use now; the same before and after something that leaks nothing. */
struct system_info {
    uint32_t harts;
    uint32_t processes;
    uint32_t threads;
    uint32_t objects; /* kernel objects behind handles */
    uint32_t handles; /* in all tables */
    uint32_t receivers;
    uint32_t receiver_slots; /* those of the device that the kernel uses */
    uint32_t vector_length;  /* bytes of a vector register; 0: programs have none */
    uint64_t free_pages;
    uint64_t total_pages;
    uint64_t timebase; /* ticks of the time CSR in a second */
    uint64_t switches; /* from one thread to another, since boot */
    uint64_t migrations;
    struct uintr_stats uintr;
};

#endif
