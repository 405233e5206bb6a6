/* SPDX-License-Identifier: MIT */
/*
 * The shell's language: pipelines separated by ";", "&" and line ends.
 *
 *     line     = [pipeline] {(";" | "&" | newline) [pipeline]}
 *     pipeline = command {"|" command}
 *     command  = {"priority" number | "on" harts} word {word}
 *
 * Words may have parts in quotes, "$?" is the last status except between single quotes, a "\" takes
 * the next character as it is, "#" at a word's start begins a comment.
 */
#ifndef SHELL_PARSE_H
#define SHELL_PARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "uapi/process.h"

#define MAX_LINE     1024
#define MAX_COMMANDS 8                         /* in a pipeline */
#define MAX_WORDS    (SPAWN_MAX_ARGUMENTS - 2) /* in a command; job.c puts two before them */

struct command {
    char *words[MAX_WORDS + 1]; /* the program or built-in command, then its arguments, then NULL */
    unsigned count;
    uint32_t priority; /* or PROCESS_DEFAULT_PRIORITY */
    uint64_t harts;    /* 0: all */
};

struct pipeline {
    struct command commands[MAX_COMMANDS];
    unsigned count; /* 0: there was nothing before the separator */
    bool background;
    char words[MAX_LINE]; /* what the commands point to */
};

/*
 * Parses the first pipeline of a text. Returns where it goes on behind the separator, or NULL
 * after it has said what is wrong.
 */
const char *parse_pipeline(const char *text, int status, struct pipeline *pipeline);

#endif
