/* SPDX-License-Identifier: MIT */
/* The coordinator: owns the channels, keeps the seats taken, and looks after the books. */
#ifndef STRESS_COORDINATOR_H
#define STRESS_COORDINATOR_H

#include "stress/objects.h"
#include "stress/stress.h"

struct system_info;

/* Returns the exit status. */
int coordinate(uint64_t seed, unsigned operations, unsigned seats);

/* ---- registrar.c ---- */

/* Makes all channels, and the thread that gives out their handles. */
void registrar_start(void);

/* A handle of it that carries a seat's number. */
int registrar_handle(unsigned seat);
void registrar_stop(void);

/* ---- keeper.c: a thread for each seat ---- */

void keepers_start(int ledger_handle);

/* Kills the process on a random seat. */
void keepers_kill(void);

/* Whether every seat has a living process. */
bool keepers_all_alive(void);

/* After the workers have been told to stop: waits for the last of them. */
void keepers_stop(void);

/* ---- report.c ---- */

/* Whether all that was sent has been received. With `tell`, says what hasn't. */
bool books_are_even(bool tell);

/* All that happened so far, as one number that changes when something does. */
uint64_t progress(void);

/* The watchdog's: nothing happens any more. */
_Noreturn void diagnose(void);

/* What can only be judged at the end, and whether enough of everything happened. */
void check_totals(const struct system_info *before, const struct system_info *after,
                  unsigned operations);
void print_summary(const struct system_info *before, const struct system_info *after);

#endif
