// SPDX-License-Identifier: MIT
#include "shell/builtin.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/signals.h"
#include "lib/syscall.h"
#include "shell/job.h"

bool builtin_exit;
int last_status;

static int usage(const char *text)
{
    fprintf(stderr, "usage: %s\n", text);
    return 2;
}

static int do_exit(int count, char **words)
{
    if (count > 2 || (count == 2 && !isdigit((unsigned char)words[1][0]))) {
        return usage("exit [STATUS]");
    }
    builtin_exit = true;
    return count == 2 ? atoi(words[1]) & 0xff : last_status;
}

static int do_ls(int count, char **words)
{
    char name[64];

    (void)words;
    if (count > 1) {
        return usage("ls");
    }
    for (unsigned i = 0; program_name(i, name, sizeof(name)) >= 0; i++) {
        if (!strchr(name, '.')) { /* not the kernel's symbols */
            printf("%s\n", name);
        }
    }
    return errno != ENOENT;
}

static int do_jobs(int count, char **words)
{
    (void)words;
    if (count > 1) {
        return usage("jobs");
    }
    job_reap(true);
    job_list();
    return 0;
}

static int do_wait(int count, char **words)
{
    if (count > 2 || (count == 2 && words[1][0] != '%')) {
        return usage("wait [%JOB]");
    }
    return job_wait(count == 2 ? atoi(words[1] + 1) : 0);
}

static int signal_number(const char *name)
{
    static const struct {
        const char *name;
        int number;
    } names[] = {
        {"INT",   SIGNAL_INT },
        { "KILL", SIGNAL_KILL},
        { "TERM", SIGNAL_TERM},
        { "USR1", SIGNAL_USR1},
        { "USR2", SIGNAL_USR2},
    };
    int number = atoi(name);

    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i].name) == 0) {
            return names[i].number;
        }
    }
    return number >= 1 && number <= SIGNAL_MAX ? number : -1;
}

static int do_kill(int count, char **words)
{
    bool chosen = count > 1 && words[1][0] == '-';
    int signal = chosen ? signal_number(words[1] + 1) : SIGNAL_TERM;
    int status = 0;

    if (count < 2 + chosen || signal < 0) {
        return usage("kill [-SIGNAL] %JOB|PROCESS...");
    }
    for (int i = 1 + chosen; i < count; i++) {
        if (!job_kill(words[i], signal)) {
            fprintf(stderr, "kill: %s is none of the shell's\n", words[i]);
            status = 1;
        }
    }
    return status;
}

static int do_free(int count, char **words)
{
    struct system_info info;

    (void)words;
    if (count > 1) {
        return usage("free");
    }
    if (system_info(&info) < 0) {
        perror("free");
        return 1;
    }
    printf("harts      %u\n", info.harts);
    printf("memory     %lu KiB free of %lu KiB\n", info.free_pages * 4, info.total_pages * 4);
    printf("processes  %u with %u threads, %lu switches, %lu migrations\n", info.processes,
           info.threads, info.switches, info.migrations);
    printf("objects    %u behind %u handles\n", info.objects, info.handles);
    printf("receivers  %u with %u slots, %lu asleep, %lu evicted\n", info.receivers,
           info.receiver_slots, info.uintr.blocked_now, info.uintr.evicted);
    return 0;
}

static int do_help(int count, char **words);

static const struct {
    const char *name;
    builtin function;
    const char *help;
} builtins[] = {
    {"exit",  do_exit, "[STATUS]: leave the shell"                      },
    { "free", do_free, ": what is in use, of memory and of other things"},
    { "help", do_help, ": this"                                         },
    { "jobs", do_jobs, ": what runs in the background"                  },
    { "kill", do_kill, "[-SIGNAL] %JOB|PROCESS...: send a signal, TERM" },
    { "ls",   do_ls,   ": the programs there are"                       },
    { "wait", do_wait, "[%JOB]: wait for what runs in the background"   },
};

#define BUILTINS (sizeof(builtins) / sizeof(builtins[0]))

static int do_help(int count, char **words)
{
    (void)count;
    (void)words;
    for (unsigned i = 0; i < BUILTINS; i++) {
        printf("  %s%s%s\n", builtins[i].name, builtins[i].help[0] == ':' ? "" : " ",
               builtins[i].help);
    }
    printf(
        "  PROGRAM [WORD...]: run it; PROGRAM | PROGRAM: by a pipe; PROGRAM &: in the background\n"
        "  on HART[,HART...] PROGRAM: on these harts; priority N PROGRAM: 0 is served first\n"
        "  'words' \"words\" \\c: as they are; $?: the last status; #: a comment\n"
        "  ^C ends what runs, ^D the input\n");
    return 0;
}

builtin builtin_find(const char *name)
{
    for (unsigned i = 0; i < BUILTINS; i++) {
        if (strcmp(name, builtins[i].name) == 0) {
            return builtins[i].function;
        }
    }
    return NULL;
}
