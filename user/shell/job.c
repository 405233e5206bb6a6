// SPDX-License-Identifier: MIT
#include "shell/job.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/process.h"
#include "lib/signals.h"
#include "lib/syscall.h"
#include "shell/builtin.h"

#define MAX_JOBS 7 /* so that the handles suffice: see MAX_HANDLES */

struct job {
    int number;                           /* 0: free; the foreground one has none */
    volatile int processes[MAX_COMMANDS]; /* handles; -1: has ended */
    unsigned count;
    int status; /* of the last command */
    char name[PROCESS_NAME_SIZE];
};

volatile bool job_interrupted;

static struct job foreground; /* on_interrupt() reads it at any time */
static struct job background[MAX_JOBS];

/* --- ^C --- */

static void on_interrupt(int signal, struct signal_frame *frame)
{
    int saved = errno;

    (void)frame;
    job_interrupted = true;
    for (unsigned i = foreground.count; i-- > 0;) { /* the last one before its input ends */
        if (foreground.processes[i] >= 0) {
            process_kill(foreground.processes[i], signal);
        }
    }
    errno = saved;
}

void job_init(void)
{
    signal_handle(SIGNAL_INT, on_interrupt, 0, 0);
}

/* --- Starting --- */

static int cannot_start(const struct command *command)
{
    const char *name = command->words[0];

    if (errno == ENOENT) {
        fprintf(stderr, "sh: there is no program \"%s\"\n", name);
        return 127;
    }
    fprintf(stderr, "sh: cannot start %s: %s\n", name,
            errno == EPERM                      ? "that priority is better than the shell may give"
            : errno == EINVAL && command->harts ? "there are no such harts"
                                                : strerror(errno));
    return 126;
}

/* Built-in commands run in another shell where this one must go on beside them. */
static int start_command(const struct command *command, int input, int output)
{
    const char *words[MAX_WORDS + 3] = { "sh", "-b" };
    const char **first = words + (builtin_find(command->words[0]) ? 0 : 2);
    int handles[] = { input, output, 2 };
    struct process_options options = { handles, 3, command->priority, command->harts };

    memcpy(words + 2, command->words, (command->count + 1) * sizeof(words[0]));
    return process_start(first, &options);
}

/* The end of a pipe that nobody writes to: a background job doesn't compete for what is typed. */
static int empty_input(void)
{
    int ends[2];

    if (pipe_create(ends, 0) < 0) {
        return -1;
    }
    handle_close(ends[1]);
    return ends[0];
}

static void close_unless_standard(int handle)
{
    if (handle > 2) {
        handle_close(handle);
    }
}

/* A command that can't be started is left out: those beside it see its pipes end. */
static void start(const struct pipeline *pipeline, struct job *job)
{
    int input = pipeline->background ? empty_input() : 0;

    job->count = pipeline->count;
    for (unsigned i = 0; i < pipeline->count; i++) {
        const struct command *command = &pipeline->commands[i];
        int next[2] = { -1, 1 };

        if (i + 1 < pipeline->count && pipe_create(next, 0) < 0) {
            next[1] = -1;
        }
        job->processes[i] = start_command(command, input, next[1]);
        job->status = job->processes[i] < 0 ? cannot_start(command) : 0;
        close_unless_standard(input);
        close_unless_standard(next[1]);
        input = next[0];
    }
    snprintf(job->name, sizeof(job->name), "%s", pipeline->commands[0].words[0]);
}

/* --- Ending --- */

/* Records an end that process_wait() has reported. */
static void ended(struct job *job, unsigned index, int status)
{
    int process = job->processes[index];

    job->processes[index] = -1;
    handle_close(process);
    if (index == job->count - 1) {
        job->status = status;
    }
}

/* Waits for all of it. False: ^C, and stop_at_interrupt. */
static bool wait_for(struct job *job, bool stop_at_interrupt)
{
    for (unsigned i = 0; i < job->count; i++) {
        while (job->processes[i] >= 0) {
            int status;

            if (process_wait(job->processes[i], &status, 0) == 0) {
                ended(job, i, status);
            } else if (stop_at_interrupt && job_interrupted) {
                return false;
            }
        }
    }
    return true;
}

static bool runs(const struct job *job)
{
    for (unsigned i = 0; i < job->count; i++) {
        if (job->processes[i] >= 0) {
            return true;
        }
    }
    return false;
}

/* --- The two kinds --- */

static int run_in_background(const struct pipeline *pipeline)
{
    for (int i = 0; i < MAX_JOBS; i++) {
        if (background[i].number == 0) {
            background[i].number = i + 1;
            start(pipeline, &background[i]);
            return 0;
        }
    }
    fprintf(stderr, "sh: %d jobs run in the background already\n", MAX_JOBS);
    return 126;
}

int job_run(const struct pipeline *pipeline)
{
    if (pipeline->background) {
        return run_in_background(pipeline);
    }
    signal_set_mask(SIGNAL_BLOCK, 1ul << SIGNAL_INT); /* until the handler knows them all */
    start(pipeline, &foreground);
    signal_set_mask(SIGNAL_UNBLOCK, 1ul << SIGNAL_INT);
    wait_for(&foreground, false);
    foreground.count = 0;
    if (foreground.status > STATUS_SIGNAL(0) && foreground.status <= STATUS_SIGNAL(SIGNAL_MAX) &&
        foreground.status != STATUS_SIGNAL(SIGNAL_INT)) {
        fprintf(stderr, "sh: killed by signal %d\n", foreground.status - STATUS_SIGNAL(0));
    }
    return foreground.status;
}

void job_reap(bool tell)
{
    for (int i = 0; i < MAX_JOBS; i++) {
        struct job *job = &background[i];

        for (unsigned k = 0; job->number && k < job->count; k++) {
            int status;

            if (job->processes[k] >= 0 &&
                process_wait(job->processes[k], &status, WAIT_NOHANG) == 0) {
                ended(job, k, status);
            }
        }
        if (job->number && !runs(job)) {
            if (tell) {
                printf("[%d] %s: ended with status %d\n", job->number, job->name, job->status);
            }
            job->number = 0;
        }
    }
}

void job_list(void)
{
    for (int i = 0; i < MAX_JOBS; i++) {
        const struct job *job = &background[i];

        if (!job->number) {
            continue;
        }
        printf("[%d] %s, process", job->number, job->name);
        for (unsigned k = 0; k < job->count; k++) {
            if (job->processes[k] >= 0) {
                printf(" %d", process_id(job->processes[k]));
            }
        }
        printf("\n");
    }
}

int job_wait(int number)
{
    int status = number ? 127 : 0;

    for (int i = 0; i < MAX_JOBS; i++) {
        struct job *job = &background[i];

        if (job->number && (number == 0 || number == job->number)) {
            if (!wait_for(job, true)) {
                return STATUS_SIGNAL(SIGNAL_INT);
            }
            status = job->status;
            job->number = 0;
        }
    }
    return status;
}

bool job_kill(const char *name, int signal)
{
    bool whole = name[0] == '%';
    int wanted = atoi(name + whole);
    bool found = false;

    for (int i = 0; i < MAX_JOBS; i++) {
        const struct job *job = &background[i];

        for (unsigned k = 0; job->number && k < job->count; k++) {
            int process = job->processes[k];

            if (process >= 0 && wanted == (whole ? job->number : process_id(process))) {
                process_kill(process, signal);
                found = true;
            }
        }
    }
    return found;
}
