/* SPDX-License-Identifier: MIT */
/* Commands that the shell carries out itself. */
#ifndef SHELL_BUILTIN_H
#define SHELL_BUILTIN_H

#include <stdbool.h>

/* Its status; words as main() has them. */
typedef int (*builtin)(int count, char **words);

/* NULL: there is none of this name. */
builtin builtin_find(const char *name);

/* "exit" was carried out, with the status that the shell is to end with. */
extern bool builtin_exit;

/* The status of the last command, for "exit". */
extern int last_status;

#endif
