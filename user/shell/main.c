// SPDX-License-Identifier: MIT
/*
 * A small shell.
 *
 *   sh               commands from the console, with a prompt, or from another input, without
 *   sh -c COMMANDS   these
 *   sh -b WORD...    a built-in command alone: how pipelines run those
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/console.h"
#include "lib/posix.h"
#include "lib/process.h"
#include "lib/signals.h"
#include "shell/builtin.h"
#include "shell/job.h"
#include "shell/parse.h"

static bool interactive;

static int run_pipeline(const struct pipeline *pipeline)
{
    const struct command *only = &pipeline->commands[0];
    builtin function = builtin_find(only->words[0]);

    if (function && pipeline->count == 1 && !pipeline->background && only->harts == 0 &&
        only->priority == PROCESS_DEFAULT_PRIORITY) {
        return function((int)only->count, (char **)only->words);
    }
    return job_run(pipeline);
}

static void run_text(const char *text)
{
    static struct pipeline pipeline;

    job_interrupted = false;
    while (*text && !builtin_exit && !job_interrupted) {
        text = parse_pipeline(text, last_status, &pipeline);
        if (!text) {
            last_status = 2;
            return;
        }
        if (pipeline.count > 0) {
            last_status = run_pipeline(&pipeline);
        }
        if (last_status != STATUS_SIGNAL(SIGNAL_INT)) { /* it was for a program that goes on */
            job_interrupted = false;
        }
    }
}

/* As console_read_line(). Byte by byte: what comes after the line is for the commands in it. */
static ssize_t read_line(char *line, size_t size)
{
    size_t length = 0;

    while (length < size) {
        ssize_t result = read(0, line + length, 1);

        if (result < 0) {
            return result;
        }
        if (result == 0 || line[length++] == '\n') {
            break;
        }
    }
    return (ssize_t)length;
}

static bool next_line(char *line, size_t size)
{
    ssize_t length;

    do {
        if (interactive) {
            job_reap(true);
            printf("$ ");
            fflush(stdout);
        }
        length = interactive ? console_read_line(0, line, size - 1) : read_line(line, size - 1);
        if (length < 0 && errno == EINTR) {
            printf("^C\n");
        }
    } while (length < 0 && errno == EINTR);
    if (length < 0) {
        fprintf(stderr, "sh: cannot read: %s\n", strerror(errno));
    }
    if (length <= 0) {
        return false;
    }
    line[length] = 0;
    if (line[length - 1] != '\n' && (size_t)length == size - 1) {
        fprintf(stderr, "sh: the line is too long\n");
        line[0] = 0;
    }
    return true;
}

static int run_lines(void)
{
    static char line[MAX_LINE];

    interactive = handle_is_console(0);
    while (!builtin_exit && next_line(line, sizeof(line))) {
        run_text(line);
        job_reap(interactive);
        if (job_interrupted && !interactive) {
            break;
        }
        if (job_interrupted) {
            printf("^C\n");
        }
    }
    if (interactive && !builtin_exit) {
        printf("\n");
    }
    return last_status;
}

int main(int argc, char **argv)
{
    job_init();
    if (argc == 1) {
        return run_lines();
    }
    if (argc == 3 && strcmp(argv[1], "-c") == 0) {
        run_text(argv[2]);
        return last_status;
    }
    if (argc > 2 && strcmp(argv[1], "-b") == 0 && builtin_find(argv[2])) {
        return builtin_find(argv[2])(argc - 2, argv + 2);
    }
    fprintf(stderr, "usage: sh [-c COMMANDS]\n");
    return 2;
}
