/* SPDX-License-Identifier: MIT */
/*
 * What stands in for the parts of the kernel that a test doesn't have, and what tests can see and set
 * of it. A program has all of them but for the one of its own unit: test_slab has the kernel's slab.c
 * and no mock_slab.c.
 *
 *   mock_machine.c  harts, CSRs, the firmware, devices; `machine`
 *   mock_page.c     pages from the host's heap: use after free and overruns are found
 *   mock_slab.c     the same for small objects; sizes have to match too
 *   mock_print.c    messages, panics
 *   mock_uintr.c    user interrupts: nobody has any
 */
#ifndef UNIT_MOCK_H
#define UNIT_MOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct process;
struct thread;

/* ---- Machine ---- */

/* Makes this hart `index` of cpus[]. */
void on_hart(unsigned index);

#define MOCK_VLENB 256

struct mock_machine {
    uint64_t now;           /* the time CSR */
    unsigned asid_bits;     /* that satp has */
    uint64_t timer;         /* what the timer is set to */
    unsigned kicks;         /* harts kicked that had not been already */
    unsigned satp_writes;   /* this hart's switches of address space */
    unsigned remote_fences; /* sbi_remote_sfence_vma() */
    uint64_t fenced_harts;  /* its argument */
    void (*at_fence)(void); /* called in it; may be NULL */
    void (*at_sleep)(void); /* what happens while the hart sleeps; NULL: it must not */
    uint64_t fpu[33];       /* the registers f0..f31 and fcsr */
    unsigned fpu_loads;
    uint64_t vlenb;     /* bytes of a vector register, at most MOCK_VLENB; 0: this hart has none */
    uint64_t vector[4]; /* vstart, vl, vtype, vcsr */
    uint8_t v[32 * MOCK_VLENB];
    unsigned vector_loads, vector_saves;
};

extern struct mock_machine mock_machine;

/* ---- Memory ---- */

struct mock_memory {
    unsigned pages;      /* in use */
    unsigned slabs;      /* objects in use */
    unsigned page_limit; /* pages that there are */
    int fail_in;         /* so many allocations from now on succeed, then one fails; -1: none */
};

extern struct mock_memory mock_memory;

/* Whether this allocation is the one to fail. */
bool mock_allocation_fails(void);

/* How many users page_get() and page_free() left a page. */
unsigned mock_page_users(const void *page);

/* ---- Print ---- */

/* The last message. */
extern char mock_message[256];

/* The function must end in a panic whose message has this text in it. */
void check_panics(void (*function)(void *argument), void *argument, const char *text);

/* ---- User interrupts ---- */

/* For thread->uintr.receiver; with it, whether one is pending and wait_on() is to see that. */
struct uintr_receiver *mock_receiver(void);
extern bool mock_uintr_pending;
extern void (*mock_uintr_at_switch_in)(void); /* NULL: nothing happens then */

#endif
