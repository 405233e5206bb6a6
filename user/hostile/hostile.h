/* SPDX-License-Identifier: MIT */
/*
 * Hostile programs beside a victim. For each case (main.c) there are four processes:
 *
 *   the runner     starts the others, judges, looks for leaks (run.c)
 *   the victims    two that call, pipe and interrupt each other and check every bit of it, and one that uses
 *                  nothing and must notice nothing (victim.c)
 *   the attacker   does what the case says (attack_*.c)
 *
 * A case passes when the attacker ends as it must, the victims went on meanwhile and afterwards with
 * everything right, and nothing is in use at the end that was not at the beginning.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "uapi/process.h"
#include "uapi/syscall.h"

#define KERNEL            ((void *)0xffffffc080200000)
#define UNMAPPED          ((void *)0x1000)
#define PAGE_SIZE         4096
#define GET(field)        __atomic_load_n(&(field), __ATOMIC_ACQUIRE)
#define SET(field, value) __atomic_store_n(&(field), (value), __ATOMIC_RELEASE)

/* ---- Cases ---- */

/* What an attacker is given, beyond nothing. */
enum {
    GRANT_VECTOR = 1,  /* to send to a victim */
    GRANT_CALL = 2,    /* to call a victim */
    GRANT_SIGNAL = 4,  /* to send a victim signals */
    GRANT_REVOKED = 8, /* with GRANT_VECTOR: the victim then unregisters */
    GRANT_WORSE = 16,  /* no: it runs at a worse priority than the victims */
    NOT_A_CASE = 32,   /* part of another attack; started by its attacker */
};

/* As status: it goes on until it is killed. */
#define ENDLESS (-1)

struct attack {
    const char *name;
    int (*function)(unsigned argument); /* in the attacker; returns its exit status */
    int status;
    unsigned flags;
};

const struct attack *attack_find(const char *name);

/* The cases of a file, each ended by one without name. */
extern const struct attack call_attacks[], argument_attacks[], uintr_attacks[], handler_attacks[],
    memory_attacks[], ipc_attacks[], channel_attacks[], pipe_attacks[];

/* ---- For attackers: attack.c ---- */

/* Their handles: standard output, then these. */
enum {
    PEAK_HANDLE = 3,    /* to say that the attack is at its height */
    RELEASE_HANDLE = 4, /* ends when it may end */
    VECTOR_HANDLE = 5,
    CALL_HANDLE = 6,
    READ_HANDLE = 7, /* a victim's process, without the right to send it signals */
    SIGNAL_HANDLE = 8,
};

/* Tells the runner that the attack is at its height. */
void tell_peak(void);

/* The same, and returns when the victims have gone on for a while. */
void hold_peak(void);

/* Says what is wrong and ends the attacker with a status that no case expects. */
_Noreturn void wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What must hold in the attacker. */
#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            wrong("%s:%d: %s does not hold", __func__, __LINE__, #condition);                      \
        }                                                                                          \
    } while (0)

/* Runs another attack, which must be one of a known status, as a child. */
void run_child(const char *name, unsigned argument);

/* Starts one and returns its handle; handles: what it gets as 0, 1, ... */
int start_child(const char *name, unsigned argument, const int *handles, unsigned count);

/* A system call with anything in a0 to a5. */
long raw_call(uint64_t number, const uint64_t arguments[6]);

uint64_t chance(uint64_t *state);

/* ---- The victims: victim.c ---- */

#define ATTACK_VECTOR 40 /* the one that an attacker may be given */
#define VICTIM_BADGE  1
#define ATTACK_BADGE  666

struct board {
    uint32_t rounds;                /* finished by the client; client */
    uint32_t innocent;              /* rounds of the one that uses nothing; it */
    uint32_t stop;                  /* runner */
    uint32_t revoke;                /* runner: the client is to unregister and register again */
    uint32_t revoked;               /* it has; client */
    uint32_t failed;                /* any victim, before it says why */
    uint32_t allowed;               /* GRANT_ bits: what may come from the attacker; runner */
    uint32_t vectors_from_attacker; /* client's handler */
    uint32_t calls_from_attacker;   /* server */
    uint32_t signals_from_attacker; /* client's handler */
};

int victim(const char *part);

/* ---- The runner: run.c ---- */

/* Whether the case passed. */
bool run_case(const struct attack *attack);

#endif
