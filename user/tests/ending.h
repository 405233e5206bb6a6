/* SPDX-License-Identifier: MIT */
/* The ways in which a peer may end that somebody waits for. */
#ifndef TESTS_ENDING_H
#define TESTS_ENDING_H

/* CLOSE: it gives up what it is waited for by, and lives on for a while; how, the cases know. */
enum ending { EXIT, FAULT, KILLED, CLOSE, THREAD_END, ENDINGS };

/* The peer's: not with CLOSE. */
_Noreturn void ending_come(enum ending ending);

/* The case's: waits for it, and checks the status. */
void ending_check(int peer, enum ending ending);

#endif
