/* SPDX-License-Identifier: MIT */
/*
 * Pipelines that run: one in the foreground, any in the background. The shell is the console's
 * foreground process and passes ^C on to all processes of the foreground pipeline.
 */
#ifndef SHELL_JOB_H
#define SHELL_JOB_H

#include <stdbool.h>

#include "shell/parse.h"

/* ^C has been typed since this was last set to false. */
extern volatile bool job_interrupted;

/* Has the shell take SIGNAL_INT. */
void job_init(void);

/*
 * Starts a pipeline's programs and, unless it goes to the background, waits for them. Returns
 * the last one's status; 127: there is no such program, 126: it can't be started.
 */
int job_run(const struct pipeline *pipeline);

/* Looks which background pipelines have ended, and says so if `tell`. */
void job_reap(bool tell);

/* Prints the background pipelines. */
void job_list(void);

/* Waits for a background pipeline, 0: for all. Returns its status; 127: there is none; 130: ^C. */
int job_wait(int number);

/*
 * Sends a signal to what "%N" (a background pipeline) or "N" (one of the shell's processes, by
 * the number that the kernel shows) names. False: there is none.
 */
bool job_kill(const char *name, int signal);

#endif
