/* SPDX-License-Identifier: MIT */
/* A program's options, each with a number; for stress and channelstress. */
#ifndef STRESS_OPTIONS_H
#define STRESS_OPTIONS_H

#include <stdbool.h>

struct option {
    const char *name;
    unsigned long *value; /* set if the option is given */
    unsigned long least, most;
};

/* From words that end with NULL; options with one without name. False when a word isn't as it must be. */
bool options_read(const struct option *options, char **words);

#endif
