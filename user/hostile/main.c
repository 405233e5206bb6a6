// SPDX-License-Identifier: MIT
/*
 *   hostile [CASE...]   programs that do their worst, beside victims that must notice nothing: a line for
 *                       each case (all of them without an argument), status 0 when all pass
 *   hostile list        the cases' names
 */
#include "hostile/hostile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct attack *const groups[] = { call_attacks,    argument_attacks, uintr_attacks,
                                               handler_attacks, memory_attacks,   ipc_attacks,
                                               channel_attacks, pipe_attacks };

#define GROUPS (sizeof(groups) / sizeof(groups[0]))

const struct attack *attack_find(const char *name)
{
    for (unsigned i = 0; i < GROUPS; i++) {
        for (const struct attack *attack = groups[i]; attack->name; attack++) {
            if (strcmp(attack->name, name) == 0) {
                return attack;
            }
        }
    }
    return NULL;
}

static int attack(const char *name, unsigned argument)
{
    const struct attack *found = attack_find(name);

    return found ? found->function(argument) : 2;
}

static int list(void)
{
    for (unsigned i = 0; i < GROUPS; i++) {
        for (const struct attack *attack = groups[i]; attack->name; attack++) {
            if (!(attack->flags & NOT_A_CASE)) {
                printf("%s\n", attack->name);
            }
        }
    }
    return 0;
}

static unsigned run(const struct attack *attack, unsigned *passed)
{
    if (attack->flags & NOT_A_CASE) {
        return 0;
    }
    *passed += run_case(attack);
    return 1;
}

static int run_named(char **names)
{
    unsigned cases = 0, passed = 0;

    for (unsigned i = 0; !names[0] && i < GROUPS; i++) {
        for (const struct attack *attack = groups[i]; attack->name; attack++) {
            cases += run(attack, &passed);
        }
    }
    for (unsigned i = 0; names[i]; i++) {
        const struct attack *attack = attack_find(names[i]);

        if (!attack) {
            printf("hostile: there is no case \"%s\"\n", names[i]);
            return 2;
        }
        cases += run(attack, &passed);
    }
    printf("hostile: %u of %u cases passed\n", passed, cases);
    return passed != cases;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "attack") == 0) {
        return attack(argv[2], (unsigned)atoi(argv[3]));
    }
    if (argc == 3 && strcmp(argv[1], "victim") == 0) {
        return victim(argv[2]);
    }
    if (argc == 2 && strcmp(argv[1], "list") == 0) {
        return list();
    }
    return run_named(argv + 1);
}
