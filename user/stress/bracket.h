/* SPDX-License-Identifier: MIT */
/* The kernel's books before and after a program of random processes; for stress and channelstress. */
#ifndef STRESS_BRACKET_H
#define STRESS_BRACKET_H

/*
 * Starts the program itself anew, with "coordinate" before its words, waits for that and compares what is in
 * use. All is done by the child, so that what it needs for itself is gone too at the end. Its status; 1 when
 * something leaked or it could not start, which is said.
 */
int bracket_run(char **argv);

#endif
