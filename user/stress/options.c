// SPDX-License-Identifier: MIT
#include "stress/options.h"

#include <stdlib.h>
#include <string.h>

static bool read_value(const struct option *option, const char *word)
{
    char *end;

    *option->value = strtoul(word, &end, 0);
    return *word && !*end && *option->value >= option->least && *option->value <= option->most;
}

bool options_read(const struct option *options, char **words)
{
    for (; words[0]; words += 2) {
        const struct option *option = options;

        while (option->name && strcmp(option->name, words[0]) != 0) {
            option++;
        }
        if (!option->name || !words[1] || !read_value(option, words[1])) {
            return false;
        }
    }
    return true;
}
